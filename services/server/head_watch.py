"""Notices that scopes have moved on: at once for this process's commits, by a slow look for those of others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from sqlalchemy.exc import DBAPIError

from services.server import feed
from services.server.database import Database
from services.server.log import log_of
from services.server.transaction import Committed

_log = log_of("head_watch")
Watcher = Callable[[Mapping[str, int]], None]


class HeadWatch:
    """Tells its watchers which scopes are at which new version. A port for a message bus may stand in for the look."""

    def __init__(self, database: Database, *, poll_seconds: float) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look_again, name="holdfast-heads", daemon=True)
        self.watchers: list[Watcher] = []

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def committed(self, commit: Committed) -> None:
        """A commit of this process (a listener of the committer)."""
        if commit.versions:
            self._tell(commit.versions)

    def _tell(self, versions: Mapping[str, int]) -> None:
        for watcher in self.watchers:
            watcher(versions)

    def _look_again(self) -> None:
        seen: dict[str, int] = {}
        while not self._stopping.wait(self._poll_seconds):
            try:
                with self._database.reading() as connection:
                    now = feed.versions(connection)
            except DBAPIError:
                _log.warning("the heads of the feed could not be read; trying again", exc_info=True)
                continue
            moved = {scope: version for scope, version in now.items() if version > seen.get(scope, 0)}
            seen = now
            if moved:
                self._tell(moved)
