"""Takes over a whole image of the server's rows: the next cache is built beside the present one and exchanged at
once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from local_db import cache_file, next_cache
from local_db.cache_schema import make_own
from local_db.files import (
    Connection,
    DatabaseError,
    open_plain,
    transaction,
)
from local_db.image_file import ImageFile, ImageUnusable
from local_db.store import Store
from services.storage.row import columns_of
from services.storage.tables import TABLES

_PLAIN_FILE = "cache.next.plain"


def adopt(store: Store, image: Path, cursors: dict[str, int]) -> None:
    """Make ``image`` (a SQLite file with the business tables, plain or compressed with zstd) the cache, at ``cursors``.

    What is pending is replayed over it before the next read. Raises ImageUnusable for a file that is no image, OSError
    where the disk has no room; then, and on any other error, the present cache stays.
    """
    next_file, plain_file = store.folder / next_cache.FILE, store.folder / _PLAIN_FILE
    cache_file.remove(next_file)
    try:
        found = ImageFile(image)
        next_cache.must_have_room(store.folder, found.size if found.fits_cache else 2 * found.size)
        if found.fits_cache:
            _write_whole(found, next_file, store.key)
        else:
            # It came from a server of another version: its rows are taken, and everything else is made here.
            with _private(plain_file) as plain:
                plain.writelines(found.pages())
            _copy_rows(plain_file, next_file, store.key)
        with _as_unusable(image):
            _complete(store, next_file, cursors)
        next_cache.flush(next_file)
        store.exchange_cache(next_file)
    finally:
        cache_file.remove(next_file)
        plain_file.unlink(missing_ok=True)


def _write_whole(image: ImageFile, target: Path, key: str) -> None:
    # Imported late: they are for this moment of a terminal's life only.
    from local_db.page_cipher import PageCipher
    from local_db.two_threads import made_ahead, write_and_flush

    with _private(target) as file:
        if not key:
            write_and_flush(file, image.pages())
            return
        cipher = PageCipher(key)
        # Half of the work is unpacking and encrypting, the other half is checksums and the disk.
        with made_ahead(map(cipher.encrypt, image.pages())) as encrypted:
            write_and_flush(file, map(cipher.seal, encrypted))


def _copy_rows(image: Path, target: Path, key: str) -> None:
    """Copy the rows into a new keyed file, and make the indexes and the search of this program's own."""
    with closing(open_plain(image)) as source, _as_unusable(image):
        with next_cache.filled_from(source, target, key):
            for cls in TABLES:
                source.execute(_copy(source, cls.table.name, list(columns_of(cls))))
    with _building(target, key) as connection:
        next_cache.index(connection)


def _copy(source: Connection, table: str, wanted: list[str]) -> str:
    found = [row[1] for row in source.execute(f'PRAGMA main.table_info("{table}")')]
    missing = set(wanted) - set(found)
    if missing:
        raise ImageUnusable(f"The server's image lacks {', '.join(sorted(missing))} of the table {table}.")
    if found == wanted:
        # In this form SQLite copies the tree itself instead of row by row.
        return f'INSERT INTO next."{table}" SELECT * FROM main."{table}"'
    listed = ", ".join(f'"{name}"' for name in wanted)
    return f'INSERT INTO next."{table}" ({listed}) SELECT {listed} FROM main."{table}"'


def _complete(store: Store, target: Path, cursors: dict[str, int]) -> None:
    """Add what no image has: triggers, before-images, and where the rows stand."""
    with _building(target, store.key) as connection:
        make_own(connection, store.outbox.meta.outbox_id)
        connection.executemany(
            "INSERT INTO cursor (scope, version, epoch) VALUES (?, ?, ?)",
            [(scope, version, store.outbox.epoch) for scope, version in cursors.items()],
        )
        with store.writing():
            # A command with an outcome is in these rows or comes with the next pull, even where a cache that was lost
            # does not know it any more; on top of them it would count twice.
            settled = store.outbox.outcomes.complete_through(store.settled_n)
            connection.execute(
                "UPDATE cache_meta SET client_id = ?, last_n = ?, applied_through = ?, synced_at = ?",
                (store.outbox.client_id, settled, settled, store.cache.synced_at),
            )


@contextmanager
def _building(target: Path, key: str) -> Iterator[Connection]:
    """A transaction of the next cache, whose file counts for nothing before it is whole."""
    with next_cache.opened(target, key) as connection, transaction(connection):
        yield connection


@contextmanager
def _as_unusable(image: Path) -> Iterator[None]:
    """What SQLite says of an image that is none, said so."""
    try:
        yield
    except DatabaseError as problem:
        if any(said in str(problem) for said in ("no such table", "not a database", "malformed")):
            raise ImageUnusable(f"{image.name} is not an image of the server's rows.") from problem
        raise


def _private(path: Path) -> IO[bytes]:
    """A new file that only this user may read."""
    return open(path, "wb", opener=_opened_privately)


def _opened_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
