"""The first paint of the window: whose rows it shows, that they are the panel's, and what becomes of what is typed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.first_sight import FirstSight, first_sight
from desktop_app.kept_session import SESSION, KeptSession, write_session
from desktop_app.people import People
from desktop_app.themes.theme import Theme
from desktop_app.widgets.row_table import RowTable
from local_db.desk import Desk
from services.storage.tables import User
from tests.desktop_app.panels.panel_bench import PanelBench
from tests.helpers.warehouse_desk import warehouse_desk

pytestmark = pytest.mark.usefixtures("qapp")

TABLES = {"inventory": "inventory.table", "orders": "orders.table", "picking": "picking.queue"}
PERSON = "user-super"
Arrange = Callable[[PanelBench, RowTable], object]


def now() -> int:
    return time.time_ns() // 1_000_000


def sign_in(desk: Desk, seen_at: int, *, locked: bool = False) -> None:
    desk.keep_secret(SESSION, write_session(KeptSession(PERSON, "sam", seen_at, locked)))


def bury(*widgets: QObject) -> None:
    """Nothing of a test may live on."""
    for widget in widgets:
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def leave(folder: Path, panel_id: str, arrange: Arrange = lambda _bench, _table: None) -> dict[str, Any]:
    """Work in a panel and close the window; answers what its list showed: ``rows`` and ``boxes``."""
    Theme().apply()
    with warehouse_desk(folder) as desk:
        sign_in(desk, now())
        bench = PanelBench(desk, folder / "profile", panel_id, PERSON)
        table = bench.panel.findChild(RowTable, TABLES[panel_id])
        arrange(bench, table)
        bench.settle()
        rows = [row for _number, row in sorted(table.rows.cached())]
        boxes = [(left, width, column.key) for left, width, column in table.columns.boxes()]
        bench.close()
    return {"rows": rows, "boxes": boxes}


@contextmanager
def seen(folder: Path) -> Iterator[FirstSight | None]:
    sight = first_sight(folder / "profile", allow_plain=True)
    yield sight
    if sight is not None:
        bury(sight.window, sight.settings, sight.theme)


@pytest.fixture(scope="module")
def left_inventory(tmp_path_factory: pytest.TempPathFactory, qapp: Any) -> Path:
    """The files of a desk whose Inventory panel was shown when it was closed."""
    folder = tmp_path_factory.mktemp("left")
    leave(folder, "inventory")
    return folder


@pytest.fixture
def inventory(left_inventory: Path, tmp_path: Path) -> Path:
    """A copy of them to change."""
    return shutil.copytree(left_inventory, tmp_path / "copy")


def rows_of(sight: FirstSight | None) -> Any:
    assert sight is not None
    return sight.glance.seen.rows if sight.glance.seen is not None else None


@pytest.mark.parametrize("panel_id", TABLES)
def test_the_rows_of_the_first_paint_are_those_of_the_panel(tmp_path: Path, panel_id: str) -> None:
    left = leave(tmp_path, panel_id)
    with seen(tmp_path) as sight:
        found = rows_of(sight)
        assert len(found) > 5
        assert list(found) == left["rows"][: len(found)]
        boxes = [(at, width, column.key) for at, width, column in sight.glance.seen.boxes]
        assert boxes == left["boxes"]
        assert sight.glance.shows_rows


@pytest.mark.parametrize(
    ("panel_id", "chips", "order"),
    [
        ("inventory", {"low": "low"}, ("available", True)),
        ("inventory", {"bands": ["green"]}, ("name", False)),
        ("orders", {"open": True}, ("total", True)),
        ("picking", {"urgent": True}, ("quantity", True)),
    ],
)
def test_filters_and_order_hold_in_the_first_paint(
    tmp_path: Path, panel_id: str, chips: dict[str, Any], order: tuple[str, bool]
) -> None:
    def arrange(bench: PanelBench, table: RowTable) -> None:
        if panel_id == "picking":
            bench.panel.queue.restore(chips)
            bench.panel.queue.refresh()
        else:
            lists = bench.panel.stock if panel_id == "inventory" else bench.panel.list
            lists.chips.restore(chips)
            lists.apply()
        bench.settle()
        table.order_by(*order)

    left = leave(tmp_path, panel_id, arrange)
    with seen(tmp_path) as sight:
        found = rows_of(sight)
        assert list(found) == left["rows"][: len(found)]
        assert bool(found) == bool(left["rows"])


def test_another_page_of_the_panel_has_no_rows_in_the_first_paint(tmp_path: Path) -> None:
    leave(tmp_path, "inventory", lambda bench, _table: bench.panel.show_page("bins"))
    with seen(tmp_path) as sight:
        assert rows_of(sight) is None


def test_a_window_of_another_size_shows_no_rows(inventory: Path) -> None:
    with seen(inventory) as sight:
        assert sight is not None
        sight.window.resize(1100, 700)
        sight.glance.setGeometry(sight.window.rect())
        assert not sight.glance.shows_rows


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.keep_secret(SESSION, ""),
        lambda desk: sign_in(desk, now() - 80 * 3_600_000),
        lambda desk: sign_in(desk, now(), locked=True),
        lambda desk: desk._store.cache.connection.execute(
            "UPDATE user SET active = 0 WHERE id = ?", (PERSON,)
        ),
        lambda desk: desk._store.outbox.meta.set(client_id=""),
        lambda desk: desk._store.outbox.meta.set(cache_in_doubt="1"),
        lambda desk: desk._store.cache.connection.execute("UPDATE cache_meta SET applied_through = 7"),
        lambda desk: desk._store.cache.connection.execute("UPDATE cache_meta SET outbox_id = 'other'"),
    ],
    ids=[
        "signed out",
        "too long ago",
        "locked",
        "inactive",
        "not enrolled",
        "in doubt",
        "lags",
        "another outbox",
    ],
)
def test_nobody_sees_rows_whom_the_desk_would_not_let_in(
    inventory: Path, change: Callable[[Desk], object]
) -> None:
    with Desk.open(inventory / "profile", allow_plain=True) as desk:
        change(desk)
    with seen(inventory) as sight:
        assert sight is None


def test_who_may_not_see_a_panel_does_not_see_its_rows(
    inventory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_app import first_sight as module

    closed = tuple(spec._replace(permission="user.manage") for spec in module.PANELS)
    monkeypatch.setattr(module, "PANELS", closed)
    with seen(inventory) as sight:
        assert rows_of(sight) is None


def test_a_locked_desk_asks_who_it_is_after_a_restart(tmp_path: Path) -> None:
    with warehouse_desk(tmp_path) as desk:
        sign_in(desk, now())
        people = People(desk)
        assert isinstance(people.resume(), User)
        people.lock()
        assert people.resume() is None


def test_what_is_typed_before_the_window_is_there_reaches_it(inventory: Path, qtbot: QtBot) -> None:
    sight = first_sight(inventory / "profile", allow_plain=True)
    assert sight is not None
    sight.window.show()
    place = sight.glance.seen.layout.table
    fourth = place[1] + 3 * sight.theme.metrics.row + 5
    QTest.mouseClick(sight.glance, Qt.MouseButton.LeftButton, pos=QPoint(400, fourth))
    QTest.keyClick(sight.glance, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    with Desk.open(inventory / "profile", allow_plain=True) as desk:
        from desktop_app.app_context import AppContext

        context = AppContext(desk, inventory / "profile", sight=sight)
        context.start()
        assert context.window is sight.window
        qtbot.waitUntil(lambda: sight.window._is_ready, timeout=20_000)
        table = sight.window.findChild(RowTable, "inventory.table")
        qtbot.waitUntil(lambda: table.currentIndex().row() == 3, timeout=20_000)
        assert table.viewport().mapTo(sight.window, QPoint(0, 0)) == QPoint(*place[:2]), "nothing may jump"
        assert sight.window._palette is not None
        qtbot.waitUntil(lambda: context.runner.is_idle, timeout=20_000)
        context.close()
        bury(context.window, context, sight.settings, sight.theme)


def test_a_bare_window_can_be_closed(qtbot: QtBot) -> None:
    from desktop_app.main_window import MainWindow
    from desktop_app.settings import Settings

    window = MainWindow(Settings(None), Theme())
    window.show()
    with qtbot.waitSignal(window.closed):
        window.close()
    bury(window)
