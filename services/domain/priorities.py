"""What is done first, and by when: the priority of pick tasks, and the day that a customer is promised.

Priorities run from 1 (first) to 9 (last); days are `YYYY-MM-DD`.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final
from zlib import crc32

from services.domain.days import day_of

FIRST: Final = 1
USUAL: Final = 5
LAST: Final = 9

# How many steps a due date moves a task forward, by the days that are left.
_STEPS_BY_DAYS_LEFT: Final = ((0, 3), (1, 2), (2, 1))
_DISTANT_DAYS: Final = 7
_MONDAY_TO_FRIDAY: Final = frozenset(range(5))
_YEAR: Final = 366


def pick_priority(order_priority: int, due_on: str, now: int) -> int:
    """A pick task's priority from its order's and the days left until it is due; `now` is milliseconds UTC.

    Overdue comes first whatever the order's priority; due today moves it three steps forward, tomorrow two,
    the day after one; a week or more away moves it one step back. Without a due date the order's priority
    stands.
    """
    if not due_on:
        return _within_bounds(order_priority)
    days_left = (date.fromisoformat(due_on) - date.fromisoformat(day_of(now))).days
    if days_left < 0:
        return FIRST
    if days_left >= _DISTANT_DAYS:
        return _within_bounds(order_priority + 1)
    steps = next((steps for days, steps in _STEPS_BY_DAYS_LEFT if days_left <= days), 0)
    return _within_bounds(order_priority - steps)


def worker_for_zone(zone: str, workers: Iterable[str]) -> str:
    """The worker to propose for a task in a zone, out of ids in any order; "" when there is nobody.

    Everybody keeps to a zone as long as the team stays the same, so that people do not cross the hall, and
    every machine proposes alike.
    """
    team = sorted(workers)
    return team[crc32(zone.encode()) % len(team)] if team else ""


def promised_on(
    placed_on: str,
    placed_minute: int,
    *,
    cutoff_minute: int,
    lead_days: int = 1,
    working_days: Collection[int] = _MONDAY_TO_FRIDAY,
    closed_on: Collection[str] = (),
) -> str:
    """The day to promise for an order placed on a day at a minute of that day, both in the site's time zone.

    An order after the cut-off, or on a day without work, counts as placed on the next working day; from there
    `lead_days` working days are added. `working_days` are numbers with Monday 0, `closed_on` days are
    holidays. Raises ValueError when no day of a year is a working day.
    """
    day = date.fromisoformat(placed_on)
    if placed_minute >= cutoff_minute:
        day += timedelta(days=1)
    day = _next_working_day(day, working_days, closed_on)
    for _ in range(lead_days):
        day = _next_working_day(day + timedelta(days=1), working_days, closed_on)
    return day.isoformat()


def _next_working_day(day: date, working_days: Collection[int], closed_on: Collection[str]) -> date:
    for later in range(_YEAR):
        candidate = day + timedelta(days=later)
        if candidate.weekday() in working_days and candidate.isoformat() not in closed_on:
            return candidate
    raise ValueError("no working day within a year: check the site's working days")


def _within_bounds(priority: int) -> int:
    return max(FIRST, min(LAST, priority))
