"""Keeps what is being entered on the disk, a moment after each key, so that a crash loses nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer

from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.draft import PREFIX, Draft
from local_db.queries.order_entry_queries import orders_exist

log = logging.getLogger(__name__)

# A person does not notice losing three tenths of a second; the disk would notice a write a key.
REST_MS: Final = 300


class DraftKeeper(QObject):
    """Saves the draft in hand, lists those that were left, and forgets those that are done with."""

    def __init__(self, context: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._runner = context.desk, context.runner
        self._waiting: Draft | None = None
        self._kept: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.flush)

    def note(self, draft: Draft) -> None:
        """The draft changed: it is written once the person rests."""
        if self._waiting is not None and self._waiting.key != draft.key:
            self.flush()
        self._waiting = draft
        self._timer.start()

    def flush(self) -> None:
        """Write what waits, now."""
        self._timer.stop()
        draft, self._waiting = self._waiting, None
        if draft is None:
            return
        if draft.is_empty:
            if draft.key in self._kept:
                self.forget(draft.key)
            return
        self._kept.add(draft.key)
        stamped = replace(draft, saved_at=time.time_ns() // 1_000_000)
        drafts = self._desk.drafts  # type: ignore[attr-defined]
        self._runner.run(
            lambda: drafts.save(draft.key, stamped), None, self, lane="write", label="Keeping the draft"
        )

    def forget(self, key: str) -> None:
        """The draft is done with."""
        if self._waiting is not None and self._waiting.key == key:
            self._waiting = None
            self._timer.stop()
        self._kept.discard(key)
        drafts = self._desk.drafts  # type: ignore[attr-defined]
        self._runner.run(lambda: drafts.drop(key), None, self, lane="write")

    def settled(self, key: str) -> None:
        """The draft was placed and dropped with it: nothing of it may be written again."""
        if self._waiting is not None and self._waiting.key == key:
            self._waiting = None
            self._timer.stop()
        self._kept.discard(key)

    def list_drafts(self, then: Callable[[Sequence[Draft]], object]) -> None:
        """Ask for the drafts that were left, the latest first; one whose order has been placed is dropped instead."""
        # In the write lane, so that it sees what was saved a moment ago.
        self._runner.run(self._read, then, self, lane="write", key="drafts")

    def load(self, key: str, then: Callable[[Draft | None], object]) -> None:
        """Ask for one draft."""
        drafts = self._desk.drafts  # type: ignore[attr-defined]
        self._runner.run(lambda: drafts.load(key, Draft), then, self, lane="write")

    def _read(self) -> list[Draft]:
        drafts = self._desk.drafts  # type: ignore[attr-defined]
        found = [draft for key in drafts.keys(PREFIX) if (draft := drafts.load(key, Draft)) is not None]
        placed = orders_exist(self._desk.read, [draft.order_id for draft in found])
        for draft in found:
            if draft.order_id in placed:
                log.info("the draft of order %s had been placed already", draft.order_id)
                drafts.drop(draft.key)
        return [draft for draft in found if draft.order_id not in placed and not draft.is_empty]
