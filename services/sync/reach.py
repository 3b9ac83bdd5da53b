"""Whether the server is reached: every answer and every silence is evidence, and the newest decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.sync.clock import Clock
from services.sync.errors import Busy, Refused, UpgradeRequired

_A_MOMENT_S = 1.0
"""A call younger than this may have been begun after the link came back."""


class Reach:
    """Fed by every call to the server and by the live link. ``on_heard`` is called, on the thread that hears it, for
    every sign of the server."""

    def __init__(self, clock: Clock, on_heard: Callable[[], None]) -> None:
        self._clock = clock
        self._on_heard = on_heard
        self._lock = threading.Lock()
        self._doubted = False
        self._asking_since: float | None = None

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around a call to the server."""
        self._asking_since = self._clock.monotonic()
        try:
            yield
        except (Busy, Refused, UpgradeRequired):
            # A refusal is an answer, too.
            self.heard()
            raise
        finally:
            self._asking_since = None
        self.heard()

    def heard(self) -> None:
        """The server said something."""
        with self._lock:
            self._doubted = False
        self._on_heard()

    def doubt(self) -> None:
        """The live link's heartbeat is overdue."""
        with self._lock:
            self._doubted = True

    @property
    def is_doubted(self) -> bool:
        """Whether the server has said nothing since the doubt came up."""
        return self._doubted

    @property
    def hangs(self) -> bool:
        """Whether a call has been waiting for longer than one that began just now."""
        since = self._asking_since
        return since is not None and self._clock.monotonic() - since >= _A_MOMENT_S
