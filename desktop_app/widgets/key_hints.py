"""The keys that help most in the panel that is shown, written small in the strip at the bottom."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.actions import ActionRegistry
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_16

_OWN: Final = 3
# What every panel answers to, said after its own.
_ALWAYS: Final = (("edit.find", "Search or command"), ("help.shortcuts", "All keys"))
# Said where a panel has no keys of its own.
_ELSE: Final = (("order.new", "New order"), ("view.next_region", "Next region"))
_CAP_RADIUS: Final = 3


def key_hints(registry: ActionRegistry) -> list[tuple[str, str]]:
    """(key, words) of what can be done now by a key: the panel's own actions first, in the table's order."""
    panel_id = registry.panel
    menus = {action.menu for action in registry.all() if action.panel == panel_id}
    own = [
        (registry.shortcut_text(action.id), action.title.split(":")[0].rstrip("."))
        for action in registry.available()
        if action.shortcut and action.menu and (action.panel == panel_id or action.menu in menus)
    ]
    always = [
        (registry.shortcut_text(action_id), words)
        for action_id, words in (_ALWAYS if own else (*_ELSE, *_ALWAYS))
        if action_id in registry and registry.is_enabled(action_id)
    ]
    return own[:_OWN] + always


class KeyHints(QWidget):
    """Keys as little caps with quiet words; those without room are left out from the right."""

    def __init__(self, theme: Theme, registry: ActionRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._registry = theme, registry
        self.hints: list[tuple[str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        registry.changed.connect(self._read)

    def minimumSizeHint(self) -> QSize:
        """It gives way entirely."""
        return QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("label"))
        metrics, left = QFontMetricsF(painter.font()), 0.0
        cap = min(metrics.height() + 2, self.height() - 6.0)
        for key, words in self.hints:
            key_width = metrics.horizontalAdvance(key) + SPACE_8
            words_width = metrics.horizontalAdvance(words) + 2
            if left + key_width + SPACE_4 + words_width > self.width():
                break
            box = QRectF(left + 0.5, (self.height() - cap) / 2 + 0.5, key_width, cap)
            painter.setPen(QPen(theme.colour("line_strong"), 1))
            painter.drawRoundedRect(box, _CAP_RADIUS, _CAP_RADIUS)
            painter.setPen(theme.colour("quiet"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
            left = box.right() + SPACE_4 + 1
            painter.drawText(
                QRectF(left, 0, words_width, self.height()), Qt.AlignmentFlag.AlignVCenter, words
            )
            left += words_width + SPACE_16
        painter.end()

    def _read(self) -> None:
        hints = key_hints(self._registry)
        if hints != self.hints:
            self.hints = hints
            self.setAccessibleName(", ".join(f"{key}: {words}" for key, words in hints))
            self.update()
