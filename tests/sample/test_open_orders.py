"""What a sample warehouse has open: at any hour orders have come in today and on the last open day, none in the future."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.sample.open_orders import instant
from services.sample.warehouse import SCALES, generated

SATURDAY_NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TUESDAY_EVENING = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize("now", [SATURDAY_NOON, MONDAY_NIGHT, TUESDAY_EVENING])
def test_all_open_orders_came_in_before_now_and_are_numbered_by_time(now: datetime) -> None:
    orders = generated(3, "small", now, lambda what, done: None).open_orders
    assert len(orders) == SCALES["small"].open_orders
    assert [order.number for order in orders] == [str(n) for n in range(1, len(orders) + 1)]
    times = [order.ordered_at for order in orders]
    assert times == sorted(times)
    assert times[-1] <= instant(now)


def test_some_came_in_today_even_on_a_day_on_which_the_shop_is_closed() -> None:
    orders = generated(3, "small", SATURDAY_NOON, lambda what, done: None).open_orders
    midnight = instant(SATURDAY_NOON.replace(hour=0, minute=0))
    today = [order for order in orders if order.ordered_at >= midnight]
    assert 5 <= len(today) < len(orders) / 2
