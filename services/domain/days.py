"""Instants to days: an instant is milliseconds since 1970 in UTC, a day is `YYYY-MM-DD`."""

from datetime import UTC, date, datetime, timedelta

DAY_MS = 86_400_000


def day_of(instant: int) -> str:
    """The UTC day that an instant falls on."""
    return (date(1970, 1, 1) + timedelta(days=instant // DAY_MS)).isoformat()


def start_of(day: str) -> int:
    """The first instant of a UTC day."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000
