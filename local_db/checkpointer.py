"""Moves the cache's log into its file while nobody works, so that a command does not have to wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from local_db import cache_file
from local_db.files import Connection, DatabaseError

log = logging.getLogger(__name__)

_QUIET_S = 0.3
"""How long nobody must have written."""
_LOG_BYTES = 2 * 1024 * 1024
"""A shorter log is left: it costs readers nothing."""


class Checkpointer:
    """A thread that waits for a quiet moment after writes. Begun with the first write, ended by ``stop``."""

    def __init__(self, folder: Path, opened: Callable[[], Connection]) -> None:
        """``opened`` makes a connection to the cache."""
        self._folder = folder
        self._opened = opened
        self._written = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def note_write(self) -> None:
        """Something was written. Cheap: it is called after every command."""
        if not self._written.is_set():
            self._written.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="holdfast-checkpoint", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; a checkpoint that runs is waited for."""
        self._stopping.set()
        self._written.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while True:
            self._written.wait()
            if self._stopping.is_set():
                return
            self._written.clear()
            if self._stopping.wait(_QUIET_S):
                return
            # Not while somebody works: a commit that meets a checkpoint waits five times as long for the disk.
            if not self._written.is_set() and self._log_size() >= _LOG_BYTES:
                self._checkpoint()

    def _log_size(self) -> int:
        try:
            return Path(f"{cache_file.present(self._folder)}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def _checkpoint(self) -> None:
        try:
            connection = self._opened()
            try:
                # Passive: it waits for nobody and holds nobody up; what is written meanwhile is left over.
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            finally:
                connection.close()
        except DatabaseError:
            log.warning("the cache's log could not be moved into its file now", exc_info=True)
