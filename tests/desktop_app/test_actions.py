"""Actions: declared once, bound where the work is done, allowed by permission, panel and predicate."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop_app.action_table import ACTIONS, MENUS
from desktop_app.actions import Action, ActionRegistry, UnknownAction
from desktop_app.panels.catalogue import PANELS
from resources.resource_path import resource_path
from services.domain.permissions import PERMISSIONS

TABLE = (
    Action("a.plain", "Plain", shortcut="Ctrl+J", menu="File"),
    Action("a.guarded", "Guarded", permission="order.cancel", menu="File"),
    Action("a.panel", "Of a panel", panel="orders", menu="Order"),
    Action("a.when", "Only when", enabled_when="something_selected"),
)


@pytest.fixture
def actions(qapp: Any) -> ActionRegistry:
    return ActionRegistry(TABLE)


def test_what_is_not_bound_is_not_enabled(actions: ActionRegistry) -> None:
    assert not actions.trigger("a.plain")
    assert not actions.qaction("a.plain").isEnabled()


def test_a_bound_action_does_what_it_was_bound_to(actions: ActionRegistry) -> None:
    done: list[str] = []
    actions.bind("a.plain", lambda: done.append("plain"))
    actions.qaction("a.plain").trigger()
    assert actions.trigger("a.plain")
    assert done == ["plain", "plain"]


def test_who_lacks_the_permission_is_not_offered_it(actions: ActionRegistry) -> None:
    actions.allow(lambda permission: permission != "order.cancel")
    actions.bind("a.guarded", lambda: None)
    assert not actions.is_enabled("a.guarded")
    assert [action.id for action in actions.menus()["File"]] == ["a.plain"]


def test_a_panels_action_lives_only_while_the_panel_is_shown(actions: ActionRegistry) -> None:
    actions.bind("a.panel", lambda: None)
    assert not actions.is_enabled("a.panel")
    actions.show_panel("orders")
    assert actions.qaction("a.panel").isEnabled()
    actions.show_panel("fleet")
    assert not actions.qaction("a.panel").isEnabled()


def test_a_predicate_decides_and_is_asked_again_on_refresh(actions: ActionRegistry) -> None:
    selected = [False]
    actions.bind("a.when", lambda: None)
    assert not actions.is_enabled("a.when")
    actions.when("something_selected", lambda: selected[0])
    qaction = actions.qaction("a.when")
    assert not qaction.isEnabled()
    selected[0] = True
    actions.refresh()
    assert qaction.isEnabled()


def test_an_undeclared_action_is_a_mistake(actions: ActionRegistry) -> None:
    with pytest.raises(UnknownAction):
        actions.bind("a.unknown", lambda: None)


def test_the_tooltip_tells_the_shortcut(actions: ActionRegistry) -> None:
    assert actions.tooltip("a.plain") == "Plain  (Ctrl+J)"


def test_a_shortcut_works_in_the_window_that_was_given_them(actions: ActionRegistry, qtbot: Any) -> None:
    window, done = QWidget(), list[str]()
    qtbot.addWidget(window)
    actions.give_shortcuts(window)
    actions.bind("a.plain", lambda: done.append("plain"))
    with qtbot.waitActive(window):
        window.show()
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert done == ["plain"]


def test_buttons_are_told_once_of_all_that_is_bound_in_one_go(actions: ActionRegistry, qtbot: Any) -> None:
    with qtbot.waitSignal(actions.changed):
        actions.bind("a.plain", lambda: None)
        actions.bind("a.guarded", lambda: None)


# The table itself


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(action.id for action in ACTIONS).items() if times > 1] == []


def test_every_shortcut_is_one_that_a_scanner_cannot_type() -> None:
    for action in ACTIONS:
        if action.shortcut:
            key = QKeySequence(action.shortcut)
            assert key.count() == 1, action.id
            assert re.fullmatch(r"((Ctrl|Alt)\+.+|(Shift\+)?F\d+)", action.shortcut), action.id


def test_a_shortcut_means_one_thing_in_each_panel() -> None:
    for panel in {action.panel for action in ACTIONS} | {"orders"}:
        keys = Counter(a.shortcut for a in ACTIONS if a.shortcut and a.panel in ("", panel))
        assert [key for key, times in keys.items() if times > 1] == [], panel


def test_every_icon_is_there() -> None:
    for name in {action.icon for action in ACTIONS if action.icon} | {spec.icon for spec in PANELS}:
        resource_path("icons", f"{name}.svg")


def test_every_permission_is_known() -> None:
    wanted = {action.permission for action in ACTIONS} | {spec.permission for spec in PANELS}
    assert wanted - {""} <= set(PERMISSIONS)


def test_every_menu_has_its_place_and_every_panel_exists() -> None:
    assert {action.menu for action in ACTIONS} - {""} <= set(MENUS)
    assert {action.panel for action in ACTIONS} - {""} <= {spec.id for spec in PANELS}


def test_a_disabled_action_says_in_its_tooltip_what_is_missing(actions: ActionRegistry) -> None:
    chosen: list[int] = []
    actions.bind("a.when", lambda: None)
    actions.when("something_selected", lambda: bool(chosen), "Choose a stop first.")
    assert actions.tooltip("a.when") == "Only when\nChoose a stop first."
    chosen.append(1)
    assert actions.tooltip("a.when") == "Only when"
    actions.allow(lambda _permission: False)
    assert actions.why_not("a.when") == "Your role does not allow this."
