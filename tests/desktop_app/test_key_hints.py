"""The strip at the bottom: which keys it shows, and what it says of the desk."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop_app.actions import Action, ActionRegistry
from desktop_app.desk_words import desk_in_words
from desktop_app.task_runner import TaskRunner, report_progress
from desktop_app.themes.theme import Theme
from desktop_app.widgets.key_hints import key_hints
from desktop_app.widgets.progress_strip import ProgressStrip
from tests.helpers.warehouse_desk import warehouse_desk

ACTIONS = (
    Action("edit.find", "Search or command", "", "Ctrl+K", "Edit"),
    Action("help.shortcuts", "Keyboard shortcuts", "", "F1", "Help"),
    Action("order.new", "New order", "", "Ctrl+N", "Order"),
    Action("order.place", "Place the order...", "", "Ctrl+Return", "Order", panel="orders"),
    Action("order.hold", "Hold", "", "Ctrl+H", "Order", panel="orders", enabled_when="selected"),
    Action("order.discard", "Discard", "", "", "Order", panel="orders"),
    Action("pick.terminal", "Terminal mode: only the card", "", "F10", "Picking", panel="picking"),
)
ALWAYS = [("Ctrl+K", "Search or command"), ("F1", "All keys")]


def registry() -> ActionRegistry:
    made = ActionRegistry(ACTIONS)
    made.bind_all({action.id: lambda: None for action in ACTIONS})
    return made


def test_a_panel_shows_its_own_keys_first_and_then_those_of_every_panel(qtbot: QtBot) -> None:
    made = registry()
    made.show_panel("orders")
    assert key_hints(made) == [("Ctrl+N", "New order"), ("Ctrl+Return", "Place the order"), *ALWAYS]
    made.show_panel("picking")
    assert key_hints(made) == [("F10", "Terminal mode"), *ALWAYS]
    made.show_panel("dashboard")
    assert key_hints(made) == [("Ctrl+N", "New order"), *ALWAYS]


def test_a_key_that_does_nothing_now_is_not_shown(qtbot: QtBot) -> None:
    made = registry()
    selected: list[int] = []
    made.when("selected", lambda: bool(selected))
    made.show_panel("orders")
    assert ("Ctrl+H", "Hold") not in key_hints(made)
    selected.append(1)
    assert ("Ctrl+H", "Hold") in key_hints(made)


def test_the_strip_follows_the_panel_and_gives_way_to_work(
    qtbot: QtBot, theme: Theme, runner: TaskRunner
) -> None:
    made = registry()
    strip = ProgressStrip(theme, runner, made)
    qtbot.addWidget(strip)
    strip.resize(900, 26)
    strip.show()
    made.show_panel("picking")
    assert ("F10", "Terminal mode") in strip.hints.hints
    assert strip.hints.isVisible()
    go_on: list[int] = []
    owner = QObject()

    def work() -> None:
        while not go_on:
            report_progress(0.4, "row 40 of 100")

    runner.run(work, None, owner, label="Importing", lane="files")
    qtbot.waitUntil(lambda: not strip.hints.isVisible())
    go_on.append(1)
    qtbot.waitUntil(strip.hints.isVisible)


def test_a_desk_says_its_terminal_its_size_and_its_version(tmp_path: Path) -> None:
    from desktop_app import __version__

    with warehouse_desk(tmp_path, products=20, orders=5) as desk:
        words, longer = desk_in_words(desk)
    assert words.startswith("Terminal T01 ")
    assert " of rows here" in words
    assert words.endswith(f"Holdfast {__version__}")
    assert longer.startswith("Terminal T01 ")
