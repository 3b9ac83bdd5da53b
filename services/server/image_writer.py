"""Writes an image: the rows of some scopes as a terminal's cache has them, with its indexes and its search, so that a
terminal can take the file as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection

from services.server import feed
from services.server.database import Database
from services.storage.cache_tables import PAGE_BYTES, RESERVED_BYTES, business_statements, layout
from services.storage.retention import kept
from services.storage.row import Row, columns_of
from services.storage.search_tables import fill_search, search_indexes
from services.storage.tables import TABLES

_ROWS_AT_ONCE = 5000
_CACHE_KIB = 64 * 1024


def write_image(database: Database, path: Path, scopes: Sequence[str], now: int) -> dict[str, int]:
    """Write a plain SQLite file with the rows of these scopes, in one snapshot; answers the cursors that they are at.

    Rows that terminals no longer keep at ``now`` (ms UTC) are left out.
    """
    with contextlib.closing(begin_image(path)) as image:
        if database.path is not None:
            # Within SQLite rows never become Python's, and the server's other threads run meanwhile.
            # Without a word of a key SQLCipher takes a file with reserved bytes for a keyed one, and all others too.
            image.execute("ATTACH DATABASE ? AS source KEY ''", (str(database.path),))
        image.execute("BEGIN")
        if database.path is not None:
            cursors = _copy_attached(image, scopes, now)
        else:
            cursors = _copy_rows(database, image, scopes, now)
        add_indexes(image)
        image.execute("COMMIT")
    return cursors


def begin_image(path: Path) -> Any:
    """A connection to a new image with empty tables."""
    path.unlink(missing_ok=True)
    _make_empty(path)
    image = _opened(path)
    tables, _ = business_statements()
    for statement in tables:
        image.execute(statement)
    return image


def add_indexes(image: Any) -> None:
    """Add indexes and search when all rows are there: sorted once, an index is made several times quicker."""
    _, indexes = business_statements()
    for statement in [*indexes, *search_indexes()]:
        image.execute(statement)
    fill_search(image)


def _make_empty(path: Path) -> None:
    """A file of one empty page, which leaves free what each page of a keyed cache needs; SQLite has no words for it."""
    with contextlib.closing(_opened(path)) as image:
        image.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        image.execute(f"PRAGMA application_id = {layout()}")
    with path.open("r+b") as file:
        # Where these stand is part of SQLite's file format: the reserved bytes, and the end of the free room of a page
        # without cells, in the header of the first page's tree.
        file.seek(20)
        file.write(bytes([RESERVED_BYTES]))
        file.seek(105)
        file.write((PAGE_BYTES - RESERVED_BYTES).to_bytes(2, "big"))


def _opened(path: Path) -> Any:
    image = sqlcipher.connect(str(path), isolation_level=None)
    # The file is worth nothing before it is whole, so it needs no care on the way.
    for pragma in (
        "journal_mode=OFF",
        "synchronous=OFF",
        "locking_mode=EXCLUSIVE",
        f"cache_size=-{_CACHE_KIB}",
    ):
        image.execute(f"PRAGMA main.{pragma}").fetchall()
    return image


def _copy_attached(image: Any, scopes: Sequence[str], now: int) -> dict[str, int]:
    found = dict(image.execute("SELECT scope, version FROM source.scope_head"))
    for cls in TABLES:
        for sql, parameters in _selects(cls, scopes, now, "?", "source."):
            image.execute(f'INSERT INTO main."{cls.table.name}" {sql}', parameters)
    return {scope: found.get(scope, 0) for scope in scopes}


def _copy_rows(database: Database, image: Any, scopes: Sequence[str], now: int) -> dict[str, int]:
    with database.reading() as connection:
        cursors = {scope: head.version for scope, head in feed.heads(connection, scopes).items()}
        for cls in TABLES:
            marks = ", ".join("?" for _ in columns_of(cls))
            for sql, parameters in _selects(cls, scopes, now, "?" if database.is_sqlite else "%s", ""):
                for rows in _in_parts(connection, sql, parameters):
                    image.executemany(f'INSERT INTO "{cls.table.name}" VALUES ({marks})', rows)
    return cursors


def _selects(
    cls: type[Row], scopes: Sequence[str], now: int, mark: str, schema: str
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """For each scope a SELECT of the rows of one table that terminals keep, in order of id, with its parameters."""
    columns = ", ".join(f'r."{name}"' for name in columns_of(cls))
    limit = kept(cls, now, mark, schema)
    for scope in scopes:
        where, parameters = feed.rows_of_scope(cls, scope, mark)
        if where is None:
            continue
        if limit is not None:
            where += f"{' AND' if where else ' WHERE'} {limit[0]}"
            parameters = (*parameters, *limit[1])
        yield f'SELECT {columns} FROM {schema}"{cls.table.name}" AS r{where} ORDER BY r.id', parameters


def _in_parts(
    connection: Connection, sql: str, parameters: tuple[Any, ...]
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Rows straight from the driver: a million of them should not each become an object of SQLAlchemy's."""
    driver: Any = connection.connection.driver_connection
    # PostgreSQL sends all rows at once unless the cursor has a name and stays at the server.
    is_sqlite = connection.dialect.name == "sqlite"
    cursor = driver.cursor() if is_sqlite else driver.cursor(name="snapshot")
    try:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows
    finally:
        cursor.close()
