"""The feed: which rows of which scope changed at which version, without a gap whoever writes at the same time.

A version is given out as the last thing before commit, by counting up the scope's one row: whoever has counted holds
that row until the commit, so versions become visible in their order. A sequence or a clock would not do: a number
taken early may be committed late, behind a reader who has already passed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection

from services.storage.row import ORG, Row, columns_of, scope_of
from services.storage.tables import BY_NAME, TABLES
from services.storage.unit_of_work import Changes

Dirty = dict[str, dict[str, dict[str, bool]]]
"""scope -> table -> id -> whether the row is gone from the scope."""

_BUSINESS = frozenset(TABLES)


class Head(msgspec.Struct, frozen=True):
    """How far a scope has come. Below ``min_version`` the feed no longer knows what was deleted."""

    id: int
    version: int
    min_version: int


def dirty_rows(changes: Changes, before: Changes) -> Dirty:
    """What a transaction did to each scope. A row that moved is deleted in the one and put in the other."""
    dirty: Dirty = {}
    for cls, rows in changes.items():
        if cls not in _BUSINESS:
            continue
        table = cls.table.name
        befores = before.get(cls, {})
        for row_id, row in rows.items():
            old = befores.get(row_id)
            was_in = scope_of(old) if old is not None else None
            is_in = scope_of(row) if row is not None else None
            if is_in is not None:
                dirty.setdefault(is_in, {}).setdefault(table, {})[row_id] = False
            if was_in is not None and was_in != is_in:
                dirty.setdefault(was_in, {}).setdefault(table, {})[row_id] = True
    return dirty


def write(connection: Connection, dirty: Dirty) -> dict[str, int]:
    """Give the dirty rows their versions; the last statements before the commit. Answers scope -> new version."""
    is_sqlite = connection.dialect.name == "sqlite"
    mark = "?" if is_sqlite else "%s"
    versions: dict[str, int] = {}
    # In sorted order, like every lock, so that no two transactions wait for each other.
    for scope in sorted(dirty):
        head_id, versions[scope] = _count_up(connection, scope, mark)
        # In the order of the feed's own tree, which is then gone through once.
        changed = [
            (table, pk, int(rows[pk])) for table, rows in sorted(dirty[scope].items()) for pk in sorted(rows)
        ]
        if is_sqlite:
            version = versions[scope]
            connection.exec_driver_sql(
                _UPSERT.format(values="VALUES (?, ?, ?, ?, ?)"),
                [(head_id, table, pk, version, deleted) for table, pk, deleted in changed],
            )
        else:
            connection.exec_driver_sql(
                _UPSERT.format(
                    values="SELECT %s, row->>0, row->>1, %s, (row->>2)::smallint "
                    "FROM json_array_elements(%s::json) AS row"
                ),
                (head_id, versions[scope], msgspec.json.encode(changed).decode()),
            )
    return versions


_UPSERT = (
    'INSERT INTO change (scope_id, "table", pk, version, deleted) {values} '
    'ON CONFLICT (scope_id, "table", pk) DO UPDATE SET version = excluded.version, deleted = excluded.deleted'
)


def _count_up(connection: Connection, scope: str, mark: str) -> tuple[int, int]:
    found = connection.exec_driver_sql(
        f"UPDATE scope_head SET version = version + 1 WHERE scope = {mark} RETURNING id, version", (scope,)
    ).one_or_none()
    if found is None:
        found = connection.exec_driver_sql(
            f"INSERT INTO scope_head (scope, version, min_version) VALUES ({mark}, 1, 0) "
            "ON CONFLICT (scope) DO UPDATE SET version = scope_head.version + 1 RETURNING id, version",
            (scope,),
        ).one()
    return int(found[0]), int(found[1])


def versions(connection: Connection) -> dict[str, int]:
    """Where every scope is in which something has happened."""
    found = connection.exec_driver_sql("SELECT scope, version FROM scope_head")
    return {str(scope): int(version) for scope, version in found}


def heads(connection: Connection, scopes: Iterable[str]) -> dict[str, Head]:
    """Where these scopes are; one in which nothing has happened yet is at version 0."""
    wanted = set(scopes)
    found = {
        scope: Head(head_id, version, min_version)
        for head_id, scope, version, min_version in connection.exec_driver_sql(
            "SELECT id, scope, version, min_version FROM scope_head"
        )
        if scope in wanted
    }
    return {scope: found.get(scope, Head(0, 0, 0)) for scope in sorted(wanted)}


def adopt_all(connection: Connection) -> dict[str, int]:
    """Make the feed name exactly the rows that are stored, all at each scope's next version.

    For rows that came in bulk, past the unit of work (a sample warehouse, a restored table). Terminals start anew on
    them.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    connection.exec_driver_sql("DELETE FROM change")
    versions: dict[str, int] = {}
    for scope in sorted(_scopes_stored(connection)):
        head_id, versions[scope] = _count_up(connection, scope, mark)
        for cls in TABLES:
            where, parameters = rows_of_scope(cls, scope, mark)
            if where is None:
                continue
            connection.exec_driver_sql(
                f'INSERT INTO change (scope_id, "table", pk, version, deleted) '
                f"SELECT {head_id}, '{cls.table.name}', id, {versions[scope]}, 0 FROM \"{cls.table.name}\"{where}",
                parameters,
            )
    # What a terminal had before is unknown to this feed.
    connection.exec_driver_sql("UPDATE scope_head SET min_version = version")
    return versions


def rows_of_scope(cls: type[Row], scope: str, mark: str) -> tuple[str | None, tuple[Any, ...]]:
    """A WHERE clause for the rows of a scope in one table, with its parameters; None where it can have none."""
    if "site_id" not in columns_of(cls):
        return ("", ()) if scope == ORG else (None, ())
    return f" WHERE site_id = {mark}", ("" if scope == ORG else scope.removeprefix("site:"),)


def _scopes_stored(connection: Connection) -> set[str]:
    scopes = {ORG} | {scope for (scope,) in connection.exec_driver_sql("SELECT scope FROM scope_head")}
    for cls in TABLES:
        if "site_id" in columns_of(cls):
            for (site_id,) in connection.exec_driver_sql(f'SELECT DISTINCT site_id FROM "{cls.table.name}"'):
                scopes.add(f"site:{site_id}" if site_id else ORG)
    return scopes


def drop_tombstones(connection: Connection, versions: Mapping[str, int]) -> int:
    """Forget deletions up to these versions; a terminal that is behind them starts anew. Answers how many."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    dropped = 0
    for scope, head in heads(connection, versions).items():
        upto = min(versions[scope], head.version)
        if upto <= head.min_version:
            continue
        connection.exec_driver_sql(
            f"UPDATE scope_head SET min_version = {mark} WHERE id = {mark}", (upto, head.id)
        )
        dropped += connection.exec_driver_sql(
            f"DELETE FROM change WHERE scope_id = {mark} AND version <= {mark} AND deleted = 1",
            (head.id, upto),
        ).rowcount
    return dropped


def union_differs(connection: Connection) -> dict[str, int]:
    """Where the feed and the tables disagree: table -> how many rows are in one and not in the other (rightly
    scoped)."""
    found: dict[str, int] = {}
    for name, cls in BY_NAME.items():
        scope = "'org'"
        if "site_id" in columns_of(cls):
            scope = "CASE WHEN r.site_id = '' THEN 'org' ELSE 'site:' || r.site_id END"
        unfed = connection.exec_driver_sql(
            f'SELECT COUNT(*) FROM "{name}" r LEFT JOIN scope_head h ON h.scope = {scope} '
            f"LEFT JOIN change c ON c.scope_id = h.id AND c.\"table\" = '{name}' AND c.pk = r.id AND c.deleted = 0 "
            "WHERE c.pk IS NULL"
        ).scalar_one()
        unstored = connection.exec_driver_sql(
            f'SELECT COUNT(*) FROM change c JOIN scope_head h ON h.id = c.scope_id LEFT JOIN "{name}" r '
            f"ON r.id = c.pk AND h.scope = {scope} WHERE c.\"table\" = '{name}' AND c.deleted = 0 AND r.id IS NULL"
        ).scalar_one()
        if unfed or unstored:
            found[name] = int(unfed) + int(unstored)
    return found
