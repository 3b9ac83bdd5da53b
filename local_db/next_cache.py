"""The cache that is to follow the present one, while it is made beside it: before it is whole it counts for nothing."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from local_db.files import Connection, attach_cache, open_next_cache, transaction
from services.storage.cache_tables import business_statements
from services.storage.search_tables import fill_search, search_indexes

FILE = "cache.next.db"
SCHEMA = "next"
"""The name under which it is attached to what its rows are copied from."""

_PAGE_CACHE_KB = 8_000

_ROOM_LEFT_BYTES = 64 * 1024 * 1024
"""What must stay free beside it, for the work that goes on."""


def must_have_room(folder: Path, size: int) -> None:
    """Raises OSError at once where ``size`` bytes do not fit: a disk that is filled to its end first refuses the outbox its
    next command."""
    if shutil.disk_usage(folder).free < size + _ROOM_LEFT_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def opened(file: Path, key: str) -> Iterator[Connection]:
    """A connection that keeps no journal: after an error the file has to be made anew."""
    with closing(open_next_cache(file, key)) as connection:
        connection.execute("PRAGMA journal_mode = OFF").fetchall()
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KB}")
        yield connection


@contextmanager
def filled_from(source: Connection, file: Path, key: str) -> Iterator[None]:
    """Within it the empty tables of a new file are there under SCHEMA, to be filled from ``source`` in one transaction."""
    attach_cache(source, file, key, SCHEMA)
    source.execute(f"PRAGMA {SCHEMA}.journal_mode = OFF").fetchall()
    source.execute(f"PRAGMA {SCHEMA}.synchronous = OFF")
    for schema in ("main", SCHEMA):
        source.execute(f"PRAGMA {schema}.cache_size = -{_PAGE_CACHE_KB}")
    tables, _ = business_statements()
    with transaction(source):
        for statement in tables:
            source.execute(statement.replace("CREATE TABLE ", f"CREATE TABLE {SCHEMA}.", 1))
        yield


def index(connection: Connection) -> None:
    """Make the indexes and the search of its rows."""
    _, indexes = business_statements()
    for statement in [*indexes, *search_indexes()]:
        connection.execute(statement)
    fill_search(connection)


def flush(file: Path) -> None:
    """Have it on the disk."""
    with file.open("rb") as written:
        os.fsync(written.fileno())
