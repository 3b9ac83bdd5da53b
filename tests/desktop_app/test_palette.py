"""Ctrl+K finds actions and whatever the providers find, and Enter does it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.actions import Action, ActionRegistry
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.widgets.palette import Palette, PaletteItem, PaletteProvider
from desktop_app.widgets.palette_actions import match_rank

TABLE = (
    Action("order.new", "New order", shortcut="Ctrl+N", menu="Order"),
    Action("pick.short", "Report a short pick", menu="Picking"),
    Action("go.picking", "Go to Picking", menu="Go"),
    Action("app.lock", "Lock the terminal", menu="File"),
    Action("edit.find", "Search or command", menu="Edit"),
)
MakePalette = Callable[..., Palette]


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def make_palette(qtbot: QtBot, theme: Theme, runner: TaskRunner, done: list[str]) -> Iterator[MakePalette]:
    window = QWidget()
    window.resize(1000, 700)
    qtbot.addWidget(window)
    actions = ActionRegistry(TABLE, window)
    for action in TABLE:
        actions.bind(action.id, lambda action=action: done.append(action.id))
    with qtbot.waitActive(window):
        window.show()

    def make(*providers: PaletteProvider) -> Palette:
        return Palette(theme, runner, actions, providers, window)

    yield make
    qtbot.waitUntil(lambda: runner.is_idle)


def found(*titles: str, run: Callable[[], object] = lambda: None) -> Callable[[str, int], list[PaletteItem]]:
    return lambda text, limit: [PaletteItem(title, run, "Harbour Street") for title in titles]


def test_without_text_it_offers_the_work_before_the_ways_and_the_rest(make_palette: MakePalette) -> None:
    palette = make_palette()
    palette.open()
    assert palette.titles() == ["New order", "Report a short pick", "Go to Picking", "Lock the terminal"]


def test_what_was_done_last_comes_first(qtbot: QtBot, make_palette: MakePalette, done: list[str]) -> None:
    palette = make_palette()
    palette.open("lock")
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    palette.open()
    assert palette.titles()[0] == "Lock the terminal"
    assert done == ["app.lock"]


def test_typing_finds_by_the_beginnings_of_words(
    qtbot: QtBot, make_palette: MakePalette, done: list[str]
) -> None:
    palette = make_palette()
    palette.open()
    qtbot.keyClicks(palette._field, "sh pi")
    assert palette.titles() == ["Report a short pick", "Search this panel for 'sh pi'"]
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert done == ["pick.short"]
    assert not palette.isVisible()


def test_providers_answer_off_the_ui_thread_below_what_was_named(
    qtbot: QtBot, make_palette: MakePalette
) -> None:
    threads: list[str] = []

    def search(text: str, limit: int) -> list[PaletteItem]:
        threads.append(threading.current_thread().name)
        return [PaletteItem("N4-10482", lambda: None)]

    palette = make_palette(PaletteProvider("orders", "Orders", search))
    palette.open("new")
    qtbot.waitUntil(lambda: "N4-10482" in palette.titles())
    assert palette.titles() == ["New order", "N4-10482", "Search this panel for 'new'"]
    assert threads[0].startswith("holdfast-read")


def test_what_the_providers_find_comes_first_where_no_action_is_named(
    qtbot: QtBot, make_palette: MakePalette, done: list[str]
) -> None:
    palette = make_palette(
        PaletteProvider("orders", "Orders", found("N4-10482", run=lambda: done.append("opened")))
    )
    palette.open("10482")
    qtbot.waitUntil(lambda: palette.titles()[0] == "N4-10482")
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert done == ["opened"]


def test_a_late_answer_does_not_move_what_was_chosen(qtbot: QtBot, make_palette: MakePalette) -> None:
    let_go = threading.Event()

    def slow(text: str, limit: int) -> list[PaletteItem]:
        let_go.wait()
        return [PaletteItem("N4-10482", lambda: None)]

    palette = make_palette(PaletteProvider("orders", "Orders", slow))
    palette.open("pick")
    qtbot.wait(40)
    qtbot.keyClick(palette._field, Qt.Key.Key_Down)
    chosen = palette._chosen_title()
    let_go.set()
    qtbot.waitUntil(lambda: "N4-10482" in palette.titles())
    assert palette._chosen_title() == chosen


def test_an_answer_to_what_was_typed_before_is_dropped(qtbot: QtBot, make_palette: MakePalette) -> None:
    palette = make_palette(
        PaletteProvider("orders", "Orders", lambda text, limit: [PaletteItem(f"for {text}", lambda: None)])
    )
    palette.open("ab")
    palette._field.setText("abc")
    qtbot.waitUntil(lambda: "for abc" in palette.titles())
    assert "for ab" not in palette.titles()


def test_what_is_nowhere_can_be_searched_in_the_panel(qtbot: QtBot, make_palette: MakePalette) -> None:
    palette = make_palette()
    palette.open("zebra")
    with qtbot.waitSignal(palette.passed_on) as passed:
        qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    assert passed.args == ["zebra"]


def test_escape_closes_and_gives_the_focus_back(qtbot: QtBot, make_palette: MakePalette) -> None:
    palette = make_palette()
    window = palette.parentWidget()
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window.setFocus()
    palette.open()
    assert palette._field.hasFocus()
    qtbot.keyClick(palette._field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.hasFocus()


@pytest.mark.parametrize(
    ("text", "title", "rank"),
    [
        ("new", "New order", 0),
        ("ord", "New order", 1),
        ("disp", "Go to Packing & dispatch", 1),
        ("ew or", "New order", 2),
        ("nwod", "New order", 3),
        ("xyz", "New order", None),
        ("no", "New order", None),
    ],
)
def test_matches_are_ranked(text: str, title: str, rank: int | None) -> None:
    assert match_rank(text, title) == rank
