"""First sync: take over a whole image of the server's rows, so that only what changed since has to be pulled."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from services.sync.errors import DamagedSnapshot, LocalTrouble, NoSnapshot
from services.sync.exchange import ADOPTING, Exchange
from services.sync.port import SnapshotInfo
from services.sync.states import Event
from services.sync.status import Progress

log = logging.getLogger(__name__)

_TRIES_TO_FETCH = 2
_TRIES_TO_ADOPT = 2


class FirstSync:
    """Fetches an image and hands it to the replica.

    The image is not encrypted, so it lies in the scratch folder only until it is adopted. If adopting fails (a full
    disk), it waits there for the next try of this run, so that it need not be fetched again each time.
    """

    def __init__(self, scratch: Path, scopes: Sequence[str]) -> None:
        self._image = scratch / "first-sync.image"
        self._scopes = tuple(scopes)
        self._ready: SnapshotInfo | None = None
        self._failed_to_adopt = 0

    def run(self, x: Exchange) -> None:
        """Fetch and adopt. Where the server has no image that this program can use nothing is adopted, and the pull brings
        every row.

        Raises what Transport and Replica raise.
        """
        x.enter(Event.FETCH_IMAGE)
        try:
            info = self._ready or self._fetch(x)
        except NoSnapshot as reason:
            log.info("first sync goes by pulling: %s", reason.words)
            return
        self._ready = info
        try:
            x.local(ADOPTING, x.replica.adopt_snapshot, self._image, dict(info.cursors))
        except DamagedSnapshot as problem:
            # What arrived is what the server sent, so another try would bring the same.
            log.warning("first sync goes by pulling: %s", problem.words)
        except LocalTrouble:
            self._failed_to_adopt += 1
            if self._failed_to_adopt >= _TRIES_TO_ADOPT:
                self.forget()
            raise
        self.forget()
        x.report(None)

    def forget(self) -> None:
        """Remove the image, also one that a crash left behind."""
        self._ready = None
        self._failed_to_adopt = 0
        try:
            self._image.unlink(missing_ok=True)
        except OSError as problem:
            log.warning("the first sync's image could not be removed: %s", problem.strerror)

    def _fetch(self, x: Exchange) -> SnapshotInfo:
        def progress(done: int, total: int | None) -> None:
            x.reach.heard()
            x.report(Progress("bytes", done, total))

        for left in reversed(range(_TRIES_TO_FETCH)):
            try:
                return x.remote(
                    "fetching the server's image",
                    x.limits.snapshot_s,
                    x.transport.snapshot,
                    self._scopes,
                    self._image,
                    progress,
                )
            except DamagedSnapshot as problem:
                log.warning("%s", problem.words)
                if not left:
                    raise NoSnapshot("The image arrives damaged each time.") from problem
        raise AssertionError("not reached")
