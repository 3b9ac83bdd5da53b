"""GS1 element strings: what the application identifiers in a barcode say about a product or a logistic unit.

Source: GS1 General Specifications, the definitions of the application identifiers, the processing of element
strings, and the determination of century in dates. Read are 00, 01, 02, 10, 17, 21, 30 and 37; the others are
skipped by their length.
"""

import calendar
import re
from datetime import date
from typing import Final

import msgspec

from services.domain.barcodes import BadScan, gtin14, is_digits, is_sscc

GROUP_SEPARATOR: Final = "\x1d"
"""How a reader transmits FNC1 between two element strings."""

# Length of identifier and data of the identifiers whose length is fixed for ever by their first two digits
# (the pre-defined lengths); all others end at FNC1.
_FIXED: Final = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16,
    **{str(prefix): 8 for prefix in range(11, 20)},
    **{str(prefix): 10 for prefix in range(31, 37)},
}  # fmt: skip
_IDENTIFIER_LENGTHS: Final = {"23": 3, "24": 3, "25": 3, "40": 3, "41": 3, "42": 3, "71": 3}
_LONG_IDENTIFIERS: Final = ("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82")
_TEXT: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
_COUNT: Final = re.compile(r"[0-9]{1,8}")
_PARENTHESISED: Final = re.compile(r"\(([0-9]{2,4})\)")
_NAMES: Final = {
    "00": "SSCC", "01": "GTIN", "02": "contained GTIN", "10": "lot", "17": "expiry date",
    "21": "serial number", "30": "count", "37": "contained count",
}  # fmt: skip


class Elements(msgspec.Struct, frozen=True):
    """What an element string says; empty where it does not say it.

    `gtin` has 14 digits and is the product's own (01) or else that of what a logistic unit contains (02);
    `quantity` are pieces (30 or 37); `expires_on` is `YYYY-MM-DD`.
    """

    gtin: str = ""
    lot: str = ""
    expires_on: str = ""
    serial: str = ""
    quantity: int | None = None
    sscc: str = ""


def read_elements(text: str, today: str) -> Elements:
    """Read an element string as a reader transmits it, without symbology identifier, FNC1 as GS (0x1D).

    `today` (`YYYY-MM-DD`) decides the century of two-digit years. Raises BadScan naming the element at fault.
    """
    found: dict[str, str] = {}
    rest = text.lstrip(GROUP_SEPARATOR)
    if not rest:
        raise BadScan("it is empty", text)
    while rest:
        identifier, data, rest = _first_element(rest, text)
        _keep(found, identifier, data, text)
    return _understood(found, text, today)


def read_parenthesised(text: str, today: str) -> Elements:
    """Read the form that is printed for people, such as `(01)09506000134352(10)AB-1`. Raises BadScan."""
    marks = _marks(text)
    if not marks or marks[0].start() != 0:
        raise BadScan("it does not start with an identifier in parentheses, such as (01)", text)
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        _keep(found, mark.group(1), text[mark.end() : end].strip(" "), text)
    return _understood(found, text, today)


def element_string(elements: Elements) -> str:
    """Write an element string for a barcode, fixed lengths first so that few separators are needed."""
    fixed, variable = _parts(elements)
    return "".join(key + value for key, value in fixed) + GROUP_SEPARATOR.join(
        key + value for key, value in variable
    )


def parenthesised(elements: Elements) -> str:
    """Write the line that is printed below a barcode for people."""
    fixed, variable = _parts(elements)
    return "".join(f"({key}){value}" for key, value in fixed + variable)


def _parts(elements: Elements) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    contained = elements.sscc != ""
    expiry = elements.expires_on[2:].replace("-", "")
    quantity = "" if elements.quantity is None else str(elements.quantity)
    fixed = [("00", elements.sscc), ("02" if contained else "01", elements.gtin), ("17", expiry)]
    variable = [("37" if contained else "30", quantity), ("10", elements.lot), ("21", elements.serial)]
    return [part for part in fixed if part[1]], [part for part in variable if part[1]]


def _marks(text: str) -> list[re.Match[str]]:
    """The identifiers of the printed form. A lot may contain parentheses too, so a mark counts only where it
    stands behind a whole element: what has a fixed length is not searched for marks.
    """
    marks: list[re.Match[str]] = []
    at = 0
    while (mark := _PARENTHESISED.search(text, at)) is not None:
        marks.append(mark)
        length = _FIXED.get(mark.group(1)[:2])
        at = mark.end() + (length - len(mark.group(1)) if length else 1)
    return marks


def _first_element(rest: str, raw: str) -> tuple[str, str, str]:
    prefix = rest[:2]
    if not is_digits(prefix) or len(prefix) < 2:
        raise BadScan(f"{prefix!r} is no application identifier", raw)
    length = _FIXED.get(prefix)
    if length is None:
        whole, _, after = rest.partition(GROUP_SEPARATOR)
    else:
        whole, after = rest[:length], rest[length:].removeprefix(GROUP_SEPARATOR)
        if len(whole) < length or GROUP_SEPARATOR in whole:
            raise BadScan(f"{_name(prefix)} is cut off", raw)
    cut = 4 if prefix in _LONG_IDENTIFIERS else _IDENTIFIER_LENGTHS.get(prefix, 2)
    return whole[:cut], whole[cut:], after.lstrip(GROUP_SEPARATOR)


def _keep(found: dict[str, str], identifier: str, data: str, raw: str) -> None:
    if not data:
        raise BadScan(f"{_name(identifier)} is empty", raw)
    if identifier in found and found[identifier] != data:
        raise BadScan(f"{_name(identifier)} is there twice, with different values", raw)
    found[identifier] = data


def _understood(found: dict[str, str], raw: str, today: str) -> Elements:
    counted = found.get("30", found.get("37", ""))
    product = found.get("01", found.get("02", ""))
    if "01" in found and "02" in found:
        raise BadScan("it names both a product (01) and contained products (02)", raw)
    return Elements(
        gtin=_gtin(product, raw) if product else "",
        lot=_text("10", found["10"], raw) if "10" in found else "",
        expires_on=_day(found["17"], raw, today) if "17" in found else "",
        serial=_text("21", found["21"], raw) if "21" in found else "",
        quantity=_count(counted, raw) if counted else None,
        sscc=_sscc(found["00"], raw) if "00" in found else "",
    )


def _gtin(data: str, raw: str) -> str:
    if len(data) != 14:
        raise BadScan(f"GTIN has 14 digits here, this has {len(data)}", raw)
    try:
        return gtin14(data)
    except BadScan as wrong:
        raise BadScan(f"GTIN: {wrong.problem}", raw) from None


def _sscc(data: str, raw: str) -> str:
    if not is_sscc(data):
        raise BadScan("SSCC has 18 digits with a check digit, and this is none", raw)
    return data


def _text(identifier: str, data: str, raw: str) -> str:
    if _TEXT.fullmatch(data) is None:
        too_long = (
            f"{_name(identifier)} has {len(data)} characters and may have 20: a separator may be missing"
        )
        wrong = f"{_name(identifier)} has characters that a GS1 barcode cannot hold"
        raise BadScan(too_long if len(data) > 20 else wrong, raw)
    return data


def _count(data: str, raw: str) -> int:
    if _COUNT.fullmatch(data) is None:
        raise BadScan("count has one to eight digits", raw)
    if int(data) == 0:
        raise BadScan("count is zero", raw)
    return int(data)


def _day(data: str, raw: str, today: str) -> str:
    """The day of YYMMDD. Day 00 is the month's last; the century is the one that puts the year between 49
    years before and 50 years after this one.
    """
    if len(data) != 6 or not is_digits(data):
        raise BadScan("expiry date has six digits, YYMMDD", raw)
    this_year = date.fromisoformat(today).year
    year = this_year - this_year % 100 + int(data[:2])
    if year - this_year >= 51:
        year -= 100
    elif year - this_year <= -50:
        year += 100
    month, day = int(data[2:4]), int(data[4:])
    if not 1 <= month <= 12:
        raise BadScan(f"expiry date has month {data[2:4]}", raw)
    last = calendar.monthrange(year, month)[1]
    if day > last:
        raise BadScan(f"expiry date has day {data[4:]} in month {data[2:4]}", raw)
    return date(year, month, day or last).isoformat()


def _name(identifier: str) -> str:
    name = _NAMES.get(identifier)
    return f"{name} ({identifier})" if name else f"element ({identifier})"
