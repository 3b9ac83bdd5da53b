"""The list of orders and the inspector: finding, filtering, and what can be done with an order that exists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from local_db.desk import Desk
from services.storage.tables import Order
from tests.desktop_app.panels.orders_bench import Bench, bench
from tests.helpers.warehouse_desk import warehouse_desk


@pytest.fixture
def at(qapp: QApplication, tmp_path: Path) -> Iterator[Bench]:
    with warehouse_desk(tmp_path, products=80, orders=24) as desk, bench(desk, tmp_path) as made:
        made.settle()
        yield made


def order(desk: Desk, order_id: str) -> Order:
    row = desk.read.get(Order, order_id)
    assert row is not None
    return row


def reveal(at: Bench, order_id: str) -> None:
    at.panel.reveal("order", order_id)
    at.settle()
    assert at.panel.table.current_row().id == order_id
    assert at.panel.marked.view.story.row.id == order_id


def test_the_newest_order_is_shown_with_its_story_as_the_panel_opens(at: Bench) -> None:
    assert at.panel.table.row_count() == 24
    assert at.panel.marked.view.story.row.id == at.panel.table.current_row().id == "order-0023"
    assert at.panel.marked.widget.isVisible()


def test_chips_and_search_narrow_the_list(at: Bench) -> None:
    at.panel.list.chips.set_filter("status", ("backordered", "partially_allocated"))
    at.settle()
    shown = [row.status for _n, row in at.panel.table.rows.cached()]
    assert set(shown) <= {"backordered", "partially_allocated"}
    at.panel.list.chips.clear()
    at.panel.search("000007")
    at.settle()
    assert [row.number for _n, row in at.panel.table.rows.cached()] == ["T01-000007"]


def test_mine_are_those_that_this_person_placed(at: Bench) -> None:
    at.panel.list.chips.set_filter("mine", (True,))
    at.settle()
    assert at.panel.table.row_count() == 0
    at.choose_customer()
    at.add_line("HF0030", "1")
    at.place()
    at.press(Qt.Key.Key_Escape)
    assert [row.placed_by for _n, row in at.panel.table.rows.cached()] == ["user-super"]


def test_an_order_that_the_filters_hide_is_shown_all_the_same(at: Bench) -> None:
    at.panel.list.chips.set_filter("channel", ("shopify",))
    at.settle()
    assert at.panel.table.row_count() == 0
    reveal(at, "order-0003")


def test_holding_asks_for_a_reason_by_its_key_and_undo_resumes(at: Bench) -> None:
    reveal(at, "order-0020")
    before = order(at.desk, "order-0020").status
    at.do("order.hold")
    at.settle()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    at.press(Qt.Key.Key_2)
    assert order(at.desk, "order-0020").status == "on_hold"
    assert at.panel.table.current_row().status == "on_hold"
    assert at.panel.marked.view.ladder._effects[0].state == "attention"
    assert not at.window.actions_registry.is_enabled("order.hold")
    at.do("edit.undo")
    at.settle()
    assert order(at.desk, "order-0020").status == before


def test_cancelling_asks_for_a_reason_and_escape_leaves_the_order(at: Bench) -> None:
    reveal(at, "order-0020")
    at.do("order.cancel")
    at.settle()
    at.press(Qt.Key.Key_Escape)
    assert order(at.desk, "order-0020").status != "cancelled"
    at.do("order.cancel")
    at.settle()
    at.press(Qt.Key.Key_1)
    assert order(at.desk, "order-0020").status == "cancelled"
    assert "Customer asked for it" in at.panel.marked.view.ladder._effects[0].detail


def test_selected_orders_are_released_as_one_wave(at: Bench) -> None:
    wanted = [row for _n, row in at.panel.table.rows.cached() if row.status == "allocated"][:2]
    assert len(wanted) == 2
    reveal(at, wanted[0].id)
    numbers = sorted(at.panel.table.rows.find(row.id) for row in wanted)
    at.panel.table.select_number(numbers[0])
    at.panel.table.setFocus()
    while at.panel.table.currentIndex().row() < numbers[1]:
        at.press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    chosen = at.panel._chosen()
    assert {row.id for row in wanted} <= {row.id for row in chosen}
    if all(row.status in ("allocated", "partially_allocated") for row in chosen):
        at.do("order.release")
        at.settle()
        assert {order(at.desk, row.id).status for row in wanted} == {"picking"}
    else:
        assert not at.window.actions_registry.is_enabled("order.release")


def test_a_quantity_is_changed_and_undone(at: Bench) -> None:
    reveal(at, "order-0020")
    line = at.panel.marked.view.story.lines[0]
    at.panel.marked.view.lines.select_number(0)
    at.do("order.quantity")
    at.settle()
    at.find("orders.quantity.value").set_value(line.wanted + 2)
    at.find("orders.quantity.save").click()
    at.settle()
    assert at.panel.marked.view.story.lines[0].wanted == line.wanted + 2
    at.do("edit.undo")
    at.settle()
    assert at.panel.marked.view.story.lines[0].wanted == line.wanted


def test_fields_are_changed_only_where_they_differ(at: Bench) -> None:
    reveal(at, "order-0020")
    at.do("order.edit")
    at.settle()
    at.find("orders.fields.note").setText("ring twice")
    at.find("orders.fields.save").click()
    at.settle()
    assert order(at.desk, "order-0020").note == "ring twice"
    (command,) = at.desk.read.outbox()
    assert b'"values":{"note":"ring twice"}' in command.args
    assert b'"expected":{"note":""}' in command.args


def test_a_due_day_that_is_no_day_stays_in_the_dialog_with_a_message(at: Bench) -> None:
    reveal(at, "order-0020")
    at.do("order.edit")
    at.settle()
    at.find("orders.fields.due_on").setText("someday")
    at.find("orders.fields.save").click()
    at.settle()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    dialog.reject()
    at.settle()
    assert at.desk.read.outbox() == []


def test_lines_are_added_to_an_order(at: Bench) -> None:
    reveal(at, "order-0020")
    before = len(at.desk.read.order_lines("order-0020"))
    at.do("order.add_lines")
    at.settle()
    at.add_line("HF0070", "2")
    at.place()
    lines = at.desk.read.order_lines("order-0020")
    assert len(lines) == before + 1
    assert (lines[-1].sku, lines[-1].quantity) == ("HF0070", 2)
    assert not at.panel.is_entering
    assert at.panel.table.current_row().id == "order-0020"


def test_who_holds_the_stock_of_a_line_names_this_order_among_them(at: Bench) -> None:
    reveal(at, "order-0020")
    at.panel.marked.view.lines.select_number(0)
    at.do("order.holders")
    at.settle()
    holders = [row.order_id for _n, row in at.panel.marked.view.holders.rows.cached()]
    assert "order-0020" in holders
    assert at.panel.marked.view.holders.isVisible()


def test_the_label_of_an_order_shows_it(at: Bench) -> None:
    at.scan("T01-000005")
    assert at.panel.table.current_row().number == "T01-000005"


def test_the_same_is_ordered_again(at: Bench) -> None:
    reveal(at, "order-0020")
    lines = at.panel.marked.view.story.lines
    at.do("order.again")
    at.settle()
    wanted: dict[str, int] = {}
    for line in lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.wanted
    assert {line.sku: line.quantity for line in at.entry.draft.lines} == wanted


def test_what_is_shipped_cannot_be_held_or_changed(at: Bench) -> None:
    gone = [row for _n, row in at.panel.table.rows.cached() if row.status in ("shipped", "delivered")]
    assert gone
    reveal(at, gone[0].id)
    registry = at.window.actions_registry
    for action_id in ("order.hold", "order.cancel", "order.edit", "order.quantity", "order.release"):
        assert not registry.is_enabled(action_id), action_id


def customers_menu(at: Bench) -> Any:
    at.panel.list.chips._chips["customer"].click()
    at.settle()
    return at.find("orders.customers")


def test_the_orders_of_one_customer_are_chosen_and_left_by_a_chip(at: Bench) -> None:
    every = at.panel.table.row_count()
    at.panel.table.select_number(3)
    row = at.panel.table.current_row()
    menu = customers_menu(at)
    first = menu.actions()[0]
    assert first.text() == row.customer_name
    assert len({entry.text() for entry in menu.actions() if entry.text()}) > 3
    first.trigger()
    menu.close()
    at.settle()
    chip = at.panel.list.chips._chips["customer"]
    assert chip.text() == f"Customer: {row.customer_name}"
    assert {each.customer_id for _n, each in at.panel.table.rows.cached()} == {row.customer_id}
    assert at.panel.state()["customer"] == [row.customer_id, row.customer_name]
    menu = customers_menu(at)
    assert menu.actions()[0].isChecked()
    menu.close()
    chip.cross_clicked.emit()
    at.settle()
    assert at.panel.table.row_count() == every
    assert at.panel.state()["customer"] is None


def test_a_remembered_customer_is_filtered_by_again(at: Bench) -> None:
    row = at.panel.table.current_row()
    at.panel.restore({"customer": [row.customer_id, row.customer_name], "chips": {"open": True}})
    at.panel.list.apply()
    at.settle()
    assert at.panel.list.chips.values() == {"open": True, "customer": row.customer_id}
    assert at.panel.list.filter.customer_id == row.customer_id


def test_the_inspector_has_an_owner_before_it_is_ever_shown(at: Bench) -> None:
    from desktop_app.panels.orders.panel import Panel

    fresh = Panel(at.panel._context)
    assert fresh.isAncestorOf(fresh.marked.widget)
    fresh.deleteLater()
