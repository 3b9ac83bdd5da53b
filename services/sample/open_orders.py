"""The orders that a sample warehouse has open: most came in on the last open day, the others since this morning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from services.sample.curve_shape import Curves
from services.sample.generator.open_orders import make_open_orders
from services.sample.generator.records import SampleCustomer, SampleOrder, SampleOrderLine, SampleProduct
from services.sample.history.line import WALK_IN, LineKind
from services.sample.history.orders import HistoryOrder

_OPENS_HOUR: Final = 8
_OPEN_HOURS: Final = timedelta(hours=9)


def orders_until(
    seed: int,
    count: int,
    products: Sequence[SampleProduct],
    customers: Sequence[SampleCustomer],
    curves: Curves,
    timezone: str,
    now: datetime,
) -> tuple[SampleOrder, ...]:
    """``count`` orders by time: those of today until now, on whatever weekday, and before them the last open day's."""
    named = [customer for customer in customers if customer.code != WALK_IN]
    today = now.astimezone(ZoneInfo(timezone)).date()
    of_today = make_open_orders(
        seed,
        products,
        named,
        curves,
        day=today,
        count=round(curves.orders_a_day),
        timezone=timezone,
        first_number=1,
    )
    already = [order for order in of_today if order.ordered_at <= instant(now)][:count]
    before = make_open_orders(
        seed, products, named, curves, day=_last_open_day_before(today, curves), count=count - len(already),
        timezone=timezone, first_number=1,
    )  # fmt: skip
    return (
        *before,
        *(
            msgspec.structs.replace(order, number=str(len(before) + place))
            for place, order in enumerate(already, start=1)
        ),
    )


def _last_open_day_before(today: date, curves: Curves) -> date:
    """The last day before today on whose weekday orders come in."""
    day = today - timedelta(days=1)
    while curves.trade.weekdays[day.weekday()] <= 0:
        day -= timedelta(days=1)
    return day


def repeated_orders(
    history: Sequence[HistoryOrder], skus: set[str], customers: set[str], now: datetime, count: int
) -> tuple[SampleOrder, ...]:
    """The newest orders of named customers, as if most had come in yesterday and the others this morning."""
    last = [
        order
        for order in reversed(history)
        if not order.cancellation and order.customer_code in customers and 0 < len(order.goods) <= 40
    ][:count]
    times = _times_of_open_orders(len(last), now)
    return tuple(
        SampleOrder(
            number=str(place + 1),
            customer_code=order.customer_code,
            country=order.country,
            ordered_at=times[place],
            lines=tuple(
                SampleOrderLine(line.sku, "", line.quantity, round(line.unit_price * 100), LineKind.SALE)
                for line in order.goods
                if line.sku in skus and 0 < line.quantity <= 100_000
            ),
            due_on=date.fromordinal(now.date().toordinal() + 1).isoformat(),
        )
        for place, order in enumerate(reversed(last))
    )


def _times_of_open_orders(count: int, now: datetime) -> list[int]:
    """When they came in: four fifths during yesterday's hours, the others evenly since this morning's opening."""
    opening = now.replace(hour=_OPENS_HOUR, minute=0, second=0, microsecond=0)
    since = min(opening, now - timedelta(hours=1))
    yesterday = opening - timedelta(days=1)
    earlier = count * 4 // 5
    return [
        *(instant(yesterday + _OPEN_HOURS * place / max(1, earlier)) for place in range(earlier)),
        *(instant(since + (now - since) * place / (count - earlier)) for place in range(count - earlier)),
    ]


def instant(now: datetime) -> int:
    """A moment as milliseconds UTC."""
    return int(now.timestamp() * 1000)
