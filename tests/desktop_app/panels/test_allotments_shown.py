"""What is set aside for desks, as people see it: certain lines while an order is entered, who holds it, taking it back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.panels.orders.draft import Draft, as_stock_is, with_product
from local_db.desk import Desk
from local_db.queries.inventory_queries import InventoryFilter, InventoryRow, inventory_page
from local_db.queries.order_entry_queries import ProductHit
from services.commands import NewLine, PlaceOrder
from services.handlers.allotments import allotment_id
from services.protocol.messages import NO_PATCHES, PullResponse, TablePatch, pack
from services.storage.row import Row
from services.storage.statements import statements
from services.storage.tables import Allotment, StockLevel, Terminal
from tests.desktop_app.panels import orders_bench
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import SITE, warehouse_desk

HERE, THERE = "terminal-here", "terminal-there"
DAY = 86_400_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk for which six of HF0004 are set aside, and three for another."""
    with warehouse_desk(tmp_path / "warehouse", products=64, orders=5) as desk:
        identity = desk.identity
        assert identity is not None
        row = level(desk)
        now = time.time_ns() // 1_000_000
        stored = desk.read.one("SELECT * FROM stock_level WHERE product_id = ?", (row.id,), StockLevel)
        assert stored is not None
        _pulled(
            desk,
            *_terminals(desk, identity.terminal_code),
            *(
                Allotment(
                    allotment_id(SITE, who, row.id), SITE, who, row.id, units, 0, now, now + DAY, "active"
                )
                for who, units in ((_here(desk, identity.terminal_code), 6), (THERE, 3))
            ),
            StockLevel(
                stored.id, SITE, row.id, stored.on_hand, stored.reserved, stored.held, 9, stored.in_transit,
                stored.backordered,
            ),
        )  # fmt: skip
        yield desk


def level(desk: Desk) -> InventoryRow:
    (row,) = inventory_page(desk.read, InventoryFilter(SITE, text="HF0004"))
    return row


def _here(desk: Desk, code: str) -> str:
    return str(desk.read.value("SELECT id FROM terminal WHERE code = ?", (code,)) or HERE)


def _terminals(desk: Desk, code: str) -> list[Terminal]:
    known = desk.read.value("SELECT 1 FROM terminal WHERE code = ?", (code,))
    here = [] if known else [Terminal(HERE, code, "Packing bench", SITE, 0)]
    return [*here, Terminal(THERE, "T77", "Trade counter", SITE, 0)]


def _pulled(desk: Desk, *rows: Row) -> None:
    for row in rows:
        patch = TablePatch(row.table.name, [list(statements(type(row), "sqlite").dump(row))], [])
        desk._replica.stage(pack([patch]))
    cursors = {"org": 2, f"site:{SITE}": 2}
    desk._replica.settle(PullResponse(patches=NO_PATCHES, more=False, cursors=cursors, last_n=0))


def test_a_line_within_it_is_certain_and_the_order_is_confirmed(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    with orders_bench.bench(desk, tmp_path / "app") as at:
        at.choose_customer()
        at.add_line("HF0004", "6")
        (line,) = at.entry.draft.lines
        assert line.is_certain
        at.place()
        said = [effect.word for effect in at.entry.side.ladder._effects]
        assert said[:2] == ["Confirmed", "Certain"]


def test_a_line_beyond_it_is_in_stock_and_the_order_is_provisional(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    with orders_bench.bench(desk, tmp_path / "app") as at:
        at.choose_customer()
        at.add_line("HF0004", "7")
        (line,) = at.entry.draft.lines
        assert not line.is_certain
        assert line.lacking == 0
        at.place()
        assert [effect.word for effect in at.entry.side.ladder._effects][:2] == ["Provisional", "Provisional"]


def test_lines_added_to_a_draft_that_promises_nothing_count_on_nothing_that_is_set_aside() -> None:
    hit = ProductHit("p-1", "SKU1", "Jug", "ea", 250, "GBP", available=15, certain=6, set_aside=10)
    draft = with_product(Draft(order_id="d-1", add_to="o-1", adds_to_draft=True), hit, 6)
    (line,) = as_stock_is(draft, {"p-1": hit}).lines
    assert (line.available, line.certain, line.is_certain) == (5, 0, False)
    for binding in (Draft(order_id="d-2"), Draft(order_id="d-3", add_to="o-1")):
        (line,) = as_stock_is(with_product(binding, hit, 6), {"p-1": hit}).lines
        assert (line.available, line.is_certain) == (15, True)


def test_lines_added_to_a_placed_order_are_certain_within_it_and_so_it_is_said(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    with orders_bench.bench(desk, tmp_path / "app") as at:
        at.choose_customer()
        at.add_line("HF0004", "2")
        at.place()
        order_id = str(desk.read.value('SELECT id FROM "order" ORDER BY rowid DESC LIMIT 1'))
        at.panel.reveal("order", order_id)
        at.settle()
        at.do("order.add_lines")
        assert not at.entry.draft.adds_to_draft
        at.add_line("HF0004", "4")
        (line,) = at.entry.draft.lines
        assert line.is_certain
        at.place()
        assert said(at).startswith("1 line added to order T01-")
        assert said(at).endswith(", certain: set aside for this desk")
        row = desk.read.get(Allotment, allotment_id(SITE, _here(desk, "T01"), level(desk).id))
        assert row is not None
        assert (row.quantity, row.used) == (6, 6)
        assert desk.read.pending_count() == 2


def test_a_draft_that_is_confirmed_within_it_is_certain_and_one_beyond_it_is_not(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    for order_id, units in (("draft-1", 5), ("draft-2", 2)):
        line = NewLine(line_id=f"{order_id}-1", product_id=level(desk).id, quantity=units, price_minor=1)
        desk.do(
            PlaceOrder(
                site_id=SITE, order_id=order_id, number=order_id, customer_id="cust-001", currency="GBP", lines=(line,),
                draft=True,
            )
        )  # fmt: skip
    with orders_bench.bench(desk, tmp_path / "app") as at:
        for order_id, words in (
            ("draft-1", "Order draft-1 confirmed, certain: it is set aside for this desk"),
            ("draft-2", "Order draft-2 confirmed"),
        ):
            at.panel.reveal("order", order_id)
            at.settle()
            at.do("order.confirm")
            assert said(at) == words


def said(at: PanelBench) -> str:
    """What was said last."""
    return at.window.toasts.texts()[-1]


def _select(at: PanelBench) -> None:
    at.panel.reveal("product", level(at.desk).id)
    at.until(lambda: (row := at.panel.table.current_row()) is not None and row.sku == "HF0004")
    at.settle()
    at.panel.product.show_tab("allotments")
    at.settle()


def test_a_supervisor_sees_who_holds_it_and_takes_it_back(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    available = level(desk).available
    with panel_bench(desk, tmp_path / "app", "inventory") as at:
        _select(at)
        story = at.panel.product.story
        rows = {each.terminal_code: each for each in story.allotments}
        assert rows["T77"].unused == 3
        at.panel.product.tables["allotments"].opened.emit(rows["T77"])
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ReasonDialog)
        QTest.keyPress(dialog, Qt.Key.Key_1)
        at.settle()
        assert [each.is_here for each in at.panel.product.story.allotments] == [True]
        assert level(desk).available == available + 3
        sent = desk.read.outbox()[-1]
        assert sent.name == "RevokeAllotment"


def test_a_clerk_sees_it_and_cannot_take_it_back(qapp: QApplication, desk: Desk, tmp_path: Path) -> None:
    with panel_bench(desk, tmp_path / "app", "inventory", "user-clerk") as at:
        _select(at)
        row = at.panel.product.story.allotments[0]
        at.panel.product.tables["allotments"].opened.emit(row)
        at.settle()
        assert QApplication.activeModalWidget() is None
        assert desk.read.outbox() == []
