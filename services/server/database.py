"""The server's database: SQLite (through sqlcipher3) or PostgreSQL, read in snapshots, written in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DATABASE_ERRORS: Final = (DBAPIError, sqlcipher.Error, psycopg.Error)
"""What either database raises, through SQLAlchemy or directly: the transaction in which it happened is broken."""
PASSING_ERRORS: Final = (OperationalError, sqlcipher.OperationalError, psycopg.OperationalError)
"""Those of them that are the database's own trouble (locked, disk full, gone), and may pass."""

_WRITING = "holdfast_writing"
_PARAMETERS_AT_ONCE = 6000
_PLAIN_INSERT = re.compile(r"INSERT INTO ([^()]+ \([^()]+\)) VALUES \(%s(?:, %s)*\)")
# A checkpoint is the slow part of a commit; fewer and larger ones cut the slowest commits to a third (measured).
_CHECKPOINT_PAGES = 4000
_CACHE_KIB = 64 * 1024


class Database:
    """Connections of the server. Every read is one consistent snapshot; writers on SQLite queue from their first
    statement."""

    def __init__(self, url: str, *, connections: int = 20, busy_seconds: float = 30.0) -> None:
        self.url: URL = _with_driver(make_url(url))
        self.is_sqlite = self.url.get_backend_name() == SQLITE
        if self.is_sqlite:
            self.engine = _sqlite_engine(self.url, connections, busy_seconds)
            self._reading = self.engine
            self._writing = self.engine.execution_options(**{_WRITING: True})
        else:
            self.engine = create_engine(self.url, pool_size=connections, max_overflow=0, pool_pre_ping=True)
            # Later statements see what was committed while a lock was waited for, which a snapshot would not.
            self._writing = self.engine.execution_options(isolation_level="READ COMMITTED")
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)})"

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot of everything, until the block ends."""
        with self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes: committed when the block ends, taken back on an exception."""
        with self._writing.connect() as connection, connection.begin():
            yield connection

    def writer(self) -> Connection:
        """A connection for transactions that write, for whoever keeps one; the caller closes it."""
        return self._writing.connect()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class Direct:
    """The driver under a connection, as a unit of work asks for it, in the same transaction.

    SQLAlchemy's own results cost more than many of the small reads that they carry.
    """

    def __init__(self, dialect_name: str) -> None:
        self.dialect = DialectOf(dialect_name)
        self._driver: Any = None

    def attach(self, connection: Connection) -> None:
        """Speak through this connection from now on."""
        self._driver = connection.connection.driver_connection

    def detach(self) -> None:
        """Speak through none."""
        self._driver = None

    def exec_driver_sql(self, statement: str, parameters: Any = None) -> Any:
        """See services.storage.unit_of_work.Executor."""
        cursor = self._driver.cursor()
        if not isinstance(parameters, list):
            cursor.execute(statement, parameters or ())
        elif self.dialect.name == POSTGRESQL and statement.startswith("INSERT"):
            _insert_many(self._driver, statement, parameters)
        else:
            cursor.executemany(statement, parameters)
        return cursor


@dataclass(frozen=True)
class DialectOf:
    """Which SQL a connection speaks."""

    name: str


def _insert_many(driver: Any, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Many rows at once: PostgreSQL takes them in one statement several times faster than one by one, and those that meet
    none of the same id two to three times faster again when they are copied."""
    copy = _as_copy(statement)
    if copy and len(rows) > 1:
        with driver.cursor() as cursor, cursor.copy(copy) as copying:
            for row in rows:
                copying.write_row(row)
        return
    width = len(rows[0])
    at_once = max(1, _PARAMETERS_AT_ONCE // width)
    # A raw cursor takes numbered parameters as they are; reading through a long text for marks costs more than sending it.
    with psycopg.RawCursor(driver) as cursor:
        for first in range(0, len(rows), at_once):
            part = rows[first : first + at_once]
            cursor.execute(_of_many(statement, len(part), width), [value for row in part for value in row])


@lru_cache(maxsize=256)
def _as_copy(statement: str) -> str:
    """The COPY that does the same as an INSERT; empty for one that does more than to put its rows."""
    plain = _PLAIN_INSERT.fullmatch(statement)
    return f"COPY {plain[1]} FROM STDIN" if plain else ""


@lru_cache(maxsize=256)
def _of_many(statement: str, rows: int, width: int) -> bytes:
    """`INSERT ... VALUES (%s, %s) ...` for so many rows, with numbered parameters."""
    begin = statement.index("VALUES (") + len("VALUES ")
    end = statement.index(")", begin) + 1
    values = ", ".join(
        f"({', '.join(f'${row * width + column + 1}' for column in range(width))})" for row in range(rows)
    )
    return (statement[:begin] + values + statement[end:]).encode()


def _with_driver(url: URL) -> URL:
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _sqlite_engine(url: URL, connections: int, busy_seconds: float) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ArgumentError("A SQLite database of a server needs a file")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=sqlcipher,
        connect_args={"check_same_thread": False, "timeout": busy_seconds},
        pool_size=connections,
        max_overflow=0,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not at the driver's guess
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
        f"cache_size=-{_CACHE_KIB}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    # A read that turns into a write fails when somebody else has written in between; a writer begins as one.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
