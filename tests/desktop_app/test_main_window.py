"""The window: panels on demand, a place for everything, and found again as it was left."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.main_window import MainWindow, dress
from desktop_app.menus import main_menu, person_menu
from desktop_app.panel_context import PanelContext
from desktop_app.panels.catalogue import PanelSpec
from desktop_app.scanner import ScanFeedback, ScanTarget
from desktop_app.settings import Settings
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from tests.desktop_app.fakes import FakeDesk, FakeLink, FakeSession, FakeSounds

HERE = "tests.desktop_app.test_main_window"
PANELS = (
    PanelSpec("dashboard", "Dashboard", "dashboard", "Work", HERE, "Plain", "Ctrl+1"),
    PanelSpec("orders", "Orders", "order", "Work", HERE, "Whole", "Ctrl+2", count_source="orders_waiting"),
    PanelSpec("fleet", "Fleet", "van", "Work", HERE, "Broken", "Ctrl+6"),
    PanelSpec(
        "outbox", "Outbox", "outbox", "System", HERE, "Plain", "Ctrl+7", count_source="needs_attention"
    ),
    PanelSpec("admin", "Admin", "admin", "System", HERE, "Plain", "Ctrl+8", permission="masterdata.edit"),
)
OpenWindow = Callable[..., MainWindow]


class Plain(QWidget):
    made = 0

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        Plain.made += 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def activate(self) -> None:
        self.setFocus()


class Whole(Plain):
    def __init__(self, context: PanelContext) -> None:
        super().__init__(context)
        self.context, self.log, self.kept = context, list[str](), dict[str, Any]()
        self.details = QLabel("details", self)

    def activate(self) -> None:
        super().activate()
        self.log.append("activate")

    def deactivate(self) -> None:
        self.log.append("deactivate")

    def search(self, text: str) -> None:
        self.log.append(f"search {text}")

    def inspector(self) -> QWidget:
        return self.details

    def reveal(self, kind: str, item_id: str) -> None:
        self.log.append(f"reveal {kind} {item_id}")

    def scan_targets(self) -> list[ScanTarget]:
        return [ScanTarget("any", lambda scan: True, lambda scan: ScanFeedback(True, f"got {scan.code}"))]

    def state(self) -> dict[str, Any]:
        return {"filter": "late", **self.kept}

    def restore(self, state: dict[str, Any]) -> None:
        self.kept = {**state, "was": "restored"}


class Broken(QWidget):
    fails = True

    def __init__(self, context: PanelContext) -> None:
        if Broken.fails:
            raise RuntimeError("no map file")
        super().__init__()

    def activate(self) -> None:
        pass


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow) -> MainWindow:
    made = open_window(panels=PANELS)
    with qtbot.waitSignal(made.ready):
        made.start()
        made.show()
    return made


def whole(window: MainWindow) -> Whole:
    panel = window.panel("orders")
    assert isinstance(panel, Whole)
    return panel


def test_it_opens_with_the_first_panel_and_makes_no_other(qtbot: QtBot, open_window: OpenWindow) -> None:
    before = Plain.made
    window = open_window(panels=PANELS)
    window.start()
    assert window.current_panel == "dashboard"
    assert Plain.made == before + 1


def test_panels_come_and_go_and_are_told(window: MainWindow) -> None:
    window.navigate("orders")
    window.navigate("dashboard")
    window.navigate("orders", "order", "o-1")
    assert whole(window).log == ["activate", "deactivate", "activate", "reveal order o-1"]
    assert "Orders" in window.windowTitle()
    assert window.rail._buttons["orders"].isChecked()


def test_the_shortcut_of_a_panel_leads_there(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.current_panel == "orders"


def test_a_panel_that_breaks_leaves_the_others_at_work_and_can_be_tried_again(
    window: MainWindow, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.navigate("fleet")
    assert "no map file" in caplog.text
    words = " ".join(label.text() for label in window.stack.currentWidget().findChildren(QLabel))
    assert "Opening Fleet did not work" in words
    window.navigate("dashboard")
    monkeypatch.setattr(Broken, "fails", False)
    window._retry("fleet")
    assert isinstance(window.panel("fleet"), Broken)


def test_who_may_not_see_a_panel_is_not_shown_it(open_window: OpenWindow) -> None:
    window = open_window(panels=PANELS, session=FakeSession(denied=frozenset({"masterdata.edit"})))
    window.start()
    assert window.rail._buttons["admin"].isHidden()
    window.navigate("admin")
    assert window.current_panel == "dashboard"
    assert window.toasts.texts() == ["You may not open that panel."]


def test_the_inspector_opens_for_its_panel_only_and_escape_closes_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.navigate("orders")
    panel = whole(window)
    panel.context.shell.show_inspector("Order", None)
    assert panel.details.isVisible()
    assert 320 <= window.inspection.widget.width() <= 420
    window.navigate("dashboard")
    assert not panel.details.isVisible()
    window.navigate("orders")
    assert panel.details.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not panel.details.isVisible()


def test_who_loses_the_right_to_a_panel_is_led_out_of_it(window: MainWindow) -> None:
    window.navigate("admin")
    window.show_person(FakeSession(denied=frozenset({"masterdata.edit"})))
    assert window.current_panel == "dashboard"


def test_a_panel_in_the_background_does_not_open_its_inspector_over_another(window: MainWindow) -> None:
    window.navigate("orders")
    window.navigate("dashboard")
    whole(window).context.shell.show_inspector("Order", None)
    assert window.inspection.widget is None
    window.navigate("orders")
    assert whole(window).details.isVisible()


def test_an_inspector_that_a_person_closed_stays_closed_until_it_is_asked_for(window: MainWindow) -> None:
    window.navigate("orders")
    panel = whole(window)
    panel.context.shell.show_inspector("Order", None)
    window.actions_registry.trigger("view.inspector")
    panel.context.shell.show_inspector("Another order", None)
    assert not panel.details.isVisible()
    window.top_bar.inspector_clicked.emit()
    assert panel.details.isVisible()
    panel.context.shell.hide_inspector()
    assert not panel.details.isVisible()
    panel.context.shell.show_inspector("Order", None)
    assert panel.details.isVisible()


def test_a_panel_without_inspector_shows_none(window: MainWindow) -> None:
    window.actions_registry.trigger("view.inspector")
    assert window.inspection.widget is None
    assert not window.top_bar._inspector.isEnabled()


def test_it_reopens_where_it_was(qtbot: QtBot, open_window: OpenWindow) -> None:
    settings = Settings(None)
    first = open_window(panels=PANELS, settings=settings)
    first.start()
    first.setGeometry(40, 50, 1100, 700)
    first.show()
    first.navigate("orders")
    first.rail.fold_clicked.emit()
    first.close()
    second = open_window(panels=PANELS, settings=settings)
    second.start()
    assert second.current_panel == "orders"
    assert second.geometry().getRect() == (40, 50, 1100, 700)  # type: ignore[no-untyped-call]
    assert second.rail.is_folded
    assert whole(second).kept == {"filter": "late", "was": "restored"}


@pytest.mark.parametrize("kept", [5, "x", [10**30] * 4, {"a": 1}, [None] * 4, [1.5, 2, 3, 4]])
def test_a_window_opens_whatever_was_kept_of_it(open_window: OpenWindow, kept: object) -> None:
    settings = Settings(None)
    names = ("box", "maximised", "panel", "folded", "glance")
    settings.remember("window", {name: kept for name in names})
    settings.remember("panel:whole", kept)
    window = open_window(panels=PANELS, settings=settings)
    window.start()
    assert window.current_panel
    settings.flush()


def test_a_place_that_is_on_no_screen_is_not_gone_to(open_window: OpenWindow) -> None:
    settings = Settings(None)
    settings.remember("window", {"box": [9_000, 9_000, 800, 600]})
    window = open_window(panels=PANELS, settings=settings)
    assert window.geometry().x() < 9_000
    settings.flush()


def test_closing_tells_the_panel_first(qtbot: QtBot, window: MainWindow) -> None:
    window.navigate("orders")
    with qtbot.waitSignal(window.closed):
        window.close()
    assert whole(window).log[-1] == "deactivate"


# Counts, link, feedback


def test_what_waits_is_counted_off_the_ui_thread_and_shown(qtbot: QtBot, open_window: OpenWindow) -> None:
    threads: list[str] = []

    def counts() -> dict[str, int]:
        threads.append(threading.current_thread().name)
        return {"orders_waiting": 42, "needs_attention": 2}

    window = open_window(panels=PANELS, counts=counts)
    window.start()
    window.show()
    button = window.rail._buttons["orders"]
    qtbot.waitUntil(lambda: button.accessibleName() == "Orders, 42 waiting")
    assert all(name.startswith("holdfast") for name in threads)
    asked = len(threads)
    window.context.feed.publish({"sales_order"})
    qtbot.waitUntil(lambda: len(threads) > asked)


def test_the_badge_follows_the_link_and_leads_to_the_outbox(qtbot: QtBot, open_window: OpenWindow) -> None:
    desk = FakeDesk()
    window = open_window(panels=PANELS, desk=desk)
    window.start()
    window.show()
    badge = window.top_bar.badge
    qtbot.waitUntil(lambda: badge.accessibleName() == "Link: Live")
    desk.link = FakeLink.offline()
    window.context.feed.publish({"link"})
    qtbot.waitUntil(lambda: badge.accessibleName().startswith("Link: Offline since"))
    badge.click()
    assert window.current_panel == "outbox"


def test_a_scan_goes_to_the_panel_and_is_seen_and_heard(qtbot: QtBot, open_window: OpenWindow) -> None:
    sounds = FakeSounds()
    window = open_window(panels=PANELS, sounds=sounds)
    window.start("orders")
    window.show()
    window.scanner.feed("5012345678900")
    assert sounds.played == ["good"]
    assert window._flash.isVisible()
    assert window._flash.accessibleName() == "Good: got 05012345678900"
    window._settings.set("scan_flash", False)
    window.scanner.feed("(01)123")
    assert sounds.played == ["good", "bad"]
    assert "cannot be read" in window.toasts.texts()[0]
    window._settings.flush()


def test_an_error_that_nobody_took_is_said_in_words_with_its_details(
    qtbot: QtBot, window: MainWindow, runner: TaskRunner
) -> None:
    def fail() -> None:
        raise ValueError("row 7: what?")

    runner.run(fail, None, window, label="Loading orders")
    qtbot.waitUntil(lambda: bool(window.toasts.texts()))
    said = window.toasts.texts()[0]
    assert said.startswith("Loading orders did not work. What you did before is safe.")
    assert "ValueError" not in said


def test_slow_work_is_seen_and_can_be_stopped(qtbot: QtBot, window: MainWindow, runner: TaskRunner) -> None:
    from desktop_app.task_runner import report_progress

    def work() -> None:
        while True:
            report_progress(0.4, "row 40 of 100")
            threading.Event().wait(0.005)

    task = runner.run(work, None, window, label="Importing", lane="files")
    strip = window.strip
    qtbot.waitUntil(lambda: strip._words.text() == "Importing: row 40 of 100")
    strip._stop.click()
    qtbot.waitUntil(lambda: task.is_done)
    assert strip._words.text() == ""


def test_a_terminal_that_nobody_touches_asks_for_the_lock(window: MainWindow) -> None:
    locked: list[int] = []
    window.actions_registry.bind("app.lock", lambda: locked.append(1))
    window._idle.idle.emit()
    assert locked == [1]


def test_undo_asks_the_hook(open_window: OpenWindow) -> None:
    asked: list[int] = []
    window = open_window(panels=PANELS, undo=lambda: asked.append(1))
    window.start()
    window.actions_registry.trigger("edit.undo")
    assert asked == [1]


def test_notices_stay_until_they_are_settled(window: MainWindow) -> None:
    shell = window.context.shell
    shell.notice("disk", "The disk is almost full.", "warning")
    shell.notice("disk", "The disk is full.", "danger")
    shell.notice("update", "A new version is there.")
    assert window.notices.texts() == {"disk": "The disk is full.", "update": "A new version is there."}
    shell.clear_notice("disk")
    shell.clear_notice("unknown")
    assert window.notices.texts() == {"update": "A new version is there."}


def test_toasts_replace_their_like_and_never_pile_up(window: MainWindow) -> None:
    done: list[int] = []
    for number in range(6):
        window.toasts.good(f"Picked {number}")
    window.toasts.good("Picked 5", ("Undo", lambda: done.append(1)))
    assert window.toasts.texts() == ["Picked 4", "Picked 5"]
    window.toasts._shown[-1]._act(lambda: done.append(1))
    assert done == [1]
    assert "Picked 5" not in window.toasts.texts()


# Themes, menus, regions


def test_the_theme_and_the_row_height_switch_at_run_time(window: MainWindow, theme: Theme) -> None:
    actions = window.actions_registry
    seen = []
    for _ in range(3):
        actions.trigger("view.theme")
        actions.trigger("view.density")
        seen.append((theme.scheme, theme.density))
    assert sorted(seen) == [("contrast", "compact"), ("dark", "touch"), ("light", "comfortable")]
    window._settings.flush()


def test_the_theme_of_the_system_is_followed(qapp: Any) -> None:
    theme = Theme("dark", "touch")
    dress(theme, Settings(None))
    assert (theme.scheme, theme.density) == ("light", "comfortable")


def test_menus_come_from_the_table_with_their_keys(window: MainWindow, theme: Theme) -> None:
    menu = main_menu(window, window.actions_registry, theme)
    titles = [action.text() for action in menu.actions()]
    assert titles[:4] == ["File", "Edit", "View", "Go"]
    edit = next(action for action in menu.actions() if action.text() == "Edit").menu()
    assert isinstance(edit, QMenu)
    entries = {action.text(): action.shortcut().toString() for action in edit.actions() if action.text()}
    assert entries["Undo"] == "Ctrl+Z"
    person = person_menu(window, window.actions_registry, theme)
    assert "Lock the terminal" in [action.text() for action in person.actions()]
    menu.close()
    menu.deleteLater()
    person.deleteLater()


def test_f6_walks_through_the_regions(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.navigate("orders")
    regions = (("rail", window.rail), ("top", window.top_bar), ("body", window.stack))
    seen = []
    for _ in range(3):
        window.actions_registry.trigger("view.next_region")
        focus = window.focusWidget()
        assert focus is not None
        seen.append(next(name for name, region in regions if region.isAncestorOf(focus)))
    assert seen == ["rail", "top", "body"]


def test_everything_that_can_be_clicked_has_a_name(window: MainWindow) -> None:
    from PySide6.QtWidgets import QAbstractButton

    nameless = [
        type(each).__name__
        for each in window.findChildren(QAbstractButton)
        if not (each.accessibleName() or each.text())
    ]
    assert nameless == []


def test_somebody_else_may_take_over(window: MainWindow) -> None:
    window.navigate("orders")
    denied = frozenset({"order.place", "masterdata.edit"})
    window.show_person(FakeSession(person="Tom Reyes", role="Picker", denied=denied))
    assert whole(window).context.session.person == "Tom Reyes"
    assert not whole(window).context.session.can("order.place")
    assert window.rail._buttons["admin"].isHidden()
    assert window.top_bar.person.accessibleName() == "Tom Reyes, Picker: menu"
    assert not window.actions_registry.is_enabled("order.new")


HEAVY = (
    "sqlalchemy",
    "httpx",
    "keyring",
    "numpy",
    "pyqtgraph",
    "pydantic",
    "qtawesome",
    "openpyxl",
    "fastapi",
)
FIRST_PAINT = f"""
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from desktop_app.qt_start import bring_in_qt
bring_in_qt()
from PySide6.QtWidgets import QApplication
app = QApplication([])
from desktop_app.themes.theme import Theme
theme = Theme()
theme.apply()
from tests.desktop_app.fakes import make_window
from tests.desktop_app.dummy_panels import DUMMY_PANELS
window = make_window(theme=theme, panels=DUMMY_PANELS)
window.start("orders")
window.show()
while not window.panel("orders").table.rows.is_loaded:
    app.processEvents()
print([name for name in {HEAVY!r} if name in sys.modules], flush=True)
window.close()
window.context.runner.close()
os._exit(0)
"""


def test_nothing_heavy_is_imported_before_the_first_rows_are_painted() -> None:
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT], capture_output=True, text=True, cwd=root, check=False
    )
    assert run.stdout.strip() == "[]", run.stderr


def test_the_inspector_gets_its_width_though_a_panel_that_is_not_shown_is_broad(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(1600, 800)
    window.navigate("dashboard")
    hidden = window.panel("dashboard")
    assert hidden is not None
    hidden.setMinimumWidth(1300)
    window.navigate("orders")
    window.inspect("orders", "Details", None)
    qtbot.waitUntil(lambda: window.inspection.is_open)
    assert window.inspection.widget is not None
    qtbot.waitUntil(lambda: window.inspection.widget.width() > 340)


def test_a_new_order_can_be_asked_for_before_the_orders_were_ever_shown(window: MainWindow) -> None:
    assert window.current_panel == "dashboard"
    assert window.panel("orders") is None
    assert window.actions_registry.trigger("order.new")
    assert window.current_panel == "orders"
