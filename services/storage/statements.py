"""The SQL of one class of rows, as text for the driver.

Measured: text run through Core with tuples is nearly as fast as the bare driver, Core's own constructs a third of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from msgspec.structs import astuple

from services.storage.row import Row, column_types, columns_of

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Statements:
    """Texts and converters for one class of rows in one dialect (``sqlite`` or ``postgresql``)."""

    by_ids: str
    insert: str
    upsert: str
    delete: str
    load: Callable[[Values], Row]
    dump: Callable[[Row], tuple[Any, ...]]
    name: str
    names: tuple[str, ...]
    columns: str
    dialect: str

    def update(self, positions: tuple[int, ...], key: str = "id") -> str:
        """Set the columns at these positions of the row with an id; their values come first, the id last.

        Naming only what changed spares the indexes of all other columns. ``key``: "rowid" for a row by its number, which
        only SQLite has.
        """
        return _update(self.name, self.names, positions, key, self.dialect)

    def where(self, names: tuple[str, ...], *, many: bool) -> str:
        """Rows whose first column equals one value (or with ``many`` one of a list), and the others one value each."""
        return _where(self.name, self.columns, names, many, self.dialect)


def listed(dialect: str) -> str:
    """SQL that holds for a value which is in one bound list (see ``bind_list``)."""
    if dialect == "sqlite":
        return "IN (SELECT value FROM json_each(?))"
    return "= ANY(ARRAY(SELECT json_array_elements_text(%s::json)))"


def bind_list(values: Iterable[str]) -> str:
    """A list of strings as the one parameter that ``listed`` takes. Drivers would write an array string by string."""
    return msgspec.json.encode(list(values)).decode()


@lru_cache(maxsize=512)
def _where(table: str, columns: str, names: tuple[str, ...], many: bool, dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    parts = [f'"{name}" = {mark}' for name in names]
    if many:
        parts[0] = f'"{names[0]}" {listed(dialect)}'
    # The order of ids is the order of creation, and the same on both sides.
    return f'SELECT {columns} FROM "{table}" WHERE {" AND ".join(parts)} ORDER BY "id"'


@lru_cache(maxsize=2048)
def _update(table: str, names: tuple[str, ...], positions: tuple[int, ...], key: str, dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    parts = ", ".join(f'"{names[position]}" = {mark}' for position in positions)
    return f'UPDATE "{table}" SET {parts} WHERE "{key}" = {mark}'


@lru_cache(maxsize=256)
def statements(cls: type[Row], dialect: str) -> Statements:
    """The statements of a class of rows; made once per dialect."""
    names = columns_of(cls)
    bools = tuple(i for i, (kind, _) in enumerate(column_types(cls).values()) if kind is bool)
    table = cls.table.name
    mark = "?" if dialect == "sqlite" else "%s"
    columns = ", ".join(f'"{name}"' for name in names)
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in names[1:])

    def load(values: Values) -> Row:
        if not bools:
            return cls(*values)
        changed = list(values)
        for i in bools:
            changed[i] = bool(changed[i])
        return cls(*changed)

    def dump(row: Row) -> tuple[Any, ...]:
        values: tuple[Any, ...] = astuple(row)
        if not bools:
            return values
        changed = list(values)
        for i in bools:
            changed[i] = int(changed[i])
        return tuple(changed)

    insert = f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join([mark] * len(names))})'
    return Statements(
        insert=insert,
        by_ids=f'SELECT {columns} FROM "{table}" WHERE "id" {listed(dialect)}',
        upsert=f'{insert} ON CONFLICT ("id") DO UPDATE SET {updates}',
        delete=f'DELETE FROM "{table}" WHERE "id" = {mark}',
        load=load,
        dump=dump,
        name=table,
        names=names,
        columns=columns,
        dialect=dialect,
    )
