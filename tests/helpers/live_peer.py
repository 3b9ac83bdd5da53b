"""Real servers for the live link: one that says what a test tells it to, and one that falls silent."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from services.protocol.messages import LiveHello, LiveMessage, encode

_PATIENCE_S = 20.0
_KEY_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class LivePeer:
    """``hellos`` holds every first message. ``turn_away_with``: a close code for whoever says hello. ``answer_with``: an
    HTTP status, and where to for a redirect, instead of the handshake.
    """

    def __init__(self) -> None:
        self.url = ""
        self.hellos: list[LiveHello] = []
        self.turn_away_with = 0
        self.answer_with: tuple[HTTPStatus, str] | None = None
        self.knocks = 0
        self._changed = threading.Condition()
        self._open: list[ServerConnection] = []

    def send(self, *messages: LiveMessage) -> None:
        """Send to everybody who has said hello, a frame for each message."""
        for message in messages:
            self.send_raw(encode(message))

    def send_raw(self, frame: bytes | str) -> None:
        with self._changed:
            connections = list(self._open)
        for connection in connections:
            connection.send(frame)

    def drop_all(self) -> None:
        """End every connection."""
        with self._changed:
            connections = list(self._open)
        for connection in connections:
            connection.close()

    def wait_for_hellos(self, count: int) -> None:
        """Until so many have said hello since the beginning."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.hellos) >= count, _PATIENCE_S), "nobody said hello"

    def handle(self, connection: ServerConnection) -> None:
        try:
            hello = msgspec.msgpack.decode(connection.recv(_PATIENCE_S), type=LiveHello)
            with self._changed:
                self.hellos.append(hello)
                self._open.append(connection)
                self._changed.notify_all()
            if self.turn_away_with:
                connection.close(self.turn_away_with, "not known here")
            for _ in connection:
                raise AssertionError("a terminal only listens")
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                if connection in self._open:
                    self._open.remove(connection)

    def look_at(self, connection: ServerConnection, request: Request) -> Response | None:
        self.knocks += 1
        if self.answer_with is None:
            return None if request.path == "/sync/live" else connection.respond(HTTPStatus.NOT_FOUND, "")
        status, elsewhere = self.answer_with
        response = connection.respond(status, "")
        if elsewhere:
            response.headers["Location"] = elsewhere
        return response


@contextmanager
def living(peer: LivePeer, port: int = 0) -> Iterator[LivePeer]:
    """Serve until the block ends."""
    with serve(peer.handle, "127.0.0.1", port, process_request=peer.look_at, ping_interval=None) as server:
        peer.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, name="live-peer")
        thread.start()
        try:
            yield peer
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent_after(handshake: bool) -> Iterator[tuple[str, list[float]]]:
    """A server that takes connections and, after the handshake or before it, never says a word or reads one.

    Yields its address, and a list that grows by one for each connection.
    """
    taken: list[socket.socket] = []
    knocks: list[float] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            taken.append(connection)
            if handshake:
                connection.settimeout(_PATIENCE_S)
                _shake_hands(connection)
            knocks.append(1.0)

    thread = threading.Thread(target=accept, name="silent-peer")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", knocks
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for connection in taken:
            connection.close()


def _shake_hands(connection: socket.socket) -> None:
    """The server's part of RFC 6455 section 4.2.2."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    accept = base64.b64encode(hashlib.sha1(lines[b"Sec-WebSocket-Key"] + _KEY_SUFFIX).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
