"""Carries the rows of a cache of another version into one of this version's: with them a desk that was updated out of the
server's reach goes on working, until the server gives it everything anew."""

from __future__ import annotations

import logging
import os
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from local_db import cache_file, next_cache
from local_db.before_images import shadow_name
from local_db.cache_schema import make_own
from local_db.errors import LocalError
from local_db.files import Connection, DatabaseError, open_next_cache, transaction
from services.storage.row import Row, columns_of
from services.storage.tables import TABLES

log = logging.getLogger(__name__)

# No life of a server is called so: these rows are of no version that it could go on from.
_NO_EPOCH = "carried"


class _CannotCarry(LocalError):
    """The other version is too far from this one."""


def carry(folder: Path, key: str, outbox_id: str) -> bool:
    """Let a cache of the present schema, with the rows of the present file, take that one's place; no connection may be
    open to it. Answers whether it could be done: then pending commands have to be replayed, and there are no cursors.

    Nothing has happened where it could not.
    """
    old_file, file = cache_file.present(folder), folder / next_cache.FILE
    cache_file.remove(file)
    try:
        next_cache.must_have_room(folder, old_file.stat().st_size)
        facts = _copy_rows(old_file, file, key, outbox_id)
        with next_cache.opened(file, key) as connection, transaction(connection):
            _complete(connection, outbox_id, facts)
        next_cache.flush(file)
        os.replace(file, cache_file.following(old_file))
    except (OSError, DatabaseError, LocalError) as problem:
        log.warning("the rows of the cache of another version cannot be carried over: %s", problem)
        return False
    finally:
        cache_file.remove(file)
    cache_file.remove(old_file)
    return True


class _Facts(NamedTuple):
    """Where the old cache stands."""

    client_id: str
    last_n: int
    synced_at: int | None
    scopes: list[str]


def _copy_rows(old_file: Path, target: Path, key: str, outbox_id: str) -> _Facts:
    with closing(open_next_cache(old_file, key)) as source:
        facts = source.execute("SELECT outbox_id, client_id, last_n, synced_at FROM cache_meta").fetchone()
        if facts is None or facts[0] != outbox_id:
            raise _CannotCarry("They belong to another outbox.")
        scopes = [scope for (scope,) in source.execute("SELECT scope FROM cursor").fetchall()]
        with next_cache.filled_from(source, target, key):
            for cls in TABLES:
                _copy(source, cls)
    return _Facts(facts[1], facts[2], facts[3], scopes)


def _complete(connection: Connection, outbox_id: str, facts: _Facts) -> None:
    next_cache.index(connection)
    make_own(connection, outbox_id)
    connection.execute(
        "UPDATE cache_meta SET client_id = ?, last_n = ?, applied_through = ?, synced_at = ?",
        (facts.client_id, facts.last_n, facts.last_n, facts.synced_at),
    )
    connection.executemany(
        "INSERT INTO cursor (scope, version, epoch) VALUES (?, 0, ?)",
        [(scope, _NO_EPOCH) for scope in facts.scopes],
    )


def _copy(connection: Connection, cls: type[Row]) -> None:
    """The rows of a table as they are without what is pending. Raises _CannotCarry where a column became another one."""
    table, shadow = cls.table.name, shadow_name(cls)
    present, old = _columns(connection, "next", table), _columns(connection, "main", table)
    if not old:
        return  # a table that the other version has not
    values: list[Any] = []
    chosen: list[str] = []
    for name in columns_of(cls):
        if name in old:
            if old[name] != present[name]:
                raise _CannotCarry(f"The column {name} of {table} was another one.")
            chosen.append(f'"{name}"')
        else:
            chosen.append("?")
            values.append(_default(cls, name))
    listed = ", ".join(f'"{name}"' for name in columns_of(cls))
    taken = ", ".join(chosen)
    connection.execute(
        f'INSERT INTO next."{table}" ({listed}) '
        f'SELECT {taken} FROM main."{table}" WHERE rowid NOT IN (SELECT row_number FROM main."{shadow}") '
        f'UNION ALL SELECT {taken} FROM main."{shadow}" WHERE existed = 1',
        (*values, *values),
    )


def _columns(connection: Connection, schema: str, table: str) -> dict[str, tuple[str, int]]:
    """Column -> its type, and whether it must have a value."""
    found = connection.execute(f'PRAGMA {schema}.table_info("{table}")').fetchall()
    return {row[1]: (row[2], row[3]) for row in found}


def _default(cls: type[Row], name: str) -> Any:
    """What a column has in the rows of a version that does not know it."""
    field = next(field for field in msgspec.structs.fields(cls) if field.name == name)
    if field.default is msgspec.NODEFAULT:
        raise _CannotCarry(f"The column {name} of {cls.table.name} has to be filled.")
    return field.default
