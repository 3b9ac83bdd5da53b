"""What an old database needs now and then: spent records dropped, marks of versions set, old tombstones forgotten."""

from __future__ import annotations

from services.server import feed
from services.server.committer import Committer
from services.server.server_tables import VersionMark
from services.server.settings import Settings
from services.server.transaction import Transaction
from services.storage.retention import DAY_MS

_HOUR_MS = 3600 * 1000


class Housekeeping:
    """Cleans up when it is told to."""

    def __init__(self, committer: Committer, settings: Settings) -> None:
        self._committer = committer
        self._settings = settings

    def clean(self) -> None:
        """Do it now."""
        self._committer.run((), self._drop_spent)
        self._committer.run((), self._forget_tombstones)

    def _drop_spent(self, transaction: Transaction) -> None:
        now = transaction.received_at
        settings = self._settings
        for statement, before in (
            ("DELETE FROM idempotency WHERE created_at < ?", now - settings.idempotency_hours * _HOUR_MS),
            ("DELETE FROM session WHERE expires_at < ?", now),
            ("DELETE FROM sync_log WHERE at < ?", now - settings.sync_log_days * DAY_MS),
            ("DELETE FROM job WHERE finished_at < ?", now - settings.sync_log_days * DAY_MS),
            ("DELETE FROM vehicle_position WHERE at < ?", now - settings.position_history_days * DAY_MS),
        ):
            transaction.sql(statement, (before,))
        # These rows may be known to the unit of work; what it remembers of them holds no longer.
        transaction.flush()
        transaction.unit.forget()

    def _forget_tombstones(self, transaction: Transaction) -> None:
        """Set a mark of where each scope is, and forget deletions up to the newest mark that is old enough."""
        now = transaction.received_at
        connection = transaction.connection
        old = transaction.sql(
            "SELECT scope, MAX(version) FROM version_mark WHERE at <= ? GROUP BY scope",
            (now - self._settings.tombstone_days * DAY_MS,),
        ).fetchall()
        versions = {str(row[0]): int(row[1]) for row in old}
        feed.drop_tombstones(connection, versions)
        for scope, version in versions.items():
            transaction.sql("DELETE FROM version_mark WHERE scope = ? AND version < ?", (scope, version))
        for row in transaction.sql("SELECT scope, version FROM scope_head").fetchall():
            scope, version = str(row[0]), int(row[1])
            transaction.unit.put(VersionMark(f"{scope} {now}", scope, version, now))
