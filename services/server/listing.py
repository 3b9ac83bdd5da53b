"""Filtered, sorted rows of one table, a page at a time: the reading half of list routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from services.server.paging import cursor_of, read_cursor
from services.storage.row import Row, columns_of
from services.storage.statements import statements

R = TypeVar("R", bound=Row)
Condition = tuple[str, Any]
"""SQL with `?` for its one parameter, and that parameter."""


def page(
    connection: Connection,
    cls: type[R],
    *,
    where: Sequence[Condition],
    order: Sequence[str],
    kinds: Sequence[type],
    cursor: str,
    limit: int,
    descending: bool = False,
) -> tuple[list[R], str]:
    """One page of rows and the cursor of the next ("" for none), sorted by columns whose last one is unique."""
    key = read_cursor(cursor, *kinds)
    conditions = list(where)
    parameters: list[Any] = [value for _, value in conditions]
    texts = [text for text, _ in conditions]
    if key is not None:
        columns = ", ".join(f'"{name}"' for name in order)
        texts.append(f"({columns}) {'<' if descending else '>'} ({', '.join('?' for _ in order)})")
        parameters += key
    by = ", ".join(f'"{name}"{" DESC" if descending else ""}' for name in order)
    restricted = f" WHERE {' AND '.join(texts)}" if texts else ""
    sql = (
        f'SELECT {statements(cls, "sqlite").columns} FROM "{cls.table.name}"'
        f"{restricted} "
        f"ORDER BY {by} LIMIT ?"
    )
    if connection.dialect.name != "sqlite":
        sql = sql.replace("?", "%s")
    load = statements(cls, connection.dialect.name).load
    found = connection.exec_driver_sql(sql, (*parameters, limit + 1)).fetchall()
    rows = [load(tuple(values)) for values in found]
    if len(rows) <= limit:
        return [row for row in rows if isinstance(row, cls)], ""
    places = [columns_of(cls).index(name) for name in order]
    last = found[limit - 1]
    return [row for row in rows[:limit] if isinstance(row, cls)], cursor_of([last[place] for place in places])
