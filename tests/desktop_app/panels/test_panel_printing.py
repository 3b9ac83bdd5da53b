"""Ctrl+P prints what the panel shows: each in a real window, up to the preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from local_db.desk import Desk
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import warehouse_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with warehouse_desk(tmp_path_factory.mktemp("desk"), products=80, orders=40) as desk:
        yield desk


@pytest.fixture
def show(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[Callable[[str], PanelBench]]:
    """Opens the window with a panel shown."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda panel_id: stack.enter_context(panel_bench(desk, tmp_path, panel_id))


def can_print(at: PanelBench) -> bool:
    return at.window.actions_registry.is_enabled("app.print")


def printed(at: PanelBench) -> str:
    """Press Ctrl+P; answer what the preview is of, and close it."""
    at.do("app.print")
    dialog = at.find("print.dialog")
    title = str(dialog.windowTitle())
    dialog.setObjectName("")
    dialog.reject()
    return title


def test_the_route_that_is_loaded_prints_its_sheet(show: Callable[[str], PanelBench]) -> None:
    at = show("dispatch")
    at.panel.show_step("load")
    at.settle()
    route = at.panel.loading.route
    assert printed(at) == f"Route sheet {route.number}"
    at.find("dispatch.load.print").click()
    at.settle()
    assert at.find("print.dialog").windowTitle() == f"Route sheet {route.number}"
    at.find("print.dialog").reject()


def test_the_order_that_is_packed_prints_its_slip(show: Callable[[str], PanelBench]) -> None:
    at = show("dispatch")
    order = at.panel.packing.table.current_row()
    assert printed(at) == f"Packing slip {order.number}"


def test_the_chosen_van_prints_its_route_sheet(show: Callable[[str], PanelBench]) -> None:
    at = show("fleet")
    view = next(view for view in at.panel.picture.vehicles if view.route is not None)
    at.panel.choose("")
    assert not can_print(at)
    at.panel.choose(view.id)
    assert printed(at) == f"Route sheet {view.route.number}"


def test_picking_prints_the_lists_of_what_is_selected_and_then_of_the_walk(
    show: Callable[[str], PanelBench],
) -> None:
    at = show("picking")
    at.panel.queue.table.clearSelection()
    at.panel.queue.table.select_number(0)
    task = at.panel.queue.table.selected_rows()[0]
    assert printed(at) == f"Pick list {task.order_number}"
    other = next(row for _n, row in at.panel.queue.table.rows.cached() if row.order_id != task.order_id)
    at.panel.walk_order(other.order_id)
    at.until(lambda: at.panel.walk.task is not None)
    at.settle()
    at.panel.queue.table.select_key(task.id)
    assert printed(at) == f"Pick list {other.order_number}"


def test_inventory_prints_the_labels_of_selected_products_and_of_the_bin_that_is_shown(
    show: Callable[[str], PanelBench],
) -> None:
    at = show("inventory")
    at.until(lambda: at.panel.table.current_row() is not None)
    assert printed(at) == f"Product label {at.panel.table.current_row().sku}"
    at.panel.table.selectAll()
    assert printed(at).endswith(" product labels")
    at.panel.show_page("bins")
    at.settle()
    assert not can_print(at)
    at.panel.reveal("location", "loc-A-01-01-1")
    at.settle()
    assert printed(at) == "Bin label A-01-01-1"
    at.panel.show_page("counts")
    assert not can_print(at)


def test_an_order_prints_its_pick_list_until_it_is_picked_and_its_slip_from_then_on(
    show: Callable[[str], PanelBench],
) -> None:
    at = show("orders")
    for status, kind in (("allocated", "Pick list"), ("packed", "Packing slip")):
        at.panel.list.chips.set_filter("status", (status,))
        at.settle()
        at.panel.table.select_number(0)
        assert printed(at) == f"{kind} {at.panel.table.current_row().number}"
    at.do("order.new")
    assert not can_print(at)


def test_what_one_panel_prints_is_not_printed_from_another(show: Callable[[str], PanelBench]) -> None:
    at = show("orders")
    at.panel.table.select_number(0)
    assert can_print(at)
    at.window.navigate("outbox")
    at.settle()
    assert not can_print(at)
    assert not at.window.actions_registry.qaction("app.print").isEnabled()
    at.window.navigate("orders")
    at.settle()
    assert can_print(at)
