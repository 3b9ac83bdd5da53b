"""Keeps the rows what they must be: the server's at the cursors, with the pending commands replayed over them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from local_db import before_images
from local_db.cache import Cache
from local_db.dependencies import forget_makers
from local_db.outbox import Outbox
from local_db.patches import apply_patches, drop_scope
from local_db.replay import Replay
from services.protocol.messages import PullResponse, TablePatch

log = logging.getLogger(__name__)


class Rebase:
    """Take back, apply, replay: each time in one transaction of the cache. All methods run under the write lock."""

    def __init__(self, cache: Cache, outbox: Outbox, replay: Replay) -> None:
        self._cache = cache
        self._outbox = outbox
        self._replay = replay

    def settle(
        self, pages: Iterable[Sequence[TablePatch]], last: PullResponse, now: int, terminal_id: str
    ) -> set[str]:
        """Apply pulled pages with their cursors and ``last_n``. Answers the tables that may have changed."""
        cache, connection = self._cache, self._cache.connection
        cache.begin()
        try:
            touched = self._take_back()
            connection.execute("UPDATE capture SET is_on = 0")
            known = cache.cursors()
            # What is held of a scope without a cursor is of unknown age: the pull has brought all of it.
            anew = {*last.reset, *last.gone, *(scope for scope in last.cursors if scope not in known)}
            for scope in sorted(anew):
                touched |= drop_scope(connection, scope)
            for patches in pages:
                touched |= apply_patches(connection, patches)
            connection.execute("UPDATE capture SET is_on = 1")
            connection.execute("DELETE FROM cursor")
            connection.executemany(
                "INSERT INTO cursor (scope, version) VALUES (?, ?)", list(last.cursors.items())
            )
            connection.execute("DELETE FROM staged")
            self._stand_at(last.last_n, synced_at=now)
            cache.forget_rows()
            touched |= self._replay.after(last.last_n, terminal_id)
            cache.commit(applied_through=self._outbox.last_n)
        except BaseException:
            cache.take_back()
            raise
        return touched

    def catch_up(self, terminal_id: str) -> set[str]:
        """Bring the rows up to the outbox after a crash or a failed commit. Answers the tables that may have
        changed."""
        cache, outbox = self._cache, self._outbox
        cache.begin()
        try:
            touched: set[str] = set()
            if cache.client_id != outbox.client_id or cache.applied_through > outbox.last_n:
                # The commands were numbered anew, or the outbox is an older one: nothing provisional can stay.
                touched |= self._take_back()
                last_n = cache.last_n if cache.client_id == outbox.client_id else 0
                self._stand_at(min(last_n, outbox.last_n), synced_at=cache.synced_at)
                cache.forget_rows()
                touched |= self._replay.after(cache.last_n, terminal_id)
            else:
                touched |= self._replay.after(cache.applied_through, terminal_id)
            cache.commit(applied_through=outbox.last_n)
        except BaseException:
            cache.take_back()
            raise
        log.info("the cache was brought up to command %d", outbox.last_n)
        return touched

    def forget_cursors(self) -> None:
        """The server has a new past: the next pull brings everything. What is here stays to be worked with until
        then."""
        self._cache.connection.execute("DELETE FROM cursor")

    def _take_back(self) -> set[str]:
        forget_makers(self._cache.connection)
        return before_images.rewind(self._cache.connection)

    def _stand_at(self, last_n: int, *, synced_at: int | None) -> None:
        cache = self._cache
        cache.client_id, cache.last_n, cache.synced_at = self._outbox.client_id, last_n, synced_at
        cache.connection.execute(
            "UPDATE cache_meta SET client_id = ?, last_n = ?, synced_at = ?",
            (cache.client_id, last_n, synced_at),
        )
