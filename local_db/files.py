"""How the terminal's two files are opened: keyed, and with the settings that keep them safe and quick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from sqlcipher3 import dbapi2 as sqlite

from local_db import cache_file
from local_db.errors import FileUnreadable
from services.storage.cache_tables import PAGE_BYTES

Connection: TypeAlias = Any
"""A connection of sqlcipher3, which ships no types."""

OUTBOX_FILE = "outbox.db"

DatabaseError = sqlite.DatabaseError

# When a commit must move the log into the file itself: rare, larger moves cut the slowest commits to a third. The log of
# the cache, which an order touches in many places, is moved in quiet moments instead (see checkpointer); its number is for
# a long burst of commands, of which then one in several hundred has to wait.
_OUTBOX_LOG_PAGES = 4_000
_CACHE_LOG_PAGES = 48_000
_OUTBOX_PAGE_BYTES = 4096
_LOG_KEPT_BYTES = 4 * 1024 * 1024
_BUSY_MS = 10_000
_WRITER_PAGE_CACHE_KB = 16_000
_READER_PAGE_CACHE_KB = 4_000
_BUSY_PAGE_CACHE_KB = 64_000

_FULL: int = sqlite.SQLITE_FULL
_DAMAGED = frozenset({sqlite.SQLITE_CORRUPT, sqlite.SQLITE_NOTADB})


def open_outbox(folder: Path, key: str) -> Connection:
    """The connection that writes the outbox. Every commit is on the disk when it returns.

    ``key``: 64 hexadecimal digits, or empty for a plain file. Raises FileUnreadable for a wrong key or a damaged file.
    """
    return _open(
        folder / OUTBOX_FILE, key, _OUTBOX_PAGE_BYTES, "FULL", _WRITER_PAGE_CACHE_KB, _OUTBOX_LOG_PAGES
    )


def open_cache(folder: Path, key: str) -> Connection:
    """The connection that writes the cache. A power cut may cost its last commits, which the outbox gives back."""
    file = cache_file.present(folder)
    return _open(file, key, PAGE_BYTES, "NORMAL", _WRITER_PAGE_CACHE_KB, _CACHE_LOG_PAGES)


def open_reader(folder: Path, key: str) -> Connection:
    """A connection that only reads: the cache, with the outbox attached as ``outbox``."""
    file = cache_file.present(folder)
    try:
        connection = _open(
            file, key, PAGE_BYTES, "NORMAL", _READER_PAGE_CACHE_KB, _CACHE_LOG_PAGES, must_exist=True
        )
    except DatabaseError:
        if cache_file.present(folder) == file:
            raise
        # Another cache has taken its place just now.
        return open_reader(folder, key)
    connection.execute(f"ATTACH DATABASE ? AS outbox KEY {key_text(key)}", (str(folder / OUTBOX_FILE),))
    connection.execute("PRAGMA query_only = ON")
    return connection


def key_text(key: str) -> str:
    """A key as SQL takes it: raw, so that opening a file costs no key derivation."""
    return f"\"x'{key}'\"" if key else "''"


def open_plain(path: Path) -> Connection:
    """A connection to a file without a key, such as a snapshot's image."""
    return _connect(path)


def open_next_cache(path: Path, key: str) -> Connection:
    """A connection to a cache that is being built beside the present one, with SQLite's own settings."""
    connection = _connect(path)
    if key:
        connection.execute(f"PRAGMA key = {key_text(key)}")
    set_page_size(connection, "main", key, PAGE_BYTES)
    return connection


def attach_cache(connection: Connection, path: Path, key: str, name: str) -> None:
    """Attach a cache, present or new, under a name."""
    connection.execute(f"ATTACH DATABASE ? AS {name} KEY {key_text(key)}", (str(path),))
    set_page_size(connection, name, key, PAGE_BYTES)


def set_page_size(connection: Connection, schema: str, key: str, page_bytes: int) -> None:
    """Say how big a file's pages are: for a keyed file each time, for a plain one before it gets its first."""
    pragma = "cipher_page_size" if key else "page_size"
    connection.execute(f"PRAGMA {schema}.{pragma} = {page_bytes}")


def _connect(path: Path, *, must_exist: bool = False) -> Connection:
    # Threads take turns under the owner's lock, and transactions are begun and ended in words.
    name = f"{path.absolute().as_uri()}?mode={'rw' if must_exist else 'rwc'}"
    connection = sqlite.connect(name, uri=True, isolation_level=None, check_same_thread=False)
    # Processors have instructions for it; with SHA-512, SQLCipher's own choice, a page costs a fifth more. It has to be
    # the default, for a file that is attached is read before anything else can be said of it.
    connection.execute("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")
    return connection


def _open(
    path: Path,
    key: str,
    page_bytes: int,
    synchronous: str,
    page_cache_kb: int,
    log_pages: int,
    *,
    must_exist: bool = False,
) -> Connection:
    connection = _connect(path, must_exist=must_exist)
    try:
        if key:
            connection.execute(f"PRAGMA key = {key_text(key)}")
        set_page_size(connection, "main", key, page_bytes)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {log_pages}")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_KEPT_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{page_cache_kb}")
        # Sorting must not need a disk that may be full.
        connection.execute("PRAGMA temp_store = MEMORY")
        # A REPLACE that removes a row must fire its delete triggers too.
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except DatabaseError as problem:
        connection.close()
        if is_damage(problem):
            raise FileUnreadable(
                f"{path} cannot be opened with its key, or is damaged. It was left as it is."
            ) from problem
        raise
    return connection


def remember_many_pages(connection: Connection) -> None:
    """Let a writer remember more pages while many rows here and there are read and written, rather than decrypt them
    again."""
    connection.execute(f"PRAGMA cache_size = -{_BUSY_PAGE_CACHE_KB}")


def remember_few_pages(connection: Connection) -> None:
    """Give back the memory of ``remember_many_pages``."""
    connection.execute(f"PRAGMA cache_size = -{_WRITER_PAGE_CACHE_KB}")


def is_damage(problem: BaseException) -> bool:
    """Whether an error of SQLite says that the file is not, or no longer, a database of ours."""
    return _code(problem) in _DAMAGED


def is_full(problem: BaseException) -> bool:
    """Whether an error of SQLite says that the disk is full."""
    return _code(problem) == _FULL


def _code(problem: BaseException) -> int:
    """SQLite's primary result code of an error; 0 where it is none of SQLite's."""
    extended: int = getattr(problem, "sqlite_errorcode", None) or 0
    return extended & 0xFF


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """All writes within hold together, or none of them: committed at the end, taken back on an exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has ended the transaction itself after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
