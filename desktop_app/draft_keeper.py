"""Keeps what a person is entering on the disk, a moment after each key, so that a crash or a restart loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer

from desktop_app.panel_context import PanelContext

# A person does not notice losing three tenths of a second; the disk would notice a write a key.
REST_MS: Final = 300


class Keepable(Protocol):
    """A frozen struct that holds unfinished input, with a field ``saved_at`` in ms UTC."""

    @property
    def key(self) -> str:
        """The key under which it is kept."""
        ...

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it is worth keeping."""
        ...


class DraftKeeper(QObject):
    """Saves the draft in hand, lists those that were left, and forgets those that are done with.

    ``kind`` is the struct of its drafts, ``prefix`` what their keys begin with. ``still_open(drafts)`` runs in the write
    lane as they are listed and answers those that are not done with yet; the others are dropped.
    """

    def __init__(
        self,
        context: PanelContext,
        parent: QObject,
        kind: type,
        prefix: str,
        still_open: Callable[[Sequence[Any]], Sequence[Any]] = lambda drafts: drafts,
    ) -> None:
        super().__init__(parent)
        self._drafts, self._runner = context.desk.drafts, context.runner
        self._kind, self._prefix, self._still_open = kind, prefix, still_open
        self._waiting: Any = None
        self._kept: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.flush)

    def note(self, draft: Keepable) -> None:
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
        self._runner.run(
            lambda: self._drafts.save(draft.key, stamped), None, self, lane="write", label="Keeping the draft"
        )

    def forget(self, key: str) -> None:
        """The draft is done with."""
        self.settled(key)
        self._runner.run(lambda: self._drafts.drop(key), None, self, lane="write")

    def settled(self, key: str) -> None:
        """The draft was carried out and dropped with that: nothing of it may be written again."""
        if self._waiting is not None and self._waiting.key == key:
            self._waiting = None
            self._timer.stop()
        self._kept.discard(key)

    def list_drafts(self, then: Callable[[Sequence[Any]], object]) -> None:
        """Ask for the drafts that were left, the latest first."""
        # In the write lane, so that it sees what was saved a moment ago.
        self._runner.run(self._read, then, self, lane="write", key="drafts")

    def load(self, key: str, then: Callable[[Any], object]) -> None:
        """Ask for one draft; None where there is none."""
        self._runner.run(lambda: self._drafts.load(key, self._kind), then, self, lane="write")

    def _read(self) -> list[Any]:
        keys = self._drafts.keys(self._prefix)
        found = [draft for key in keys if (draft := self._drafts.load(key, self._kind)) is not None]
        wanted = {draft.key for draft in self._still_open(found)}
        for draft in found:
            if draft.key not in wanted:
                self._drafts.drop(draft.key)
        return [draft for draft in found if draft.key in wanted and not draft.is_empty]
