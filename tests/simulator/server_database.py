"""The server's database on a simulated disk: what Database offers, without a pool and without SQLAlchemy's results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulator.disk import Database, Machine, SimConnection


class _Sqlite:
    name = "sqlite"


class Result:
    """The answer to a statement, as far as the server asks for it."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def fetchall(self) -> list[Any]:
        """All rows."""
        return self._cursor.fetchall()

    def fetchmany(self, size: int) -> list[Any]:
        """So many rows."""
        return self._cursor.fetchmany(size)

    def one_or_none(self) -> Any:
        """The only row, or None."""
        rows = self._cursor.fetchall()
        assert len(rows) < 2
        return rows[0] if rows else None

    def one(self) -> Any:
        """The only row."""
        row = self.one_or_none()
        assert row is not None
        return row

    def scalar_one(self) -> Any:
        """The only value."""
        return self.one()[0]

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._cursor.rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor.fetchall())


class ServerConnection:
    """A connection as the server's parts use one."""

    dialect = _Sqlite

    def __init__(self, connection: SimConnection) -> None:
        self._connection = connection

    @property
    def connection(self) -> ServerConnection:
        """See sqlalchemy.Connection: what is below."""
        return self

    @property
    def driver_connection(self) -> SimConnection:
        """The driver's own."""
        return self._connection

    def exec_driver_sql(self, sql: str, parameters: Any = None) -> Result:
        """Run a statement, or with a list of parameters many times."""
        if isinstance(parameters, list):
            return Result(self._connection.executemany(sql, parameters))
        return Result(self._connection.execute(sql, parameters or ()))

    @contextmanager
    def begin(self) -> Iterator[None]:
        """A transaction: committed at the end, taken back on an exception."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def begin_nested(self) -> Iterator[None]:
        """A part of a transaction that holds or is taken back by itself."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO part")
                self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()


class ServerDatabase:
    """Stands for services.server.database.Database. Nobody reads while somebody writes: all happens in turn."""

    is_sqlite = True
    path = None

    def __init__(self, machine: Machine, database: Database) -> None:
        self._machine = machine
        self._database = database
        self._reader = self.writer()

    @contextmanager
    def reading(self) -> Iterator[ServerConnection]:
        """One snapshot."""
        with self._reader.begin():
            yield self._reader

    @contextmanager
    def writing(self) -> Iterator[ServerConnection]:
        """One transaction."""
        with self._reader.begin():
            yield self._reader

    def writer(self) -> ServerConnection:
        """A connection for whoever keeps one."""
        return ServerConnection(self._machine.connect(self._database))
