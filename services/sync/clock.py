"""Time for the sync engine: a clock that tests can replace, deadlines, and the offset to the server's clock."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Protocol

from services.sync.errors import TookTooLong

_SAMPLES_KEPT = 8


class Clock(Protocol):
    """What the engine knows of time. Waits are measured on ``monotonic``; ``now_ms`` is for people and evidence."""

    def monotonic(self) -> float:
        """Seconds that never jump, from any beginning."""
        ...

    def now_ms(self) -> int:
        """This computer's idea of the time, ms UTC. It may be wrong, and may jump."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event, but no longer than so many seconds. Whether it has come."""
        ...


class SystemClock:
    """The computer's own clocks."""

    def monotonic(self) -> float:
        """See Clock."""
        return time.monotonic()

    def now_ms(self) -> int:
        """See Clock."""
        return time.time_ns() // 1_000_000

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """See Clock."""
        return event.wait(seconds)


class Deadline:
    """A moment after which nobody waits any longer; without seconds it never comes."""

    def __init__(self, clock: Clock, seconds: float | None) -> None:
        self._clock = clock
        self._at = None if seconds is None else clock.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, 0 when it has passed, infinity when there is no deadline."""
        if self._at is None:
            return float("inf")
        return max(0.0, self._at - self._clock.monotonic())

    def within(self, seconds: float) -> float:
        """The shorter of a step's own limit and what is left. Raises TookTooLong when nothing is left."""
        left = self.remaining()
        if left <= 0.0:
            raise TookTooLong("The time given for this was over before everything had gone through.")
        return min(seconds, left)


class OffsetMeter:
    """How far this computer's clock is from the server's: evidence beside ``issued_at``, never used to order anything.

    Each answer brings the server's time; it is compared with the middle of the exchange, and of the last samples the
    one with the shortest round trip is believed (as in NTP's clock filter, RFC 5905 section 10).
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque(maxlen=_SAMPLES_KEPT)

    def add(self, server_time: int, received_at: int, round_trip_s: float) -> None:
        """A sample: the server's time and ours on receipt, both ms UTC. An answer without a time counts for nothing.

        A sample far from the ones before means that a clock was set: the older ones are forgotten.
        """
        if server_time <= 0 or round_trip_s < 0:
            return
        offset = round(server_time + round_trip_s * 500 - received_at)
        if self._samples and abs(offset - self._samples[-1][1]) > 1000 * (
            round_trip_s + self._samples[-1][0] + 1
        ):
            self._samples.clear()
        self._samples.append((round_trip_s, offset))

    @property
    def offset_ms(self) -> int | None:
        """Server's clock minus this computer's, in ms; None before the first answer."""
        return min(self._samples)[1] if self._samples else None
