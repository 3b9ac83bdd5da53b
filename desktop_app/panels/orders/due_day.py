"""Days at the site: today, and a due day as people write it: `tomorrow`, `fri`, `+3`, `24/11`, `24 Nov`, `2026-11-24`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NEAR: Final = {"today": 0, "tod": 0, "tomorrow": 1, "tom": 1}
_LAST_WEEKS: Final = 26
_LEAST_LETTERS: Final = 3


class UnknownDay(ValueError):
    """What was written is no day; the text says how to write one."""


def site_today(zone: str) -> date:
    """Today where the site is, in its zone, as `Europe/London`."""
    return datetime.now(ZoneInfo(zone)).date()


def read_day(text: str, today: date) -> str:
    """The day as `YYYY-MM-DD`, or "" for nothing. A day and month without a year mean the next such day.

    Raises UnknownDay for what is no day, and for one that has passed.
    """
    written = " ".join(text.strip().lower().replace(",", " ").split())
    if not written:
        return ""
    found = _read(written, today)
    if found is None:
        raise UnknownDay(f"Due: {text.strip()!r} is no day. Write tomorrow, fri, +3, 24/11 or 2026-11-24.")
    if found < today:
        raise UnknownDay(f"Due: {found.day} {found:%b %Y} has passed. Choose today or later.")
    return found.isoformat()


def _read(written: str, today: date) -> date | None:
    if written in _NEAR:
        return today + timedelta(days=_NEAR[written])
    if match := re.fullmatch(r"\+ ?(\d{1,3})(?: ?d(?:ays?)?)?", written):
        return today + timedelta(days=int(match[1]))
    named = [number for number, name in enumerate(_WEEKDAYS) if name.startswith(written)]
    if len(written) >= _LEAST_LETTERS and len(named) == 1:
        ahead = (named[0] - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", written):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})\.?(?:[/. -]?(\d{4}|\d{2}))?", written):
        return _coming(int(match[1]), int(match[2]), match[3], today)
    if match := re.fullmatch(r"(\d{1,2}) ?([a-z]{3,9})\.?(?: (\d{4}))?", written):
        month = match[2][:3]
        return _coming(int(match[1]), _MONTHS.index(month) + 1, match[3], today) if month in _MONTHS else None
    return None


def _coming(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _day(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    this_year = _day(today.year, month, day)
    if this_year is not None and today - this_year < timedelta(weeks=_LAST_WEEKS):
        return this_year
    return _day(today.year + 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
