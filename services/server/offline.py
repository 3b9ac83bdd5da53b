"""A server's database for an administrator's commands: brought up to date and written through a committer, unserved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.server import migrations
from services.server.clock import now_ms
from services.server.committer import Committer
from services.server.database import Database
from services.server.passwords import Passwords
from services.server.settings import Settings


@dataclass(frozen=True)
class OpenDatabase:
    """A database and what may write to it."""

    database: Database
    committer: Committer
    settings: Settings

    @contextmanager
    def passwords(self) -> Iterator[Passwords]:
        """What hashes passwords, while the block lasts."""
        settings = self.settings
        made = Passwords(
            memory_kib=settings.password_memory_kib,
            passes=settings.password_passes,
            lanes=settings.password_lanes,
            workers=settings.password_workers,
            least_length=settings.password_least_length,
        )
        try:
            yield made
        finally:
            made.close()


@contextmanager
def open_database(settings: Settings) -> Iterator[OpenDatabase]:
    """Open the database of these settings; a server may be using it at the same time."""
    database = Database(settings.resolved_database_url(), connections=4, busy_seconds=settings.busy_seconds)
    try:
        migrations.upgrade(database)
        committer = Committer(
            database,
            now_ms,
            workers=1,
            weight_per_commit=settings.commands_per_commit,
            rows_remembered=settings.rows_remembered,
            deadline_seconds=settings.commit_deadline_seconds,
        )
        committer.start()
        try:
            yield OpenDatabase(database, committer, settings)
        finally:
            committer.stop()
    finally:
        database.close()
