"""A loopback proxy in front of the server, one for each desk, whose link can be cut like a cable."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_CHUNK = 64 * 1024
_BACKLOG = 64
_CONNECT_SECONDS = 5.0


@dataclass(slots=True)
class _Pipe:
    """One connection through the proxy: both sockets, and what is still to be written to each."""

    near: socket.socket
    far: socket.socket
    waiting: dict[socket.socket, bytearray] = field(default_factory=dict)

    def other(self, one: socket.socket) -> socket.socket:
        return self.far if one is self.near else self.near


class Proxy:
    """Carries TCP between a port of its own on 127.0.0.1 and the server's port.

    Cutting the link resets every connection and refuses new ones, as a pulled cable does once time-outs strike; the
    desk behind it goes offline and comes back when the link is restored.
    """

    def __init__(self, server_port: int) -> None:
        self._server = ("127.0.0.1", server_port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ)
        self._pipes: dict[socket.socket, _Pipe] = {}
        self._cut = threading.Event()
        self._closing = threading.Event()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="holdfast-proxy", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where a desk reaches the server through this proxy."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_cut(self) -> bool:
        """Whether the link is cut."""
        return self._cut.is_set()

    def cut(self) -> None:
        """Cut the link: nothing passes any more when this returns."""
        self._change(self._cut.set)

    def restore(self) -> None:
        """Mend the link."""
        self._change(self._cut.clear)

    def close(self) -> None:
        """End the proxy and every connection through it."""
        if not self._closing.is_set():
            self._closing.set()
            self._wake_out.send(b"x")
        self._thread.join()

    def _change(self, step: Callable[[], None]) -> None:
        self._settled.clear()
        step()
        self._wake_out.send(b"x")
        self._settled.wait(_CONNECT_SECONDS * 2)

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                for key, events in self._selector.select():
                    self._serve(key.fileobj, events)  # type: ignore[arg-type]
                if self._cut.is_set():
                    self._drop_all()
                self._settled.set()
        finally:
            self._drop_all()
            for open_socket in (self._listener, self._wake_in, self._wake_out):
                open_socket.close()
            self._selector.close()

    def _serve(self, sock: socket.socket, events: int) -> None:
        if sock is self._wake_in:
            with contextlib.suppress(BlockingIOError):
                self._wake_in.recv(_CHUNK)
        elif sock is self._listener:
            self._accept()
        else:
            pipe = self._pipes.get(sock)
            if pipe is not None:
                self._carry(pipe, sock, events)

    def _accept(self) -> None:
        try:
            near, _ = self._listener.accept()
        except OSError:
            return
        if self._cut.is_set():
            _reset(near)
            return
        try:
            far = socket.create_connection(self._server, timeout=_CONNECT_SECONDS)
        except OSError:
            _reset(near)
            return
        pipe = _Pipe(near, far, {near: bytearray(), far: bytearray()})
        for sock in (near, far):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pipes[sock] = pipe
            self._selector.register(sock, selectors.EVENT_READ)

    def _carry(self, pipe: _Pipe, sock: socket.socket, events: int) -> None:
        try:
            if events & selectors.EVENT_READ:
                data = sock.recv(_CHUNK)
                if not data:
                    self._finish(pipe)
                    return
                pipe.waiting[pipe.other(sock)] += data
                self._send(pipe, pipe.other(sock))
            if events & selectors.EVENT_WRITE:
                self._send(pipe, sock)
        except OSError:
            self._drop(pipe)

    def _send(self, pipe: _Pipe, sock: socket.socket) -> None:
        waiting = pipe.waiting[sock]
        if waiting:
            with contextlib.suppress(BlockingIOError):
                del waiting[: sock.send(waiting)]
        self._selector.modify(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if waiting else 0))

    def _finish(self, pipe: _Pipe) -> None:
        """One side is done: hand over what is still waiting, and close both."""
        for sock, waiting in pipe.waiting.items():
            with contextlib.suppress(OSError):
                sock.setblocking(True)
                sock.settimeout(_CONNECT_SECONDS)
                sock.sendall(waiting)
        self._forget(pipe)
        for sock in (pipe.near, pipe.far):
            sock.close()

    def _drop(self, pipe: _Pipe) -> None:
        self._forget(pipe)
        for sock in (pipe.near, pipe.far):
            _reset(sock)

    def _drop_all(self) -> None:
        for pipe in {id(pipe): pipe for pipe in self._pipes.values()}.values():
            self._drop(pipe)

    def _forget(self, pipe: _Pipe) -> None:
        for sock in (pipe.near, pipe.far):
            if self._pipes.pop(sock, None) is not None:
                self._selector.unregister(sock)


def _reset(sock: socket.socket) -> None:
    """Close a connection as a cut does: with a reset, and whatever was under way is lost."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    sock.close()
