"""Does a piece of the server's own work again and again, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from services.server.committer import Busy, Stopping
from services.server.log import log_of


class AtIntervals:
    """Calls ``work`` every so many seconds. A round that fails is logged, and the next one comes all the same."""

    def __init__(self, name: str, work: Callable[[], None], every_seconds: float) -> None:
        self._name = name
        self._work = work
        self._every_seconds = every_seconds
        self._log = log_of(name)
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"holdfast-{name.replace('_', '-')}", daemon=True
        )

    def start(self) -> None:
        """Begin; the first time comes after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no further round, and wait for the one that is under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            try:
                self._work()
            except (Busy, Stopping):
                self._log.info("it waits: the database takes no work now")
            except Exception:
                # Whatever went wrong, the next time comes; the log has it.
                self._log.exception("it failed")
