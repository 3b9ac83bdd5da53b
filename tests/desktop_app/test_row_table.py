"""The table: rows by page, off the UI thread, with order, selection and columns kept as they were."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop_app.settings import Settings
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.widgets.columns import Column, mark_column
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.row_model import PAGE_ROWS, PAGES_KEPT
from desktop_app.widgets.row_source import ListSource, QuerySource
from desktop_app.widgets.row_table import RowTable


@dataclass(frozen=True)
class Item:
    id: int
    name: str
    units: int | None = 0


COLUMNS = (
    mark_column(lambda item: "provisional" if item.id % 2 else ""),
    Column("name", "Name", lambda item: item.name, stretch=True),
    Column("units", "Units", lambda item: item.units, "number", unit="pcs"),
    Column("pill", "Band", lambda item: ("Low", "warning"), "pill", sortable=False),
    Column("bar", "Filled", lambda item: (item.id % 5, 5), "bar"),
    Column("price", "Price", lambda item: (item.id, "GBP"), "money", hidden=True),
    Column("age", "Seen", lambda item: 1_763_700_000_000, "age"),
    Column("trend", "Trend", lambda item: (1, 3, 2), "spark"),
)


def items(count: int) -> list[Item]:
    return [Item(n, f"Item {n}", n % 7) for n in range(count)]


class Warehouse:
    """A source of any size that remembers what it was asked, and from which thread."""

    def __init__(self, count: int) -> None:
        self.size = count
        self.pages: list[tuple[int, int, Any]] = []
        self.threads: set[str] = set()

    def count(self) -> int:
        self.threads.add(threading.current_thread().name)
        return self.size

    def page(self, offset: int, limit: int, after: Any | None) -> Sequence[Item]:
        self.pages.append((offset, limit, after))
        return [Item(n, f"Item {n}", n % 7) for n in range(offset, min(self.size, offset + limit))]


MakeTable = Callable[..., RowTable]


@pytest.fixture
def make_table(qtbot: QtBot, theme: Theme, runner: TaskRunner) -> MakeTable:
    def make(columns: Sequence[Column] = COLUMNS, **more: Any) -> RowTable:
        table = RowTable(theme, runner, columns, name="Items", **more)
        table.resize(800, 600)
        qtbot.addWidget(table)
        return table

    return make


@pytest.fixture
def loaded(qtbot: QtBot, make_table: MakeTable) -> Callable[[Any], RowTable]:
    def load(source: Any) -> RowTable:
        table = make_table()
        with qtbot.waitSignal(table.rows.loaded):
            table.set_source(source)
        table.show()
        return table

    return load


def text(table: RowTable, row: int, column: int = 1) -> str:
    return str(table.rows.index(row, column).data())


def reload(qtbot: QtBot, table: RowTable) -> None:
    with qtbot.waitSignal(table.rows.loaded):
        table.refresh()


def test_a_million_rows_are_read_a_page_at_a_time_off_the_ui_thread(
    qtbot: QtBot, make_table: MakeTable
) -> None:
    source, table = Warehouse(1_000_000), make_table()
    table.set_source(source)
    table.show()
    qtbot.waitUntil(lambda: table.row_count() == 1_000_000)
    assert [offset for offset, _limit, _after in source.pages] == [0]
    assert all(name.startswith("holdfast-read") for name in source.threads)
    assert text(table, 3) == "Item 3"


def test_scrolling_fetches_what_is_seen_and_forgets_what_was(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    table = loaded(Warehouse(1_000_000))
    for share in range(1, 90):
        table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() * share // 90)
        number = table.indexAt(QPoint(5, 5)).row()
        table.viewport().repaint()
        qtbot.waitUntil(lambda number=number: table.rows.row(number) is not None)
        assert table.rows.row(number) == Item(number, f"Item {number}", number % 7)
    assert len(table.rows.cached()) <= PAGES_KEPT * PAGE_ROWS


def test_the_row_before_a_page_is_given_where_it_is_known(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    source = Warehouse(1_000)
    table = loaded(source)
    table.select_number(PAGE_ROWS + 5)
    table.viewport().repaint()
    qtbot.waitUntil(lambda: table.rows.row(PAGE_ROWS + 5) is not None)
    assert source.pages[-1] == (PAGE_ROWS, PAGE_ROWS, Item(PAGE_ROWS - 1, f"Item {PAGE_ROWS - 1}", 3))


def test_the_first_page_may_be_given_and_is_there_at_once(make_table: MakeTable) -> None:
    table = make_table()
    table.set_source(Warehouse(5_000), first=items(PAGE_ROWS), count=5_000)
    assert (table.row_count(), text(table, 0)) == (5_000, "Item 0")


def test_an_answer_to_an_older_question_is_dropped(qtbot: QtBot, make_table: MakeTable) -> None:
    let_go, table = threading.Event(), make_table()

    class Slow(Warehouse):
        def count(self) -> int:
            let_go.wait()
            return 3

    table.set_source(Slow(3))
    table.set_source(ListSource(items(7)))
    let_go.set()
    qtbot.waitUntil(lambda: table.row_count() == 7)
    qtbot.wait(20)
    assert table.row_count() == 7


def test_a_source_that_fails_is_said_and_can_be_asked_again(
    qtbot: QtBot, make_table: MakeTable, runner: TaskRunner
) -> None:
    table, broken = make_table(label="Loading items"), [True]

    class Flaky(Warehouse):
        def count(self) -> int:
            if broken[0]:
                raise OSError("disk")
            return self.size

    with qtbot.waitSignal(runner.failed) as failed:
        table.set_source(Flaky(5))
    assert failed.args[0].label == "Loading items"
    broken[0] = False
    reload(qtbot, table)
    assert table.row_count() == 5


# Refreshing


def test_a_refresh_repaints_only_the_rows_that_differ(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    rows = items(20)
    table = loaded(ListSource(rows))
    told: list[tuple[int, int]] = []
    table.rows.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    rows[3], rows[4], rows[9] = (replace(rows[n], units=99) for n in (3, 4, 9))
    reload(qtbot, table)
    assert told == [(3, 4), (9, 9)]
    told.clear()
    reload(qtbot, table)
    assert told == []


def test_rows_come_and_go_with_the_count(qtbot: QtBot, loaded: Callable[[Any], RowTable]) -> None:
    source = Warehouse(10)
    table = loaded(source)
    for size in (14, 3, 0, 500):
        source.size = size
        reload(qtbot, table)
        assert table.row_count() == size


def test_refreshes_that_pile_up_become_one_more(qtbot: QtBot, loaded: Callable[[Any], RowTable]) -> None:
    source = Warehouse(10)
    table = loaded(source)
    asked = len(source.pages)
    for _ in range(20):
        table.refresh()
    qtbot.waitUntil(lambda: len(source.pages) == asked + 2)
    qtbot.wait(20)
    assert len(source.pages) == asked + 2


def test_the_selection_follows_its_row_when_rows_move(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    rows = items(10)
    table = loaded(ListSource(rows))
    table.select_number(4)
    told: list[Any] = []
    table.current_changed.connect(told.append)
    rows.insert(0, Item(100, "New on top"))
    reload(qtbot, table)
    assert [row.id for row in table.selected_rows()] == [4]
    assert table.currentIndex().row() == 5
    assert told == []


def test_the_current_row_is_told_again_when_it_changed(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    rows = items(10)
    table = loaded(ListSource(rows))
    told: list[Any] = []
    table.current_changed.connect(told.append)
    table.select_number(4)
    rows[4] = replace(rows[4], units=99)
    reload(qtbot, table)
    assert [row.units for row in told] == [4, 99]


def test_what_is_selected_beyond_the_cache_stays_selected(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    table = loaded(Warehouse(5_000))
    table.selectAll()
    assert table.selected_count() == 5_000
    reload(qtbot, table)
    assert table.selected_count() == 5_000


def test_another_filter_keeps_only_what_it_still_shows(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    table = loaded(ListSource(items(10)))
    table.select_number(4)
    with qtbot.waitSignal(table.rows.loaded):
        table.set_source(ListSource([row for row in items(10) if row.id % 2 == 0]))
    assert [row.id for row in table.selected_rows()] == [4]
    told: list[Any] = []
    table.current_changed.connect(told.append)
    with qtbot.waitSignal(table.rows.loaded):
        table.set_source(ListSource([row for row in items(10) if row.id % 2]))
    assert (table.selected_rows(), told) == ([], [None])


def test_a_row_can_be_sought_before_it_is_there(qtbot: QtBot, loaded: Callable[[Any], RowTable]) -> None:
    rows = items(3)
    table = loaded(ListSource(rows))
    assert table.select_key(2)
    assert not table.select_key(77)
    rows.append(Item(77, "Late"))
    reload(qtbot, table)
    assert table.current_row() == Item(77, "Late")


# Order, columns, keys


def test_a_click_on_a_header_orders_and_a_second_one_turns_it(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    table = loaded(ListSource([Item(1, "b", None), Item(2, "c", 5), Item(3, "a", 2)]))
    told: list[tuple[str, bool]] = []
    table.order_changed.connect(lambda key, descending: told.append((key, descending)))
    for expected in ([3, 1, 2], [2, 1, 3]):
        with qtbot.waitSignal(table.rows.loaded):
            table.header.sectionClicked.emit(1)
        assert [table.rows.row(n).id for n in range(3)] == expected
    assert told == [("name", False), ("name", True)]


def test_what_is_unknown_comes_last_in_either_order() -> None:
    source = ListSource([Item(1, "b", None), Item(2, "c", 5), Item(3, "a", 2)])
    assert [row.id for row in source.sorted("units", False).page(0, 9, None)] == [3, 2, 1]
    assert [row.id for row in source.sorted("units", True).page(0, 9, None)] == [2, 3, 1]


def test_a_query_is_asked_for_its_order(qtbot: QtBot, loaded: Callable[[Any], RowTable]) -> None:
    asked: list[tuple[str, bool]] = []

    def page(offset: int, limit: int, after: Any, order: str, descending: bool) -> list[Item]:
        asked.append((order, descending))
        return items(3)

    table = loaded(QuerySource(lambda: 3, page))
    with qtbot.waitSignal(table.rows.loaded):
        table.order_by("units", True)
    assert asked == [("", False), ("units", True)]
    with qtbot.waitSignal(table.rows.loaded):
        table.set_source(QuerySource(lambda: 3, page))
    assert asked[-1] == ("units", True)


def test_a_column_that_cannot_order_does_not(qtbot: QtBot, loaded: Callable[[Any], RowTable]) -> None:
    table = loaded(ListSource(items(3)))
    table.header.sectionClicked.emit(3)
    assert table.header.order is None


def test_columns_are_found_again_as_they_were_left(qtbot: QtBot, make_table: MakeTable) -> None:
    settings = Settings(None)
    first = make_table(settings=settings)
    first.show()
    first.header.resizeSection(2, 160)
    first.columns.show_column(5, True)
    first.columns.show_column(6, False)
    first.header.moveSection(first.header.visualIndex(2), 1)
    first.order_by("units", True)
    second = make_table(settings=settings)
    second.show()
    shown = [second.rows.columns[number].key for number in second.columns.visible()]
    assert shown == ["mark", "units", "name", "pill", "bar", "price", "trend"]
    assert second.header.sectionSize(2) == 160
    assert second.header.order == ("units", True)
    settings.flush()


@pytest.mark.parametrize(
    "kept", [5, "x", [1, [2]], {"a": {}}, {"units": "wide"}, {"units": -5}, {"units": 10**30}]
)
def test_an_arrangement_that_somebody_has_spoilt_does_not_keep_a_table_from_opening(
    make_table: MakeTable, kept: object
) -> None:
    settings = Settings(None)
    first = make_table(settings=settings)
    shown = first.columns.visible()
    first.columns.remember()
    (key,) = [name for name in settings._state if name.startswith("table:")]
    settings.remember(key, {name: kept for name in ("widths", "hidden", "asked_for", "order", "sort")})
    again = make_table(settings=settings)
    assert len(again.columns.visible()) >= len(shown)
    settings.flush()


def test_the_last_column_cannot_be_hidden(make_table: MakeTable) -> None:
    table = make_table(COLUMNS[1:3])
    table.columns.show_column(0, False)
    table.columns.show_column(1, False)
    assert table.columns.visible() == [1]


def test_the_stretching_column_takes_what_is_left(qtbot: QtBot, make_table: MakeTable) -> None:
    table = make_table()
    table.show()
    total = sum(table.header.sectionSize(number) for number in table.columns.visible())
    assert total == table.viewport().width()


def test_the_keyboard_walks_opens_and_leaves(qtbot: QtBot, loaded: Callable[[Any], RowTable]) -> None:
    table = loaded(Warehouse(300))
    opened: list[Any] = []
    table.opened.connect(opened.append)
    qtbot.keyClick(table, Qt.Key.Key_Home)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == [Item(1, "Item 1", 1)]
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.currentIndex().row() == 299
    qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert table.selected_count() == 2


def test_the_focus_alone_makes_no_row_current(qtbot: QtBot, loaded: Callable[[Any], RowTable]) -> None:
    table = loaded(ListSource(items(3)))
    told: list[Any] = []
    table.current_changed.connect(told.append)
    with qtbot.waitActive(table):
        table.activateWindow()
    table.setFocus()
    assert table.hasFocus()
    assert (table.current_row(), told) == (None, [])
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.current_row() == Item(0, "Item 0", 0)


def test_rows_are_copied_with_the_titles_of_what_is_shown(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    table = loaded(ListSource([Item(1, "a\tb", 1200), Item(2, "c", None)]))
    for number in range(3, len(COLUMNS)):
        table.columns.show_column(number, False)
    table.selectAll()
    clipboard = QGuiApplication.clipboard()
    with qtbot.waitSignal(clipboard.dataChanged):
        qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "Name\tUnits\na b\t1,200\nc\t–\n"


def test_what_is_not_in_the_cache_is_fetched_to_be_copied(
    qtbot: QtBot, loaded: Callable[[Any], RowTable]
) -> None:
    table = loaded(Warehouse(1_000))
    table.selectAll()
    clipboard = QGuiApplication.clipboard()
    with qtbot.waitSignal(clipboard.dataChanged):
        table.copy()
    assert len(clipboard.text().splitlines()) == 1_001


def test_without_rows_it_says_what_to_do(qtbot: QtBot, theme: Theme, make_table: MakeTable) -> None:
    empty = EmptyState(theme, "order", "No orders match")
    table = make_table(empty=empty)
    table.show()
    with qtbot.waitSignal(table.rows.loaded):
        table.set_source(ListSource([]))
    assert empty.isVisible()
    with qtbot.waitSignal(table.rows.loaded):
        table.set_source(ListSource(items(2)))
    assert not empty.isVisible()


# Painting


def test_every_kind_of_cell_is_painted_in_every_theme(
    qtbot: QtBot, theme: Theme, loaded: Callable[[Any], RowTable]
) -> None:
    table = loaded(ListSource(items(30)))
    seen = []
    for scheme, density in (("light", "comfortable"), ("dark", "compact"), ("contrast", "touch")):
        theme.switch(scheme, density)  # type: ignore[arg-type]
        image = table.viewport().grab().toImage()
        row = theme.metrics.row
        seen.append({image.pixelColor(x, y).name() for x in range(0, 600, 3) for y in range(0, row * 3, 2)})
        assert len(seen[-1]) > 20
    assert seen[0] != seen[1] != seen[2]
    theme.switch("light", "comfortable")


def test_a_row_that_is_not_here_yet_has_a_placeholder(qtbot: QtBot, make_table: MakeTable) -> None:
    table = make_table()
    table.set_source(Warehouse(5_000), first=items(PAGE_ROWS), count=5_000)
    table.show()
    table.verticalScrollBar().setValue(1_000 * 36)
    assert table.rows.row(1_010) is None
    image = table.viewport().grab().toImage()
    colours = {image.pixelColor(x, 18).name() for x in range(image.width())}
    assert table._theme.colours.hover.lower() in colours


def test_screen_readers_get_the_cells_as_text(loaded: Callable[[Any], RowTable]) -> None:
    table = loaded(ListSource([Item(1, "Heart", 1200)]))
    read = [
        table.rows.index(0, number).data(Qt.ItemDataRole.AccessibleTextRole)
        for number in (0, 1, 2, 3, 4, 5, 7)
    ]
    assert read == [
        "Provisional: not yet confirmed by the server",
        "Heart",
        "1,200",
        "Low",
        "1 / 5",
        "£0.01",
        "1, 3, 2",
    ]
    assert table.accessibleName() == "Items"
    assert table.rows.headerData(1, Qt.Orientation.Horizontal) == "Name"


# Columns that give way


NARROW = (
    Column("name", "Name", lambda item: item.name, width=100, stretch=True),
    Column("units", "Units", lambda item: item.units, "number", width=80, yields=1),
    Column("age", "Seen", lambda item: 1_763_700_000_000, "age", width=80, yields=2),
)


def shown_keys(table: RowTable) -> list[str]:
    return [table.rows.columns[number].key for number in table.columns.visible()]


def test_the_least_needed_columns_give_way_where_there_is_no_room_and_come_back(
    make_table: MakeTable,
) -> None:
    table = make_table(NARROW)
    for room, keys in (
        (400, ["name", "units", "age"]),
        (190, ["name", "units"]),
        (120, ["name"]),
        (60, ["name"]),
        (400, ["name", "units", "age"]),
    ):
        table.columns.fit(room)
        assert shown_keys(table) == keys, room
        assert room < 100 or table.header.length() <= room


def test_a_column_that_was_asked_for_by_hand_does_not_give_way(make_table: MakeTable) -> None:
    table = make_table(NARROW)
    table.columns.fit(190)
    table.columns.show_column(2, True)
    assert "age" in shown_keys(table)
    assert "units" not in shown_keys(table)


def test_a_column_that_gave_way_is_not_remembered_as_hidden(make_table: MakeTable) -> None:
    settings = Settings(None)
    first = make_table(NARROW, settings=settings)
    first.columns.fit(120)
    first.columns.remember()
    second = make_table(NARROW, settings=settings)
    second.columns.fit(400)
    assert shown_keys(second) == ["name", "units", "age"]
