"""Packing: picked goods go into parcels, and may come out again before they leave."""

from __future__ import annotations

from services import commands as c
from services.storage.tables import Order, PickTask, Shipment, ShipmentLine, Stock, StockTask
from tests.helpers.books import SITE, Books
from tests.helpers.floor import (
    depart,
    in_bin,
    load,
    pack,
    pick_all,
    pick_of,
    receive,
    shipment,
    shipments,
    was_contradicted,
)


def contents(books: Books, row: Shipment) -> list[tuple[str, str, int]]:
    """What is in a shipment's parcels: (line, lot, units)."""
    rows = books.find(ShipmentLine, shipment_id=row.id)
    return sorted((part.line_id, part.lot, part.quantity) for part in rows)


def packed_twice(books: Books) -> tuple[str, Shipment, Shipment]:
    """An order of twenty units, of which fifteen are in parcels, and then the five that came later."""
    order_id = books.order(("prod-1", 20))
    pack(books, order_id)
    receive(books, "prod-1", "A-01-01-1", 5)
    pick_all(books, order_id)
    books.must(c.PackOrder(site_id=SITE, order_id=order_id, parcels=2))
    first, second = shipments(books, order_id)
    return order_id, first, second


def leave(books: Books, row: Shipment) -> None:
    """One shipment leaves by itself."""
    books.must(c.LoadShipment(site_id=SITE, shipment_id=row.id))
    books.must(c.DepartRoute(site_id=SITE, route_id=books.get(Shipment, row.id).route_id))


def test_packing_a_picked_order_says_in_how_many_parcels_it_goes(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    assert pack(stocked, order_id, parcels=2).parcels == 2
    assert stocked.get(Order, order_id).status == "packed"


def test_packing_an_order_of_which_nothing_is_picked_changes_nothing_and_asks_for_a_look(
    stocked: Books,
) -> None:
    order_id = stocked.order(("prod-1", 3))
    effect = stocked.do(c.PackOrder(site_id=SITE, order_id=order_id))
    assert was_contradicted(stocked, effect, stocked.get(Order, order_id))
    assert stocked.get(Order, order_id).status == "allocated"
    assert shipment(stocked, order_id).parcels == 0


def test_parcels_packed_while_more_was_promised_meanwhile_still_count(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 16))
    pick_all(stocked, order_id)
    receive(stocked, "prod-1", "A-01-01-1", 1)
    assert stocked.get(Order, order_id).status == "picking"
    assert stocked.must(c.PackOrder(site_id=SITE, order_id=order_id)).status == "applied"
    packed, to_pack = shipments(stocked, order_id)
    assert (packed.parcels, packed.load_g) == (1, 15 * 250)
    assert (to_pack.parcels, to_pack.load_g) == (0, 1 * 250)
    assert stocked.get(Order, order_id).status == "picking", "one unit is still to be picked"


def test_a_held_order_that_was_packed_all_the_same_is_packed_when_it_is_resumed(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    pick_all(stocked, order_id)
    stocked.must(c.HoldOrder(site_id=SITE, order_id=order_id, reason="credit"))
    stocked.must(c.PackOrder(site_id=SITE, order_id=order_id))
    assert stocked.get(Order, order_id).status == "on_hold"
    stocked.must(c.ResumeOrder(site_id=SITE, order_id=order_id))
    assert stocked.get(Order, order_id).status == "packed"


def test_an_opened_order_is_picked_again_and_has_no_parcels(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = pack(stocked, order_id)
    stocked.must(c.UnpackOrder(site_id=SITE, order_id=order_id))
    assert stocked.get(Order, order_id).status == "picked"
    assert stocked.get(Shipment, row.id).parcels == 0


def test_an_order_on_a_vehicle_is_not_opened(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    load(stocked, order_id)
    effect = stocked.do(c.UnpackOrder(site_id=SITE, order_id=order_id))
    assert was_contradicted(stocked, effect, stocked.get(Order, order_id))
    assert stocked.get(Order, order_id).status == "packed"
    assert shipment(stocked, order_id).parcels == 1


def test_packing_records_what_is_in_the_parcels_lot_by_lot(books: Books) -> None:
    receive(books, "prod-3", "A-01-01-1", 2, lot="L1", expires_on="2027-01-31")
    receive(books, "prod-3", "A-01-02-1", 3, lot="L2", expires_on="2027-02-28")
    order_id = books.order(("prod-3", 5))
    row = pack(books, order_id)
    assert contents(books, row) == [(f"{order_id}-1", "L1", 2), (f"{order_id}-1", "L2", 3)]
    assert {part.expires_on for part in books.find(ShipmentLine, shipment_id=row.id)} == {
        "2027-01-31", "2027-02-28",
    }  # fmt: skip


def test_what_is_picked_after_packing_goes_into_a_next_shipment(stocked: Books) -> None:
    order_id, first, second = packed_twice(stocked)
    assert contents(stocked, first) == [(f"{order_id}-1", "", 15)]
    assert contents(stocked, second) == [(f"{order_id}-1", "", 5)]
    assert (first.parcels, second.parcels) == (1, 2)
    assert (first.load_g, second.load_g) == (15 * 250, 5 * 250)
    number = stocked.get(Order, order_id).number
    assert [first.number, second.number] == [f"{number}-S1", f"{number}-S2"]
    assert stocked.get(Order, order_id).status == "packed"


def test_of_an_order_in_two_shipments_only_the_one_that_leaves_is_consumed(stocked: Books) -> None:
    order_id, first, second = packed_twice(stocked)
    leave(stocked, second)
    level = stocked.level("prod-1")
    assert (level.on_hand, level.reserved, level.in_transit) == (15, 15, 5)
    line = stocked.lines(order_id)[0]
    assert (line.consumed, line.picked, line.reserved) == (5, 15, 15)
    assert stocked.get(Order, order_id).status == "partially_shipped"
    assert in_bin(stocked, "prod-1", "STG-1") == 15, "the other parcels stand where they stood"
    assert contents(stocked, stocked.get(Shipment, first.id)) == [(f"{order_id}-1", "", 15)]
    stocked.open_route("route-2")
    stocked.unit.flush()
    stocked.must(c.AssignShipment(site_id=SITE, shipment_id=first.id, route_id="route-2"))
    leave(stocked, first)
    assert stocked.get(Order, order_id).status == "shipped"
    assert stocked.level("prod-1").in_transit == 20


def test_delivered_failed_and_returned_units_are_those_of_the_shipment(stocked: Books) -> None:
    order_id, first, second = packed_twice(stocked)
    for row in (first, second):
        stocked.must(c.LoadShipment(site_id=SITE, shipment_id=row.id))
    stocked.must(c.DepartRoute(site_id=SITE, route_id="route-1"))
    stocked.must(c.DeliverShipment(site_id=SITE, shipment_id=second.id, pod_name="Pat"))
    assert stocked.lines(order_id)[0].delivered == 5
    stocked.must(c.FailDelivery(site_id=SITE, shipment_id=first.id, reason="refused"))
    stocked.must(c.ReturnShipment(site_id=SITE, shipment_id=first.id, reason="refused"))
    stocked.must(c.ReceiveReturn(site_id=SITE, shipment_id=first.id, location_id="REC-1"))
    line = stocked.lines(order_id)[0]
    assert (line.delivered, line.returned) == (5, 15)
    assert in_bin(stocked, "prod-1", "REC-1", "held") == 15
    assert stocked.level("prod-1").in_transit == 0


def test_the_parcels_packed_last_are_opened_first_and_packed_again(stocked: Books) -> None:
    order_id, first, second = packed_twice(stocked)
    stocked.must(c.UnpackOrder(site_id=SITE, order_id=order_id))
    assert contents(stocked, second) == []
    assert contents(stocked, first) == [(f"{order_id}-1", "", 15)]
    assert stocked.get(Order, order_id).status == "picked"
    stocked.must(c.PackOrder(site_id=SITE, order_id=order_id))
    assert contents(stocked, second) == [(f"{order_id}-1", "", 5)]


def test_parcels_opened_while_more_was_to_follow_take_it_along(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 16))
    row = pack(stocked, order_id)
    receive(stocked, "prod-1", "A-01-01-1", 1)
    assert len(shipments(stocked, order_id)) == 2
    stocked.must(c.UnpackOrder(site_id=SITE, order_id=order_id))
    [whole] = shipments(stocked, order_id)
    assert (whole.id, whole.load_g, whole.parcels) == (row.id, 16 * 250, 0)


def test_packing_told_again_only_says_how_many_parcels_they_are(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = pack(stocked, order_id)
    stocked.must(c.PackOrder(site_id=SITE, order_id=order_id, parcels=2))
    assert shipment(stocked, order_id).parcels == 2
    assert contents(stocked, row) == [(f"{order_id}-1", "", 3)]


def test_a_pick_half_done_is_packed_as_far_as_it_is_done(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 6))
    [task] = stocked.tasks(order_id)
    stocked.must(pick_of(task, 2))
    stocked.must(c.PackOrder(site_id=SITE, order_id=order_id))
    first, _to_pack = shipments(stocked, order_id)
    assert contents(stocked, first) == [(f"{order_id}-1", "", 2)]
    [rest] = stocked.tasks(order_id, "pending")
    assert (rest.quantity, rest.picked) == (4, 0)
    stocked.must(pick_of(rest))
    stocked.must(c.UndoPick(site_id=SITE, task_id=rest.id))
    assert stocked.lines(order_id)[0].picked == 2
    undone = stocked.do(c.UndoPick(site_id=SITE, task_id=task.id))
    assert was_contradicted(stocked, undone, stocked.get(Order, order_id))


def test_a_pick_in_a_parcel_is_taken_back_only_after_the_parcel_was_opened(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    pack(stocked, order_id)
    [task] = stocked.tasks(order_id)
    effect = stocked.do(c.UndoPick(site_id=SITE, task_id=task.id))
    assert was_contradicted(stocked, effect, stocked.get(Order, order_id))
    stocked.must(c.UnpackOrder(site_id=SITE, order_id=order_id))
    stocked.must(c.UndoPick(site_id=SITE, task_id=task.id))
    assert in_bin(stocked, "prod-2", "A-02-01-1") == 20


def test_the_pick_of_what_has_left_is_not_taken_back_from_what_is_still_here(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 18))
    depart(stocked, order_id)
    gone = stocked.find(PickTask, order_id=order_id)
    receive(stocked, "prod-1", "A-01-01-1", 3)
    pick_all(stocked, order_id)
    for task in gone:
        effect = stocked.do(c.UndoPick(site_id=SITE, task_id=task.id))
        assert was_contradicted(stocked, effect, stocked.get(Order, order_id))
    assert stocked.lines(order_id)[0].picked == 3
    [late] = [task for task in stocked.tasks(order_id) if task.id not in {row.id for row in gone}]
    stocked.must(c.UndoPick(site_id=SITE, task_id=late.id))
    assert stocked.lines(order_id)[0].picked == 0


def test_parcels_carried_to_another_place_leave_from_there(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = pack(stocked, order_id)
    stocked.must(
        c.MoveStock(
            site_id=SITE, product_id="prod-1", from_location_id="STG-1", to_location_id="DOCK-1", quantity=2
        )
    )
    assert sum(part.quantity for part in stocked.find(ShipmentLine, shipment_id=row.id)) == 3
    leave(stocked, row)
    assert in_bin(stocked, "prod-1", "STG-1") == in_bin(stocked, "prod-1", "DOCK-1") == 0
    assert stocked.level("prod-1").in_transit == 3


def test_a_pick_whose_goods_were_carried_on_is_taken_back_from_where_they_are(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    pick_all(stocked, order_id)
    stocked.must(
        c.MoveStock(
            site_id=SITE, product_id="prod-2", from_location_id="STG-1", to_location_id="DOCK-1", quantity=1
        )
    )
    [task] = stocked.tasks(order_id)
    stocked.must(c.UndoPick(site_id=SITE, task_id=task.id))
    assert in_bin(stocked, "prod-2", "A-02-01-1") == 20
    assert stocked.find(Stock, location_id="DOCK-1") == stocked.find(Stock, location_id="STG-1") == []


def test_cancelling_a_packed_order_empties_its_parcels_and_asks_for_the_goods_to_be_put_back(
    stocked: Books,
) -> None:
    order_id, first, second = packed_twice(stocked)
    stocked.must(c.CancelOrder(site_id=SITE, order_id=order_id, reason="changed their mind"))
    for row in (first, second):
        assert stocked.get(Shipment, row.id).status == "cancelled"
        assert contents(stocked, row) == []
    assert sum(task.quantity for task in stocked.find(StockTask, order_id=order_id)) == 20
    assert stocked.level("prod-1").available == 20


def test_more_promised_to_a_packed_order_and_taken_away_again_leaves_it_packed(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 16))
    pack(stocked, order_id)
    receive(stocked, "prod-1", "A-01-01-1", 1)
    assert stocked.get(Order, order_id).status == "picking"
    stocked.must(
        c.HoldStock(site_id=SITE, product_id="prod-1", location_id="A-01-01-1", quantity=1, reason="damaged")
    )
    assert stocked.get(Order, order_id).status == "packed"
    assert [row.parcels for row in shipments(stocked, order_id)] == [1]
