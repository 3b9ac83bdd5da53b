"""Reads numbers as people and spreadsheets write them: 2.55, 2,55, 1.234,50, £2.55, (5), 5-."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

_PLAIN: Final = re.compile(r"-?\d+(?:\.\d+)?")
_WRITTEN: Final = re.compile(
    r"(?P<open>\()?\s*(?P<before>[-+\u2212]?)\s*(?P<currency>[A-Z]{3}|[^\W\d_]{0,3}[$£€¥₹])?\s*(?P<sign>[-+\u2212]?)\s*"
    r"(?P<digits>\d[\d.,'\u2019 ]*|[.,]\d+)(?P<exponent>[eE][-+]?\d{1,2})?"
    r"\s*(?:[A-Z]{3}|[$£€¥₹])?\s*(?P<after>-?)\s*(?P<close>\))?"
)
_BLANKS: Final = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_GROUPED: Final = {
    mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}") for mark in ".,"
}
_MAX_DIGITS: Final = 40
_OTHER: Final = {".": ",", ",": "."}


def parse_number(text: str, decimal_mark: str = ".") -> Decimal:
    """The exact value of a number as written.

    ``decimal_mark`` decides only what nothing else does: whether 1,234 is one thousand or a little over one. Raises
    ValueError with a reason a person can act on.
    """
    written = text.strip()
    if decimal_mark == "." and len(written) < _MAX_DIGITS and _PLAIN.fullmatch(written):
        return Decimal(written)
    if len(written) > _MAX_DIGITS:
        raise ValueError("is too long for a number")
    match = _WRITTEN.fullmatch(_BLANKS.sub(" ", written))
    if match is None:
        raise ValueError("is not a number")
    negatives = [bool(match["open"]), match["before"] in "-\u2212" and bool(match["before"])]
    negatives += [match["sign"] in "-\u2212" and bool(match["sign"]), bool(match["after"])]
    if bool(match["open"]) != bool(match["close"]) or sum(negatives) > 1:
        raise ValueError("is not a number")
    digits = re.sub(r"['\u2019 ]", "", match["digits"])
    try:
        value = Decimal(_with_point(digits, decimal_mark) + (match["exponent"] or ""))
    except InvalidOperation:
        raise ValueError("is not a number") from None
    return -value if any(negatives) else value


def sniff_decimal_mark(samples: Iterable[str], *, likely: str = ".") -> str:
    """The decimal mark of a column: the one that unambiguous values use most, ``likely`` where none says."""
    votes = {".": 0, ",": 0}
    for text in samples:
        mark = _decided_mark(re.sub(r"[^\d.,]", "", text))
        if mark:
            votes[mark] += 1
    if votes["."] == votes[","]:
        return likely
    return max(votes, key=lambda mark: votes[mark])


def _with_point(digits: str, decimal_mark: str) -> str:
    """Digits with any grouping taken out and a point as decimal mark."""
    mark = _decided_mark(digits)
    if not mark:
        present = [character for character in ".," if character in digits]
        mark = decimal_mark if decimal_mark in present else _OTHER[present[0]] if present else decimal_mark
    whole, _, fraction = digits.partition(mark)
    group = _OTHER[mark]
    if group in fraction or mark in fraction or (group in whole and not _GROUPED[group].fullmatch(whole)):
        raise ValueError("mixes thousands and decimal marks")
    return f"{whole.replace(group, '') or '0'}.{fraction or '0'}"


def _decided_mark(digits: str) -> str:
    """Which character must be the decimal mark, or '' where both readings are possible or there is none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if not points and not commas:
        return ""
    mark = "." if points else ","
    if points + commas > 1:
        return _OTHER[mark]
    whole, _, fraction = digits.partition(mark)
    grouping_possible = len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return "" if grouping_possible else mark
