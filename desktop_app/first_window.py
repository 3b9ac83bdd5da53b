"""A second launch of a profile raises the first window: the two speak over a local socket named after the folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 1000


def _name(folder: Path) -> str:
    return f"holdfast-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]}"


def raise_first_window(folder: Path) -> bool:
    """Ask the program that has this profile open to show its window. Answers whether it was there to ask."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    found = socket.waitForConnected(_WAIT_MS)
    if found:
        socket.disconnectFromServer()
    return found


class FirstWindow(QObject):
    """Listens for later launches of the profile, and calls ``raise_window`` at each."""

    def __init__(self, folder: Path, raise_window: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._raise_window = raise_window
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        # A crash leaves the socket's file behind; this process holds the profile's lock, so nobody listens there.
        QLocalServer.removeServer(_name(folder))
        self._server.newConnection.connect(self._on_launch)
        self._server.listen(_name(folder))

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _on_launch(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.deleteLater()
            self._raise_window()
