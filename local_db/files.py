"""How the terminal's two files are opened: keyed, and with the settings that keep them safe and quick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from sqlcipher3 import dbapi2 as sqlite

from local_db.errors import FileUnreadable

Connection: TypeAlias = Any
"""A connection of sqlcipher3, which ships no types."""

OUTBOX_FILE = "outbox.db"
CACHE_FILE = "cache.db"

DatabaseError = sqlite.DatabaseError

# When a commit must move the log into the file itself. Rare, larger moves cut the slowest commits to a third. The cache's
# log is moved in quiet moments instead (see checkpointer); this is for a long burst of commands, of which then less
# than one in a hundred has to wait.
_OUTBOX_LOG_PAGES = 4_000
_CACHE_LOG_PAGES = 32_000
_LOG_KEPT_BYTES = 4 * 1024 * 1024
_BUSY_MS = 10_000
_WRITER_PAGE_CACHE_KB = 16_000
_READER_PAGE_CACHE_KB = 4_000

_FULL: int = sqlite.SQLITE_FULL
_DAMAGED = frozenset({sqlite.SQLITE_CORRUPT, sqlite.SQLITE_NOTADB})


def open_outbox(folder: Path, key: str) -> Connection:
    """The connection that writes the outbox. Every commit is on the disk when it returns.

    ``key``: 64 hexadecimal digits, or empty for a plain file. Raises FileUnreadable for a wrong key or a damaged file.
    """
    return _open(folder / OUTBOX_FILE, key, "FULL", _WRITER_PAGE_CACHE_KB, _OUTBOX_LOG_PAGES)


def open_cache(folder: Path, key: str) -> Connection:
    """The connection that writes the cache. A power cut may cost its last commits, which the outbox gives back."""
    return _open(folder / CACHE_FILE, key, "NORMAL", _WRITER_PAGE_CACHE_KB, _CACHE_LOG_PAGES)


def open_reader(folder: Path, key: str) -> Connection:
    """A connection that only reads: the cache, with the outbox attached as ``outbox``."""
    connection = _open(folder / CACHE_FILE, key, "NORMAL", _READER_PAGE_CACHE_KB, _CACHE_LOG_PAGES)
    connection.execute(f"ATTACH DATABASE ? AS outbox KEY {key_text(key)}", (str(folder / OUTBOX_FILE),))
    connection.execute("PRAGMA query_only = ON")
    return connection


def key_text(key: str) -> str:
    """A key as SQL takes it: raw, so that opening a file costs no key derivation."""
    return f"\"x'{key}'\"" if key else "''"


def open_plain(path: Path) -> Connection:
    """A connection to a file without a key, such as a snapshot's image."""
    return _connect(path)


def open_keyed(path: Path, key: str) -> Connection:
    """A connection to any keyed file (plain for an empty key), with SQLite's own settings."""
    connection = _connect(path)
    if key:
        connection.execute(f"PRAGMA key = {key_text(key)}")
    return connection


def _connect(path: Path) -> Connection:
    # Threads take turns under the owner's lock, and transactions are begun and ended in words.
    return sqlite.connect(str(path), isolation_level=None, check_same_thread=False)


def _open(path: Path, key: str, synchronous: str, page_cache_kb: int, log_pages: int) -> Connection:
    connection = _connect(path)
    try:
        if key:
            connection.execute(f"PRAGMA key = {key_text(key)}")
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
