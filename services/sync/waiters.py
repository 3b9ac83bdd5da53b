"""Those who wait for a whole round of sync that begins after they asked."""

from __future__ import annotations

import threading

from services.sync.errors import Busy, SyncError, TookTooLong


class Waiter:
    """One who waits, on a thread of their own."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.error: SyncError | None = None

    def wait(self, seconds: float) -> None:
        """Until the round is over. Raises what stood in the way; TookTooLong when the time is over first."""
        ended = self.done.wait(seconds)
        if self.error is not None:
            raise self.error
        if not ended:
            raise TookTooLong(
                "The time given was over before everything had gone through; it goes on behind."
            )


class Waiters:
    """All of them. Any thread may come; one thread does the rounds and answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Waiter] = []

    def come(self) -> Waiter:
        """One more, who is answered after a round that begins from now on."""
        waiter = Waiter()
        with self._lock:
            self._waiting.append(waiter)
        return waiter

    def take(self) -> list[Waiter]:
        """Those for whom the round that begins now is the one."""
        with self._lock:
            taken, self._waiting = self._waiting, []
            return taken

    def answer(self, waiters: list[Waiter], error: SyncError | None) -> None:
        """Say how it went. While the server asks for a pause they wait on, for as long as they like."""
        for waiter in waiters:
            waiter.error = error
        if isinstance(error, Busy):
            with self._lock:
                self._waiting.extend(waiters)
            return
        for waiter in waiters:
            waiter.done.set()

    def send_away(self, error: SyncError) -> None:
        """There will be no more rounds."""
        self.answer(self.take(), error)
