"""Notices that terminals were barred or work elsewhere now, at this process or another: their live links end.

Who may still see something is back within seconds, and is told of its present scopes only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.exc import DBAPIError

from services.server import feed
from services.server.database import Database
from services.server.log import log_of
from services.storage.row import ORG
from services.storage.tables import Terminal, TerminalSite

_log = log_of("terminal_watch")


class TerminalWatch:
    """A watcher of heads. ``end_links`` is told which terminals have changed, by their ids, and at which version."""

    def __init__(self, database: Database, end_links: Callable[[Mapping[str, int]], None]) -> None:
        self._database = database
        self._end_links = end_links
        with database.reading() as connection:
            self._seen = feed.heads(connection, (ORG,))[ORG].version

    def moved_on(self, versions: Mapping[str, int]) -> None:
        """These scopes are at these versions now."""
        version = versions.get(ORG, 0)
        if version <= self._seen:
            return
        try:
            changed = self._changed_since(self._seen)
        except DBAPIError:
            _log.warning("changed terminals could not be read; trying again", exc_info=True)
            return
        # Two commits that are told at the same time may be looked at twice: a link that ends once more does no harm.
        self._seen = version
        if changed:
            self._end_links(changed)

    def _changed_since(self, version: int) -> dict[str, int]:
        mark = "?" if self._database.is_sqlite else "%s"
        with self._database.reading() as connection:
            head = feed.heads(connection, (ORG,))[ORG]
            changed = connection.exec_driver_sql(
                f"SELECT c.pk, c.version FROM change c "
                f'WHERE c.scope_id = {mark} AND c.version > {mark} AND c."table" = {mark} '
                f"UNION SELECT s.terminal_id, c.version FROM change c JOIN terminal_site s ON s.id = c.pk "
                f'WHERE c.scope_id = {mark} AND c.version > {mark} AND c."table" = {mark} ORDER BY 2',
                (head.id, version, Terminal.table.name, head.id, version, TerminalSite.table.name),
            )
            return {str(terminal_id): int(at) for terminal_id, at in changed}
