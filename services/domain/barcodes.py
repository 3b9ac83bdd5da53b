"""Numbers that GS1 gives to things: GTINs and SSCCs, their check digits and their equal forms.

Source: GS1 General Specifications, "Standard check digit calculations for GS1 data structures".
"""

from typing import Final

from services.domain.refusals import RuleViolation, violation

GTIN_LENGTHS: Final = (8, 12, 13, 14)
SSCC_LENGTH: Final = 18
# Numbers starting with 2 circulate only inside a company, so they never meet a maker's number.
_OWN_PREFIX: Final = "20"
_OWN_DIGITS: Final = 10


class BadScan(RuleViolation):
    """What was read is no code that can be used; `message` says what is wrong with it."""

    def __init__(self, problem: str, raw: str) -> None:
        refusal = violation("bad_scan", details=[{"raw": raw, "problem": problem}], problem=problem)
        super().__init__(refusal.code, refusal.message, refusal.details)
        self.problem = problem


def check_digit(digits: str) -> str:
    """The check digit that belongs behind `digits`: modulo 10, weights 3 and 1 from the right.

    Raises ValueError for anything but decimal digits 0-9.
    """
    if not is_digits(digits):
        raise ValueError(f"a check digit is made of digits, got {digits!r}")
    numbers = [int(digit) for digit in reversed(digits)]
    return str(-(3 * sum(numbers[::2]) + sum(numbers[1::2])) % 10)


def is_digits(text: str) -> bool:
    """Whether the text is one or more of 0-9 (other scripts' digits are no barcode digits)."""
    return text.isascii() and text.isdigit()


def has_check_digit(number: str) -> bool:
    """Whether the last digit of a number is the right check digit for the others."""
    return len(number) > 1 and is_digits(number) and check_digit(number[:-1]) == number[-1]


def is_gtin(text: str) -> bool:
    """Whether the text is a GTIN of 8, 12, 13 or 14 digits with the right check digit."""
    return len(text) in GTIN_LENGTHS and has_check_digit(text)


def is_sscc(text: str) -> bool:
    """Whether the text is the 18 digits of a logistic unit, with the right check digit."""
    return len(text) == SSCC_LENGTH and has_check_digit(text)


def gtin14(text: str) -> str:
    """A GTIN in the 14 digits in which all lengths compare. Raises BadScan naming what is wrong with it."""
    if not is_digits(text):
        raise BadScan("a product number has digits only", text)
    if len(text) not in GTIN_LENGTHS:
        raise BadScan(f"a product number has 8, 12, 13 or 14 digits, this has {len(text)}", text)
    if not has_check_digit(text):
        expected = check_digit(text[:-1])
        raise BadScan(f"the check digit is {text[-1]} and should be {expected}, so a digit is wrong", text)
    return text.zfill(14)


def gtin_forms(gtin: str) -> tuple[str, ...]:
    """Every length in which the same GTIN may be written, longest first, to look it up in a list of barcodes.

    Raises BadScan when it is no GTIN.
    """
    full = gtin14(gtin)
    return tuple(full[14 - length :] for length in (14, 13, 12, 8) if set(full[: 14 - length]) <= {"0"})


def same_gtin(one: str, other: str) -> bool:
    """Whether two texts are the same GTIN, whatever their lengths; False where either is none."""
    return is_gtin(one) and is_gtin(other) and one.zfill(14) == other.zfill(14)


def own_gtin13(number: int) -> str:
    """The GTIN-13 for a product without a maker's number, from an own number of up to ten digits.

    It lies in the range that GS1 leaves to companies for their own use (restricted circulation numbers).
    Raises ValueError when the number does not fit.
    """
    if not 0 <= number < 10**_OWN_DIGITS:
        raise ValueError(f"an own product number has at most {_OWN_DIGITS} digits, got {number}")
    body = f"{_OWN_PREFIX}{number:0{_OWN_DIGITS}d}"
    return body + check_digit(body)


def sscc(extension: int, company_prefix: str, serial: int) -> str:
    """The SSCC of a logistic unit: extension digit, GS1 company prefix (4 to 12 digits), own serial number.

    Raises ValueError when the parts do not make 17 digits.
    """
    room = SSCC_LENGTH - 2 - len(company_prefix)
    if not is_digits(company_prefix) or not 4 <= len(company_prefix) <= 12:
        raise ValueError(f"a company prefix has 4 to 12 digits, got {company_prefix!r}")
    if not 0 <= extension <= 9 or not 0 <= serial < 10**room:
        raise ValueError(
            f"extension {extension} or serial {serial} does not fit beside prefix {company_prefix}"
        )
    body = f"{extension}{company_prefix}{serial:0{room}d}"
    return body + check_digit(body)
