"""Money as integer minor units with a currency code: reading it, adding it up, showing it.

Source of the exponents: ISO 4217, list one (currencies whose minor unit is not a hundredth).
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NoReturn

from services.domain.refusals import refuse

_USUAL_EXPONENT: Final = 2
_WITHOUT: Final = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
)  # fmt: skip
_THOUSANDTHS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_TEN_THOUSANDTHS: Final = ("CLF", "UYW")
_EXPONENTS: Final = {
    **dict.fromkeys(_WITHOUT, 0),
    **dict.fromkeys(_THOUSANDTHS, 3),
    **dict.fromkeys(_TEN_THOUSANDTHS, 4),
}
_MAX_MINOR: Final = 10**14
_MAX_LENGTH: Final = 28
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_GROUPS: Final = {".": ",", ",": "."}


def exponent(currency: str) -> int:
    """How many decimals a currency has: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises RuleViolation `invalid_value` for anything but three capital letters.
    """
    if _CURRENCY.fullmatch(currency) is None:
        _invalid("currency", f"{currency!r} is no currency code of three capital letters")
    return _EXPONENTS.get(currency, _USUAL_EXPONENT)


def parse_money(
    text: str,
    currency: str,
    *,
    decimal_mark: str = ".",
    rounded: bool = False,
    field: str = "amount",
) -> int:
    """Minor units of an amount written in figures, such as `1,234.50` (or `1.234,50` with
    `decimal_mark=","`).

    Groups of three may be set off by the other mark, a blank or an apostrophe. More decimals than the
    currency has are refused, unless they are zeros or `rounded` asks for rounding half up. Raises
    RuleViolation `invalid_value`, naming `field` and what is wrong.
    """
    decimals = exponent(currency)
    written = text.strip()
    match = _pattern(decimal_mark).fullmatch(written) if len(written) <= _MAX_LENGTH else None
    if match is None:
        example = "1234" if decimals == 0 else f"1234{decimal_mark}{'5'.ljust(decimals, '0')}"
        _invalid(field, f"{written[:_MAX_LENGTH]!r} is no amount, write it like {example}")
    sign, whole, part = match.group(1), re.sub(r"[^0-9]", "", match.group(2)), match.group(3) or ""
    exact = Decimal(f"{sign}{whole}.{part or '0'}").scaleb(decimals)
    minor = exact.to_integral_value(rounding=ROUND_HALF_UP)
    if abs(minor) > _MAX_MINOR:
        _invalid(field, f"{written} is more than this system keeps")
    if minor != exact and not rounded:
        _invalid(field, f"{written} has more than the {decimals} decimals of {currency}")
    return int(minor)


def format_money(minor: int, currency: str, *, decimal_mark: str = ".", group_mark: str = ",") -> str:
    """An amount in figures without its currency: 123450 GBP is `1,234.50`."""
    decimals = exponent(currency)
    whole, part = divmod(abs(minor), 10**decimals)
    figures = f"{whole:,}".replace(",", group_mark)
    if decimals:
        figures += f"{decimal_mark}{part:0{decimals}d}"
    return f"-{figures}" if minor < 0 else figures


def order_total(lines: Iterable[tuple[int, int]]) -> int:
    """The sum of `(price_minor, quantity)` over lines, in minor units."""
    return sum(price_minor * quantity for price_minor, quantity in lines)


def _pattern(decimal_mark: str) -> re.Pattern[str]:
    group = rf"[{re.escape(_GROUPS[decimal_mark])} '’\u00a0\u202f]"
    whole = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+"
    return re.compile(rf"([+-]?)({whole})(?:{re.escape(decimal_mark)}([0-9]+))?")


def _invalid(field: str, problem: str) -> NoReturn:
    refuse("invalid_value", details=[{"field": field, "problem": problem}], field=field, problem=problem)
