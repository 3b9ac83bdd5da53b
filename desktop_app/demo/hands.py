"""Hands for the tour: finds widgets by their names and uses them as a person does, with clicks and keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

T = TypeVar("T")

_TURN_MS = 10
_PATIENCE_S = 30.0


class TourFailed(Exception):
    """A step of the tour did not hold; the text says which and what was seen."""


class Hands:
    """Uses the widgets of this process."""

    def turn(self, seconds: float = 0.0) -> None:
        """Let the window live for a moment."""
        end = time.monotonic() + seconds
        while True:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, _TURN_MS)
            # What a program that runs its own loop does by itself.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            if time.monotonic() >= end:
                return

    def wait(self, holds: Callable[[], T | None], what: str, seconds: float = _PATIENCE_S) -> T:
        """Let the window live until something holds, and answer it. Raises TourFailed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn(0.01)
            found = holds()
            if found:
                return found
        raise TourFailed(f"{what}: not within {seconds:g} s")

    def find(self, name: str) -> QWidget | None:
        """The visible widget of this name, or None."""
        for widget in QApplication.allWidgets():
            if widget.objectName() == name and widget.isVisible():
                return widget
        return None

    def need(self, name: str) -> QWidget:
        """The visible widget of this name; waits for it to appear. Raises TourFailed."""
        return self.wait(lambda: self.find(name), f"the widget {name}")

    def click(self, name: str) -> None:
        """Click a widget once it is there and enabled."""
        widget = self.wait(
            lambda: found if (found := self.find(name)) is not None and found.isEnabled() else None,
            f"{name} to be there and enabled",
        )
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.turn(0.02)

    def type(self, name: str, text: str, *, end: Qt.Key | None = None) -> None:
        """Type into a field, key by key and no faster than a person, and end with a key."""
        field = self.need(name)
        self.type_into(field, text, end=end)

    def type_into(self, field: QWidget, text: str, *, end: Qt.Key | None = None) -> None:
        """Type into a widget; slowly enough that nobody takes it for a scanner."""
        field.setFocus()
        self.turn(0.02)
        for letter in text:
            _press_letter(field, letter)
            self.turn(0.045)
        self.turn(0.25)
        if end is not None:
            QTest.keyClick(field, end)
            self.turn(0.05)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        target = QApplication.focusWidget() or QApplication.activeWindow()
        if target is None:
            raise TourFailed("no widget has the focus")
        QTest.keyClick(target, key, modifier)
        self.turn(0.05)

    def scan(self, code: str) -> None:
        """Send a code as a wedge scanner does: its keys within milliseconds, then Enter, wherever the focus is."""
        target = QApplication.focusWidget() or QApplication.activeWindow()
        if target is None:
            raise TourFailed("no widget has the focus")
        # All at once, as the keyboard's queue hands them over: the reader is another device, and never waits for us.
        QTest.keyClicks(target, code)
        QTest.keyClick(target, Qt.Key.Key_Return)
        self.turn(0.1)

    def grab(self, widget: QWidget, path: Path) -> None:
        """Write a picture of a widget."""
        self.turn(0.3)
        if not widget.grab().save(str(path)):
            raise TourFailed(f"the picture {path.name} could not be written")


def _press_letter(field: QWidget, letter: str) -> None:
    """One key, as the keyboard of whoever has this letter sends it; Qt's own hands know no letter beyond ASCII."""
    if letter.isascii():
        QTest.keyClicks(field, letter)
        return
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter)
        QCoreApplication.sendEvent(field.focusProxy() or field, event)
