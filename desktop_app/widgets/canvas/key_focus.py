"""Whether the focus came by key: a ring is for those who use the keyboard, and noise for the others."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent

_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


def came_by_key(event: QFocusEvent) -> bool:
    """True where Tab or a shortcut brought the focus."""
    return event.reason() in _BY_KEY
