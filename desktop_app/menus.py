"""The menus, built from the table of actions each time they open."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.action_table import MENUS
from desktop_app.actions import Action, ActionRegistry
from desktop_app.themes.theme import Theme

_PERSON_ACTIONS = ("app.lock", "app.sign_out", "-", "app.settings", "help.shortcuts")


def main_menu(parent: QWidget, actions: ActionRegistry, theme: Theme) -> QMenu:
    """Every menu as a branch of one; it deletes itself once closed."""
    menu = _menu(parent)
    by_title = actions.menus()
    for title in (*MENUS, *(title for title in by_title if title not in MENUS)):
        if title in by_title:
            _fill(menu.addMenu(title), by_title[title], actions, theme)
    return menu


def person_menu(parent: QWidget, actions: ActionRegistry, theme: Theme) -> QMenu:
    """What concerns the person."""
    menu = _menu(parent)
    for action_id in _PERSON_ACTIONS:
        if action_id == "-":
            menu.addSeparator()
        elif action_id in actions:
            _add(menu, actions.get(action_id), actions, theme)
    return menu


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    return menu


def _fill(menu: QMenu, entries: list[Action], actions: ActionRegistry, theme: Theme) -> None:
    section = entries[0].section
    for action in entries:
        if action.section != section:
            menu.addSeparator()
            section = action.section
        _add(menu, action, actions, theme)


def _add(menu: QMenu, action: Action, actions: ActionRegistry, theme: Theme) -> None:
    qaction = actions.qaction(action.id)
    if action.icon:
        qaction.setIcon(theme.icon(action.icon))
    menu.addAction(qaction)
