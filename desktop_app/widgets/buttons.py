"""Buttons: one primary action a screen, the others quiet; each tells its shortcut."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from desktop_app.actions import ActionRegistry
from desktop_app.themes.theme import Theme

ButtonKind = Literal["plain", "primary", "danger", "quiet"]
_ICON_COLOURS = {"plain": "quiet", "primary": "on_accent", "danger": "danger", "quiet": "quiet"}


class TextButton(QPushButton):
    """A push button whose icon follows the theme."""

    def __init__(self, theme: Theme, text: str, kind: ButtonKind, icon: str) -> None:
        super().__init__(text)
        self._theme, self._kind, self._icon = theme, kind, icon
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if kind != "plain":
            self.setProperty("kind", kind)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Take the icon in the new theme's colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        if self._icon:
            size = self._theme.metrics.icon
            self.setIcon(self._theme.icon(self._icon, _ICON_COLOURS[self._kind]))
            self.setIconSize(QSize(size, size))


class IconButton(QToolButton):
    """A button with an icon only; its name is for screen readers and the tooltip."""

    def __init__(self, theme: Theme, icon: str, name: str, tip: str = "", colour: str = "quiet") -> None:
        super().__init__()
        self._theme, self._icon, self._colour = theme, icon, colour
        self.setAccessibleName(name)
        self.setToolTip(tip or name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._dress()

    def show_icon(self, icon: str, name: str, tip: str = "") -> None:
        """Another icon with another meaning."""
        self._icon = icon
        self.setAccessibleName(name)
        self.setToolTip(tip or name)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Take the icon in the new theme's colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        size = self._theme.metrics.icon
        self.setIcon(self._theme.icon(self._icon, self._colour))
        self.setIconSize(QSize(size, size))
        self.setMinimumWidth(self._theme.metrics.control)


def button(
    theme: Theme,
    text: str,
    on_click: Callable[[], object] | None = None,
    *,
    kind: ButtonKind = "plain",
    icon: str = "",
) -> TextButton:
    """A push button that calls `on_click()`."""
    made = TextButton(theme, text, kind, icon)
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


def action_button(
    theme: Theme, actions: ActionRegistry, action_id: str, *, kind: ButtonKind = "plain", text: str = ""
) -> TextButton:
    """A push button for a declared action: its words, icon, tooltip with shortcut, and whether it is enabled now."""
    action, qaction = actions.get(action_id), actions.qaction(action_id)
    made = button(theme, text or action.title.rstrip("."), qaction.trigger, kind=kind, icon=action.icon)
    made.setToolTip(actions.tooltip(action_id))
    made.setEnabled(qaction.isEnabled())
    qaction.enabledChanged.connect(made.setEnabled)
    return made


def icon_button(
    theme: Theme,
    icon: str,
    name: str,
    on_click: Callable[[], object] | None = None,
    *,
    tip: str = "",
    colour: str = "quiet",
) -> IconButton:
    """A button with an icon only; `name` is what a screen reader says and the tooltip shows."""
    made = IconButton(theme, icon, name, tip, colour)
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made
