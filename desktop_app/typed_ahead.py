"""Gives a window the keys and clicks that came before it was there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QPointF
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QApplication, QMainWindow


def replay(window: QMainWindow, typed: Sequence[QKeyEvent | QMouseEvent]) -> None:
    """Shortcuts run their action; other keys go to what has the keyboard, clicks to what is under them."""
    for event in typed:
        if isinstance(event, QMouseEvent):
            _click(window, event)
        elif event.type() != QEvent.Type.KeyPress or not _run_shortcut(window, event):
            QCoreApplication.sendEvent(QApplication.focusWidget() or window, event)


def _run_shortcut(window: QMainWindow, event: QKeyEvent) -> bool:
    keys = QKeySequence(event.keyCombination())
    for action in window.actions():
        if action.isEnabled() and keys in action.shortcuts():
            action.trigger()
            return True
    return False


def _click(window: QMainWindow, event: QMouseEvent) -> None:
    """The glance covers the window, so a place in it is the same place in the window."""
    place = event.position().toPoint()
    target = window.childAt(place) or window
    here = QPointF(target.mapFrom(window, place))
    QCoreApplication.sendEvent(
        target,
        QMouseEvent(
            event.type(), here, event.globalPosition(), event.button(), event.buttons(), event.modifiers()
        ),
    )
    if event.type() == QEvent.Type.MouseButtonPress and target.focusPolicy():
        target.setFocus()
