"""Writes rows that come from the server into the business tables, past the before-images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from local_db.files import Connection
from services.protocol.messages import TablePatch
from services.storage.row import ORG, Row, columns_of
from services.storage.statements import statements
from services.storage.tables import BY_NAME, TABLES
from services.storage.unit_of_work import UnitOfWork
from services.sync.errors import ProtocolError


def apply_patches(cache: Connection, patches: Sequence[TablePatch]) -> set[str]:
    """Put and delete rows within the caller's transaction, while ``capture`` is off. Answers the tables it touched.

    A row that changed its scope is deleted in one and put in the other, so deletes come first.
    """
    for patch in patches:
        if patch.deletes:
            ids = [(row_id,) for row_id in patch.deletes]
            cache.executemany(statements(class_of(patch), "sqlite").delete, ids)
    for patch in patches:
        if patch.puts:
            cls = class_of(patch)
            cache.executemany(statements(cls, "sqlite").upsert, fitted(cls, patch.puts))
    return {patch.table for patch in patches if patch.puts or patch.deletes}


def teach(unit: UnitOfWork, patches: Sequence[TablePatch]) -> None:
    """Tell a unit of work what ``apply_patches`` has written."""
    for patch in patches:
        for row_id in patch.deletes:
            unit.learn(class_of(patch), row_id, None)
    for patch in patches:
        cls = class_of(patch)
        load = statements(cls, "sqlite").load
        for values in fitted(cls, patch.puts):
            unit.learn(cls, values[0], load(values))


def drop_scope(cache: Connection, scope: str) -> set[str]:
    """Delete every row of a scope within the caller's transaction. Answers the tables it touched."""
    touched: set[str] = set()
    site_id = "" if scope == ORG else scope.removeprefix("site:")
    for cls in TABLES:
        if "site_id" in columns_of(cls):
            done = cache.execute(f'DELETE FROM "{cls.table.name}" WHERE site_id = ?', (site_id,))
        elif scope == ORG:
            done = cache.execute(f'DELETE FROM "{cls.table.name}"')
        else:
            continue
        if done.rowcount:
            touched.add(cls.table.name)
    return touched


def class_of(patch: TablePatch) -> type[Row]:
    """The class of the rows in a patch. Raises ProtocolError for a table that this version does not know."""
    cls = BY_NAME.get(patch.table)
    if cls is None:
        raise ProtocolError(
            f"The server sent rows of a table that this version does not know: {patch.table}."
        )
    return cls


def fitted(cls: type[Row], rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """Rows with exactly the columns of this version: a newer server may send more, an older one fewer."""
    width = len(columns_of(cls))
    if all(len(row) == width for row in rows):
        return rows
    dump = statements(cls, "sqlite").dump
    return [dump(msgspec.convert(row[:width], type=cls, strict=False)) for row in rows]
