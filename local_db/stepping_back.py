"""Lets a settle that takes long step back for a person's command, and be begun again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from local_db.files import Connection


class SteppedBack(Exception):
    """A person waits: the settle was taken back, and has to be begun again."""


class StepBack:
    """Between one thread, whose long work in a transaction of ``connection`` may be broken off, and others that ask it to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        self._may_be_broken_off = False
        self._is_asked = False

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """The statements within may be broken off; what they raise then is turned into SteppedBack."""
        with self._guard:
            self._may_be_broken_off, self._is_asked = True, False
        try:
            yield
        except Exception as problem:
            # Whatever it is that was broken off: nothing of it holds.
            if self._is_asked:
                raise SteppedBack from problem
            raise
        finally:
            # From here on an interruption would meet a statement that it is not meant for.
            with self._guard:
                self._may_be_broken_off = False

    def ask(self) -> None:
        """Somebody waits. From any thread; without effect where nothing may be broken off."""
        with self._guard:
            if self._may_be_broken_off:
                self._is_asked = True
                self._connection.interrupt()

    def check(self) -> None:
        """Between two statements. Raises SteppedBack where somebody waits."""
        if self._is_asked and self._may_be_broken_off:
            raise SteppedBack
