"""Reads the instants of an order file: ISO, day or month first, with names of months, Excel serials, Unix time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from typing import Final

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The serial 1 of a spreadsheet is 1 January 1900; the day before 1 March 1900 is counted twice for the sake of an
# old program's mistake, so that from then on this is the origin.
_SERIAL_ORIGIN: Final = datetime(1899, 12, 30)
_SERIALS: Final = (25_569.0, 73_415.0)
_MILLISECOND: Final = timedelta(milliseconds=1)
_TIME: Final = (
    r"(?:[T ,]\s*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[-+]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST: Final = re.compile(rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_TIME}")
_YEAR_LAST: Final = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<second_part>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
_DAY_NAMED: Final = re.compile(
    rf"(?P<day>\d{{1,2}})[-/ .]+(?P<name>[A-Za-z]{{3,9}})[-/ .,]+(?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
_NAMED_DAY: Final = re.compile(
    rf"(?P<name>[A-Za-z]{{3,9}})[-/ .]+(?P<day>\d{{1,2}}),?[-/ ]+(?P<year>\d{{4}}){_TIME}"
)
_COMPACT: Final = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?Z?"
)
_NUMBER: Final = re.compile(r"\d{5}(?:[.,]\d+)?|\d{10}|\d{13}")
_WEEKDAY: Final = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        (
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ),
        start=1,
    )
}


def parse_instant(text: str, zone: tzinfo, *, day_first: bool = True) -> int:
    """Milliseconds since 1970 in UTC of a date, with or without a time, as written.

    ``zone`` is where a time without a zone of its own was noted; ``day_first`` decides only 3/4/2011. Raises
    ValueError with a reason a person can act on.
    """
    written = " ".join(text.split())
    if not written:
        raise ValueError("is missing")
    if len(written) > 60:
        raise ValueError("is too long for a date")
    moment = _from_number(written) or _from_words(_WEEKDAY.sub("", written), day_first)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // _MILLISECOND


class DateOrder:
    """Finds out whether a column of dates such as 3/4/2011 puts the day or the month first."""

    def __init__(self) -> None:
        self.decided: bool | None = None
        self.ambiguous = False
        self._pairs: dict[tuple[int, int, int], None] = {}

    def feed(self, text: str) -> None:
        """Look at one more value of the column."""
        match = _YEAR_LAST.fullmatch(text.strip())
        if match is None or match["mark"] == ".":
            return
        first, second = int(match["first"]), int(match["second_part"])
        if first > 12 >= second:
            self.decided = True
        elif second > 12 >= first:
            self.decided = False
        else:
            self.ambiguous = True
            if len(self._pairs) < 5000:
                self._pairs[(_full_year(match["year"]), first, second)] = None

    def day_first(self) -> bool:
        """The order that a value proves; else the one in which the file's dates are closer to each other."""
        if self.decided is not None:
            return self.decided
        as_day_first = _span((year, second, first) for year, first, second in self._pairs)
        as_month_first = _span(self._pairs)
        return as_day_first <= as_month_first


def _span(days: Iterable[tuple[int, int, int]]) -> int:
    """The sum of the distances in days from each date (year, month, day) to the next, in the order of the file."""
    ordinals = []
    for year, month, day in days:
        with contextlib.suppress(ValueError):  # a day that no month has is refused when its row is read
            ordinals.append(date(year, month, day).toordinal())
    return sum(abs(b - a) for a, b in pairwise(ordinals))


def _from_number(text: str) -> datetime | None:
    """An Excel serial day, or Unix time in seconds or milliseconds."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    if value >= 1e12:
        return _EPOCH + timedelta(milliseconds=int(value))
    if value >= 1e9:
        return _EPOCH + timedelta(seconds=int(value))
    if not _SERIALS[0] <= value <= _SERIALS[1]:
        raise ValueError("is not a date")
    # A serial is a fraction of a day in binary floating point: to the nearest second is what was meant.
    return _SERIAL_ORIGIN + timedelta(seconds=round(value * 86_400))


def _from_words(text: str, day_first: bool) -> datetime:
    order = "day/month/year" if day_first else "month/day/year"
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
        order = "year-month-day"
    elif match := _YEAR_LAST.fullmatch(text):
        year, day, month = _full_year(match["year"]), int(match["first"]), int(match["second_part"])
        if match["mark"] == ".":
            order = "day.month.year"
        elif not day_first:
            day, month = month, day
    elif match := _DAY_NAMED.fullmatch(text) or _NAMED_DAY.fullmatch(text):
        year, month, day = _full_year(match["year"]), _month(match["name"]), int(match["day"])
    else:
        raise ValueError("is not a date")
    parts = match.groupdict()
    hour = int(parts.get("hour") or 0)
    if half := (parts.get("half") or "").lower()[:1]:
        if not 1 <= hour <= 12:
            raise ValueError("is not a time of day")
        hour = hour % 12 + (12 if half == "p" else 0)
    micro = int(((parts.get("fraction") or "") + "000000")[:6])
    try:
        moment = datetime(
            year, month, day, hour, int(parts.get("minute") or 0), int(parts.get("second") or 0), micro
        )
    except ValueError:
        raise ValueError(f"is not a date in the order {order}") from None
    return moment.replace(tzinfo=_zone(parts.get("zone") or ("Z" if text.endswith("Z") else "")))


def _month(name: str) -> int:
    wanted = name.lower()
    for full, number in _MONTHS.items():
        if full.startswith(wanted) or (wanted == "sept" and number == 9):
            return number
    raise ValueError("is not a date: no month of that name")


def _full_year(text: str) -> int:
    """Two digits are 1970 to 2069."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _zone(text: str) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes >= 24 * 60:
        raise ValueError("has a zone more than a day away")
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
