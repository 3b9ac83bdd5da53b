"""Where other threads leave word for the sync thread, and where it rests until there is some."""

from __future__ import annotations

import threading
from collections.abc import Collection

from services.sync.states import Wake


class WakeBox:
    """Collects reasons to wake. Any thread may leave one; one thread waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reasons: set[Wake] = set()
        self._news = False
        self._closed = False

    def leave(self, reason: Wake) -> None:
        """Leave a reason; the waiting thread looks up."""
        with self._changed:
            self._reasons.add(reason)
            self._news = True
            self._changed.notify_all()

    def withdraw(self, reason: Wake) -> bool:
        """What this reason asked for has been seen to. Whether it was there."""
        with self._changed:
            was_there = reason in self._reasons
            self._reasons.discard(reason)
            return was_there

    def close(self) -> None:
        """Nobody rests any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def reopen(self) -> None:
        """Forget old reasons and let threads rest again."""
        with self._changed:
            self._reasons.clear()
            self._news = self._closed = False

    def take(self) -> frozenset[Wake]:
        """Empty the box: what is about to be done answers every reason in it."""
        with self._changed:
            reasons = frozenset(self._reasons)
            self._reasons.clear()
            self._news = False
            return reasons

    def holds_any(self, wanted: Collection[Wake]) -> bool:
        """Whether one of these reasons has been left."""
        with self._changed:
            return not self._reasons.isdisjoint(wanted)

    def rest(self, seconds: float) -> None:
        """Wait until a new reason is left, the box is closed, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._news or self._closed, timeout=seconds)
            self._news = False
