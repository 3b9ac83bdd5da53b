"""Makes the orders of today: of named customers near the depot, small enough to pick, with the day they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from services.domain.priorities import promised_on
from services.sample.curve_shape import Curves
from services.sample.generator.order_book import draft_orders
from services.sample.generator.records import SampleCustomer, SampleOrder, SampleProduct

CUTOFF_MINUTE: Final = 15 * 60
"""Orders after three in the afternoon count as the next working day's."""
MOST_LINES: Final = 40


def make_open_orders(
    seed: int,
    products: Sequence[SampleProduct],
    customers: Sequence[SampleCustomer],
    curves: Curves,
    *,
    day: date,
    count: int,
    timezone: str,
    first_number: int,
    most_lines: int = MOST_LINES,
) -> tuple[SampleOrder, ...]:
    """``count`` clean orders of one day, by time, numbered from ``first_number``; none has more lines than that."""
    zone = ZoneInfo(timezone)
    # A walk-in's order has no address to take it to.
    named_only = msgspec.structs.replace(curves, walk_in_orders=0.0)
    drafts = draft_orders(seed, products, customers, named_only, [(day, count)], timezone)
    orders = []
    for position, draft in enumerate(drafts):
        at = datetime.fromtimestamp(draft.at / 1000, zone)
        due_on = promised_on(day.isoformat(), at.hour * 60 + at.minute, cutoff_minute=CUTOFF_MINUTE)
        orders.append(
            SampleOrder(
                number=str(first_number + position),
                customer_code=draft.customer_code,
                country=draft.country,
                ordered_at=draft.at,
                lines=tuple(draft.lines[:most_lines]),
                priority=draft.priority,
                due_on=due_on,
            )
        )
    return tuple(orders)
