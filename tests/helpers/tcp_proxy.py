"""A TCP proxy of the tests' own on loopback, whose connections a test can cut, reset or stall, and whose answers it can halve."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LINGER_NOT = b"\x01\x00\x00\x00\x00\x00\x00\x00"
_CHUNK = 64 * 1024
_CONNECT_S = 5.0


class TcpProxy:
    """Carries bytes to ``port`` of this computer and back, until told otherwise."""

    def __init__(self, port: int, *, is_shared: bool = False) -> None:
        """``is_shared``: several tests use it, so its threads outlive one of them."""
        self._is_shared = is_shared
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        self._halves = False
        self._is_deaf = False
        self.halved = 0
        """How many answers have been broken off in their middle."""
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._begin(self._accept, "proxy")

    @contextmanager
    def reset(self) -> Iterator[None]:
        """Every connection is reset, and so is each new one, until the block ends."""
        with self._lock:
            self._is_cut = True
            open_ones = list(self._sockets)
        for each in open_ones:
            _reset(each)
        try:
            yield
        finally:
            self._is_cut = False

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Every connection is ended in order, as a server that goes down does it, and new ones are turned away."""
        with self._lock:
            self._is_cut = True
            open_ones = list(self._sockets)
        for each in open_ones:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        try:
            yield
        finally:
            self._is_cut = False

    @contextmanager
    def halve(self) -> Iterator[None]:
        """Requests pass, and of what the server says the first half; then the connection ends."""
        self._halves = True
        try:
            yield
        finally:
            self._halves = False

    @contextmanager
    def deafen(self) -> Iterator[None]:
        """Requests pass, and not a byte of what the server says to them; when the block ends, connections are reset."""
        self._is_deaf = True
        try:
            yield
        finally:
            with self.reset():
                self._is_deaf = False

    @contextmanager
    def stall(self) -> Iterator[None]:
        """Connections stay open and new ones are taken, but not a byte passes until the block ends."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def close(self) -> None:
        """End everything."""
        self._is_cut = True
        self._flows.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            open_ones = list(self._sockets)
        for each in open_ones:
            _reset(each)
        for thread in self._threads:
            thread.join()

    def _begin(self, work: object, name: str, *args: object) -> None:
        thread = threading.Thread(target=work, name=name, args=args, daemon=self._is_shared)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                _reset(near)
                continue
            try:
                far = socket.create_connection(self._target, timeout=_CONNECT_S)
            except OSError:
                _reset(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._sockets |= {near, far}
            self._begin(self._carry, "proxy-up", near, far, False)
            self._begin(self._carry, "proxy-down", far, near, True)

    def _carry(self, one: socket.socket, other: socket.socket, is_answer: bool) -> None:
        try:
            while data := one.recv(_CHUNK):
                self._flows.wait()
                if is_answer and self._is_deaf:
                    continue
                if is_answer and self._halves:
                    other.sendall(data[: len(data) // 2])
                    self.halved += 1
                    break
                other.sendall(data)
            with contextlib.suppress(OSError):
                other.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(other)
        with self._lock:
            self._sockets.discard(one)
        # The other direction may still be reading from it; whoever comes last closes both.
        if other not in self._sockets:
            one.close()
            other.close()


@contextmanager
def proxy_to(port: int) -> Iterator[TcpProxy]:
    """A proxy that is there until the block ends."""
    proxy = TcpProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


def _reset(sock: socket.socket) -> None:
    """As a cut does: what is under way is lost, and a thread that waits on it is woken."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
