"""A small real HTTP server on port 0 that answers as a test says, with faults: late, dripping, cut, never."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

_PATIENCE_S = 20.0
_PAUSE_S = 0.005


@dataclass(frozen=True)
class Asked:
    """One request as it arrived. Header names are lower-case."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer. ``cut_after``: hang up after so many bytes of the body. ``drip_s``: pause before each of the
    body's ``pieces``. ``never``: no answer at all until the server ends.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/x-msgpack"})
    cut_after: int | None = None
    drip_s: float = 0.0
    pieces: int = 1
    never: bool = False


Handler = Callable[[Asked], Reply]


class _HangUp(Exception):
    """Ends the connection in the middle of an answer."""


class HttpPeer:
    """``on(method, path, handler)`` says what is answered; ``asked`` holds every request in order."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.url = ""
        self._handlers: dict[tuple[str, str], Handler] = {}
        self._ending: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def on(self, method: str, path: str, handler: Handler | Reply) -> None:
        """Answer requests for this path from now on."""
        reply = handler
        self._handlers[method, path] = (lambda _: reply) if isinstance(reply, Reply) else reply

    def forget(self) -> None:
        """Begin anew for the next test: nothing is answered, nothing was asked, and nobody waits any more."""
        self._handlers.clear()
        self.asked = []
        ending, self._ending = self._ending, None
        if self._loop is not None and ending is not None:
            self._loop.call_soon_threadsafe(ending.set)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """The ASGI application."""
        ending = self._ending
        if ending is None:
            self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
            ending = self._ending
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = parse_qsl(scope["query_string"].decode())
        asked = Asked(scope["method"], scope["path"], query, headers, body)
        self.asked.append(asked)
        handler = self._handlers.get((asked.method, asked.path))
        reply = handler(asked) if handler else Reply(b"", 404, {})
        if reply.never:
            await ending.wait()
            raise _HangUp
        await self._answer(reply, send)

    async def _answer(self, reply: Reply, send: Any) -> None:
        headers = {"content-length": str(len(reply.body)), **reply.headers}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        body = reply.body if reply.cut_after is None else reply.body[: reply.cut_after]
        size = -(-len(body) // reply.pieces) or 1
        for start in range(0, len(body), size):
            if reply.drip_s:
                await asyncio.sleep(reply.drip_s)
            await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
        if reply.cut_after is not None:
            raise _HangUp
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(
    peer: HttpPeer, *, certificate: Path | None = None, key: Path | None = None
) -> Iterator[HttpPeer]:
    """Serve on a port of its own until the block ends."""
    config = uvicorn.Config(
        peer,  # type: ignore[arg-type]
        log_config=None,
        log_level="critical",
        lifespan="off",
        ws="none",
        http="h11",
        timeout_graceful_shutdown=1,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        peer.url = f"{'https' if certificate else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="http-peer")
        thread.start()
        end = time.monotonic() + _PATIENCE_S
        while not server.started:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() < end, "the server did not start"
            time.sleep(_PAUSE_S)
        try:
            yield peer
        finally:
            peer.forget()
            server.should_exit = True
            thread.join()


def ranged(image: bytes, headers: dict[str, str], asked: Asked) -> Reply:
    """A file's bytes as RFC 9110 section 14 has them: whole, or from where ``Range`` and ``If-Range`` say."""
    wanted = asked.headers.get("range")
    if wanted is None or asked.headers.get("if-range", headers.get("etag")) != headers.get("etag"):
        return Reply(image, 200, headers)
    start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    if start >= len(image):
        return Reply(b"", 416, {"content-range": f"bytes */{len(image)}"})
    span = f"bytes {start}-{len(image) - 1}/{len(image)}"
    return Reply(image[start:], 206, {**headers, "content-range": span})
