"""Shipments on the road: loaded, departed, handed over, failed, tried again, brought back."""

from __future__ import annotations

import pytest

from services import commands as c
from services.storage.tables import Order, OrderLine, Route, Shipment, ShipmentLine, Stock, Stop, Vehicle
from tests.helpers.books import SITE, Books
from tests.helpers.floor import (
    deliver,
    depart,
    in_bin,
    load,
    open_alerts,
    pack,
    pick_all,
    receive,
    route,
    shipment,
    was_contradicted,
)


def fail(books: Books, shipment_id: str) -> None:
    books.must(c.FailDelivery(site_id=SITE, shipment_id=shipment_id, reason="nobody_there"))


def test_a_packed_shipment_is_loaded_and_may_be_unloaded_again(stocked: Books) -> None:
    row = load(stocked, stocked.order(("prod-1", 3)))
    assert row.status == "loaded"
    assert stocked.do(c.LoadShipment(site_id=SITE, shipment_id=row.id)).status == "applied"
    stocked.must(c.UnloadShipment(site_id=SITE, shipment_id=row.id))
    assert stocked.get(Shipment, row.id).status == "assigned"
    assert stocked.do(c.UnloadShipment(site_id=SITE, shipment_id=row.id)).status == "applied"
    assert stocked.level("prod-1").on_hand == 15


def test_a_shipment_that_is_not_packed_is_not_loaded(stocked: Books) -> None:
    row = shipment(stocked, stocked.order(("prod-1", 3)))
    effect = stocked.do(c.LoadShipment(site_id=SITE, shipment_id=row.id))
    assert was_contradicted(stocked, effect, row)
    assert stocked.get(Shipment, row.id).status == "assigned"


def test_departure_takes_on_hand_and_reserved_down_and_in_transit_up(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = depart(stocked, order_id)
    level = stocked.level("prod-1")
    assert (level.on_hand, level.reserved, level.in_transit) == (12, 0, 3)
    assert (row.status, row.departed_at) == ("en_route", stocked.now)
    assert stocked.get(Order, order_id).status == "shipped"
    line = stocked.lines(order_id)[0]
    assert (line.status, line.consumed, line.reserved, line.picked) == ("consumed", 3, 0, 0)
    assert [part.quantity for part in stocked.find(ShipmentLine, shipment_id=row.id)] == [3]
    assert (route(stocked, "route-1").status, route(stocked, "route-1").departed_at) == (
        "under_way",
        stocked.now,
    )
    van = stocked.get(Vehicle, "van-1")
    assert (van.state, van.processing) == ("executing", "processing")


def test_a_departure_told_twice_happens_once(stocked: Books) -> None:
    row = depart(stocked, stocked.order(("prod-1", 3)))
    assert stocked.do(c.DepartRoute(site_id=SITE, route_id=row.route_id)).status == "applied"
    assert stocked.level("prod-1").in_transit == 3


def test_a_departure_with_nothing_loaded_changes_nothing_and_asks_for_a_look(stocked: Books) -> None:
    stocked.order(("prod-1", 3))
    effect = stocked.do(c.DepartRoute(site_id=SITE, route_id="route-1"))
    assert was_contradicted(stocked, effect, route(stocked, "route-1"))
    assert route(stocked, "route-1").status == "open"


def test_what_was_not_loaded_stays_behind_and_leaves_the_route(stocked: Books) -> None:
    stays = stocked.order(("prod-1", 1))
    gone = depart(stocked, stocked.order(("prod-2", 2), customer="cust-2"))
    left = shipment(stocked, stays)
    assert (left.status, left.route_id, left.stop_id, left.vehicle_id) == ("created", "", "", "")
    assert [stop.shipment_id for stop in stocked.find(Stop, route_id="route-1")] == [gone.id]
    assert route(stocked, "route-1").load_g == gone.load_g


def test_what_was_not_loaded_goes_with_another_open_route_where_there_is_one(stocked: Books) -> None:
    stays = stocked.order(("prod-1", 1))
    stocked.open_route("route-2")
    stocked.unit.flush()
    row = load(stocked, stocked.order(("prod-2", 2), customer="cust-2"))
    on = shipment(stocked, stays).route_id
    if row.route_id != on:
        stocked.must(c.UnloadShipment(site_id=SITE, shipment_id=row.id))
        stocked.must(c.AssignShipment(site_id=SITE, shipment_id=row.id, route_id=on))
        stocked.must(c.LoadShipment(site_id=SITE, shipment_id=row.id))
    stocked.must(c.DepartRoute(site_id=SITE, route_id=on))
    left = shipment(stocked, stays)
    assert left.status == "assigned"
    assert left.route_id == ({"route-1", "route-2"} - {on}).pop()


def test_what_was_short_travels_with_a_second_shipment(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 18))
    first = depart(stocked, order_id)
    number = stocked.get(Order, order_id).number
    assert first.number == f"{number}-S1"
    assert stocked.get(Order, order_id).status == "partially_shipped"
    stocked.open_route("route-2")
    stocked.unit.flush()
    receive(stocked, "prod-1", "A-01-01-1", 3)
    [second] = [row for row in stocked.find(Shipment, order_id=order_id) if row.id != first.id]
    assert (second.number, second.attempt, second.route_id) == (f"{number}-S2", 2, "route-2")
    assert second.load_g == 3 * 250
    pick_all(stocked, order_id)
    stocked.must(c.PackOrder(site_id=SITE, order_id=order_id))
    stocked.must(c.LoadShipment(site_id=SITE, shipment_id=second.id))
    stocked.must(c.DepartRoute(site_id=SITE, route_id="route-2"))
    assert stocked.get(Order, order_id).status == "shipped"
    for row in (first, second):
        assert stocked.get(Order, order_id).status == "shipped"
        stocked.must(c.DeliverShipment(site_id=SITE, shipment_id=row.id, pod_name="Pat"))
    assert stocked.get(Order, order_id).status == "delivered"


def test_a_held_order_that_has_left_all_the_same_is_shipped_and_cannot_be_cancelled(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = load(stocked, order_id)
    stocked.must(c.HoldOrder(site_id=SITE, order_id=order_id, reason="credit"))
    stocked.must(c.DepartRoute(site_id=SITE, route_id=row.route_id))
    assert stocked.get(Order, order_id).status == "shipped"
    effect = stocked.do(c.CancelOrder(site_id=SITE, order_id=order_id, reason="late"))
    assert (effect.status, effect.code) == ("rejected", "already_shipped")


def test_an_arrival_is_noted_on_stop_and_shipment(stocked: Books) -> None:
    row = depart(stocked, stocked.order(("prod-1", 3)))
    stocked.must(c.ArriveStop(site_id=SITE, stop_id=row.stop_id))
    assert stocked.get(Shipment, row.id).status == "arrived"
    stop = stocked.get(Stop, row.stop_id)
    assert (stop.status, stop.arrived_at) == ("arrived", stocked.now)
    assert stocked.do(c.ArriveStop(site_id=SITE, stop_id=row.stop_id)).status == "applied"


def test_an_arrival_before_departure_is_contradicted(stocked: Books) -> None:
    row = pack(stocked, stocked.order(("prod-1", 3)))
    effect = stocked.do(c.ArriveStop(site_id=SITE, stop_id=row.stop_id))
    assert was_contradicted(stocked, effect, row)
    assert stocked.get(Stop, row.stop_id).status == "planned"


def test_delivery_takes_in_transit_down_and_keeps_the_evidence(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = depart(stocked, order_id)
    stocked.must(c.ArriveStop(site_id=SITE, stop_id=row.stop_id))
    effect = stocked.must(
        c.DeliverShipment(site_id=SITE, shipment_id=row.id, pod_name="Pat", pod_note="left at the desk")
    )
    assert [job.arguments["event"] for job in effect.jobs] == ["shipment.delivered"]
    row = stocked.get(Shipment, row.id)
    assert (row.status, row.pod_name, row.pod_note, row.delivered_at) == (
        "delivered", "Pat", "left at the desk", stocked.now,
    )  # fmt: skip
    level = stocked.level("prod-1")
    assert (level.on_hand, level.in_transit) == (12, 0)
    assert stocked.get(Order, order_id).status == "delivered"
    assert stocked.lines(order_id)[0].delivered == 3
    assert stocked.get(Stop, row.stop_id).status == "done"


def test_a_driver_who_forgot_to_report_the_arrival_has_arrived_all_the_same(stocked: Books) -> None:
    row = deliver(stocked, stocked.order(("prod-1", 3)))
    assert row.status == "delivered"
    assert stocked.get(Stop, row.stop_id).arrived_at == stocked.now


def test_a_delivery_told_twice_happens_once(stocked: Books) -> None:
    row = deliver(stocked, stocked.order(("prod-1", 3)))
    again = stocked.do(c.DeliverShipment(site_id=SITE, shipment_id=row.id, pod_name="Somebody Else"))
    assert again.status == "applied"
    assert stocked.get(Shipment, row.id).pod_name == "Pat Doorman"


@pytest.mark.parametrize(
    "command",
    [
        lambda i: c.DeliverShipment(site_id=SITE, shipment_id=i, pod_name="Pat"),
        lambda i: c.FailDelivery(site_id=SITE, shipment_id=i, reason="refused"),
        lambda i: c.RetryDelivery(site_id=SITE, shipment_id=i),
        lambda i: c.ReturnShipment(site_id=SITE, shipment_id=i, reason="refused"),
        lambda i: c.ReceiveReturn(site_id=SITE, shipment_id=i, location_id="REC-1"),
    ],
    ids=["delivered", "failed", "retried", "returning", "received"],
)
def test_what_cannot_have_happened_to_a_shipment_is_kept_and_changes_nothing(
    stocked: Books, command: object
) -> None:
    row = pack(stocked, stocked.order(("prod-1", 3)))
    assert callable(command)
    effect = stocked.do(command(row.id))
    assert was_contradicted(stocked, effect, row)
    assert stocked.get(Shipment, row.id) == row


def test_a_failed_delivery_stays_in_transit_and_raises_an_alert(stocked: Books) -> None:
    row = depart(stocked, stocked.order(("prod-1", 3)))
    fail(stocked, row.id)
    failed = stocked.get(Shipment, row.id)
    assert (failed.status, failed.failure_reason) == ("failed", "nobody_there")
    assert stocked.level("prod-1").in_transit == 3
    assert stocked.get(Stop, row.stop_id).status == "failed"
    assert [alert.subject_id for alert in open_alerts(stocked, "delivery_failed")] == [row.id]


def test_another_try_comes_after_the_stops_that_are_left(stocked: Books) -> None:
    orders = [stocked.order(("prod-1", 1)), stocked.order(("prod-2", 1), customer="cust-2")]
    rows = [load(stocked, order_id) for order_id in orders]
    stocked.must(c.DepartRoute(site_id=SITE, route_id="route-1"))
    first, second = sorted(rows, key=lambda row: stocked.get(Stop, row.stop_id).position)
    fail(stocked, first.id)
    stocked.must(c.RetryDelivery(site_id=SITE, shipment_id=first.id))
    again = stocked.get(Shipment, first.id)
    assert (again.status, again.attempt, again.failure_reason) == ("en_route", 2, "")
    stops = [stocked.get(Stop, row.stop_id) for row in (second, first)]
    assert [stop.position for stop in stops] == [0, 1]
    assert stops[0].eta < stops[1].eta
    assert (stops[1].status, stops[1].completed_at) == ("planned", None)
    assert open_alerts(stocked, "delivery_failed") == []
    stocked.must(c.DeliverShipment(site_id=SITE, shipment_id=first.id, pod_name="Pat"))
    assert stocked.get(Shipment, first.id).status == "delivered"


def test_a_returned_shipment_comes_back_held_until_it_is_inspected(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = depart(stocked, order_id)
    fail(stocked, row.id)
    stocked.must(c.ReturnShipment(site_id=SITE, shipment_id=row.id, reason="nobody_there"))
    assert stocked.get(Shipment, row.id).status == "returning"
    assert open_alerts(stocked, "delivery_failed") == []
    stocked.must(c.ReceiveReturn(site_id=SITE, shipment_id=row.id, location_id="REC-1"))
    level = stocked.level("prod-1")
    assert (level.on_hand, level.held, level.in_transit, level.available) == (15, 3, 0, 12)
    assert in_bin(stocked, "prod-1", "REC-1", "held") == 3
    assert stocked.get(Order, order_id).status == "returned"
    stocked.must(c.ReceiveReturn(site_id=SITE, shipment_id=row.id, location_id="REC-1"))
    assert stocked.level("prod-1").on_hand == 15, "told twice, received once"


def test_what_a_customer_sends_back_is_in_transit_until_it_is_received(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = deliver(stocked, order_id)
    stocked.must(c.ReturnShipment(site_id=SITE, shipment_id=row.id, reason="damaged"))
    assert stocked.level("prod-1").in_transit == 3
    stocked.must(c.ReceiveReturn(site_id=SITE, shipment_id=row.id, location_id="REC-1"))
    line = stocked.get(OrderLine, f"{order_id}-1")
    assert (line.delivered, line.returned) == (0, 3)
    assert stocked.level("prod-1").in_transit == 0


def test_a_returned_lot_keeps_its_name_and_last_day(books: Books) -> None:
    receive(books, "prod-3", "A-01-01-1", 2, lot="L7", expires_on="2027-01-31")
    row = depart(books, books.order(("prod-3", 2)))
    fail(books, row.id)
    books.must(c.ReturnShipment(site_id=SITE, shipment_id=row.id, reason="refused"))
    books.must(c.ReceiveReturn(site_id=SITE, shipment_id=row.id, location_id="REC-1"))
    [stock] = books.find(Stock, location_id="REC-1")
    assert (stock.lot, stock.expires_on, stock.status) == ("L7", "2027-01-31", "held")


def test_when_a_route_is_over_what_was_not_delivered_is_on_its_way_back(stocked: Books) -> None:
    done, missed = stocked.order(("prod-1", 1)), stocked.order(("prod-2", 1), customer="cust-2")
    rows = [load(stocked, order_id) for order_id in (done, missed)]
    stocked.must(c.DepartRoute(site_id=SITE, route_id="route-1"))
    stocked.must(c.DeliverShipment(site_id=SITE, shipment_id=rows[0].id, pod_name="Pat"))
    stocked.must(c.FinishRoute(site_id=SITE, route_id="route-1"))
    assert route(stocked, "route-1").status == "finished"
    assert stocked.get(Shipment, rows[0].id).status == "delivered"
    back = stocked.get(Shipment, rows[1].id)
    assert (back.status, back.failure_reason) == ("returning", "out_of_time")
    assert [stop.status for stop in stocked.find(Stop, shipment_id=back.id)] == ["failed"]
    van = stocked.get(Vehicle, "van-1")
    assert (van.state, van.processing) == ("idle", "idle")
    assert stocked.do(c.FinishRoute(site_id=SITE, route_id="route-1")).status == "applied"


def test_a_vehicle_in_error_is_still_in_error_when_its_route_is_over(stocked: Books) -> None:
    depart(stocked, stocked.order(("prod-1", 1)))
    stocked.must(c.SetVehicleState(site_id=SITE, vehicle_id="van-1", state="error"))
    stocked.must(c.FinishRoute(site_id=SITE, route_id="route-1"))
    van = stocked.get(Vehicle, "van-1")
    assert (van.state, van.processing) == ("error", "idle")


def test_a_route_that_never_left_is_not_over(stocked: Books) -> None:
    effect = stocked.do(c.FinishRoute(site_id=SITE, route_id="route-1"))
    assert was_contradicted(stocked, effect, stocked.get(Route, "route-1"))
    assert route(stocked, "route-1").status == "open"
