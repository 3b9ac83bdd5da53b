"""Instants to days: an instant is milliseconds since 1970 in UTC, a day is `YYYY-MM-DD`."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

DAY_MS = 86_400_000


def day_of(instant: int) -> str:
    """The UTC day that an instant falls on."""
    return _day(instant // DAY_MS)


@lru_cache(maxsize=1024)
def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def start_of(day: str) -> int:
    """The first instant of a UTC day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000
