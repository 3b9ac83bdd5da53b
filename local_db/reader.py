"""Reading without waiting: connections that only read, a snapshot over many queries, rows as frozen records.

Nothing here imports SQLAlchemy: the first rows on the screen must not wait for it.
"""

from __future__ import annotations

import threading
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import starmap
from typing import Any, TypeVar

import msgspec

from local_db.files import Connection

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_IDLE_KEPT = 4


class ReaderClosed(RuntimeError):
    """The desk was closed while something still wanted to read."""


class ReaderPool:
    """Connections for readers, a thread's own while it reads. Another file can take the place of the one behind them."""

    def __init__(self, opened: Callable[[], Connection]) -> None:
        self._opened = opened
        self._condition = threading.Condition()
        self._idle: list[Connection] = []
        self._busy = 0
        # Those that are open to the present file, idle or not.
        self._present: set[Connection] = set()
        self._renewals = 0
        self._closed = False

    def take(self) -> Connection:
        """A connection for this thread; give it back with ``give``."""
        with self._condition:
            if self._closed:
                raise ReaderClosed
            self._busy += 1
            if self._idle:
                return self._idle.pop()
            renewals = self._renewals
        try:
            connection = self._opened()
        except BaseException:
            self.give(None)
            raise
        with self._condition:
            # If the file was exchanged meanwhile, this may be the old one.
            if renewals == self._renewals:
                self._present.add(connection)
        return connection

    def give(self, connection: Connection | None) -> None:
        """Give a connection back; None for one that could not be opened."""
        with self._condition:
            self._busy -= 1
            if connection in self._present and len(self._idle) < _IDLE_KEPT and not self._closed:
                self._idle.append(connection)
                connection = None
            self._present.discard(connection)
            self._condition.notify_all()
        if connection is not None:
            connection.close()

    def renew(self) -> None:
        """Another file has taken the place of the one behind the connections: who begins to read from now on reads that
        one; who reads already goes on in the old one, undisturbed."""
        with self._condition:
            self._renewals += 1
            self._present.clear()
            self._close_idle()

    def close(self) -> None:
        """Let no new reader in, wait for the present ones, and close the connections."""
        with self._condition:
            self._closed = True
            while self._busy:
                self._condition.wait()
            self._close_idle()

    def _close_idle(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()


class Reader:
    """Queries over the terminal's files, from any thread. The outbox's tables are in the schema ``outbox``.

    Whatever is written later is not seen within ``snapshot``. Rows come back as frozen records: give a msgspec Struct
    whose fields are the query's columns, in order.
    """

    def __init__(self, pool: ReaderPool, before_read: Callable[[], None] = lambda: None) -> None:
        """``before_read`` is called before a query: it brings the cache up to the outbox where it lags behind."""
        self._pool = pool
        self._before_read = before_read
        self._mine = threading.local()

    def rows(self, sql: str, params: Sequence[Any], type: type[S]) -> list[S]:
        """All rows of a query as records of ``type``."""
        make = row_maker(type)
        with self._connection() as connection:
            return list(starmap(make, connection.execute(sql, params).fetchall()))

    def one(self, sql: str, params: Sequence[Any], type: type[S]) -> S | None:
        """The first row of a query, or None."""
        with self._connection() as connection:
            values = connection.execute(sql, params).fetchone()
        return None if values is None else row_maker(type)(*values)

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None where there is no row."""
        with self._connection() as connection:
            values = connection.execute(sql, params).fetchone()
        return None if values is None else values[0]

    def values(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """The first column of every row."""
        with self._connection() as connection:
            return [row[0] for row in connection.execute(sql, params).fetchall()]

    def tuples(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query as plain tuples."""
        with self._connection() as connection:
            found: list[tuple[Any, ...]] = connection.execute(sql, params).fetchall()
        return found

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All queries of this thread within see the cache at one moment. Keep it short: it holds the file's log."""
        if getattr(self._mine, "connection", None) is not None:
            yield
            return
        with self._connection() as connection:
            connection.execute("BEGIN")
            self._mine.connection = connection
            try:
                yield
            finally:
                self._mine.connection = None
                connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        held = getattr(self._mine, "connection", None)
        if held is not None:
            yield held
            return
        self._before_read()
        connection = self._pool.take()
        try:
            yield connection
        finally:
            self._pool.give(connection)


@lru_cache(maxsize=512)
def row_maker(cls: type[S]) -> Callable[..., S]:
    """What makes a record of a row's values: SQLite has no truth values, so 0 and 1 become such where the type asks."""
    hints = typing.get_type_hints(cls)
    bools = tuple(i for i, name in enumerate(cls.__struct_fields__) if hints[name] is bool)
    if not bools:
        return cls

    def make(*values: Any) -> S:
        changed = list(values)
        for i in bools:
            changed[i] = bool(changed[i])
        return cls(*changed)

    return make
