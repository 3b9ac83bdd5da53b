"""The two files of a profile, opened together under one lock: what the desk and the sync engine both stand on."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from local_db import cache_file, next_cache
from local_db.ballast import Ballast
from local_db.cache import Cache
from local_db.cache_schema import create_cache, fits
from local_db.checkpointer import Checkpointer
from local_db.errors import FileUnreadable, KeyMissing, OutboxFull
from local_db.files import (
    OUTBOX_FILE,
    Connection,
    DatabaseError,
    is_damage,
    is_full,
    open_cache,
    open_outbox,
    open_reader,
)
from local_db.keys import PROFILE_FILE, SecretStore, find_key
from local_db.migrations import migrate_outbox
from local_db.outbox import Outbox
from local_db.profile_lock import ProfileLock
from local_db.reader import ReaderPool
from local_db.reads import Reads

if TYPE_CHECKING:
    from local_db.writer import Writer

log = logging.getLogger(__name__)

_IN_DOUBT = "cache_in_doubt"
# Most settles are over by then, and need not be begun again.
_PATIENCE_S = 0.1
_ASK_AGAIN_S = 0.01


def system_clock() -> int:
    """This computer's clock, ms UTC. It orders nothing; one that is before 1970 stands at it, as messages say times."""
    return max(0, time.time_ns() // 1_000_000)


class Store:
    """A profile's files, locks and listeners. Every use of ``outbox`` and ``cache`` is within ``writing``."""

    def __init__(
        self,
        folder: Path,
        *,
        allow_plain: bool = False,
        passphrase: str | None = None,
        clock: Callable[[], int] = system_clock,
        on_step: Callable[[str], None] | None = None,
    ) -> None:
        """Open or make a profile. Raises ProfileInUse, PlainStorageRefused, KeyMissing, and FileUnreadable for the
        outbox; a cache that cannot be used is made anew."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = clock
        self.on_step = on_step
        self._write_lock = threading.RLock()
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._writer: Writer | None = None
        self._lock = ProfileLock(folder)
        try:
            if (
                not (folder / PROFILE_FILE).exists()
                and not allow_plain
                and not _is_empty(folder / OUTBOX_FILE)
            ):
                raise KeyMissing(
                    f"{folder / PROFILE_FILE}, which says where the key of the files beside it is, is gone. They were "
                    "left as they are. Put it back from a copy of this folder."
                )
            key = find_key(folder, allow_plain=allow_plain, passphrase=passphrase)
            self.key = key.key
            self.ballast = Ballast(folder)
            self.outbox = _open_outbox(folder, self.key)
        except BaseException:
            self._lock.release()
            raise
        try:
            self.secrets: SecretStore = key.keyring or self.outbox.meta
            self.cache = self._open_cache()
        except BaseException:
            self.outbox.close()
            self._lock.release()
            raise
        self.checkpointer = Checkpointer(folder, lambda: open_cache(folder, self.key))
        cache_file.remove_all(folder, but=cache_file.present(folder))
        cache_file.remove(folder / next_cache.FILE)
        self.readers = ReaderPool(lambda: open_reader(folder, self.key))
        self.read = Reads(self.readers, self.catch_up)

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time; a settle that takes long steps back for the others. An error that says that the cache is
        damaged lets it be made anew at the next start."""
        patience_s = _PATIENCE_S
        while not self._write_lock.acquire(timeout=patience_s):
            self.cache.step_back.ask()
            patience_s = _ASK_AGAIN_S
        try:
            yield
        except Exception as problem:
            self._look_at(problem)
            raise
        finally:
            self._write_lock.release()

    @property
    def writer(self) -> Writer:
        """What runs commands and settles pulls; made at the first use, for a window that only shows rows needs none."""
        if self._writer is None:
            from local_db.writer import Writer

            self._writer = Writer(self.cache, self.outbox, self.on_step)
        return self._writer

    @property
    def lags(self) -> bool:
        """Whether the rows are not what the outbox says: after a crash between its commit and the cache's."""
        return (self.cache.applied_through, self.cache.client_id) != (
            self.outbox.last_n,
            self.outbox.client_id,
        )

    @property
    def identity(self) -> tuple[str, str]:
        """Under which client id, and in which life of the server, this terminal counts."""
        return self.outbox.client_id, self.outbox.epoch

    @property
    def settled_n(self) -> int:
        """Up to it this terminal's commands are settled in the cache."""
        # The cache may be from before the commands were numbered anew; then nothing of the new ones is settled.
        return self.cache.last_n if self.cache.client_id == self.outbox.client_id else 0

    @property
    def pending(self) -> int:
        """How many commands wait for the server's word."""
        return self.outbox.last_n - self.settled_n

    def catch_up(self) -> None:
        """Before rows are read: bring them up to the outbox, where a crash or a failed commit left them behind."""
        if not self.lags:
            return
        try:
            with self.writing():
                touched = self.bring_up()
        except OutboxFull:
            # Rows as they were are better than none; the next read tries again.
            log.warning("the disk is full: pending work does not show yet")
            return
        self.rows_changed(touched)

    def bring_up(self) -> set[str]:
        """``catch_up`` within ``writing``. Answers the tables that may have changed."""
        return self.writer.rebase.catch_up(self.terminal_code) if self.lags else set()

    def terminal_id(self) -> str:
        """The id under which the server knows this terminal; its client id until its row is here."""
        return self.cache.terminal_id(self.terminal_code, self.outbox.client_id)

    @property
    def terminal_code(self) -> str:
        """What people call this terminal."""
        return self.outbox.meta.get("terminal_code")

    def _look_at(self, problem: Exception) -> None:
        """What an error says about the disk and the files, beyond the work that it broke off."""
        if is_full(problem):
            self.ballast.give_up()
            raise OutboxFull(self.folder) from problem
        if is_damage(problem):
            log.error("the cache is damaged and will be made anew at the next start")
            self.outbox.meta.set(**{_IN_DOUBT: "1"})

    # The cache's file

    def _open_cache(self) -> Cache:
        outbox_id = self.outbox.meta.outbox_id
        if self.outbox.meta.get(_IN_DOUBT):
            cache_file.remove_all(self.folder)
            self.outbox.meta.set(**{_IN_DOUBT: ""})
        try:
            connection = open_cache(self.folder, self.key)
            if fits(connection, outbox_id):
                return Cache(connection)
            holds_rows = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0
            connection.close()
            if holds_rows:
                log.info("the cache is of another version or of another outbox")
                # Imported late: it is for the first start of another version only.
                from local_db.carried_rows import carry

                if carry(self.folder, self.key, outbox_id):
                    return Cache(open_cache(self.folder, self.key))
        except FileUnreadable:
            log.exception("the cache cannot be read: it is made anew")
        cache_file.remove_all(self.folder)
        connection = open_cache(self.folder, self.key)
        try:
            create_cache(connection, outbox_id)
        except BaseException:
            connection.close()
            raise
        return Cache(connection)

    def exchange_cache(self, next_file: Path, check: Callable[[], None] = lambda: None) -> set[str]:
        """Let another file, closed and on the disk, be the cache. Answers the tables that may have changed because of
        commands that are not in it; they are replayed. Nobody waits but who writes; a crash leaves the one or the other.

        ``check`` is called while nobody writes, and may still refuse.
        """
        old_file = cache_file.present(self.folder)
        with self.writing():
            check()
            new_file = cache_file.following(old_file)
            os.replace(next_file, new_file)
            try:
                new = Cache(open_cache(self.folder, self.key))
            except BaseException:
                cache_file.remove(new_file)
                raise
            old, self.cache, self._writer = self.cache, new, None
            try:
                touched = self.bring_up()
            finally:
                # Also where that failed: it is done again before the next read, which must not be one of the old file.
                self.readers.renew()
        # With its last connection SQLite moves the old log into the old file, for nothing, and lets no thread of this program
        # run meanwhile; asked for beforehand, it does.
        with suppress(DatabaseError):
            old.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        old.close()
        cache_file.remove(old_file)
        return touched

    # Listeners

    def subscribe(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call ``callback`` with the names of tables that changed, on the thread that changed them. Answers what ends
        it."""
        self._listeners.append(callback)

        def end() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return end

    def rows_changed(self, tables: set[str]) -> None:
        """A transaction of the cache holds: tell the listeners, and let the log be moved when it is quiet."""
        self.checkpointer.note_write()
        self.announce(tables)

    def announce(self, tables: set[str]) -> None:
        """Tell the listeners; call it when the transaction holds and no lock is held."""
        if not tables:
            return
        told = frozenset(tables)
        for listener in list(self._listeners):
            try:
                listener(told)
            except Exception:
                log.exception("a listener to changed tables failed; the others are told")

    def close(self) -> None:
        """Close both files and let another process have the profile."""
        self.checkpointer.stop()
        with self._write_lock:
            self.readers.close()
            self._writer = None
            self.cache.close()
            self.outbox.close()
            self._lock.release()


def _open_outbox(folder: Path, key: str) -> Outbox:
    # The outbox is made before the cache: one without the other, and its commands with it, has been lost.
    if _is_empty(folder / OUTBOX_FILE) and not _is_empty(cache_file.present(folder)):
        raise FileUnreadable(
            f"{folder / OUTBOX_FILE}, which keeps what was done here and not sent yet, is gone. Nothing was changed. "
            "Put it back from a copy of this folder. Without one, keep the folder and enrol this desk anew in another "
            "profile: the server has everything that it acknowledged."
        )
    connection: Connection = open_outbox(folder, key)
    try:
        migrate_outbox(connection)
        return Outbox(connection)
    except BaseException:
        connection.close()
        raise


def _is_empty(file: Path) -> bool:
    return not file.exists() or file.stat().st_size == 0
