"""What a desk takes at once, what it refuses on the spot, and what it keeps though it does not fit."""

from __future__ import annotations

import msgspec
import pytest

from local_db import Desk, NobodyActs
from services.commands import (
    ChangeOrder,
    ConfirmPick,
    CountStock,
    HoldOrder,
    OrderFields,
    ReceiveStock,
)
from services.domain.refusals import RuleViolation
from services.storage.tables import Order, PickTask
from tests.helpers.books import SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import contents, patch, pull


def test_a_promise_is_durable_and_provisional(desk: Desk) -> None:
    order = new_order(desk, ("prod-1", 3))
    receipt = desk.do(order)
    assert (receipt.n, receipt.status) == (1, "provisional")
    assert desk.read.is_provisional(Order, order.order_id)
    row = desk.read.outbox()[0]
    assert (row.id, row.name, row.actor_id, row.status) == (receipt.id, "PlaceOrder", "user-1", "provisional")
    assert msgspec.json.decode(row.args)["order_id"] == order.order_id


def test_the_four_effects_of_an_order_show_at_once(desk: Desk) -> None:
    order = new_order(desk, ("prod-1", 3))
    desk.do(order)
    assert [row.status for row in desk.read.orders()] == ["allocated"]
    assert [(line.reserved, line.allocated) for line in desk.read.order_lines(order.order_id)] == [(3, 3)]
    assert [(task.sku, task.quantity) for task in desk.read.pick_tasks(site_id=SITE)] == [("SKU1", 3)]
    assert desk.read.value("SELECT count(*) FROM shipment WHERE order_id = ?", (order.order_id,)) == 1
    level = desk.read.stock_levels(site_id=SITE, product_id="prod-1")[0]
    assert (level.on_hand, level.reserved, level.available, level.provisional) == (15, 3, 12, True)


def test_a_promise_that_a_rule_refuses_is_refused_on_the_spot_and_leaves_no_trace(desk: Desk) -> None:
    before = contents(desk)
    with pytest.raises(RuleViolation) as refused:
        desk.do(new_order(desk, ("prod-3", 1), on_shortfall="refuse"))
    assert refused.value.code == "insufficient_stock"
    assert refused.value.details
    assert contents(desk) == before
    assert desk.read.outbox() == []


def test_a_shortfall_is_told_with_the_receipt(desk: Desk) -> None:
    receipt = desk.do(new_order(desk, ("prod-1", 100)))
    assert (receipt.status, receipt.code) == ("provisional", "backordered")
    assert receipt.details[0]["available"] == 15


def test_an_edit_of_what_somebody_changed_meanwhile_is_refused_on_the_spot(desk: Desk) -> None:
    order = new_order(desk, ("prod-1", 1))
    desk.do(order)
    edit = ChangeOrder(
        site_id=SITE,
        order_id=order.order_id,
        expected=OrderFields(priority=9),
        values=OrderFields(priority=1),
    )
    with pytest.raises(RuleViolation) as refused:
        desk.do(edit)
    assert refused.value.code == "changed_meanwhile"
    assert len(desk.read.outbox()) == 1


def test_a_field_out_of_bounds_is_refused_by_its_name(desk: Desk) -> None:
    with pytest.raises(RuleViolation) as refused:
        desk.do(new_order(desk, ("prod-1", 0)))
    assert refused.value.code == "invalid_value"
    assert "quantity" in refused.value.message


def test_a_fact_that_does_not_fit_is_kept_and_marked_at_risk(desk: Desk) -> None:
    fact = ReceiveStock(site_id=SITE, product_id="not known here", location_id="A-01-01-1", quantity=1)
    receipt = desk.do(fact)
    assert (receipt.status, receipt.code) == ("at_risk", "not_found")
    row = desk.read.outbox()[0]
    assert (row.status, row.code) == ("at_risk", "not_found")
    assert "not known here" in row.message


def test_a_fact_is_kept_even_if_this_program_fails_on_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.handlers import dispatch

    def broken(work: object, command: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(dispatch.HANDLERS, CountStock, broken)
    receipt = desk.do(
        CountStock(site_id=SITE, count_id="c", product_id="prod-1", location_id="A-01-01-1", counted=9)
    )
    assert (receipt.status, receipt.code) == ("at_risk", "failed_here")
    assert [row.name for row in desk.read.outbox()] == ["CountStock"]


def test_an_edit_on_which_this_program_fails_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.handlers import dispatch

    def broken(work: object, command: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(dispatch.HANDLERS, HoldOrder, broken)
    with pytest.raises(ZeroDivisionError):
        desk.do(HoldOrder(site_id=SITE, order_id="o", reason="because"))
    assert desk.read.outbox() == []
    assert desk.do(new_order(desk, ("prod-1", 1))).n == 1


def test_who_may_not_is_told_so_at_once_even_for_a_fact(desk: Desk, books: Books) -> None:
    from services.storage.tables import User

    pull(desk, patch(User("user-2", "vic", "Vic Viewer", "", "viewer", "")), version=2)
    desk.as_user("user-2")
    with pytest.raises(RuleViolation) as refused:
        desk.do(ReceiveStock(site_id=SITE, product_id="prod-1", location_id="A-01-01-1", quantity=1))
    assert refused.value.code == "not_permitted"
    assert "Vic Viewer" in refused.value.message
    assert desk.read.outbox() == []


def test_somebody_who_was_barred_may_nothing(desk: Desk) -> None:
    from services.storage.tables import User

    pull(
        desk, patch(User("user-1", "ann", "Ann Picker", "", "supervisor,picker", "", active=False)), version=2
    )
    with pytest.raises(RuleViolation) as refused:
        desk.do(new_order(desk, ("prod-1", 1)))
    assert refused.value.code == "actor_inactive"


def test_without_a_person_nothing_is_done(desk: Desk) -> None:
    with pytest.raises(NobodyActs):
        desk.as_user("").do(new_order(desk, ("prod-1", 1)))


def test_each_command_carries_who_acted(desk: Desk) -> None:
    from services.storage.tables import User

    bob = User("user-2", "bob", "Bob", "", "clerk", "")
    pull(desk, patch(bob), version=2)
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.as_user(bob).do(new_order(desk, ("prod-1", 1)))
    desk.do(new_order(desk, ("prod-1", 1)), actor_id="user-1")
    assert [row.actor_id for row in desk.read.outbox()] == ["user-1", "user-2", "user-1"]


def test_a_command_depends_on_the_pending_ones_that_made_what_it_names(desk: Desk) -> None:
    first, second = new_order(desk, ("prod-1", 1)), new_order(desk, ("prod-1", 1))
    desk.do(first)
    desk.do(second)
    task = next(row for row in desk.read.pick_tasks() if row.order_id == second.order_id)
    desk.do(
        ConfirmPick(
            site_id=SITE, task_id=task.id, order_id=task.order_id, line_id=task.line_id, product_id=task.product_id,
            location_id=task.location_id, quantity=1,
        )
    )  # fmt: skip
    sent = desk._replica.commands_after(0, 10, 10**6)
    assert [command.depends_on for command in sent] == [(), (), (2,)]


def test_nothing_is_depended_on_once_it_is_settled(desk: Desk, books: Books) -> None:
    order = new_order(desk, ("prod-1", 1))
    desk.do(order)
    task = desk.read.get(PickTask, desk.read.pick_tasks()[0].id)
    row = desk.read.get(Order, order.order_id)
    assert task is not None
    assert row is not None
    pull(desk, patch(row, task), version=2, last_n=1)
    desk.do(HoldOrder(site_id=SITE, order_id=order.order_id, reason="wait"))
    assert desk._replica.commands_after(1, 10, 10**6)[0].depends_on == ()
