"""One transaction's view of the business tables: every row is read once, and written once, at the end.

Handlers see rows through it as if each write had already happened. Nothing reaches the database before ``flush``, so a
refused command leaves no trace, many commands share their reads, and the set of changed rows (which the feed needs) is
known without asking the database.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import is_
from typing import Any, Protocol, TypeVar, cast

import msgspec

from services.storage.known_rows import Found, Key, KnownTable, KnownTables
from services.storage.row import Row
from services.storage.statements import bind_list, statements
from services.storage.tables import TABLES

_REPLICATED = frozenset(TABLES)

R = TypeVar("R", bound=Row)
T = TypeVar("T")
Changes = dict[type[Row], dict[str, Row | None]]
"""What a transaction changed: for each class of rows, id -> the new row, or None where it was removed."""


class DialectName(Protocol):
    """Which SQL a connection speaks."""

    @property
    def name(self) -> str:
        """``sqlite`` or ``postgresql``."""
        ...


class Executor(Protocol):
    """What a unit needs of a connection: SQLAlchemy's Connection has it, and so has a thin cover over the driver."""

    @property
    def dialect(self) -> DialectName:
        """Which SQL it speaks."""
        ...

    def exec_driver_sql(self, statement: str, parameters: Any = None) -> Any:
        """Run a statement with one tuple of parameters, or many times with a list of tuples."""
        ...


class UnitOfWork:
    """Reads and writes of one transaction on ``connection``, which the caller begins and commits.

    A terminal, whose writing connection is the only writer of its file, keeps one unit for many transactions, so that
    what was read stays known; it calls ``forget`` whenever rows change behind it.
    """

    def __init__(self, connection: Executor) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._tables = KnownTables()
        self._undo: list[tuple[type[Row], str, Row | None, bool]] | None = None
        self._worked_out: dict[Hashable, tuple[Sequence[Row], Any]] = {}

    def get(self, cls: type[R], row_id: str) -> R | None:
        """The row with this id, or None."""
        known = self._tables[cls].rows
        if row_id not in known:
            self._load(cls, (row_id,))
        row: R | None = known[row_id]
        return row

    def get_many(self, cls: type[R], ids: Iterable[str]) -> dict[str, R]:
        """The rows with these ids that exist, by id; those not yet known are read at once."""
        wanted = dict.fromkeys(ids)
        self.read(cls, wanted)
        known = self._tables[cls].rows
        return {row_id: row for row_id in wanted if (row := known[row_id]) is not None}

    def read(self, cls: type[Row], ids: Iterable[str]) -> None:
        """Have these rows known, for whoever asks for them one by one."""
        known = self._tables[cls].rows
        missing = {row_id: None for row_id in ids if row_id not in known}
        if missing:
            self._load(cls, missing)

    def find(self, cls: type[R], **equal: Any) -> list[R]:
        """The rows whose columns equal these values, in order of id. Name indexed columns only."""
        names = tuple(equal)
        key = tuple(equal.values())
        table = self._tables[cls]
        answers = table.finds_by(names).answers
        if key not in answers:
            sql = statements(cls, self._dialect).where(names, many=False)
            self._take_found(cls, names, [key], self._run(sql, key))
        return answers[key].in_order(table.rows)

    def find_many(self, cls: type[R], column: str, values: Iterable[str], **equal: Any) -> dict[str, list[R]]:
        """``find`` for many values of one column at once: value -> its rows, in order of id."""
        wanted = dict.fromkeys(values)
        self.read_by(cls, column, wanted, **equal)
        rest = tuple(equal.values())
        table = self._tables[cls]
        answers = table.finds_by((column, *equal)).answers
        return {value: answers[(value, *rest)].in_order(table.rows) for value in wanted}

    def read_by(self, cls: type[Row], column: str, values: Iterable[str], **equal: Any) -> None:
        """Have the answers to these finds known, for whoever asks for them one by one."""
        names = (column, *equal)
        rest = tuple(equal.values())
        answers = self._tables[cls].finds_by(names).answers
        missing = {value: (value, *rest) for value in values if (value, *rest) not in answers}
        if missing:
            sql = statements(cls, self._dialect).where(names, many=True)
            self._take_found(cls, names, missing.values(), self._run(sql, (bind_list(missing), *rest)))

    def know_absent(self, cls: type[Row], row_id: str) -> None:
        """The caller is certain that there is no such row, stored or written, so that nobody has to look."""
        self._tables[cls].rows.setdefault(row_id, None)

    def know_none(self, cls: type[Row], **equal: Any) -> None:
        """The caller is certain that no row, stored or written, has these values."""
        self._tables[cls].finds_by(tuple(equal)).answers.setdefault(tuple(equal.values()), Found())

    def put(self, row: R) -> R:
        """Write a row, new or changed."""
        self._set(type(row), row.id, row)
        return row

    def change(self, row: R, **fields: Any) -> R:
        """Write ``row`` with some fields changed, and answer the changed row."""
        return self.put(msgspec.structs.replace(row, **fields))

    def remove(self, row: Row) -> None:
        """Delete a row."""
        # Whether it is stored must be known, or its removal would look like no change at all.
        cls, row_id = type(row), row.id
        self.get(cls, row_id)
        table = self._tables[cls]
        if row_id in table.unread:
            sql = statements(cls, self._dialect)
            found = self._run(sql.by_ids, (bind_list((row_id,)),))
            table.stored[row_id] = sql.load(found[0]) if found else None
            table.unread.discard(row_id)
        self._set(cls, row_id, None)

    def worked_out(self, key: Hashable, rows: Sequence[Row], make: Callable[[], T]) -> T:
        """What ``make`` works out from these rows; not made again while every one of them is the same as the last time."""
        known = self._worked_out.get(key)
        # Rows are frozen: the same object cannot have changed.
        if known is not None and len(known[0]) == len(rows) and all(map(is_, known[0], rows)):
            return cast(T, known[1])
        made = make()
        self._worked_out[key] = (rows, made)
        return made

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """All writes within hold, or none: on an exception they are taken back and the exception goes on."""
        outer = self._undo
        self._undo = []
        try:
            yield
        except BaseException:
            for cls, row_id, row, was_known in reversed(self._undo):
                self._restore(cls, row_id, row, was_known)
            self._undo = outer
            raise
        if outer is not None:
            outer.extend(self._undo)
        self._undo = outer

    def flush(self) -> Changes:
        """Send every write to the database, table by table, and answer what really changed."""
        changes: Changes = {}
        for cls, table in self._tables.items():
            rows = table.rows
            changed: dict[str, Row | None] = {
                row_id: row
                for row_id, before in table.stored.items()
                if (row := rows[row_id]) is not before and row != before
            }
            if changed:
                self._write(cls, table, changed)
                changes[cls] = changed
        for table in self._tables.values():
            if table.stored:
                table.stored = {}
                table.unread = set()
                for finds in table.finds.values():
                    finds.unasked = {}
        return changes

    def _write(self, cls: type[Row], table: KnownTable, changed: dict[str, Row | None]) -> None:
        """Insert what is new, update the columns that changed, delete what is gone: as few trees are touched as can be."""
        sql = statements(cls, self._dialect)
        dump = sql.dump
        stored, unread = table.stored, table.unread
        # PostgreSQL writes the whole row anew anyway, and takes many in one statement. Rows of the server's own tables
        # are also written past units, by columns.
        is_whole = self._dialect != "sqlite" and cls in _REPLICATED
        batches: dict[str, list[tuple[Any, ...]]] = {}
        # What is gone goes first: another row may have taken over a value that only one may have.
        if removed := [(row_id,) for row_id, row in changed.items() if row is None]:
            batches[sql.delete] = removed
        for row_id, row in changed.items():
            if row is None:
                continue
            before = stored[row_id]
            values = dump(row)
            if before is None:
                # What was never read may be stored already.
                batches.setdefault(sql.upsert if row_id in unread else sql.insert, []).append(values)
                continue
            if is_whole:
                batches.setdefault(sql.upsert, []).append(values)
                continue
            old = dump(before)
            positions = tuple(i for i, value in enumerate(values) if value != old[i])
            new = (*(values[i] for i in positions), row_id)
            batches.setdefault(sql.update(positions), []).append(new)
        for statement, parameters in batches.items():
            self._connection.exec_driver_sql(statement, parameters)

    def before_images(self) -> Changes:
        """Of every row written since the last flush: what is stored of it, None where nothing is."""
        return {cls: dict(table.stored) for cls, table in self._tables.items() if table.stored}

    def created(self, classes: Iterable[type[Row]]) -> list[str]:
        """The ids of rows of these classes that were written since the last flush and had not been there before."""
        return [
            row_id
            for cls in classes
            for row_id, before in self._tables[cls].stored.items()
            if before is None and self._tables[cls].rows[row_id] is not None
        ]

    def learn(self, cls: type[Row], row_id: str, row: Row | None) -> None:
        """Somebody else has written this row (None: removed it), and nothing of it waits to be flushed here."""
        table = self._tables[cls]
        before = table.rows.get(row_id)
        table.rows[row_id] = row
        table.refile(row_id, before, row, is_stored=True)

    def forget(self, *classes: type[Row]) -> None:
        """Drop all that is known (of these classes only, where any are named): the database has changed behind this
        unit, or its transaction was rolled back.
        """
        for cls in classes:
            self._tables.pop(cls, None)
        if classes:
            return
        self._tables.clear()
        self._worked_out.clear()

    @property
    def rows_known(self) -> int:
        """How many rows this unit remembers."""
        return sum(len(table.rows) for table in self._tables.values())

    def _run(self, sql: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
        rows: Sequence[Any] = self._connection.exec_driver_sql(sql, parameters).fetchall()
        return rows

    def _load(self, cls: type[Row], ids: Iterable[str]) -> None:
        sql = statements(cls, self._dialect)
        load = sql.load
        known = self._tables[cls].rows
        known.update(dict.fromkeys(ids))
        for values in self._run(sql.by_ids, (bind_list(ids),)):
            known[values[0]] = load(values)

    def _take_found(
        self, cls: type[Row], names: tuple[str, ...], keys: Iterable[Key], rows: Sequence[Any]
    ) -> None:
        """Remember rows from the database under the keys asked for, unless a newer write of them is known."""
        load = statements(cls, self._dialect).load
        table = self._tables[cls]
        known = table.rows
        finds = table.finds[names]
        answers, key_in, unasked = finds.answers, finds.key_in, finds.unasked
        for key in keys:
            answer = answers[key] = Found()
            # A write not yet flushed is unknown to the database; a row that it moved here or away must be seen as such.
            answer.ids.update(unasked.pop(key, ()))
        for values in rows:
            row_id = values[0]
            if row_id in known:
                row = known[row_id]
            else:
                row = known[row_id] = load(values)
            if row is not None and (found := answers.get(key_in(row))) is not None:
                found.ids[row_id] = None
                found.rows = None

    def _set(self, cls: type[Row], row_id: str, row: Row | None) -> None:
        table = self._tables[cls]
        known = table.rows
        was_known = row_id in known
        before = known[row_id] if was_known else None
        if self._undo is not None:
            self._undo.append((cls, row_id, before, was_known))
        if row_id not in table.stored:
            # A row never read is taken as new: its first write counts as a change, whatever is stored.
            table.stored[row_id] = before
            if not was_known:
                table.unread.add(row_id)
        known[row_id] = row
        if table.finds:
            table.refile(row_id, before, row)

    def _restore(self, cls: type[Row], row_id: str, row: Row | None, was_known: bool) -> None:
        table = self._tables[cls]
        table.refile(row_id, table.rows[row_id], row)
        if was_known:
            table.rows[row_id] = row
        else:
            # Finds made meanwhile took the row as new; they are asked again, for it may be stored otherwise.
            del table.rows[row_id]
            table.stored.pop(row_id, None)
            table.unread.discard(row_id)
            table.finds = {}
