"""A real window on a real desk that shows one panel, driven as a person would."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.app_context import AppContext
from local_db.desk import Desk
from services.storage.tables import User


class PanelBench:
    """The window, its panel, and patience."""

    def __init__(self, desk: Desk, folder: Path, panel_id: str, person: str) -> None:
        self.desk = desk
        self.app = AppContext(desk, folder)
        user = desk.read.get(User, person)
        assert user is not None
        desk.as_user(user)
        # The tests type faster than people do; a burst must not be taken for a scanner's.
        self.app.settings.set("scan_gap_ms", 5)
        self.app.settings.remember("window", {"panel": panel_id})
        self.window = self.app.open_window(user)
        self.window.resize(1280, 800)
        self.window.navigate(panel_id)
        self.panel: Any = self.window.panel(panel_id)
        self.settle()

    def until(self, holds: Callable[[], object], seconds: float = 20) -> None:
        """Let the window work until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it did not come to hold"
            QApplication.processEvents()
            time.sleep(0.002)

    def settle(self) -> None:
        """Let everything that was begun end."""
        for _ in range(3):
            self.until(lambda: self.app.runner.is_idle)
            end = time.monotonic() + 0.05
            self.until(lambda end=end: time.monotonic() > end)

    def find(self, name: str) -> Any:
        """The widget with this object name."""
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def do(self, action_id: str) -> None:
        """Trigger a declared action."""
        assert self.window.actions_registry.trigger(action_id), f"{action_id} is not enabled"
        self.settle()

    def scan(self, code: str) -> None:
        """A scanner reads a code."""
        self.window.scanner.feed(code)
        self.settle()

    def close(self) -> None:
        """Close the window and end its threads; the desk is its owner's."""
        self.settle()
        self.app._end_subscription()
        self.window.close()
        self.app.settings.flush()
        self.app.sounds.close()
        assert self.app.runner.close() == []
        for made in (self.window, self.app):
            made.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


@contextmanager
def panel_bench(desk: Desk, folder: Path, panel_id: str, person: str = "user-super") -> Iterator[PanelBench]:
    """Open the window; close it in the end."""
    made = PanelBench(desk, folder, panel_id, person)
    try:
        yield made
    finally:
        made.close()
