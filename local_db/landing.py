"""Lets rows of the server take the place of the provisional ones of the same ids, where these stand.

A desk does beforehand what the server will do, so most rows of a settle are here already, alike or but for an instant. To
take them all back and to write them again would cost two to three times as much. What comes of it is the same: a row that
the server puts or deletes is as the server says, and every other is taken back.

A page is first compared with what stands here, then landed. Between the two only pages of the same pull may be landed that
have none of its rows (see look_ahead).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache as cache_by_arguments
from typing import Any, NamedTuple

import msgspec

from local_db.before_images import shadow_name
from local_db.files import Connection
from local_db.patches import class_of, fitted
from services.protocol.messages import TablePatch
from services.storage.row import Row, columns_of
from services.storage.statements import bind_list, statements
from services.storage.tables import BY_NAME

Values = Sequence[Any]


class Comparison(NamedTuple):
    """The rows of a page in one table, beside what stands here.

    ``stand``: the numbers of the rows here that it puts or deletes. ``changed``: positions of the columns that differ ->
    their values, and the row's number last. ``new``: rows that do not stand here.
    """

    cls: type[Row]
    stand: list[int]
    deletes: list[str]
    changed: dict[tuple[int, ...], list[Values]]
    new: list[Values]


def make_ready(cache: Connection, tables: Sequence[str]) -> bool:
    """Take back what was deleted or put twice, within the caller's transaction and while ``capture`` is off. Answers
    whether there was any; if so, no comparison of before holds.

    Then each before-image belongs to a row that stands under its number, and no new row can come to stand there.
    """
    moved = False
    for table in tables:
        cls = BY_NAME[table]
        if cache.execute(f"{_gone(cls, '1')} LIMIT 1").fetchone():
            moved = True
            for statement in _bringing_back(cls):
                cache.execute(statement)
        cache.execute(
            f'DELETE FROM "{shadow_name(cls)}" WHERE existed = 0 '
            f'AND NOT EXISTS (SELECT 1 FROM "{table}" AS t WHERE t.rowid = row_number)'
        )
    return moved


def compare(cache: Connection, page: Sequence[TablePatch]) -> list[Comparison]:
    """What landing a page will have to do. Raises ProtocolError for a table that this version does not know."""
    puts: dict[type[Row], dict[str, Values]] = {}
    deletes: dict[type[Row], list[str]] = {}
    for patch in page:
        if not patch.puts and not patch.deletes:
            continue
        cls = class_of(patch)
        puts.setdefault(cls, {}).update((row[0], row) for row in fitted(cls, patch.puts))
        deletes.setdefault(cls, []).extend(patch.deletes)
    return [_compare(cache, cls, rows, deletes[cls]) for cls, rows in puts.items()]


def _compare(cache: Connection, cls: type[Row], puts: dict[str, Values], deletes: list[str]) -> Comparison:
    stand: list[int] = []
    if deletes:
        found = cache.execute(_numbers(cls), (bind_list(deletes),)).fetchall()
        stand = [number for (number,) in found]
    changed: dict[tuple[int, ...], list[Values]] = {}
    if puts:
        # Deletes come first, so a row that is in both will be a new one.
        gone = set(deletes)
        for old in cache.execute(_standing(cls), (bind_list(puts.keys() - gone if gone else puts),)):
            *values, number = old
            stand.append(number)
            row = puts.pop(values[0])
            if values == row:
                continue
            positions = tuple([i for i, value in enumerate(row) if value != values[i]])
            if positions:
                changed.setdefault(positions, []).append((*[row[i] for i in positions], number))
    return Comparison(cls, stand, deletes, changed, list(puts.values()))


def land(cache: Connection, page: Sequence[Comparison]) -> set[str]:
    """Put and delete rows within the caller's transaction, while ``capture`` is off; what is provisional of them no longer
    is. Answers the tables it touched."""
    for cls, stand, deletes, _changed, _new in page:
        if stand:
            cache.execute(_forgetting(cls), (msgspec.json.encode(stand).decode(),))
        if deletes:
            cache.executemany(statements(cls, "sqlite").delete, [(row_id,) for row_id in deletes])
    for cls, _stand, _deletes, changed, new in page:
        sql = statements(cls, "sqlite")
        for positions, values in changed.items():
            cache.executemany(sql.update(positions, "rowid"), values)
        if new:
            cache.executemany(sql.upsert, new)
    return {each.cls.table.name for each in page}


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
