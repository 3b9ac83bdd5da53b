"""Placing orders: four effects, all or nothing."""

from __future__ import annotations

import pytest

from services.commands import (
    AddLines,
    ConfirmOrder,
    NewLine,
    PlaceOrder,
    ReceiveStock,
    ReleaseOrders,
    RetryOrder,
)
from services.domain.refusals import RuleViolation
from services.storage.tables import Alert, Backorder, Event, Order, Shipment, Stop
from tests.helpers.books import SITE, Books


def test_an_order_reserves_stock_schedules_its_delivery_and_queues_its_picks(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), ("prod-2", 4))
    assert stocked.get(Order, order_id).status == "allocated"
    assert [line.reserved for line in stocked.lines(order_id)] == [3, 4]
    assert stocked.level("prod-1").reserved == 3
    assert stocked.level("prod-1").available == 12
    [shipment] = stocked.find(Shipment, order_id=order_id)
    assert (shipment.status, shipment.vehicle_id, shipment.route_id) == ("assigned", "van-1", "route-1")
    assert shipment.load_g == 3 * 250 + 4 * 500
    [stop] = stocked.find(Stop, route_id="route-1")
    assert stop.eta > stocked.now
    assert shipment.eta == stop.eta
    tasks = stocked.tasks(order_id, "pending")
    assert {(task.product_id, task.quantity) for task in tasks} == {("prod-1", 3), ("prod-2", 4)}
    assert all(task.assigned_to == "user-1" for task in tasks)
    assert "order.placed" in {event.kind for event in stocked.find(Event, subject_id=order_id)}


def test_what_is_not_there_waits_as_a_backorder_and_is_filled_by_the_next_receipt(stocked: Books) -> None:
    effect_order = stocked.order(("prod-1", 20))
    assert stocked.get(Order, effect_order).status == "partially_allocated"
    assert [row.quantity for row in stocked.find(Backorder, order_id=effect_order)] == [5]
    stocked.must(ReceiveStock(site_id=SITE, product_id="prod-1", location_id="A-01-01-1", quantity=8))
    assert stocked.get(Order, effect_order).status == "allocated"
    assert stocked.find(Backorder, order_id=effect_order) == []
    assert stocked.level("prod-1").available == 3


def test_backorders_are_filled_by_priority_and_then_first_come_first_served(books: Books) -> None:
    first = books.order(("prod-3", 2))
    second = books.order(("prod-3", 2))
    urgent = books.order(("prod-3", 2), priority=1)
    books.must(ReceiveStock(site_id=SITE, product_id="prod-3", location_id="A-01-01-1", quantity=3))
    reserved = {order: books.lines(order)[0].reserved for order in (first, second, urgent)}
    assert reserved == {urgent: 2, first: 1, second: 0}


def test_an_order_that_may_not_be_short_is_refused_whole_and_leaves_no_trace(stocked: Books) -> None:
    effect = stocked.do(
        PlaceOrder(
            site_id=SITE,
            order_id="order-x",
            number="T01-000900",
            customer_id="cust-1",
            lines=(
                NewLine(line_id="x-1", product_id="prod-2", quantity=1, price_minor=1),
                NewLine(line_id="x-2", product_id="prod-3", quantity=7, price_minor=1),
            ),
            currency="GBP",
            on_shortfall="refuse",
        )
    )
    assert (effect.status, effect.code) == ("rejected", "insufficient_stock")
    assert [(d["sku"], d["requested"], d["available"]) for d in effect.details] == [("SKU3", 7, 0)]
    assert stocked.unit.get(Order, "order-x") is None
    assert stocked.level("prod-2").reserved == 0


def test_a_shortfall_is_told_in_the_outcome(stocked: Books) -> None:
    effect = stocked.do(
        PlaceOrder(
            site_id=SITE,
            order_id="order-x",
            number="T01-000901",
            customer_id="cust-1",
            lines=(NewLine(line_id="x-1", product_id="prod-1", quantity=16, price_minor=1),),
            currency="GBP",
        )
    )
    assert (effect.status, effect.code) == ("adjusted", "backordered")
    assert "1 units are on backorder (SKU1)" in effect.message


def test_stock_falling_to_the_reorder_point_raises_an_alert_and_a_receipt_settles_it(stocked: Books) -> None:
    stocked.order(("prod-1", 11))
    [alert] = stocked.find(Alert, site_id=SITE, status="open")
    assert alert.kind == "low_stock"
    stocked.must(ReceiveStock(site_id=SITE, product_id="prod-1", location_id="A-01-01-1", quantity=20))
    assert stocked.get(Alert, alert.id).status == "resolved"


def test_a_draft_promises_nothing_until_it_is_confirmed(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), draft=True)
    assert stocked.get(Order, order_id).status == "draft"
    assert stocked.level("prod-1").reserved == 0
    stocked.must(ConfirmOrder(site_id=SITE, order_id=order_id))
    assert stocked.get(Order, order_id).status == "allocated"
    assert stocked.level("prod-1").reserved == 3


def test_the_same_order_is_not_placed_twice(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 1))
    with pytest.raises(RuleViolation, match="already a order"):
        stocked.order(("prod-1", 1), order_id=order_id)


def test_releasing_orders_as_a_wave_sends_their_tasks_to_the_floor(stocked: Books) -> None:
    ready, waiting = stocked.order(("prod-1", 3)), stocked.order(("prod-3", 1))
    effect = stocked.do(
        ReleaseOrders(site_id=SITE, wave_id="wave-1", number="W1", order_ids=(ready, waiting))
    )
    assert (effect.status, effect.code) == ("adjusted", "left_out")
    assert stocked.get(Order, ready).status == "picking"
    assert {task.wave_id for task in stocked.tasks(ready)} == {"wave-1"}


def test_retrying_an_order_finds_what_has_come_free(stocked: Books) -> None:
    order_id = stocked.order(("prod-3", 2))
    effect = stocked.do(RetryOrder(site_id=SITE, order_id=order_id))
    assert effect.status == "applied"
    assert stocked.get(Order, order_id).status == "backordered"


def test_a_line_named_twice_in_one_order_is_refused_and_reserves_nothing(stocked: Books) -> None:
    twice = tuple(
        NewLine(line_id="x-1", product_id=product, quantity=1, price_minor=1)
        for product in ("prod-1", "prod-2")
    )
    place = PlaceOrder(
        site_id=SITE,
        order_id="order-x",
        number="T01-000900",
        customer_id="cust-1",
        lines=twice,
        currency="GBP",
    )
    assert stocked.do(place).code == "duplicate"
    order_id = stocked.order(("prod-1", 1))
    assert stocked.do(AddLines(site_id=SITE, order_id=order_id, lines=twice)).code == "duplicate"
    assert [stocked.level(product).reserved for product in ("prod-1", "prod-2")] == [1, 0]
