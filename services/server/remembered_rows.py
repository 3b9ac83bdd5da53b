"""Units of work that live from commit to commit, so that what was read stays known as long as nobody else has written.

On SQLite the file itself tells whether another connection has written. On PostgreSQL the feed does: a scope whose version
is still the one that this process left, read under the scope's lock, has no row that is otherwise than it is known here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection

from services.server.advisory_locks import take_locks
from services.server.database import POSTGRESQL, SQLITE, Database, Direct
from services.server.server_tables import SERVER_TABLES
from services.storage.row import ORG
from services.storage.unit_of_work import UnitOfWork

_LANES_REMEMBERED = 32


class Lease:
    """A transaction with the rows that are known in it. ``committed`` is told what it did to the feed."""

    def __init__(self, connection: Connection, unit: UnitOfWork) -> None:
        self.connection = connection
        self.unit = unit
        self.versions: Mapping[str, int] = {}

    def committed(self, versions: Mapping[str, int]) -> None:
        """The scopes that this transaction has moved on, and where to; told before it commits."""
        self.versions = versions


class SqliteRows:
    """The one writing connection to a SQLite file, and the one unit."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most
        self._open: tuple[Connection, UnitOfWork] | None = None
        self._seen_version = -1

    @contextmanager
    def transaction(self, _lane: str, _locks: frozenset[str]) -> Iterator[Lease]:
        """A transaction; every lock is held by being the writer."""
        connection, unit = self._opened()
        try:
            with connection.begin():
                # Changes when another connection, such as an import in another process, has committed.
                version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
                if version != self._seen_version or unit.rows_known > self._most:
                    unit.forget()
                    self._seen_version = version
                yield Lease(connection, unit)
        except BaseException:
            unit.forget()
            raise

    def _opened(self) -> tuple[Connection, UnitOfWork]:
        if self._open is None:
            connection, direct = self._database.writer(), Direct(SQLITE)
            direct.attach(connection)
            self._open = connection, UnitOfWork(direct)
        return self._open

    def close(self) -> None:
        """Let the connection go."""
        if self._open is not None:
            self._open[0].close()
            self._open = None


class _Lane:
    """What one lane knows, and at which versions of its scopes it knew it."""

    def __init__(self) -> None:
        self.direct = Direct(POSTGRESQL)
        self.unit = UnitOfWork(self.direct)
        self.scopes: set[str] = {ORG}
        self.heads: dict[str, int] = {}


class PostgresRows:
    """A unit for each of the lanes used last; a lane is used by one thread at a time."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most
        self._lanes: OrderedDict[str, _Lane] = OrderedDict()
        self._mutex = threading.Lock()

    @contextmanager
    def transaction(self, lane: str, locks: frozenset[str]) -> Iterator[Lease]:
        """A transaction that holds these locks."""
        with self._mutex:
            known = self._lanes.pop(lane, None) or _Lane()
        try:
            with self._database.writing() as connection:
                known.direct.attach(connection)
                take_locks(connection, locks)
                known.scopes |= {name for name in locks if name == ORG or name.startswith("site:")}
                heads = self._heads(connection, known.scopes)
                if heads != known.heads or known.unit.rows_known > self._most:
                    known.unit.forget()
                else:
                    # The server's own tables are in no feed, so nothing tells whether they have changed.
                    known.unit.forget(*SERVER_TABLES)
                lease = Lease(connection, known.unit)
                yield lease
            known.heads = {**heads, **lease.versions}
        except BaseException:
            known.unit.forget()
            known.heads = {}
            raise
        finally:
            known.direct.detach()
            with self._mutex:
                self._lanes[lane] = known
                while len(self._lanes) > _LANES_REMEMBERED:
                    self._lanes.popitem(last=False)

    def _heads(self, connection: Connection, scopes: set[str]) -> dict[str, int]:
        found = connection.exec_driver_sql(
            "SELECT scope, version FROM scope_head WHERE scope = ANY(%s)", (sorted(scopes),)
        )
        return {str(scope): int(version) for scope, version in found}

    def close(self) -> None:
        """Forget everything."""
        self._lanes.clear()


RememberedRows = SqliteRows | PostgresRows


def remembered_rows(database: Database, most: int) -> RememberedRows:
    """What fits the database; ``most`` is how many rows a unit may remember."""
    return SqliteRows(database, most) if database.is_sqlite else PostgresRows(database, most)
