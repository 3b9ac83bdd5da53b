"""Paper: what a PDF says is read back, and its barcodes are scanned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.printing import Paper, print_out, render_pdf
from local_db.desk import Desk
from local_db.queries.print_queries import Label, labels, packing_slips, pick_lists, route_sheets
from services.domain.gs1 import ScanKind, parse_scan
from services.storage.tables import Order
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import warehouse_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with warehouse_desk(tmp_path_factory.mktemp("desk"), products=80, orders=40) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "orders") as made:
        yield made


def read_back(path: Path) -> tuple[str, set[tuple[str, str]]]:
    """The text of a PDF, and (symbology, text) of every code that a scanner finds on its pages."""
    words, codes = [], set()
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            text_page = page.get_textpage()
            words.append(text_page.get_text_bounded())
            text_page.close()
            bitmap = page.render(scale=4, grayscale=True)
            for code in zxingcpp.read_barcodes(bitmap.to_numpy().squeeze()):
                codes.add((str(code.format).replace(" ", ""), code.text))
            bitmap.close()
            page.close()
    return "\n".join(words), codes


def open_order(desk: Desk) -> str:
    """An order of which nothing is picked yet."""
    sql = (
        "SELECT order_id FROM pick_task WHERE status = 'pending' GROUP BY order_id ORDER BY count(*) DESC, 1"
    )
    return str(desk.read.value(sql))


def test_a_pick_list_names_every_bin_in_walking_order_and_all_of_it_can_be_scanned(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    [data] = pick_lists(desk.read, [open_order(desk)])
    assert render_pdf("pick_list", [data], tmp_path / "list.pdf") == 1
    text, codes = read_back(tmp_path / "list.pdf")
    tasks = desk.read.pick_tasks(order_id=data.order_id)
    walk = sorted(tasks, key=lambda task: (task.pick_sequence, task.id))
    assert [line.bin for line in data.lines] == [task.location_code for task in walk]
    assert codes == {("Code128", data.number), *(("Code128", line.bin) for line in data.lines)}
    for line in data.lines:
        assert line.sku in text
        assert line.name in text
    places = [text.index(line.bin) for line in data.lines]
    assert places == sorted(places)


def test_what_is_picked_already_is_ticked_and_has_no_code_to_scan(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    [data] = pick_lists(desk.read, ["order-0001"])
    render_pdf("pick_list", [data], tmp_path / "list.pdf")
    text, codes = read_back(tmp_path / "list.pdf")
    assert codes == {("Code128", data.number)}
    assert text.count("already picked") == len(data.lines)


def test_a_packing_slip_says_to_whom_what_and_in_how_many_parcels(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    [data] = packing_slips(desk.read, ["order-0003"])
    render_pdf("packing_slip", [data], tmp_path / "slip.pdf")
    text, codes = read_back(tmp_path / "slip.pdf")
    order = desk.read.get(Order, "order-0003")
    assert order is not None
    for words in (
        order.ship_name,
        order.ship_street,
        order.ship_postcode,
        *(line.sku for line in data.lines),
    ):
        assert words in text
    assert order.number in text
    assert ("Code128", data.shipment) in codes
    assert parse_scan(data.shipment, "2026-06-01").kind == ScanKind.SHIPMENT
    assert data.parcels == 2
    assert sum(line.packed for line in data.lines) == sum(
        line.quantity for line in desk.read.order_lines(order.id)
    )


def test_orders_printed_together_each_begin_a_sheet_and_a_long_one_goes_on(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    from msgspec.structs import replace

    first, second = pick_lists(desk.read, [open_order(desk), "order-0001"])
    long = replace(first, lines=first.lines * 8)
    alone = render_pdf("pick_list", [long], tmp_path / "long.pdf")
    render_pdf("pick_list", [long, replace(second, lines=second.lines[:1])], tmp_path / "list.pdf")
    text, _codes = read_back(tmp_path / "list.pdf")
    for number in range(1, len(long.lines) + 1):
        assert f"{number}." in text
    # A reader of PDFs guesses blanks from gaps, and sometimes leaves one out.
    squeezed = "".join(text.split())
    for number in range(1, alone + 1):
        assert f"Page{number}of{alone}" in squeezed
    assert "Page 1 of 1" in text


@pytest.mark.parametrize(
    ("kind", "row_id", "expected"),
    [
        ("bin", "loc-A-03-07-2", {("Code128", "A-03-07-2")}),
        ("product", "prod-0003", {("EAN-13", "2000000010038")}),
    ],
)
def test_a_label_is_read_by_a_scanner(
    qapp: QApplication, desk: Desk, tmp_path: Path, kind: str, row_id: str, expected: set[tuple[str, str]]
) -> None:
    render_pdf(kind, labels(desk.read, kind, [row_id]), tmp_path / "label.pdf")
    assert read_back(tmp_path / "label.pdf")[1] == expected


def test_the_label_of_a_handling_unit_carries_both_codes(qapp: QApplication, tmp_path: Path) -> None:
    unit = Label("HU-T01-000042", "Tote for T01-000017", "Gift Barn Coventry")
    render_pdf("handling_unit", [unit], tmp_path / "unit.pdf")
    text, codes = read_back(tmp_path / "unit.pdf")
    assert codes == {("Code128", unit.code), ("DataMatrix", unit.code)}
    assert unit.title in text


def test_a_product_without_a_number_of_its_own_is_known_by_its_sku(
    qapp: QApplication, tmp_path: Path
) -> None:
    render_pdf("product", [Label("HF-LOOSE", "Loose Hooks", "ea")], tmp_path / "label.pdf")
    assert read_back(tmp_path / "label.pdf")[1] == {("Code128", "HF-LOOSE")}


def test_a_route_sheet_lists_the_stops_in_driving_order(
    qapp: QApplication, desk: Desk, tmp_path: Path
) -> None:
    route_id = str(desk.read.value("SELECT route_id FROM stop GROUP BY route_id ORDER BY count(*) DESC"))
    [data] = route_sheets(desk.read, [route_id])
    assert data.stops
    render_pdf("route", [data], tmp_path / "route.pdf")
    text, codes = read_back(tmp_path / "route.pdf")
    assert {stop.shipment for stop in data.stops} <= {code for _kind, code in codes}
    places = [text.index(stop.shipment) for stop in data.stops]
    assert places == sorted(places)


def test_nothing_to_print_is_said_and_leaves_no_file(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to print"):
        render_pdf("pick_list", [], tmp_path / "list.pdf")
    with pytest.raises(LookupError, match="napkin"):
        render_pdf("napkin", ["x"], tmp_path / "list.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_an_error_and_not_half_a_file(
    qapp: QApplication, tmp_path: Path
) -> None:
    (tmp_path / "label.pdf").mkdir()
    with pytest.raises(OSError):
        render_pdf("bin", [Label("A-01-01-1", "A-01-01-1", "pick")], tmp_path / "label.pdf")
    assert [each.name for each in tmp_path.iterdir()] == ["label.pdf"]


def shown_dialog(at: PanelBench) -> Any:
    at.settle()
    return at.find("print.dialog")


def test_the_preview_turns_its_pages_and_saves_a_pdf(at: PanelBench, tmp_path: Path) -> None:
    context = at.panel._context
    print_out(context, Paper("pick_list", [open_order(at.desk), "order-0001"]))
    dialog = shown_dialog(at)
    assert "2 pages, A4" in " ".join(each.text() for each in dialog.findChildren(type(at.find("print.page"))))
    dialog.turn(1)
    assert at.find("print.page").text() == "2 of 2"
    dialog.turn(1)
    assert at.find("print.page").text() == "2 of 2"
    dialog.save_to(tmp_path / "lists.pdf")
    at.settle()
    with pypdfium2.PdfDocument(tmp_path / "lists.pdf") as document:
        assert len(document) == 2


def test_labels_and_routes_open_the_same_preview(at: PanelBench) -> None:
    context = at.panel._context
    print_out(context, Paper("bin", ["loc-A-01-01-1"]))
    dialog = shown_dialog(at)
    assert dialog.windowTitle() == "Bin label A-01-01-1"
    dialog.reject()
    at.settle()
    print_out(context, Paper("route", ["route-0"]))
    dialog = shown_dialog(at)
    assert dialog.windowTitle() == "Route sheet R01"
    dialog.reject()


def test_what_is_no_longer_here_is_said_instead_of_an_empty_sheet(at: PanelBench) -> None:
    print_out(at.panel._context, Paper("packing_slip", ["order-that-never-was"]))
    at.settle()
    assert at.window.findChild(QWidget, "print.dialog") is None
