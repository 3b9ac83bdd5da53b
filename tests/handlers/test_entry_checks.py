"""What is refused where it is entered, while the person can still put it right, and taken when it has happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services import commands as c
from services.domain.refusals import RuleViolation
from services.handlers.entry import ENTRY_CHECKS, check_entry
from services.handlers.work import Context
from services.storage.tables import CycleCount, Shipment
from tests.helpers.books import SITE, Books
from tests.helpers.floor import deliver, depart, foreign_bin, load, pack, pick_of, shipment, short_of

Wrong = Callable[[Books], tuple[c.Command, str]]


def refused(books: Books, command: c.Command) -> str:
    """The code that a command is refused with at entry; empty where it may be entered."""
    context = Context(
        command_id="entry", actor_id="user-1", terminal_id="term-1", at=books.now, received_at=books.now
    )
    try:
        check_entry(books.unit, command, context)
    except RuleViolation as refusal:
        return refusal.code
    return ""


def of(row: Shipment) -> dict[str, str]:
    return {"site_id": SITE, "shipment_id": row.id}


def over_pick(books: Books) -> tuple[c.Command, str]:
    [task] = books.tasks(books.order(("prod-2", 4)))
    return pick_of(task, 5), "over_pick"


def short_of_nothing(books: Books) -> tuple[c.Command, str]:
    [task] = books.tasks(books.order(("prod-2", 4)))
    return short_of(task, 4), "invalid_value"


def undo_of_what_is_packed(books: Books) -> tuple[c.Command, str]:
    order_id = books.order(("prod-2", 4))
    pack(books, order_id)
    return c.UndoPick(site_id=SITE, task_id=books.tasks(order_id)[0].id), "wrong_state"


def pack_of_what_is_not_picked(books: Books) -> tuple[c.Command, str]:
    return c.PackOrder(site_id=SITE, order_id=books.order(("prod-2", 4))), "not_picked"


def unpack_of_what_is_loaded(books: Books) -> tuple[c.Command, str]:
    order_id = books.order(("prod-2", 4))
    load(books, order_id)
    return c.UnpackOrder(site_id=SITE, order_id=order_id), "wrong_state"


def load_of_what_is_not_packed(books: Books) -> tuple[c.Command, str]:
    return c.LoadShipment(**of(shipment(books, books.order(("prod-2", 4))))), "wrong_state"


def unload_of_what_is_not_loaded(books: Books) -> tuple[c.Command, str]:
    return c.UnloadShipment(**of(shipment(books, books.order(("prod-2", 4))))), "wrong_state"


def departure_of_an_empty_van(books: Books) -> tuple[c.Command, str]:
    books.order(("prod-2", 4))
    return c.DepartRoute(site_id=SITE, route_id="route-1"), "not_loaded"


def arrival_before_departure(books: Books) -> tuple[c.Command, str]:
    row = shipment(books, books.order(("prod-2", 4)))
    return c.ArriveStop(site_id=SITE, stop_id=row.stop_id), "wrong_state"


def delivery_without_evidence(books: Books) -> tuple[c.Command, str]:
    row = depart(books, books.order(("prod-2", 4)))
    return c.DeliverShipment(**of(row), pod_name="  "), "evidence_missing"


def failure_before_departure(books: Books) -> tuple[c.Command, str]:
    row = shipment(books, books.order(("prod-2", 4)))
    return c.FailDelivery(**of(row), reason="refused"), "wrong_state"


def retry_of_what_is_delivered(books: Books) -> tuple[c.Command, str]:
    return c.RetryDelivery(**of(deliver(books, books.order(("prod-2", 4))))), "wrong_state"


def return_of_what_is_on_its_way(books: Books) -> tuple[c.Command, str]:
    return c.ReturnShipment(**of(depart(books, books.order(("prod-2", 4)))), reason="refused"), "wrong_state"


def receipt_of_what_is_not_coming_back(books: Books) -> tuple[c.Command, str]:
    row = deliver(books, books.order(("prod-2", 4)))
    return c.ReceiveReturn(**of(row), location_id="REC-1"), "wrong_state"


def end_of_a_route_that_has_not_left(books: Books) -> tuple[c.Command, str]:
    return c.FinishRoute(site_id=SITE, route_id="route-1"), "wrong_state"


def release_of_what_is_not_held(books: Books) -> tuple[c.Command, str]:
    return (
        c.ReleaseStock(site_id=SITE, product_id="prod-2", location_id="A-02-01-1", quantity=1),
        "stock_not_held",
    )


def move_to_the_same_bin(books: Books) -> tuple[c.Command, str]:
    place = "A-02-01-1"
    return (
        c.MoveStock(
            site_id=SITE, product_id="prod-2", from_location_id=place, to_location_id=place, quantity=1
        ),
        "same_location",
    )


def count_of_a_bin_that_does_not_exist(books: Books) -> tuple[c.Command, str]:
    return (
        c.CountStock(site_id=SITE, count_id="c", product_id="prod-2", location_id="nowhere", counted=1),
        "not_found",
    )


WRONG: dict[type[c.Command], Wrong] = {
    c.ConfirmPick: over_pick,
    c.ShortPick: short_of_nothing,
    c.UndoPick: undo_of_what_is_packed,
    c.PackOrder: pack_of_what_is_not_picked,
    c.UnpackOrder: unpack_of_what_is_loaded,
    c.LoadShipment: load_of_what_is_not_packed,
    c.UnloadShipment: unload_of_what_is_not_loaded,
    c.DepartRoute: departure_of_an_empty_van,
    c.ArriveStop: arrival_before_departure,
    c.DeliverShipment: delivery_without_evidence,
    c.FailDelivery: failure_before_departure,
    c.RetryDelivery: retry_of_what_is_delivered,
    c.ReturnShipment: return_of_what_is_on_its_way,
    c.ReceiveReturn: receipt_of_what_is_not_coming_back,
    c.FinishRoute: end_of_a_route_that_has_not_left,
    c.ReleaseStock: release_of_what_is_not_held,
    c.MoveStock: move_to_the_same_bin,
    c.CountStock: count_of_a_bin_that_does_not_exist,
}


def test_every_entry_check_has_a_wrong_entry_here() -> None:
    assert set(WRONG) == set(ENTRY_CHECKS)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=[wrong.__name__ for wrong in WRONG.values()])
def test_a_wrong_entry_is_refused_on_the_spot(stocked: Books, wrong: Wrong) -> None:
    command, code = wrong(stocked)
    assert refused(stocked, command) == code


@pytest.mark.parametrize(
    "wrong",
    [wrong for cls, wrong in WRONG.items() if cls is not c.CountStock],
    ids=[wrong.__name__ for cls, wrong in WRONG.items() if cls is not c.CountStock],
)
def test_what_would_be_refused_at_entry_is_taken_once_it_has_happened(stocked: Books, wrong: Wrong) -> None:
    command, _ = wrong(stocked)
    assert stocked.do(command).status in ("applied", "adjusted")


def test_the_whole_way_of_an_order_passes_every_check(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    row = shipment(stocked, order_id)
    for command in (
        pick_of(task),
        c.UndoPick(site_id=SITE, task_id=task.id),
        pick_of(task),
        c.PackOrder(site_id=SITE, order_id=order_id),
        c.UnpackOrder(site_id=SITE, order_id=order_id),
        c.PackOrder(site_id=SITE, order_id=order_id),
        c.LoadShipment(**of(row)),
        c.UnloadShipment(**of(row)),
        c.LoadShipment(**of(row)),
        c.DepartRoute(site_id=SITE, route_id="route-1"),
        c.ArriveStop(site_id=SITE, stop_id=row.stop_id),
        c.FailDelivery(**of(row), reason="nobody_there"),
        c.RetryDelivery(**of(row)),
        c.DeliverShipment(**of(row), pod_name="Pat"),
        c.ReturnShipment(**of(row), reason="damaged"),
        c.ReceiveReturn(**of(row), location_id="REC-1"),
        c.ReleaseStock(site_id=SITE, product_id="prod-2", location_id="REC-1", quantity=4),
        c.CountStock(site_id=SITE, count_id="c", product_id="prod-2", location_id="REC-1", counted=4),
        c.FinishRoute(site_id=SITE, route_id="route-1"),
    ):
        assert refused(stocked, command) == "", command
        assert stocked.do(command).status == "applied", command
    assert stocked.level("prod-2").available == 20


def test_a_held_order_is_not_packed_and_a_short_pick_needs_its_reason(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    assert refused(stocked, short_of(task, 1, " ")) == "reason_required"
    stocked.must(pick_of(task))
    stocked.must(c.HoldOrder(site_id=SITE, order_id=order_id, reason="credit"))
    assert refused(stocked, c.PackOrder(site_id=SITE, order_id=order_id)) == "order_on_hold"


def test_promises_and_edits_are_not_checked_at_entry(stocked: Books) -> None:
    assert refused(stocked, c.CancelOrder(site_id=SITE, order_id="nobody's", reason="x")) == ""


def test_a_return_is_not_received_at_a_place_that_is_unknown_or_at_another_site(stocked: Books) -> None:
    row = depart(stocked, stocked.order(("prod-2", 4)))
    stocked.must(c.FailDelivery(**of(row), reason="refused"))
    stocked.must(c.ReturnShipment(**of(row), reason="refused"))
    for place in ("nowhere", foreign_bin(stocked).id):
        assert refused(stocked, c.ReceiveReturn(**of(row), location_id=place)) == "not_found"
    assert refused(stocked, c.ReceiveReturn(**of(row), location_id="REC-1")) == ""


def test_a_move_to_a_bin_of_another_site_is_refused_at_entry(stocked: Books) -> None:
    far = foreign_bin(stocked).id
    command = c.MoveStock(
        site_id=SITE, product_id="prod-2", from_location_id="A-02-01-1", to_location_id=far, quantity=1
    )
    assert refused(stocked, command) == "not_found"


def test_a_count_answers_one_that_is_open_and_of_the_same_bin_or_is_a_new_one(stocked: Books) -> None:
    stocked.must(c.RequestCount(site_id=SITE, product_id="prod-2", location_id="A-02-01-1"))
    [asked] = stocked.find(CycleCount, site_id=SITE, status="queued")

    def told(count_id: str, place: str) -> str:
        command = c.CountStock(
            site_id=SITE, count_id=count_id, product_id="prod-2", location_id=place, counted=20
        )
        return refused(stocked, command)

    assert told(asked.id, "A-02-01-1") == told("new", "A-02-01-1") == ""
    assert told(asked.id, "A-01-01-1") == "invalid_value"
    stocked.unit.change(asked, status="approved")
    assert told(asked.id, "A-02-01-1") == "wrong_state"


def test_a_van_does_not_leave_while_it_is_out_with_another_route(stocked: Books) -> None:
    depart(stocked, stocked.order(("prod-1", 1)))
    stocked.open_route("route-2")
    stocked.unit.flush()
    load(stocked, stocked.order(("prod-2", 1)))
    second = c.DepartRoute(site_id=SITE, route_id="route-2")
    assert refused(stocked, second) == "vehicle_on_road"
    stocked.must(c.FinishRoute(site_id=SITE, route_id="route-1"))
    assert refused(stocked, second) == ""
