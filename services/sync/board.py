"""Keeps the one status that others see, and tells of each change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from services.sync.clock import Clock
from services.sync.states import Event, State, follow
from services.sync.status import Progress, SyncStatus

log = logging.getLogger(__name__)

OnStatus = Callable[[SyncStatus], None]


class StatusBoard:
    """The current SyncStatus. Any thread may read and change it; ``on_status`` is called on the thread that did.

    Progress is told at most every ``report_every_s`` seconds, so that a fast transfer does not drown its listeners.
    """

    def __init__(self, clock: Clock, on_status: OnStatus | None, report_every_s: float) -> None:
        self._clock = clock
        self._on_status = on_status
        self._report_every_s = report_every_s
        self._reported_at = float("-inf")
        self._lock = threading.Lock()
        self._status = SyncStatus(state=State.IDLE, since=clock.now_ms())

    @property
    def status(self) -> SyncStatus:
        """The newest status."""
        return self._status

    def change(self, **fields: Any) -> None:
        """Replace fields of the status; silent where nothing changes."""
        with self._lock:
            changed = msgspec.structs.replace(self._status, **fields)
            if changed == self._status:
                return
            self._status = changed
        self._tell(changed)

    def enter(self, event: Event, **fields: Any) -> None:
        """Follow an event to the next state. Raises ImpossibleStep."""
        with self._lock:
            target = follow(self._status.state, event)
            if target is not self._status.state:
                fields["since"] = self._clock.now_ms()
            changed = msgspec.structs.replace(
                self._status, **{"state": target, "progress": None, "retry_at": None, **fields}
            )
            if changed == self._status:
                return
            self._status = changed
            self._reported_at = float("-inf")
        self._tell(changed)

    def report(self, progress: Progress | None) -> None:
        """Show how far the present step is."""
        now = self._clock.monotonic()
        if progress is not None and now - self._reported_at < self._report_every_s:
            return
        self._reported_at = now
        self.change(progress=progress)

    def _tell(self, status: SyncStatus) -> None:
        if self._on_status is None:
            return
        try:
            self._on_status(status)
        except Exception:
            log.exception("a listener to the sync status failed; sync goes on")
