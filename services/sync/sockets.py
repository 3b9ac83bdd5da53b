"""Keeps track of the sockets behind an HTTP client, so that a wait on them can be broken off from another thread."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from collections.abc import Mapping
from typing import Any


class OpenSockets:
    """Given as the client's ``trace`` extension it sees every connection being made.

    Closing a socket does not wake a thread that reads from it; shutting it down does.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self.opened = 0
        """How many connections have been made so far."""
        self.aborts = 0
        """How often everything was broken off so far."""

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note new connections; TLS replaces the socket under it by one of its own."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        stream = info.get("return_value")
        found = stream.get_extra_info("socket") if stream is not None else None
        with self._lock:
            self.opened += 1
            if isinstance(found, socket.socket):
                self._sockets.add(found)

    def abort(self) -> None:
        """End every connection; whoever waits on one gets an error at once."""
        with self._lock:
            self.aborts += 1
            sockets = list(self._sockets)
            self._sockets.clear()
        for each in sockets:
            with contextlib.suppress(OSError):  # it has ended already
                each.shutdown(socket.SHUT_RDWR)
