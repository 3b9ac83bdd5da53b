"""On which days a business was open, and how many orders came in on each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from services.sample.curve_shape import Curves, at_probability
from services.sample.generator.chance import Chance

_WEEKDAY_CERTAINTY: Final = 0.55
"""How far the day of the week and the month decide which days are the busy ones; the rest is chance."""


def trading_days(
    seed: int, last_day: date, days: int, curves: Curves, orders_a_day: float
) -> list[tuple[date, int]]:
    """The open days of the ``days`` up to ``last_day``, with their numbers of orders, in order.

    The numbers are spread as measured; the busy ones fall on the weekdays and months that are busy. The last day is
    open whenever its weekday is.
    """
    chance = Chance(seed, "trading days")
    weekdays = [
        (1 - curves.walk_in_orders) * trade + curves.walk_in_orders * walk_in
        for trade, walk_in in zip(curves.trade.weekdays, curves.walk_in.weekdays, strict=True)
    ]
    working = sum(share > 0 for share in weekdays)
    # Where no orders ever come on some weekdays, the other days are open more often than the average day.
    open_share = min(1.0, curves.open_days * 7 / working)
    calendar = [last_day - timedelta(days=back) for back in range(days - 1, -1, -1)]
    opened = [
        day
        for day in calendar
        if weekdays[day.weekday()] > 0 and (chance.happens(open_share) or day == last_day)
    ]
    expected = [weekdays[day.weekday()] * working * curves.month_factor.get(day.month, 1.0) for day in opened]
    busy = sorted(
        range(len(opened)),
        key=lambda index: (
            _WEEKDAY_CERTAINTY * expected[index] + (1 - _WEEKDAY_CERTAINTY) * 2 * chance.unit(),
            index,
        ),
    )
    orders = [0] * len(opened)
    for rank, index in enumerate(busy):
        factor = at_probability(curves.day_factor, (rank + 0.5) / len(opened))
        orders[index] = max(1, round(orders_a_day * factor))
    return list(zip(opened, orders, strict=True))
