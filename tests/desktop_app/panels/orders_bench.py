"""The Orders panel in a real window on a real desk, driven by keys and scans as a person would."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from local_db.desk import Desk
from services.protocol.messages import NO_PATCHES, Outcome, PullResponse, TablePatch, pack
from services.storage.statements import statements
from services.storage.tables import TABLES
from tests.desktop_app.panels.panel_bench import PanelBench
from tests.helpers.warehouse_desk import SITE


class Bench(PanelBench):
    """A window that shows the Orders panel."""

    def __init__(self, desk: Desk, folder: Path, person: str) -> None:
        super().__init__(desk, folder, "orders", person)
        self.entry = self.panel.entry
        self.until(lambda: self.panel.table.rows.is_loaded)

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
        self.desk._replica.stage(pack(patches))
        self.answer(last_n, *outcomes)

    def answer(self, last_n: int, *outcomes: Outcome) -> None:
        """The server has decided about commands up to `last_n`; nothing else of them came."""
        cursors = {"org": 2, f"site:{SITE}": 2}
        self.desk._replica.settle(
            PullResponse(
                patches=NO_PATCHES, more=False, cursors=cursors, last_n=last_n, outcomes=list(outcomes)
            )
        )
        self.settle()


@contextmanager
def bench(desk: Desk, folder: Path, person: str = "user-super") -> Iterator[Bench]:
    """The panel, closed in the end."""
    made = Bench(desk, folder, person)
    try:
        yield made
    finally:
        made.close()
