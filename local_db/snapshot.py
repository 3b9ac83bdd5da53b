"""Takes over a whole image of the server's rows: the next cache is built beside the present one and exchanged at
once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from local_db import search_index
from local_db.before_images import shadow_tables
from local_db.cache_schema import business_statements, start_meta
from local_db.client_tables import CACHE_TABLES
from local_db.errors import LocalError
from local_db.files import (
    CACHE_FILE,
    Connection,
    DatabaseError,
    attach_next_cache,
    open_next_cache,
    open_plain,
    transaction,
)
from local_db.store import Store
from services.storage.row import columns_of
from services.storage.tables import TABLES

_NEXT_FILE = "cache.next.db"
_PAGE_CACHE_KB = 8_000


def adopt(store: Store, image: Path, cursors: dict[str, int]) -> None:
    """Make ``image`` (a plain SQLite file with the business tables) the cache, at ``cursors``.

    What is pending is replayed over it before the next read. Raises LocalError for an image that is none; then, and on
    any other error, the present cache stays.
    """
    next_file = store.folder / _NEXT_FILE
    _remove(next_file)
    try:
        _copy_rows(image, next_file, store.key)
        _complete(store, next_file, cursors)
        _flush(next_file)
        with store.exchanging_cache():
            store.remove_cache_file()
            os.replace(next_file, store.folder / CACHE_FILE)
    finally:
        _remove(next_file)


def _copy_rows(image: Path, target: Path, key: str) -> None:
    """Copy the rows into a new keyed file. Tables of the same shape without indexes are copied as whole trees."""
    tables, _ = business_statements()
    with closing(open_plain(image)) as source, _as_local_error(image):
        source.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KB}")
        attach_next_cache(source, target, key)
        # Nothing of the new file counts before it is whole.
        source.execute("PRAGMA next.journal_mode = OFF").fetchall()
        source.execute("PRAGMA next.synchronous = OFF")
        source.execute(f"PRAGMA next.cache_size = -{_PAGE_CACHE_KB}")
        with transaction(source):
            for cls, statement in zip(TABLES, tables, strict=True):
                source.execute(statement.replace("CREATE TABLE ", "CREATE TABLE next.", 1))
                source.execute(_copy(source, cls.table.name, list(columns_of(cls))))


def _copy(source: Connection, table: str, wanted: list[str]) -> str:
    found = [row[1] for row in source.execute(f'PRAGMA main.table_info("{table}")')]
    missing = set(wanted) - set(found)
    if missing:
        raise LocalError(f"The server's image lacks {', '.join(sorted(missing))} of the table {table}.")
    if found == wanted:
        # In this form SQLite copies the tree itself instead of row by row.
        return f'INSERT INTO next."{table}" SELECT * FROM main."{table}"'
    listed = ", ".join(f'"{name}"' for name in wanted)
    return f'INSERT INTO next."{table}" ({listed}) SELECT {listed} FROM main."{table}"'


def _complete(store: Store, target: Path, cursors: dict[str, int]) -> None:
    """Add what an image does not have: indexes, search, before-images, and where the rows stand."""
    _, indexes = business_statements()
    with closing(open_next_cache(target, store.key)) as next_cache:
        next_cache.execute("PRAGMA journal_mode = OFF").fetchall()
        next_cache.execute("PRAGMA synchronous = OFF")
        next_cache.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KB}")
        with transaction(next_cache):
            for statement in [*indexes, *search_index.search_tables(), *shadow_tables(), *CACHE_TABLES]:
                next_cache.execute(statement)
            search_index.rebuild(next_cache)
            start_meta(next_cache, store.outbox.meta.outbox_id)
            next_cache.executemany("INSERT INTO cursor (scope, version) VALUES (?, ?)", list(cursors.items()))
            with store.writing():
                known = store.cache
                # How far this terminal's commands are in these rows only the next pull says; until then as before.
                next_cache.execute(
                    "UPDATE cache_meta SET client_id = ?, last_n = ?, applied_through = ?, synced_at = ?",
                    (known.client_id, known.last_n, known.last_n, known.synced_at),
                )


@contextmanager
def _as_local_error(image: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseError as problem:
        if "no such table" in str(problem) or "not a database" in str(problem):
            raise LocalError(f"{image.name} is not an image of the server's rows.") from problem
        raise


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
