"""Lets rows of the server take the place of the provisional ones of the same ids, where these stand.

A desk does beforehand what the server will do, so most rows of a settle are here already, alike or but for an instant. To
take them all back and to write them again would cost two to three times as much. What comes of it is the same: a row that
the server puts or deletes is as the server says, and every other is taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache as cache_by_arguments
from typing import Any

import msgspec

from local_db.before_images import shadow_name
from local_db.files import Connection
from local_db.patches import class_of, fitted
from services.protocol.messages import TablePatch
from services.storage.row import Row, columns_of
from services.storage.statements import bind_list, statements
from services.storage.tables import BY_NAME


def make_ready(cache: Connection, tables: Sequence[str]) -> None:
    """Take back what was deleted or put twice, within the caller's transaction and while ``capture`` is off.

    Then each before-image belongs to a row that stands under its number, and no new row can come to stand there.
    """
    for table in tables:
        cls = BY_NAME[table]
        if cache.execute(f"{_gone(cls, '1')} LIMIT 1").fetchone():
            for statement in _bringing_back(cls):
                cache.execute(statement)
        cache.execute(
            f'DELETE FROM "{shadow_name(cls)}" WHERE existed = 0 '
            f'AND NOT EXISTS (SELECT 1 FROM "{table}" AS t WHERE t.rowid = row_number)'
        )


def land(cache: Connection, patches: Sequence[TablePatch]) -> set[str]:
    """Put and delete rows within the caller's transaction, while ``capture`` is off; what is provisional of them no longer
    is. Answers the tables it touched."""
    for patch in patches:
        if patch.deletes:
            _delete(cache, class_of(patch), patch.deletes)
    for patch in patches:
        if patch.puts:
            cls = class_of(patch)
            _put(cache, cls, fitted(cls, patch.puts))
    return {patch.table for patch in patches if patch.puts or patch.deletes}


def _delete(cache: Connection, cls: type[Row], ids: Sequence[str]) -> None:
    found = cache.execute(_numbers(cls), (bind_list(ids),)).fetchall()
    _forget_images(cache, cls, [number for (number,) in found])
    cache.executemany(statements(cls, "sqlite").delete, [(row_id,) for row_id in ids])


def _put(cache: Connection, cls: type[Row], rows: Sequence[Sequence[Any]]) -> None:
    sql = statements(cls, "sqlite")
    stand = cache.execute(_standing(cls), (bind_list([row[0] for row in rows]),)).fetchall()
    _forget_images(cache, cls, [row[-1] for row in stand])
    here = {row[0]: row for row in stand}
    new: list[Sequence[Any]] = []
    changed: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        old = here.get(row[0])
        if old is None:
            new.append(row)
            continue
        positions = tuple([i for i, value in enumerate(row) if value != old[i]])
        if positions:
            changed.setdefault(positions, []).append((*[row[i] for i in positions], old[-1]))
    for positions, values in changed.items():
        cache.executemany(sql.update(positions, "rowid"), values)
    if new:
        cache.executemany(sql.upsert, new)


def _forget_images(cache: Connection, cls: type[Row], numbers: Sequence[int]) -> None:
    if numbers:
        cache.execute(_forgetting(cls), (msgspec.json.encode(numbers).decode(),))


@cache_by_arguments
def _numbers(cls: type[Row]) -> str:
    return f'SELECT rowid FROM "{cls.table.name}" WHERE "id" IN (SELECT value FROM json_each(?))'


@cache_by_arguments
def _standing(cls: type[Row]) -> str:
    columns = statements(cls, "sqlite").columns
    return f'SELECT {columns}, rowid FROM "{cls.table.name}" WHERE "id" IN (SELECT value FROM json_each(?))'


@cache_by_arguments
def _forgetting(cls: type[Row]) -> str:
    return f'DELETE FROM "{shadow_name(cls)}" WHERE row_number IN (SELECT value FROM json_each(?))'


def _gone(cls: type[Row], what: str) -> str:
    """A query of before-images whose row does not stand under its number any more."""
    return (
        f'SELECT {what} FROM "{shadow_name(cls)}" AS s LEFT JOIN "{cls.table.name}" AS t ON t.rowid = s.row_number '
        'WHERE s.existed = 1 AND s."id" IS NOT t."id"'
    )


@cache_by_arguments
def _bringing_back(cls: type[Row]) -> tuple[str, ...]:
    table, shadow = cls.table.name, shadow_name(cls)
    listed = ", ".join(f'"{name}"' for name in columns_of(cls))
    return (
        # First what took over the id or the number of a row that is to come back.
        f'DELETE FROM "{table}" WHERE "id" IN ({_gone(cls, "s.id")})',
        f'DELETE FROM "{table}" WHERE rowid IN ({_gone(cls, "s.row_number")})',
        f'INSERT INTO "{table}" (rowid, {listed}) SELECT row_number, {listed} FROM "{shadow}" AS s '
        f'WHERE s.existed = 1 AND NOT EXISTS (SELECT 1 FROM "{table}" AS t WHERE t.rowid = s.row_number)',
    )
