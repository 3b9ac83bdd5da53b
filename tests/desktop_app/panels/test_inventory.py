"""The Inventory panel in a real window on a real desk, driven by keys and scans as a person would."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.panels.inventory.form_dialog import StockForm
from desktop_app.widgets.quantity_edit import QuantityEdit
from local_db.desk import Desk
from local_db.queries.inventory_queries import InventoryFilter, InventoryRow, inventory_count, inventory_page
from local_db.queries.stock_story_queries import bin_content, counts_open, product_story
from services.commands import CountStock, SaveProduct
from services.storage.tables import StockTask
from tests.desktop_app.panels.panel_bench import PanelBench
from tests.helpers.warehouse_desk import SITE, warehouse_desk


class Bench(PanelBench):
    """A window that shows the Inventory panel."""

    def __init__(self, desk: Desk, folder: Path, person: str) -> None:
        super().__init__(desk, folder, "inventory", person)
        self.until(lambda: self.panel.table.rows.is_loaded)
        self.settle()

    def form(self) -> StockForm:
        form = QApplication.activeModalWidget()
        assert isinstance(form, StockForm)
        return form

    def field(self, name: str) -> QWidget:
        found = self.form().findChild(QWidget, name)
        assert found is not None, name
        return found

    def write(self, name: str, text: str) -> None:
        field = self.field(name)
        if isinstance(field, QuantityEdit):
            field.set_value(int(text))
        else:
            assert isinstance(field, QLineEdit)
            field.setText(text)
        self.settle()

    def text(self, name: str) -> str:
        field = self.field(name)
        assert isinstance(field, QLineEdit)
        return field.text()

    def errors(self) -> list[str]:
        return [
            each.text()
            for each in self.form().findChildren(QLabel)
            if each.property("role") == "error" and each.isVisible()
        ]

    def send(self) -> None:
        self.form().send()
        self.settle()

    def level(self, sku: str) -> InventoryRow:
        (row,) = inventory_page(self.desk.read, InventoryFilter(SITE, text=sku))
        return row

    def select(self, sku: str) -> None:
        self.panel.reveal("product", self.level(sku).id)
        self.until(lambda: (row := self.panel.table.current_row()) is not None and row.sku == sku)
        self.settle()


@pytest.fixture
def open_bench(qapp: Any, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []
    with warehouse_desk(tmp_path / "warehouse", products=64, orders=20) as desk:

        def make(person: str = "user-super") -> Bench:
            made.append(Bench(desk, tmp_path / "app", person))
            return made[-1]

        yield make
        for bench in made:
            bench.close()


@pytest.fixture
def bench(open_bench: Callable[..., Bench]) -> Bench:
    return open_bench()


def empty_bin(bench: Bench) -> str:
    """The code of a bin that holds nothing."""
    held = set(bench.desk.read.values("SELECT location_id FROM stock"))
    rows = bench.desk.read.tuples("SELECT id, code FROM location WHERE kind = 'reserve' ORDER BY code")
    return next(str(code) for place, code in rows if place not in held)


# -- the list --------------------------------------------------------------------------------------------------------


def test_the_list_shows_every_stocked_product_and_marks_the_first(bench: Bench) -> None:
    assert bench.panel.table.row_count() == inventory_count(bench.desk.read, InventoryFilter(SITE))
    assert bench.panel.table.current_row().sku == "HF0000"
    assert bench.panel.product.isVisible()
    assert bench.panel.product.story is not None
    assert bench.panel.product.story.row.sku == "HF0000"


def test_typing_in_the_search_narrows_the_list(bench: Bench) -> None:
    bench.panel.search_field.setText("oak")
    bench.settle()
    names = {row.name for _number, row in bench.panel.table.rows.cached()}
    assert names
    assert all("Oak" in name for name in names)


def test_a_chip_filters_and_its_cross_brings_everything_back(bench: Bench) -> None:
    everything = bench.panel.table.row_count()
    bench.panel.stock.chips.set_filter("low", ("low",))
    bench.settle()
    shown = [row for _number, row in bench.panel.table.rows.cached()]
    assert 0 < len(shown) < everything
    assert all(row.available <= row.reorder_point for row in shown)
    bench.panel.stock.chips.set_filter("low", ())
    bench.settle()
    assert bench.panel.table.row_count() == everything


def test_the_category_chip_knows_the_catalogue(bench: Bench) -> None:
    bench.panel.stock.chips.set_filter("categories", ("Oak Tray",))
    bench.settle()
    assert {row.category for _number, row in bench.panel.table.rows.cached()} == {"Oak Tray"}


def test_a_saved_view_comes_back_by_its_name_with_its_order(bench: Bench) -> None:
    stock = bench.panel.stock
    stock.chips.set_filter("bands", ("red",))
    bench.settle()
    bench.panel.table.order_by("available", True)
    stock.save_view("Urgent")
    stock.show_view("Everything")
    bench.settle()
    assert stock.chips.values() == {}
    stock.show_view("Urgent")
    bench.settle()
    assert stock.chips.values() == {"bands": ("red",)}
    shown = [row.available for _number, row in sorted(bench.panel.table.rows.cached())]
    assert shown == sorted(shown, reverse=True)
    assert stock.views.names() == ["Urgent"]


def test_what_is_filtered_is_what_the_csv_holds(bench: Bench, tmp_path: Path) -> None:
    bench.panel.stock.chips.set_filter("bands", ("red",))
    bench.settle()
    path = tmp_path / "stock.csv"
    bench.panel.stock.export_to(path)
    bench.settle()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    shown = inventory_page(bench.desk.read, InventoryFilter(SITE, bands=("red",)), limit=1000)
    assert [(each["SKU"], int(each["Available"])) for each in rows] == [
        (row.sku, row.available) for row in shown
    ]
    assert list(tmp_path.glob(".*.part")) == []


def test_an_xlsx_is_written_and_a_name_never_becomes_a_formula(bench: Bench, tmp_path: Path) -> None:
    from services.commands import ProductFields

    row = bench.level("HF0004")
    bench.desk.do(
        SaveProduct(
            product_id=row.id, expected=ProductFields(name=row.name), values=ProductFields(name="=1+1")
        ),
        actor_id="user-admin",
    )
    bench.panel.stock.export_to(tmp_path / "stock.xlsx")
    bench.panel.stock.export_to(tmp_path / "stock.csv")
    bench.settle()
    with zipfile.ZipFile(tmp_path / "stock.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    assert "'=1+1" in (tmp_path / "stock.csv").read_text(encoding="utf-8-sig")


# -- scans -----------------------------------------------------------------------------------------------------------


def test_scanning_a_product_shows_it(bench: Bench) -> None:
    story = product_story(bench.desk.read, SITE, bench.level("HF0012").id, now=0)
    assert story is not None
    bench.scan(story.product.gtin)
    bench.until(
        lambda: (
            bench.panel.table.current_row() is not None and bench.panel.table.current_row().sku == "HF0012"
        )
    )


def test_scanning_a_bin_shows_what_lies_in_it(bench: Bench) -> None:
    lies = bench.desk.read.stock(site_id=SITE, product_id=bench.level("HF0005").id)[0]
    bench.scan(lies.location_code)
    assert bench.panel.page == "bins"
    shown = [row for _number, row in bench.panel.bins.content.rows.cached()]
    assert shown == bin_content(bench.desk.read, lies.location_id)


def test_a_receipt_by_scans_alone_then_undone(bench: Bench) -> None:
    story = product_story(bench.desk.read, SITE, bench.level("HF0004").id, now=0)
    assert story is not None
    before, place = story.row.on_hand, empty_bin(bench)
    bench.do("inventory.receive")
    bench.scan(story.product.gtin)
    bench.scan(place)
    assert (bench.text("inventory.receive.product"), bench.text("inventory.receive.location")) == (
        "HF0004",
        place,
    )
    bench.write("inventory.receive.quantity", "12")
    bench.send()
    assert bench.level("HF0004").on_hand == before + 12
    assert QApplication.activeModalWidget() is None
    bench.window.context.undo()
    bench.settle()
    assert bench.level("HF0004").on_hand == before


def test_a_gs1_label_brings_lot_and_use_by_day(bench: Bench) -> None:
    story = product_story(bench.desk.read, SITE, bench.level("HF0004").id, now=0)
    assert story is not None
    bench.do("inventory.receive")
    bench.scan(f"(01){story.product.gtin.zfill(14)}(17)291231(10)L77")
    assert bench.text("inventory.receive.lot") == "L77"
    assert bench.text("inventory.receive.expires_on") == "2029-12-31"


# -- forms -----------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_at_its_field_and_nothing_is_done(bench: Bench) -> None:
    bench.select("HF0004")
    before = bench.level("HF0004")
    bench.do("inventory.receive")
    bench.send()
    assert bench.errors() == ["Into bin: Scan it, or type its code."]
    bench.write("inventory.receive.location", "Z-99-99-9")
    bench.send()
    (problem,) = bench.errors()
    assert "no bin Z-99-99-9" in problem
    bench.form().reject()
    assert bench.level("HF0004") == before


def test_a_product_kept_by_lot_is_not_received_without_one(bench: Bench) -> None:
    from services.commands import ProductFields

    row = bench.level("HF0004")
    bench.desk.do(
        SaveProduct(
            product_id=row.id,
            expected=ProductFields(lot_tracked=False),
            values=ProductFields(lot_tracked=True),
        ),
        actor_id="user-admin",
    )
    bench.select("HF0004")
    place = empty_bin(bench)
    bench.do("inventory.receive")
    bench.write("inventory.receive.location", place)
    bench.send()
    (problem,) = bench.errors()
    assert "kept by lot" in problem
    bench.write("inventory.receive.lot", "L1")
    bench.send()
    lots = {each.lot for each in bench.desk.read.stock(site_id=SITE, product_id=row.id)}
    assert "L1" in lots


def test_moving_needs_another_bin_and_is_undone_by_carrying_back(bench: Bench) -> None:
    row = bench.level("HF0004")
    source, target = bench.desk.read.stock(site_id=SITE, product_id=row.id)[0], empty_bin(bench)
    bench.select("HF0004")
    bench.do("inventory.move")
    bench.write("inventory.move.location", source.location_code)
    bench.write("inventory.move.to_location", source.location_code)
    bench.write("inventory.move.quantity", "2")
    bench.send()
    (problem,) = bench.errors()
    assert problem.startswith("To bin: Both ends of the move are")
    bench.write("inventory.move.to_location", target)
    bench.send()
    there = bench.desk.read.value("SELECT id FROM location WHERE code = ?", (target,))
    assert [each.on_hand for each in bin_content(bench.desk.read, there)] == [2]
    bench.window.context.undo()
    bench.settle()
    assert bin_content(bench.desk.read, there) == []


def test_an_adjustment_asks_for_its_reason_by_a_key(bench: Bench) -> None:
    row = bench.level("HF0004")
    place = bench.desk.read.stock(site_id=SITE, product_id=row.id)[0].location_code
    bench.select("HF0004")
    bench.do("inventory.adjust")
    bench.write("inventory.adjust.location", place)
    bench.write("inventory.adjust.quantity", "-3")
    bench.send()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ReasonDialog)
    QTest.keyPress(dialog, Qt.Key.Key_1)
    bench.settle()
    assert bench.level("HF0004").on_hand == row.on_hand - 3
    story = product_story(bench.desk.read, SITE, row.id, now=0)
    assert story is not None
    assert (story.movements[0].kind, story.movements[0].reason) == ("adjust", "damaged")


def test_units_on_hold_can_be_released_but_never_more_than_are_held(bench: Bench) -> None:
    row = bench.level("HF0004")
    place = bench.desk.read.stock(site_id=SITE, product_id=row.id)[0].location_code
    bench.select("HF0004")
    bench.do("inventory.hold")
    bench.write("inventory.hold.location", place)
    bench.write("inventory.hold.quantity", "2")
    bench.send()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    QTest.keyPress(dialog, Qt.Key.Key_3)
    bench.settle()
    assert bench.level("HF0004").held == 2
    bench.do("inventory.release")
    bench.write("inventory.release.location", place)
    bench.write("inventory.release.quantity", "5")
    bench.send()
    (problem,) = bench.errors()
    assert problem.startswith("Quantity")
    assert "2 of HF0004 on hold, not 5" in problem
    bench.write("inventory.release.quantity", "2")
    bench.send()
    assert bench.level("HF0004").held == 0


def test_a_replenishment_is_asked_for_and_taken_back(bench: Bench) -> None:
    row = bench.level("HF0004")
    source, target = bench.desk.read.stock(site_id=SITE, product_id=row.id)[0], empty_bin(bench)
    bench.select("HF0004")
    bench.do("inventory.replenish")
    bench.write("inventory.replenish.location", source.location_code)
    bench.write("inventory.replenish.to_location", target)
    bench.send()
    (task,) = bench.desk.read.rows("SELECT * FROM stock_task WHERE product_id = ?", (row.id,), StockTask)
    assert (task.kind, task.status) == ("replenishment", "open")
    bench.window.context.undo()
    bench.settle()
    (task,) = bench.desk.read.rows("SELECT * FROM stock_task WHERE product_id = ?", (row.id,), StockTask)
    assert task.status == "cancelled"


# -- counts ----------------------------------------------------------------------------------------------------------


def test_a_count_is_entered_and_a_supervisor_approves_its_variance(bench: Bench) -> None:
    row = bench.level("HF0004")
    lies = bench.desk.read.stock(site_id=SITE, product_id=row.id)[0]
    bench.select("HF0004")
    bench.do("inventory.request_count")
    bench.write("inventory.request_count.location", lies.location_code)
    bench.send()
    bench.panel.show_page("counts")
    bench.settle()
    bench.panel.counts.table.select_number(0)
    bench.panel.counts.table.opened.emit(bench.panel.counts.table.current_row())
    bench.settle()
    assert bench.text("inventory.count.location") == lies.location_code
    bench.write("inventory.count.quantity", str(lies.on_hand + 5))
    bench.send()
    assert bench.level("HF0004").on_hand == row.on_hand
    (counted,) = [each for each in counts_open(bench.desk.read, SITE) if each.product_id == row.id]
    assert (counted.status, counted.variance) == ("counted", 5)
    bench.panel.counts.table.select_key(counted.id)
    bench.settle()
    bench.do("inventory.approve")
    assert bench.level("HF0004").on_hand == row.on_hand + 5


def test_a_dismissed_count_is_queued_again_with_its_reason(bench: Bench) -> None:
    lies = bench.desk.read.stock(site_id=SITE, product_id=bench.level("HF0004").id)[0]
    bench.desk.do(
        CountStock(
            site_id=SITE,
            count_id="count-1",
            product_id=lies.product_id,
            location_id=lies.location_id,
            counted=1,
        )
    )
    bench.panel.show_page("counts")
    bench.settle()
    bench.panel.counts.table.select_number(0)
    bench.settle()
    bench.do("inventory.reject")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ReasonDialog)
    QTest.keyPress(dialog, Qt.Key.Key_1)
    bench.settle()
    (again,) = [each for each in counts_open(bench.desk.read, SITE) if each.product_id == lies.product_id]
    assert (again.status, again.reason) == ("queued", "count again: variance too large")


def test_a_picker_may_receive_but_neither_adjust_nor_approve(open_bench: Callable[..., Bench]) -> None:
    actions = open_bench("user-pick").window.context.actions
    assert actions.is_enabled("inventory.receive")
    assert not actions.is_enabled("inventory.adjust")
    assert not actions.is_enabled("inventory.approve")


# -- staying fresh ---------------------------------------------------------------------------------------------------


def test_what_changes_elsewhere_shows_in_list_and_inspector_while_the_selection_stays(bench: Bench) -> None:
    from services.commands import ReceiveStock

    bench.select("HF0004")
    before = bench.level("HF0004").on_hand
    bench.desk.do(ReceiveStock(site_id=SITE, product_id="prod-0004", location_id="loc-REC-1", quantity=7))
    bench.until(
        lambda: bench.panel.product.story is not None and bench.panel.product.story.row.on_hand == before + 7
    )
    bench.until(lambda: bench.panel.table.current_row().on_hand == before + 7)
    assert bench.panel.table.current_row().sku == "HF0004"
    assert bench.panel.table.current_row().provisional
