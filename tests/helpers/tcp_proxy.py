"""A TCP proxy of the tests' own on loopback, whose connections a test can reset or stall."""

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

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
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
        yield
        self._is_cut = False

    @contextmanager
    def stall(self) -> Iterator[None]:
        """Connections stay open and new ones are taken, but not a byte passes until the block ends."""
        self._flows.clear()
        yield
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
        thread = threading.Thread(target=work, name=name, args=args)  # type: ignore[arg-type]
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
            self._begin(self._carry, "proxy-up", near, far)
            self._begin(self._carry, "proxy-down", far, near)

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(_CHUNK):
                self._flows.wait()
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
