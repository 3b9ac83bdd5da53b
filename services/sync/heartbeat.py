"""Notices that the other end of a link has fallen silent: asked now and then, overdue after a while, then given up."""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct

from services.sync.clock import Clock


class Beat(Enum):
    """What is to be done about the silence."""

    NOTHING = auto()
    ASK = auto()
    """Send a question that any living peer answers."""
    OVERDUE = auto()
    """The answer is late: whether the server is there should be found out another way."""
    DEAD = auto()
    """Nobody will answer any more."""


class Beats(Struct, frozen=True, kw_only=True):
    """Seconds. A silent peer is asked after ``every_s``, doubted ``overdue_s`` after that and given up ``dead_s`` after
    that, so a link that stalls is noticed within ``every_s + dead_s``.

    A busy server answers late rather than never: doubt costs it one small request, giving it up a new connection.
    """

    every_s: float = 2.0
    overdue_s: float = 2.0
    dead_s: float = 4.0


class Heartbeat:
    """The silence on one connection."""

    def __init__(self, clock: Clock, beats: Beats) -> None:
        self._clock = clock
        self._beats = beats
        self._heard_at = clock.monotonic()
        self._asked_at: float | None = None
        self._is_doubted = False

    def heard(self) -> None:
        """Something came from the peer."""
        self._heard_at = self._clock.monotonic()
        self._asked_at = None
        self._is_doubted = False

    def due_in(self) -> float:
        """Seconds until ``look`` should be called."""
        return max(0.0, self._due_at() - self._clock.monotonic())

    def look(self) -> Beat:
        """What is to be done now."""
        now = self._clock.monotonic()
        if now < self._due_at():
            return Beat.NOTHING
        if self._asked_at is None or now - self._due_at() > self._beats.overdue_s:
            # Looked much too late: it was this computer that slept, so the peer gets its time to answer.
            self._asked_at = now
            return Beat.ASK
        if now - self._asked_at >= self._beats.dead_s:
            return Beat.DEAD
        self._is_doubted = True
        return Beat.OVERDUE

    def _due_at(self) -> float:
        if self._asked_at is None:
            return self._heard_at + self._beats.every_s
        return self._asked_at + (self._beats.dead_s if self._is_doubted else self._beats.overdue_s)
