"""What a piece of work in a commit sees: the rows, the server's time, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, CursorResult

from services.server import feed
from services.storage.unit_of_work import Changes, UnitOfWork


class Committed(msgspec.Struct, frozen=True):
    """What a commit did: the rows as they are and as they were, and the versions that scopes are at now."""

    changes: Changes
    before: Changes
    versions: dict[str, int]


class ScopesTouched(Exception):
    """The work changed rows of scopes whose locks it does not hold; it must be done again with them."""

    def __init__(self, scopes: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(scopes)))
        self.scopes = scopes


class Transaction:
    """One transaction of the committer, shared by all the submissions of a group.

    ``received_at`` is the server's time for everything in it (ms UTC). ``careful`` says that one piece of work runs
    alone because something in it made the database refuse: it should use ``step`` around each part that may fail by
    itself.
    """

    def __init__(
        self, connection: Connection, unit: UnitOfWork, *, received_at: int, careful: bool = False
    ) -> None:
        self.connection = connection
        self.unit = unit
        self.received_at = received_at
        self.careful = careful
        self.wrote_past_unit = False
        self._changes: Changes = {}
        self._before: Changes = {}

    def sql(self, statement: str, parameters: tuple[Any, ...] = ()) -> CursorResult[*tuple[Any, ...]]:
        """Run a writing statement past the unit of work, on tables that no handler reads. ``?`` marks parameters."""
        self.wrote_past_unit = True
        if self.connection.dialect.name != "sqlite":
            statement = statement.replace("?", "%s")
        return self.connection.exec_driver_sql(statement, parameters)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A part that holds or is taken back by itself, even where the database refuses its rows."""
        self.flush()
        with self.connection.begin_nested():
            try:
                with self.unit.savepoint():
                    yield
                    # Within the savepoint of the database, so that its refusal shows here and not at the end.
                    self.flush()
            except BaseException:
                self.unit.forget()
                raise

    def flush(self) -> None:
        """Send what the unit holds to the database, and remember what it changed."""
        # From here on a savepoint of the unit alone cannot take back what went before it.
        self.wrote_past_unit = True
        before = self.unit.before_images()
        changes = self.unit.flush()
        for cls, rows in changes.items():
            known = self._changes.setdefault(cls, {})
            first = self._before.setdefault(cls, {})
            for row_id, row in rows.items():
                if row_id not in known:
                    first[row_id] = before[cls][row_id]
                known[row_id] = row

    def finish(self, locked: frozenset[str] | None) -> Committed:
        """Write everything, the feed last. Raises ScopesTouched where ``locked`` (None: everything) does not
        suffice."""
        self.flush()
        dirty = feed.dirty_rows(self._changes, self._before)
        if locked is not None and not dirty.keys() <= locked:
            raise ScopesTouched(frozenset(dirty))
        versions = feed.write(self.connection, dirty) if dirty else {}
        return Committed(self._changes, self._before, versions)
