"""Available to promise, by date: what is free now, what will come, and what is promised for later."""

from collections.abc import Iterable

import msgspec


class Dated(msgspec.Struct, frozen=True):
    """Units on a day, `YYYY-MM-DD`."""

    day: str
    quantity: int


def available_to_promise(
    available_now: int, receipts: Iterable[Dated], promises: Iterable[Dated], today: str
) -> list[Dated]:
    """What may still be promised for each day on which something changes, `today` first.

    `available_now` already leaves out what is reserved; `promises` are those not yet reserved. A day's figure
    is what can be taken on it without breaking a promise of a later day. Overdue receipts count as coming
    today.
    """
    changes: dict[str, int] = {today: available_now}
    for sign, entries in ((1, receipts), (-1, promises)):
        for entry in entries:
            day = max(entry.day, today)
            changes[day] = changes.get(day, 0) + sign * entry.quantity
    days = sorted(changes)
    level = 0
    levels: list[int] = []
    for day in days:
        level += changes[day]
        levels.append(level)
    for place in range(len(levels) - 2, -1, -1):
        levels[place] = min(levels[place], levels[place + 1])
    return [Dated(day, max(0, units)) for day, units in zip(days, levels, strict=True)]


def earliest_day(quantity: int, figures: Iterable[Dated]) -> str:
    """The first day on which `quantity` units may be promised, or "" when none of the days has so many."""
    return next((figure.day for figure in figures if figure.quantity >= quantity), "")
