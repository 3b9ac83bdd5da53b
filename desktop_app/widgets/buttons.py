"""Buttons: one primary action a screen, the others quiet; each tells its shortcut."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy

from desktop_app.actions import ActionRegistry
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RADIUS

ButtonKind = Literal["plain", "primary", "danger", "quiet"]
_ICON_COLOURS = {"plain": "quiet", "primary": "on_accent", "danger": "danger", "quiet": "quiet"}
# The stylesheet leaves this much room at the left of a button with an icon, and at the right of any.
_PAD_RIGHT = 12
_ICON_GAP = 7


class TextButton(QPushButton):
    """A push button whose icon follows the theme. It paints the icon itself, which spares the start a QIcon."""

    def __init__(self, theme: Theme, text: str, kind: ButtonKind, icon: str) -> None:
        super().__init__(text)
        self._theme, self._kind, self._icon = theme, kind, icon
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if kind != "plain":
            self.setProperty("kind", kind)
        if icon:
            self.setProperty("pictured", True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, and its icon in front of its words."""
        super().paintEvent(event)
        if self._icon:
            size = self._theme.metrics.icon
            room = self.width() - _PAD_RIGHT - (size + _ICON_GAP + _PAD_RIGHT)
            words = self.fontMetrics().horizontalAdvance(self.text())
            left = max(_PAD_RIGHT, _PAD_RIGHT + (room - words) // 2)
            colour = _ICON_COLOURS[self._kind] if self.isEnabled() else "quiet"
            painter = QPainter(self)
            painter.drawPixmap(
                left, (self.height() - size) // 2, self._theme.pixmap(self._icon, size, colour)
            )
            painter.end()


class IconButton(QAbstractButton):
    """A button with an icon only; its name is for screen readers and the tooltip."""

    def __init__(self, theme: Theme, icon: str, name: str, tip: str = "", colour: str = "quiet") -> None:
        super().__init__()
        self._theme, self._colour = theme, colour
        self.show_icon(icon, name, tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_icon(self, icon: str, name: str, tip: str = "") -> None:
        """Another icon with another meaning."""
        self._icon = icon
        self.setAccessibleName(name)
        self.setToolTip(tip or name)
        self.update()

    def sizeHint(self) -> QSize:
        """A square as high as a control."""
        side = self._theme.metrics.control
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("focus"), 2 if theme.scheme == "contrast" else 1))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        if self.isDown() or self.isChecked():
            painter.setBrush(theme.colour("pressed"))
        elif self.underMouse() and self.isEnabled():
            painter.setBrush(theme.colour("hover"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        size = theme.metrics.icon
        colour = self._colour if self.isEnabled() else "line_strong"
        picture = theme.pixmap(self._icon, size, colour)
        painter.drawPixmap((self.width() - size) // 2, (self.height() - size) // 2, picture)
        painter.end()


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


class ActionButton(TextButton):
    """A push button for a declared action: its words, icon, tooltip with shortcut, and whether it is enabled now."""

    def __init__(
        self, theme: Theme, actions: ActionRegistry, action_id: str, kind: ButtonKind, text: str
    ) -> None:
        action = actions.get(action_id)
        super().__init__(theme, text or action.title.rstrip("."), kind, action.icon)
        self._actions, self._action_id = actions, action_id
        self.setObjectName(action_id)
        self.clicked.connect(self._act)
        actions.changed.connect(self._follow)
        self._follow()

    def _act(self) -> None:
        self._actions.trigger(self._action_id)

    def _follow(self) -> None:
        self.setEnabled(self._actions.is_enabled(self._action_id))
        self.setToolTip(self._actions.tooltip(self._action_id))


def action_button(
    theme: Theme, actions: ActionRegistry, action_id: str, *, kind: ButtonKind = "plain", text: str = ""
) -> TextButton:
    """A push button for a declared action; `text` says it shorter than the menu does."""
    return ActionButton(theme, actions, action_id, kind, text)


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
