"""Lets terminals in by a few at a time, and sends them away for a moment before their requests grow old in the line."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

from services.server.errors import ApiError

_LEAST_S = 1
_MOST_S = 15
_CROWD_S = 0.1


class Gate:
    """``at_once`` requests are served and ``in_line`` wait, with bodies of ``most_bytes`` together; used on the event loop
    only.

    Few at once, for threads that wait for each other's interpreter lock serve fewer than a handful would. The line is
    long, for waiting costs little: who is sent away comes back when somebody has guessed, and the server may have been
    idle for long by then. Whoever finds it full is told when a turn may come, each a little after the one before, so that
    a crowd comes back spread over the time that serving it takes.
    """

    def __init__(
        self,
        at_once: int,
        in_line: int,
        *,
        most_bytes: int = 128 * 1024 * 1024,
        clock: Callable[[], float] = monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self._at_once = at_once
        self._most = at_once + in_line
        self._most_bytes = most_bytes
        self._clock = clock
        self._chance = chance or random.Random()
        self._room = asyncio.Semaphore(at_once)
        self._here = 0
        self._bytes = 0
        self._per_request_s = 0.01
        self._next_turn = float("-inf")

    @property
    def here(self) -> int:
        """How many are being served or wait."""
        return self._here

    def is_crowded(self) -> bool:
        """Whether a newcomer would wait for longer than a person notices."""
        return (self._here - self._at_once) * self._per_request_s > _CROWD_S

    @asynccontextmanager
    async def entered(self, size: int = 0, *, patient: bool = False) -> AsyncIterator[None]:
        """Around the work for a request with a body of ``size`` bytes. Raises ApiError 503 with Retry-After where the line
        is full, except for who is ``patient``: a link that stays open anyway waits at no cost."""
        no_place = self._here >= self._most
        too_heavy = self._bytes > 0 and self._bytes + size > self._most_bytes
        if (no_place or too_heavy) and not patient:
            raise _come_back(self._turn())
        self._here += 1
        self._bytes += size
        try:
            async with self._room:
                began = self._clock()
                try:
                    yield
                finally:
                    took_s = (self._clock() - began) / self._at_once
                    self._per_request_s += 0.1 * (took_s - self._per_request_s)
        finally:
            self._here -= 1
            self._bytes -= size

    def _turn(self) -> int:
        """In how many seconds to come back."""
        now = self._clock()
        self._next_turn = max(self._next_turn, now) + self._per_request_s
        return round(min(max(self._next_turn - now + self._chance.random(), _LEAST_S), _MOST_S))


def _come_back(seconds: int) -> ApiError:
    return ApiError(
        503, "The server has its hands full. Send it again.", "busy", headers={"Retry-After": str(seconds)}
    )
