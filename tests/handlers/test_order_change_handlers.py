"""Orders changed after they were placed: fields, quantities, more lines, held, resumed, cancelled, closed."""

from __future__ import annotations

import pytest

from services import commands as c
from services.commands import OrderFields
from services.handlers.dispatch import Effect
from services.storage.tables import Backorder, Order, PickTask, Reservation, Shipment, StockTask, Stop
from tests.helpers.books import SITE, Books
from tests.helpers.floor import (
    deliver,
    depart,
    in_bin,
    load,
    pack,
    pick_all,
    pick_of,
    receive,
    route,
    shipment,
    shipments,
)


def change(books: Books, order_id: str, expected: OrderFields, values: OrderFields) -> Effect:
    return books.do(c.ChangeOrder(site_id=SITE, order_id=order_id, expected=expected, values=values))


def resize(books: Books, order_id: str, expected: int, quantity: int, line: int = 1) -> Effect:
    return books.do(
        c.ChangeLine(
            site_id=SITE, order_id=order_id, line_id=f"{order_id}-{line}", expected_quantity=expected,
            quantity=quantity,
        )
    )  # fmt: skip


def hold(books: Books, order_id: str) -> None:
    books.must(c.HoldOrder(site_id=SITE, order_id=order_id, reason="credit"))


def cancel(books: Books, order_id: str) -> Effect:
    return books.do(c.CancelOrder(site_id=SITE, order_id=order_id, reason="customer called"))


def test_a_field_is_changed_when_it_is_what_the_person_saw(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), note="ring twice")
    effect = change(stocked, order_id, OrderFields(note="ring twice"), OrderFields(note="ring once"))
    assert effect.status == "applied"
    assert stocked.get(Order, order_id).note == "ring once"


def test_a_field_that_somebody_changed_meanwhile_is_named_and_kept(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), note="theirs")
    effect = change(
        stocked, order_id, OrderFields(note="seen", priority=5), OrderFields(note="mine", priority=2)
    )
    assert (effect.status, effect.code) == ("rejected", "changed_meanwhile")
    assert effect.details == [{"field": "note", "expected": "seen", "actual": "theirs"}]
    order = stocked.get(Order, order_id)
    assert (order.note, order.priority) == ("theirs", 5), "one clash refuses the whole edit"


def test_two_people_who_meant_the_same_do_not_clash(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), note="new")
    assert change(stocked, order_id, OrderFields(note="old"), OrderFields(note="new")).status == "applied"


def test_a_new_priority_moves_tasks_reservations_and_backorders(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), ("prod-3", 1))
    change(stocked, order_id, OrderFields(priority=5), OrderFields(priority=1))
    for cls in (PickTask, Reservation, Backorder):
        assert {row.priority for row in stocked.find(cls, order_id=order_id)} == {1}, cls.__name__


def test_a_nearer_due_day_moves_tasks_as_if_the_order_had_been_placed_with_it(stocked: Books) -> None:
    due = stocked.order(("prod-1", 1), due_on="2026-05-29")
    order_id = stocked.order(("prod-1", 1))
    change(stocked, order_id, OrderFields(due_on=""), OrderFields(due_on="2026-05-29"))
    [task], [model] = stocked.tasks(order_id), stocked.tasks(due)
    assert (task.priority, task.due_on) == (model.priority, model.due_on)
    assert task.priority < 5


def test_a_new_place_on_the_map_moves_the_stop(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    before = shipment(stocked, order_id)
    change(stocked, order_id, OrderFields(latitude=52.92), OrderFields(latitude=52.7, longitude=-1.2))
    after = shipment(stocked, order_id)
    assert (after.status, after.route_id) == ("assigned", "route-1")
    assert before.eta is not None
    assert after.eta is not None
    assert after.eta < before.eta


def test_more_units_are_reserved_and_what_is_not_there_waits(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    assert resize(stocked, order_id, 3, 17).status == "applied"
    assert stocked.lines(order_id)[0].reserved == 15
    assert [row.quantity for row in stocked.find(Backorder, order_id=order_id)] == [2]
    order = stocked.get(Order, order_id)
    assert (order.status, order.total_minor) == ("partially_allocated", 1700)
    assert shipment(stocked, order_id).load_g == 15 * 250
    assert route(stocked, "route-1").load_g == 15 * 250


def test_fewer_units_give_up_the_backorder_first_and_then_what_lies_in_bins(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 17))
    resize(stocked, order_id, 17, 16)
    assert stocked.lines(order_id)[0].reserved == 15
    resize(stocked, order_id, 16, 4)
    line = stocked.lines(order_id)[0]
    assert (line.reserved, line.cancelled) == (4, 13)
    assert stocked.find(Backorder, order_id=order_id) == []
    assert sum(task.quantity for task in stocked.tasks(order_id, "pending")) == 4
    assert stocked.get(Order, order_id).status == "allocated"


def test_what_one_order_gives_up_goes_to_who_waits_for_it(stocked: Books) -> None:
    has, waits = stocked.order(("prod-1", 15)), stocked.order(("prod-1", 4))
    resize(stocked, has, 15, 12)
    assert stocked.lines(waits)[0].reserved == 3


def test_what_is_picked_cannot_be_taken_off_a_line(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(pick_of(task, 3))
    assert resize(stocked, order_id, 4, 2).code == "line_underfilled"
    assert resize(stocked, order_id, 4, 3).status == "applied"
    assert stocked.get(Order, order_id).status == "picked"


def test_a_quantity_that_somebody_changed_meanwhile_is_refused(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    effect = resize(stocked, order_id, 5, 6)
    assert effect.code == "changed_meanwhile"
    assert effect.details == [{"field": "quantity", "expected": 5, "actual": 3}]
    assert resize(stocked, order_id, 5, 3).status == "applied", "it is already as wanted"


def test_an_order_whose_every_line_is_taken_off_is_cancelled_and_over(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    resize(stocked, order_id, 3, 0)
    order = stocked.get(Order, order_id)
    assert (order.status, order.total_minor, order.closed_at) == ("cancelled", 0, stocked.now)
    assert stocked.lines(order_id)[0].status == "cancelled"
    assert shipment(stocked, order_id).status == "cancelled"


def test_a_drafts_quantity_changes_without_any_promise(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), draft=True)
    resize(stocked, order_id, 3, 9)
    resize(stocked, order_id, 9, 2)
    assert stocked.lines(order_id)[0].quantity == 2
    assert stocked.level("prod-1").reserved == 0


def test_lines_added_to_a_packed_order_are_promised_and_travel_with_a_next_shipment(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    pack(stocked, order_id)
    lines = (c.NewLine(line_id="more", product_id="prod-2", quantity=2, price_minor=50),)
    stocked.must(c.AddLines(site_id=SITE, order_id=order_id, lines=lines))
    order = stocked.get(Order, order_id)
    assert (order.status, order.total_minor) == ("picking", 400)
    assert [(line.position, line.reserved) for line in stocked.lines(order_id)] == [(1, 3), (2, 2)]
    packed, to_pack = shipments(stocked, order_id)
    assert (packed.load_g, packed.parcels) == (3 * 250, 1), "its parcels are closed"
    assert (to_pack.load_g, to_pack.parcels) == (2 * 500, 0)


def test_lines_added_before_packing_travel_with_the_same_shipment(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    lines = (c.NewLine(line_id="more", product_id="prod-2", quantity=2, price_minor=50),)
    stocked.must(c.AddLines(site_id=SITE, order_id=order_id, lines=lines))
    assert shipment(stocked, order_id).load_g == 3 * 250 + 2 * 500


def test_an_order_that_has_left_takes_no_changes(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    depart(stocked, order_id)
    lines = (c.NewLine(line_id="more", product_id="prod-2", quantity=2, price_minor=50),)
    refused = [
        change(stocked, order_id, OrderFields(), OrderFields(note="late")),
        resize(stocked, order_id, 3, 4),
        stocked.do(c.AddLines(site_id=SITE, order_id=order_id, lines=lines)),
        stocked.do(c.HoldOrder(site_id=SITE, order_id=order_id, reason="late")),
    ]
    assert [(effect.status, effect.code) for effect in refused] == [("rejected", "wrong_state")] * 4


def test_a_held_order_keeps_what_is_reserved_and_goes_on_where_it_stopped(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    pick_all(stocked, order_id)
    hold(stocked, order_id)
    order = stocked.get(Order, order_id)
    assert (order.status, order.held_from) == ("on_hold", "picked")
    assert stocked.level("prod-1").reserved == 3
    stocked.must(c.ResumeOrder(site_id=SITE, order_id=order_id))
    order = stocked.get(Order, order_id)
    assert (order.status, order.held_from) == ("picked", "")


def test_an_order_that_is_not_on_hold_is_not_resumed(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    assert stocked.do(c.ResumeOrder(site_id=SITE, order_id=order_id)).code == "wrong_state"


def test_a_held_order_does_not_keep_a_receipt_from_those_behind_it(books: Books) -> None:
    held, behind = books.order(("prod-3", 4)), books.order(("prod-3", 4))
    hold(books, held)
    receive(books, "prod-3", "A-01-01-1", 4)
    assert (books.lines(held)[0].reserved, books.lines(behind)[0].reserved) == (0, 4)
    receive(books, "prod-3", "A-01-01-1", 1)
    books.must(c.ResumeOrder(site_id=SITE, order_id=held))
    assert books.lines(held)[0].reserved == 1
    assert books.get(Order, held).status == "partially_allocated"


def test_a_cancelled_order_gives_everything_back(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 18))
    effect = cancel(stocked, order_id)
    assert [job.arguments["event"] for job in effect.jobs] == ["order.cancelled"]
    level = stocked.level("prod-1")
    assert (level.reserved, level.backordered, level.available) == (0, 0, 15)
    assert {task.status for task in stocked.tasks(order_id)} == {"cancelled"}
    assert (shipment(stocked, order_id).status, route(stocked, "route-1").load_g) == ("cancelled", 0)
    order = stocked.get(Order, order_id)
    assert (order.status, order.closed_at) == ("cancelled", stocked.now)


def test_what_was_picked_for_a_cancelled_order_is_put_back(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(pick_of(task, 3))
    cancel(stocked, order_id)
    [back] = stocked.find(StockTask, order_id=order_id)
    assert (back.kind, back.quantity, back.from_location_id, back.to_location_id) == (
        "put_back", 3, "STG-1", "A-02-01-1",
    )  # fmt: skip
    level = stocked.level("prod-2")
    assert (level.on_hand, level.available) == (20, 20)
    stocked.must(
        c.MoveStock(
            site_id=SITE, product_id="prod-2", from_location_id="STG-1", to_location_id="A-02-01-1", quantity=3,
            task_id=back.id,
        )
    )  # fmt: skip
    assert in_bin(stocked, "prod-2", "A-02-01-1") == 20
    assert stocked.get(StockTask, back.id).status == "done"


def test_a_loaded_order_may_still_be_cancelled(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = load(stocked, order_id)
    cancel(stocked, order_id)
    assert stocked.get(Shipment, row.id).status == "cancelled"
    assert stocked.level("prod-1").on_hand == 15


def test_a_draft_is_cancelled_without_further_ado(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3), draft=True)
    assert cancel(stocked, order_id).status == "applied"
    assert stocked.lines(order_id)[0].status == "cancelled"


@pytest.mark.parametrize("step", [depart, deliver])
def test_after_shipping_only_a_return_is_possible(stocked: Books, step: object) -> None:
    order_id = stocked.order(("prod-1", 3))
    assert callable(step)
    step(stocked, order_id)
    assert cancel(stocked, order_id).code == "already_shipped"


def test_a_delivered_order_is_put_away(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    assert stocked.do(c.CloseOrder(site_id=SITE, order_id=order_id)).code == "wrong_state"
    deliver(stocked, order_id)
    stocked.must(c.CloseOrder(site_id=SITE, order_id=order_id))
    order = stocked.get(Order, order_id)
    assert (order.status, order.closed_at) == ("closed", stocked.now)


def test_a_held_order_that_wants_more_reserves_it_only_when_it_is_resumed(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    hold(stocked, order_id)
    assert resize(stocked, order_id, 3, 5).status == "applied"
    line = stocked.lines(order_id)[0]
    assert (line.quantity, line.reserved) == (5, 3)
    assert stocked.level("prod-1").backordered == 2
    stocked.must(c.ResumeOrder(site_id=SITE, order_id=order_id))
    assert stocked.lines(order_id)[0].reserved == 5
    assert stocked.level("prod-1").backordered == 0


def test_the_address_of_a_loaded_shipment_is_not_changed_behind_the_loaders_back(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    row = load(stocked, order_id)
    order = stocked.get(Order, order_id)
    for seen, wanted in (
        (OrderFields(latitude=order.latitude), OrderFields(latitude=51.0)),
        (OrderFields(ship_street=order.ship_street), OrderFields(ship_street="9 New St")),
    ):
        effect = change(stocked, order_id, seen, wanted)
        assert (effect.status, effect.code) == ("rejected", "wrong_state")
        assert "unload it first" in effect.message
    after = shipment(stocked, order_id)
    assert (after.status, after.route_id) == ("loaded", row.route_id)
    stocked.must(c.UnloadShipment(site_id=SITE, shipment_id=row.id))
    moved = change(stocked, order_id, OrderFields(latitude=order.latitude), OrderFields(latitude=52.7))
    assert moved.status == "applied"


def test_what_is_no_address_may_change_while_the_shipment_is_loaded(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    load(stocked, order_id)
    assert change(stocked, order_id, OrderFields(note=""), OrderFields(note="ring twice")).status == "applied"


def test_a_new_name_at_the_door_stands_on_the_stop(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    order = stocked.get(Order, order_id)
    change(stocked, order_id, OrderFields(ship_name=order.ship_name), OrderFields(ship_name="Annexe"))
    assert stocked.get(Stop, shipment(stocked, order_id).stop_id).name == "Annexe"
