"""A clock that stands still until a test moves it."""

from __future__ import annotations

import threading

START_MS = 1_780_000_000_000


class FakeClock:
    """Satisfies services.sync.clock.Clock. ``jump`` sets the wall clock as a person would; it moves nothing else."""

    def __init__(self) -> None:
        self._seconds = 1000.0
        self._wall_ms = float(START_MS)

    def monotonic(self) -> float:
        return self._seconds

    def now_ms(self) -> int:
        return int(self._wall_ms)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """The time passes at once."""
        if not event.is_set():
            self.advance(seconds)
        return event.is_set()

    def advance(self, seconds: float) -> None:
        self._seconds += seconds
        self._wall_ms += seconds * 1000

    def jump(self, seconds: float) -> None:
        self._wall_ms += seconds * 1000
