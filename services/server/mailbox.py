"""What waits to be sent to one live client: the newest value of each thing, so a slow client never has a backlog."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Ended(Exception):
    """Nothing more is sent to this client; its link is to be closed."""


class Mailbox(Generic[K, V]):
    """Used on the event loop only. Holds one value a key, however long its reader takes."""

    __slots__ = ("_arrived", "_encode", "_frames", "_has_ended", "_waiting")

    def __init__(self, encode: Callable[[Mapping[K, V]], Sequence[bytes]]) -> None:
        self._encode = encode
        self._waiting: dict[K, V] = {}
        self._frames: Sequence[bytes] | None = None
        self._has_ended = False
        self._arrived = asyncio.Event()

    def offer(self, news: Mapping[K, V], frames: Sequence[bytes]) -> None:
        """Put news in. ``frames`` is how they look on the wire, encoded once for everybody who gets just these."""
        self._frames = None if self._waiting else frames
        self._waiting.update(news)
        self._arrived.set()

    def end(self) -> None:
        """Send nothing more."""
        self._has_ended = True
        self._arrived.set()

    async def take(self) -> Sequence[bytes]:
        """Wait for news, and take all there are, as frames to send. Raises Ended."""
        await self._arrived.wait()
        if self._has_ended:
            raise Ended
        self._arrived.clear()
        frames = self._frames if self._frames is not None else self._encode(self._waiting)
        self._waiting.clear()
        self._frames = None
        return frames
