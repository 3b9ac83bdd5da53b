"""The Orders panel in a real window on a real desk, driven by keys and scans as a person would."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.app_context import AppContext
from desktop_app.panels.orders.panel import Panel
from local_db.desk import Desk
from services.protocol.messages import Outcome, PullResponse, TablePatch
from services.storage.statements import statements
from services.storage.tables import TABLES, User
from tests.helpers.warehouse_desk import SITE


class Bench:
    """A window that shows the Orders panel."""

    def __init__(self, desk: Desk, folder: Path, person: str) -> None:
        self.desk = desk
        self.app = AppContext(desk, folder)
        user = desk.read.get(User, person)
        assert user is not None
        desk.as_user(user)
        # The tests type faster than people do; a burst must not be taken for a scanner's.
        self.app.settings.set("scan_gap_ms", 5)
        self.app.settings.remember("window", {"panel": "orders"})
        self.window = self.app.open_window(user)
        self.window.resize(1280, 800)
        self.window.navigate("orders")
        panel = self.window.panel("orders")
        assert isinstance(panel, Panel)
        self.panel = panel
        self.entry = panel.entry
        self.until(lambda: panel.table.rows.is_loaded)

    def until(self, holds: Callable[[], object], seconds: float = 20) -> None:
        """Let the window work until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise AssertionError("it did not come to hold")
            QApplication.processEvents()
            time.sleep(0.002)

    def settle(self) -> None:
        """Let everything that was begun end."""
        for _ in range(3):
            self.until(lambda: self.app.runner.is_idle)
            self.until(self._pause)
        self.until(lambda: self.app.runner.is_idle)

    def _pause(self) -> bool:
        end = time.monotonic() + 0.04
        while time.monotonic() < end:
            QApplication.processEvents()
        return True

    def find(self, name: str) -> Any:
        """The widget with this object name."""
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def do(self, action_id: str) -> None:
        """Press a declared action."""
        assert self.window.actions_registry.trigger(action_id), f"{action_id} is not enabled"

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        for letter in text:
            QTest.keyClick(self.focus, letter)
            end = time.monotonic() + 0.014
            while time.monotonic() < end:
                QApplication.processEvents()

    def press(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        settle: bool = True,
    ) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(self.focus, key, modifier)
        if settle:
            self.settle()

    def enter(self) -> None:
        """Press Enter."""
        self.press(Qt.Key.Key_Return)

    @property
    def focus(self) -> QWidget:
        """What has the focus."""
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def scan(self, code: str) -> None:
        """A scanner reads a code."""
        self.window.scanner.feed(code)
        self.settle()

    def choose_customer(self, text: str = "C001") -> None:
        """Begin an order for a customer."""
        self.do("order.new")
        self.settle()
        self.type(text)
        self.enter()

    def add_line(self, product: str, quantity: str) -> None:
        """Type a line."""
        self.type(product)
        self.enter()
        self.type(quantity)
        self.enter()

    def place(self) -> None:
        """Ctrl+Enter."""
        self.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def rungs(self) -> dict[str, str]:
        """The entry's ladder: name and state of each effect."""
        return {effect.name: effect.state for effect in self.entry.side.ladder._effects}

    def confirm(self, last_n: int, *outcomes: Outcome) -> None:
        """The server took everything as this desk did, and says so."""
        patches = []
        for cls in TABLES:
            rows = self.desk.read.rows(
                f'SELECT * FROM "{cls.table.name}" WHERE id IN (SELECT id FROM "before_{cls.table.name}")',
                (),
                cls,
            )
            if rows:
                dump = statements(cls, "sqlite").dump
                patches.append(TablePatch(cls.table.name, [list(dump(row)) for row in rows], []))
        self.desk._replica.stage(patches)
        self.answer(last_n, *outcomes)

    def answer(self, last_n: int, *outcomes: Outcome) -> None:
        """The server has decided about commands up to `last_n`; nothing else of them came."""
        cursors = {"org": 2, f"site:{SITE}": 2}
        self.desk._replica.settle(
            PullResponse(patches=[], more=False, cursors=cursors, last_n=last_n, outcomes=list(outcomes))
        )
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
def bench(desk: Desk, folder: Path, person: str = "user-super") -> Iterator[Bench]:
    """The panel, closed in the end."""
    made = Bench(desk, folder, person)
    try:
        yield made
    finally:
        made.close()
