"""Entering orders by keys, by paste and by scan; the ladder; drafts; what was refused and is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop_app.panels.orders.draft import PREFIX
from local_db.desk import Desk
from services.domain.barcodes import own_gtin13
from services.protocol.messages import Outcome
from services.storage.tables import Order
from tests.desktop_app.panels.orders_bench import Bench, bench
from tests.helpers.warehouse_desk import warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=12) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[Bench]:
    with bench(desk, tmp_path) as made:
        yield made


def new_orders(desk: Desk) -> list[Order]:
    rows = desk.read.rows(
        "SELECT * FROM \"order\" WHERE id NOT LIKE 'order-%' ORDER BY placed_at, id", (), Order
    )
    return list(rows)


def test_an_order_is_entered_and_placed_without_the_mouse(at: Bench) -> None:
    at.do("order.new")
    at.settle()
    assert at.focus is at.find("orders.entry.customer")
    at.type("corner")
    at.enter()
    assert at.focus is at.find("orders.entry.sku")
    at.type("HF0030")
    at.enter()
    assert at.focus is at.find("orders.entry.quantity")
    at.type("3")
    at.enter()
    assert at.focus is at.find("orders.entry.sku")
    at.add_line("hf0031", "2")
    at.enter()
    assert at.focus is at.find("orders.entry.due")
    at.type("+3")
    at.enter()
    at.enter()
    at.enter()
    assert at.focus is at.find("orders.entry.note")
    at.type("ring twice")
    at.enter()
    assert at.focus is at.find("orders.entry.place")
    at.enter()
    (order,) = new_orders(at.desk)
    lines = at.desk.read.order_lines(order.id)
    assert [(line.sku, line.quantity) for line in lines] == [("HF0030", 3), ("HF0031", 2)]
    assert (order.note, order.on_shortfall, order.placed_by) == ("ring twice", "backorder", "user-super")
    assert order.due_on == at.panel.today().fromordinal(at.panel.today().toordinal() + 3).isoformat()


def test_enter_pressed_before_the_answer_waits_for_it(at: Bench) -> None:
    at.do("order.new")
    at.type("C003")
    at.press(Qt.Key.Key_Return, settle=False)
    at.until(lambda: at.entry.draft.customer is not None)
    assert at.entry.draft.customer is not None
    assert at.entry.draft.customer.code == "C003"


def test_enter_on_an_empty_customer_chooses_nobody(at: Bench) -> None:
    at.do("order.new")
    at.settle()
    at.enter()
    assert at.entry.draft.customer is None
    assert at.entry.who.error.isVisible()


def test_a_customer_that_nobody_is_called_is_said_once_and_at_the_field(at: Bench) -> None:
    at.do("order.new")
    at.settle()
    at.type("zzzqqq")
    at.enter()
    at.place()
    assert "zzzqqq" in at.entry.who.error.text()
    assert at.entry.who.error.isVisible()
    assert at.entry.side.error_text() == ""
    assert at.focus is at.find("orders.entry.customer")
    assert new_orders(at.desk) == []


def test_placing_names_what_is_missing_and_goes_there(at: Bench) -> None:
    at.do("order.new")
    at.settle()
    at.place()
    assert at.entry.side.error_text().startswith("Customer:")
    assert at.focus is at.find("orders.entry.customer")
    at.type("C001")
    at.enter()
    at.place()
    assert at.entry.side.error_text().startswith("Lines:")
    at.add_line("HF0030", "1")
    at.entry.side.due.setText("someday")
    at.place()
    assert "someday" in at.entry.side.error_text()
    assert at.focus is at.find("orders.entry.due")
    assert new_orders(at.desk) == []


def test_the_ladder_goes_from_grey_through_provisional_to_green(at: Bench) -> None:
    at.choose_customer()
    assert set(at.rungs().values()) == {"waiting"}
    at.add_line("HF0030", "1")
    at.place()
    assert at.rungs()["Order"] == at.rungs()["Inventory"] == at.rungs()["Warehouse"] == "provisional"
    at.confirm(1)
    assert at.rungs()["Order"] == at.rungs()["Inventory"] == at.rungs()["Warehouse"] == "done"


def test_the_ladder_says_what_is_short_in_amber_with_the_reason(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "5000")
    at.place()
    inventory = at.entry.side.ladder._effects[1]
    assert inventory.state == "attention"
    assert "on backorder" in inventory.detail
    assert "HF0030" in inventory.detail


def test_the_ladder_says_what_the_server_refused(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "1")
    at.place()
    at.answer(1, Outcome(1, "rejected", "customer_blocked", "Corner Shop may not be sold to.", []))
    assert at.rungs()["Order"] == "failed"
    assert "may not be sold to" in at.entry.side.ladder._effects[0].detail


def test_a_refusal_for_lack_of_stock_is_said_in_its_own_words_and_keeps_the_draft(at: Bench) -> None:
    at.choose_customer()
    at.entry.side.shortfall.setCurrentIndex(1)
    at.add_line("HF0030", "5000")
    at.place()
    assert at.entry.side.error_text().startswith("Not enough stock: HF0030")
    assert [line.quantity for line in at.entry.draft.lines] == [5000]
    number = at.entry.draft.number
    at.entry.side.shortfall.setCurrentIndex(0)
    at.place()
    (order,) = new_orders(at.desk)
    assert order.number == number


def test_pasted_rows_become_lines_and_wrong_rows_are_named(at: Bench) -> None:
    at.choose_customer()
    QGuiApplication.clipboard().setText(
        "SKU\tQty\r\nHF0030\t4\r\nHF9999\t3\r\nHF0031\tmany\r\n" + own_gtin13(1032) + "\t2\t9.50\r\n"
    )
    at.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    lines = at.entry.draft.lines
    assert [(line.sku, line.quantity) for line in lines] == [("HF0030", 4), ("HF0032", 2)]
    assert lines[1].price_minor == 950
    said = at.entry.report.text()
    assert "Row 3" in said
    assert "HF9999" in said
    assert "Row 4" in said
    assert "'many'" in said
    assert "Row 2" not in said


def test_a_scan_adds_a_line_or_grows_it_whatever_has_the_focus(at: Bench) -> None:
    at.do("order.new")
    at.settle()
    at.find("orders.entry.note").setFocus()
    at.scan(own_gtin13(1030))
    at.scan(f"0{own_gtin13(1030)}")
    at.scan("HF0031")
    assert [(line.sku, line.quantity) for line in at.entry.draft.lines] == [("HF0030", 2), ("HF0031", 1)]
    assert at.find("orders.entry.note").text() == ""


def test_a_scan_of_nothing_known_is_bad_and_changes_nothing(at: Bench) -> None:
    said: list[tuple[bool, str]] = []
    at.window.scanner.said.connect(lambda good, words: said.append((good, words)))
    at.do("order.new")
    at.scan(own_gtin13(7))
    assert said == [(False, f"No product has the code 0{own_gtin13(7)}")]
    assert at.entry.draft.lines == ()


def test_a_line_is_changed_in_place_and_taken_away(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "3")
    at.add_line("HF0031", "1")
    at.entry.lines.setFocus()
    at.entry.lines.select_number(0)
    at.enter()
    assert at.focus is at.find("orders.entry.quantity")
    at.type("7")
    at.enter()
    assert [(line.sku, line.quantity) for line in at.entry.draft.lines] == [("HF0030", 7), ("HF0031", 1)]
    at.entry.lines.setFocus()
    at.entry.lines.select_number(1)
    at.press(Qt.Key.Key_Delete)
    assert [line.sku for line in at.entry.draft.lines] == ["HF0030"]


def test_the_same_product_twice_is_one_line(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "3")
    at.add_line("HF0030", "2")
    assert [(line.sku, line.quantity) for line in at.entry.draft.lines] == [("HF0030", 5)]


def test_what_was_entered_survives_a_crash(qapp: QApplication, desk: Desk, tmp_path: Path) -> None:
    with bench(desk, tmp_path) as before:
        before.choose_customer()
        before.add_line("HF0030", "3")
        before.type("HF00")
        before.until(lambda: desk.drafts.keys(PREFIX))
        before.until(lambda: b'"typed":"HF00"' in bytes(desk.read.value("SELECT value FROM outbox.draft")))
        key = before.entry.draft.key
        # The next window finds what is on the disk, not what this one remembers.
        before.app.settings.remember("panel:orders", {})
        before.panel._show_list()
    with bench(desk, tmp_path) as after:
        after.until(lambda: after.find("orders.drafts").isVisible())
        after.panel.list.draft_chosen.emit(after.panel.list._drafts[0])
        after.settle()
        assert after.entry.draft.key == key
        assert [(line.sku, line.quantity) for line in after.entry.draft.lines] == [("HF0030", 3)]
        assert after.find("orders.entry.sku").text() == "HF00"


def test_a_draft_that_was_placed_is_not_offered_again(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "1")
    at.until(lambda: at.desk.drafts.keys(PREFIX))
    at.place()
    at.settle()
    assert at.desk.drafts.keys(PREFIX) == []


def test_a_new_order_begun_meanwhile_keeps_the_one_before_as_a_draft(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "1")
    at.do("order.new")
    at.settle()
    assert at.entry.draft.lines == ()
    at.press(Qt.Key.Key_Escape)
    at.press(Qt.Key.Key_Escape)
    assert not at.panel.is_entering
    assert [draft.title for draft in at.panel.list._drafts] == ["Gift Barn Coventry"]


def test_a_refused_order_is_edited_and_sent_again_and_its_item_is_settled(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "900")
    at.place()
    at.answer(1, Outcome(1, "rejected", "insufficient_stock", "Not enough stock.", []))
    (item,) = at.desk.read.needs_attention()
    at.panel.reveal("resend", str(item.id))
    at.settle()
    assert at.entry.draft.customer is not None
    assert at.entry.draft.customer.code == "C001"
    assert [(line.sku, line.quantity) for line in at.entry.draft.lines] == [("HF0030", 900)]
    at.place()
    assert at.desk.read.needs_attention() == []
    (settled,) = at.desk.read.needs_attention(resolved=True)
    assert settled.resolution == "edited"
    assert len(new_orders(at.desk)) == 1


def test_undo_of_a_placed_order_cancels_it(at: Bench) -> None:
    at.choose_customer()
    at.add_line("HF0030", "1")
    at.place()
    at.do("edit.undo")
    at.settle()
    (order,) = new_orders(at.desk)
    assert order.status == "cancelled"


def test_a_picker_may_not_enter_orders(qapp: QApplication, desk: Desk, tmp_path: Path) -> None:
    with bench(desk, tmp_path, "user-pick") as at:
        assert not at.window.actions_registry.is_enabled("order.new")


def test_a_name_that_was_half_typed_survives_too(qapp: QApplication, desk: Desk, tmp_path: Path) -> None:
    with bench(desk, tmp_path) as before:
        before.do("order.new")
        before.type("corn")
        before.until(lambda: desk.drafts.keys(PREFIX))
        before.press(Qt.Key.Key_Escape)
        before.press(Qt.Key.Key_Escape)
    with bench(desk, tmp_path) as after:
        after.until(lambda: after.panel.list._drafts)
        after.panel.list.draft_chosen.emit(after.panel.list._drafts[0])
        after.settle()
        assert after.find("orders.entry.customer").text() == "corn"
        after.enter()
        assert after.entry.draft.customer is not None
        assert after.entry.draft.customer.name.startswith("Corner")
