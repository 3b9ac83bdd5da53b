"""One transaction's view of the business tables: every row is read once, and written once, at the end.

Handlers see rows through it as if each write had already happened. Nothing reaches the database before ``flush``, so a
refused command leaves no trace, many commands share their reads, and the set of changed rows (which the feed needs) is
known without asking the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Connection

from services.storage.row import Row
from services.storage.statements import bind_list, statements

R = TypeVar("R", bound=Row)
Key = tuple[Any, ...]
Changes = dict[type[Row], dict[str, Row | None]]
"""What a transaction changed: for each class of rows, id -> the new row, or None where it was removed."""


class UnitOfWork:
    """Reads and writes of one transaction on ``connection``, which the caller begins and commits.

    A terminal, whose writing connection is the only writer of its file, keeps one unit for many transactions, so that
    what was read stays known; it calls ``forget`` whenever rows change behind it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._rows: dict[type[Row], dict[str, Row | None]] = {}
        self._stored: dict[type[Row], dict[str, Row | None]] = {}
        self._found: dict[type[Row], dict[tuple[str, ...], dict[Key, dict[str, None]]]] = {}
        self._undo: list[tuple[type[Row], str, Row | None, bool]] | None = None

    def get(self, cls: type[R], row_id: str) -> R | None:
        """The row with this id, or None."""
        known = self._rows.setdefault(cls, {})
        if row_id not in known:
            self._load(cls, (row_id,))
        return cast("R | None", known[row_id])

    def get_many(self, cls: type[R], ids: Iterable[str]) -> dict[str, R]:
        """The rows with these ids that exist, by id; those not yet known are read at once."""
        wanted = dict.fromkeys(ids)
        known = self._rows.setdefault(cls, {})
        missing = [row_id for row_id in wanted if row_id not in known]
        if missing:
            self._load(cls, missing)
        return {row_id: cast(R, row) for row_id in wanted if (row := known[row_id]) is not None}

    def find(self, cls: type[R], **equal: Any) -> list[R]:
        """The rows whose columns equal these values, in order of id. Name indexed columns only."""
        names = tuple(equal)
        key = tuple(equal.values())
        found = self._found.setdefault(cls, {}).setdefault(names, {})
        if key not in found:
            sql = statements(cls, self._dialect).where(names, many=False)
            self._take_found(cls, names, [key], self._run(sql, key))
        rows = self._rows[cls]
        return [cast(R, rows[row_id]) for row_id in sorted(found[key])]

    def find_many(self, cls: type[R], column: str, values: Iterable[str], **equal: Any) -> dict[str, list[R]]:
        """``find`` for many values of one column at once: value -> its rows, in order of id."""
        names = (column, *equal)
        rest = tuple(equal.values())
        wanted = list(dict.fromkeys(values))
        found = self._found.setdefault(cls, {}).setdefault(names, {})
        missing = [value for value in wanted if (value, *rest) not in found]
        if missing:
            sql = statements(cls, self._dialect).where(names, many=True)
            rows = self._run(sql, (bind_list(self._dialect, missing), *rest))
            self._take_found(cls, names, [(value, *rest) for value in missing], rows)
        known = self._rows.get(cls, {})
        return {value: [cast(R, known[i]) for i in sorted(found[(value, *rest)])] for value in wanted}

    def put(self, row: R) -> R:
        """Write a row, new or changed."""
        self._set(type(row), row.id, row)
        return row

    def change(self, row: R, **fields: Any) -> R:
        """Write ``row`` with some fields changed, and answer the changed row."""
        return self.put(msgspec.structs.replace(row, **fields))

    def remove(self, row: Row) -> None:
        """Delete a row."""
        self._set(type(row), row.id, None)

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
        for cls, stored in self._stored.items():
            rows = self._rows[cls]
            changed = {
                i: rows[i] for i, before in stored.items() if rows[i] is not before and rows[i] != before
            }
            if not changed:
                continue
            sql = statements(cls, self._dialect)
            puts = [sql.dump(row) for row in changed.values() if row is not None]
            removed = [(row_id,) for row_id, row in changed.items() if row is None]
            if puts:
                self._connection.exec_driver_sql(sql.upsert, puts)
            if removed:
                self._connection.exec_driver_sql(sql.delete, removed)
            changes[cls] = changed
        self._stored.clear()
        return changes

    def before_images(self) -> Changes:
        """Of every row written since the last flush: what is stored of it, None where nothing is."""
        return {cls: dict(rows) for cls, rows in self._stored.items()}

    def created(self, classes: Iterable[type[Row]]) -> list[str]:
        """The ids of rows of these classes that were written since the last flush and had not been there before."""
        return [
            row_id
            for cls in classes
            for row_id, before in self._stored.get(cls, {}).items()
            if before is None and self._rows[cls][row_id] is not None
        ]

    def forget(self) -> None:
        """Drop all that is known: the database has changed behind this unit, or its transaction was rolled back."""
        self._rows.clear()
        self._stored.clear()
        self._found.clear()

    @property
    def rows_known(self) -> int:
        """How many rows this unit remembers."""
        return sum(len(rows) for rows in self._rows.values())

    def _run(self, sql: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
        return self._connection.exec_driver_sql(sql, parameters).fetchall()

    def _load(self, cls: type[Row], ids: Sequence[str]) -> None:
        sql = statements(cls, self._dialect)
        known = self._rows.setdefault(cls, {})
        known.update(dict.fromkeys(ids))
        for values in self._run(sql.by_ids, (bind_list(self._dialect, ids),)):
            known[values[0]] = sql.load(values)

    def _take_found(
        self, cls: type[Row], names: tuple[str, ...], keys: list[Key], rows: Sequence[Any]
    ) -> None:
        """Remember rows from the database under the keys asked for, unless a newer write of them is known."""
        load = statements(cls, self._dialect).load
        known = self._rows.setdefault(cls, {})
        found = self._found[cls][names]
        for key in keys:
            found[key] = {}
        for values in rows:
            row_id = values[0]
            if row_id not in known:
                known[row_id] = load(values)
        # A write not yet flushed is unknown to the database; a row that it moved here or away must be seen as such.
        candidates = {values[0] for values in rows} | self._stored.get(cls, {}).keys()
        for row_id in candidates:
            row = known[row_id]
            if row is not None and (key := tuple(getattr(row, name) for name in names)) in found:
                found[key][row_id] = None

    def _set(self, cls: type[Row], row_id: str, row: Row | None) -> None:
        known = self._rows.setdefault(cls, {})
        before = known.get(row_id)
        if self._undo is not None:
            self._undo.append((cls, row_id, before, row_id in known))
        # A row never read is taken as new: its first write counts as a change, whatever is stored.
        self._stored.setdefault(cls, {}).setdefault(row_id, before)
        known[row_id] = row
        self._refile(cls, row_id, before, row)

    def _restore(self, cls: type[Row], row_id: str, row: Row | None, was_known: bool) -> None:
        known = self._rows[cls]
        self._refile(cls, row_id, known[row_id], row)
        if was_known:
            known[row_id] = row
        else:
            # Finds made meanwhile took the row as new; they are asked again, for it may be stored otherwise.
            del known[row_id]
            self._stored[cls].pop(row_id, None)
            self._found.pop(cls, None)

    def _refile(self, cls: type[Row], row_id: str, before: Row | None, after: Row | None) -> None:
        """Move a row between the remembered finds."""
        for names, found in self._found.get(cls, {}).items():
            old = tuple(getattr(before, name) for name in names) if before is not None else None
            new = tuple(getattr(after, name) for name in names) if after is not None else None
            if old == new:
                continue
            if old is not None and old in found:
                found[old].pop(row_id, None)
            if new is not None and new in found:
                found[new][row_id] = None
