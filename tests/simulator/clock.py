"""Simulated time: one true clock that moves only when the world moves it, and each machine's own idea of it."""

from __future__ import annotations

import threading

START_MS = 1_780_000_000_000
"""When every schedule begins, ms UTC."""


class WorldClock:
    """Seconds since the schedule began."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def advance(self, seconds: float) -> None:
        """Time passes for everybody."""
        self.seconds += seconds

    def now_ms(self) -> int:
        """The true time, which is also the server's."""
        return START_MS + int(self.seconds * 1000)


class WrongClock:
    """A terminal's clock, off by ``offset_s``, which a person may change. Satisfies services.sync.clock.Clock."""

    def __init__(self, world: WorldClock, offset_s: float) -> None:
        self._world = world
        self.offset_s = offset_s

    def monotonic(self) -> float:
        """See Clock."""
        return self._world.seconds

    def now_ms(self) -> int:
        """See Clock."""
        return self._world.now_ms() + int(self.offset_s * 1000)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """See Clock. The time passes at once."""
        if not event.is_set():
            self._world.advance(seconds)
        return event.is_set()
