"""From nothing to a desk on the screen, in two stages: what a person sees first, and then the desk behind it.

Stage one is a bare window with the rows of last time, by as little code as that takes (first_sight). Stage two opens the
desk, furnishes the window and makes the panel, a slice at a time through the event loop, and lifts the glance when the
panel has its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop_app.first_sight import FirstSight, first_sight
from local_db.errors import LocalError
from local_db.keys import PROFILE_FILE
from local_db.profile_lock import ProfileLock

if TYPE_CHECKING:
    from desktop_app.app_context import AppContext
    from local_db.desk import Desk


class DeskStart(QObject):
    """Opens one profile. ``context`` is there when the desk is open, ``sight`` where a glance was shown.

    ``begin`` before the event loop runs, ``close`` after it. ``failure`` is what went wrong in words, empty where all is
    well; the event loop is then left with exit code 1. ``first_rows`` is emitted when the first real rows are on the
    screen, ``ready`` when the window is whole and answers to keys and scans.
    """

    first_rows = Signal()
    ready = Signal()

    def __init__(
        self,
        folder: Path,
        open_it: Callable[[], Desk],
        *,
        server_url: str = "",
        allow_plain: bool = False,
    ) -> None:
        """``open_it()`` opens the desk."""
        super().__init__()
        self._folder, self._open_it, self._server_url = folder, open_it, server_url
        self._allow_plain = allow_plain
        self._is_ended = self._has_rows = False
        self.sight: FirstSight | None = None
        self.context: AppContext | None = None
        self.failure = ""

    def begin(self) -> None:
        """Show what can be shown at once; without a glance, open the desk now.

        Raises ProfileInUse where another process has the profile open, and what ``open_it`` raises.
        """
        if not (self._folder / PROFILE_FILE).exists():
            self._open()
            return
        # Nobody else may exchange the files while they are looked into; opening the desk takes the lock again.
        lock = ProfileLock(self._folder)
        try:
            self.sight = first_sight(self._folder, allow_plain=self._allow_plain)
        finally:
            lock.release()
        if self.sight is None:
            self._open()
            return
        self.sight.window.closed.connect(self._on_closed)
        self.sight.glance.painted.connect(self._go_on)
        self.sight.window.show()

    def close(self) -> None:
        """End everything."""
        if self.context is not None:
            self.context.close()
        elif self.sight is not None:
            self.sight.window.close()

    def _go_on(self) -> None:
        """The glance is on the screen: open the desk behind it."""
        if self._is_ended:
            return
        if self.sight is not None and self.sight.glance.shows_rows:
            self._tell_first_rows()
        try:
            context = self._make()
        except LocalError as problem:
            self.failure = str(problem)
            QApplication.exit(1)
            return
        QTimer.singleShot(0, self, lambda: self._start(context))

    def _open(self) -> None:
        self._start(self._make())

    def _make(self) -> AppContext:
        desk = self._open_it()
        from desktop_app.app_context import AppContext

        self.context = AppContext(desk, self._folder, server_url=self._server_url, sight=self.sight)
        return self.context

    def _start(self, context: AppContext) -> None:
        if self._is_ended:
            return
        context.start()
        if context.window is None:
            self.ready.emit()
            return
        context.window.ready.connect(self._tell_first_rows)
        context.window.ready.connect(self.ready)

    def _tell_first_rows(self) -> None:
        if not self._has_rows:
            self._has_rows = True
            self.first_rows.emit()

    def _on_closed(self) -> None:
        self._is_ended = True
