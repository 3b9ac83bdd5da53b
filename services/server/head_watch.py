"""Notices that scopes have moved on: at once for this process's commits, by a slow look for those of others."""

from __future__ import annotations

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

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, int] = {}
        self.watchers: list[Watcher] = []

    def committed(self, commit: Committed) -> None:
        """A commit of this process (a listener of the committer)."""
        if commit.versions:
            self._tell(commit.versions)

    def _tell(self, versions: Mapping[str, int]) -> None:
        for watcher in self.watchers:
            watcher(versions)

    def look(self) -> None:
        """Look for commits of other processes."""
        try:
            with self._database.reading() as connection:
                now = feed.versions(connection)
        except DBAPIError:
            _log.warning("the heads of the feed could not be read; trying again", exc_info=True)
            return
        moved = {scope: version for scope, version in now.items() if version > self._seen.get(scope, 0)}
        self._seen = now
        if moved:
            self._tell(moved)
