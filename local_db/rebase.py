"""Keeps the rows what they must be: the server's at the cursors, with the pending commands replayed over them."""

from __future__ import annotations

import logging
from contextlib import nullcontext

from local_db import before_images, landing
from local_db.beside import is_beside
from local_db.cache import Cache
from local_db.dependencies import forget_makers
from local_db.files import remember_many_pages
from local_db.look_ahead import LookAhead
from local_db.outbox import Outbox, OutboxSeen
from local_db.patches import apply_patches, drop_scope, teach
from local_db.pruning import prune
from local_db.replay import Replay
from local_db.staging import Staging
from services.protocol.messages import PullResponse

log = logging.getLogger(__name__)

_PRUNE_EVERY_MS = 6 * 3_600_000
# Of each table, which holds the writer up for some milliseconds; the next pull drops as many again.
_PRUNED_AT_ONCE = 500


class Rebase:
    """Take back, apply, replay: each time in one transaction of the cache. All methods run under the write lock."""

    def __init__(self, cache: Cache, outbox: Outbox | OutboxSeen, replay: Replay) -> None:
        self._cache = cache
        self._outbox = outbox
        self._replay = replay
        self._pruned_at = 0

    def settle(
        self,
        staging: Staging,
        last: PullResponse,
        now: int,
        code: str,
        *,
        may_step_back: bool = False,
    ) -> set[str]:
        """Apply staged pages with their cursors and ``last_n``. Answers the tables that may have changed.

        ``may_step_back``: raises SteppedBack where somebody waits for the write lock; then nothing has happened.
        """
        cache = self._cache
        cache.begin()
        try:
            with cache.step_back.breakable() if may_step_back else nullcontext():
                touched = self._take_in(staging, last, code)
            cache.write_cursors(last.cursors, self._outbox.epoch)
            self._stand_at(last.last_n, synced_at=now)
            cache.commit(applied_through=self._outbox.last_n)
        except BaseException:
            cache.take_back()
            raise
        return touched

    def _take_in(self, staging: Staging, last: PullResponse, code: str) -> set[str]:
        cache, outbox = self._cache, self._outbox
        known = cache.cursors(outbox.epoch)
        # What is held of a scope without a cursor is of unknown age: the pull has brought all of it. So it is with what is
        # from before the server was restored. What is held of a scope that the server no longer names is nothing of this
        # terminal's any more.
        anew = {
            *last.reset,
            *last.gone,
            *(known.keys() ^ last.cursors.keys()),
            *(cache.scopes() - known.keys()),
        }
        here = (cache.client_id, cache.last_n, cache.applied_through)
        if anew or here != (outbox.client_id, last.last_n, outbox.last_n):
            return self._exchange_rows(staging, anew, last, code)
        return self._let_in(staging, last, code) if staging.size else set()

    def _let_in(self, staging: Staging, last: PullResponse, code: str) -> set[str]:
        """No command was settled, and no scope begins anew: what has nothing to do with pending work is simply written."""
        cache = self._cache
        if staging.is_small and is_beside(cache.connection, cache.footprint, staging.pages()):
            return self._apply(staging, teaching=True)
        return self._exchange_rows(staging, set(), last, code)

    def _exchange_rows(self, staging: Staging, anew: set[str], last: PullResponse, code: str) -> set[str]:
        cache, connection = self._cache, self._cache.connection
        if not anew and (provisional := before_images.provisional_tables(connection)):
            return self._land_rows(staging, provisional, last, code)
        touched = self._take_back()
        connection.execute("UPDATE capture SET is_on = 0")
        for scope in sorted(anew):
            touched |= drop_scope(connection, scope)
        connection.execute("UPDATE capture SET is_on = 1")
        few = not touched and staging.is_small
        if not few:
            cache.forget_rows()
        touched |= self._apply(staging, teaching=few)
        self._stand_at(last.last_n, synced_at=cache.synced_at)
        return touched | self._replay_after(last.last_n, code)

    def _land_rows(self, staging: Staging, provisional: list[str], last: PullResponse, code: str) -> set[str]:
        """Let the staged rows take the place of provisional ones, take back the others, and replay what is pending."""
        cache, connection = self._cache, self._cache.connection
        connection.execute("UPDATE capture SET is_on = 0")
        remember_many_pages(connection)
        if landing.make_ready(connection, provisional):
            staging.ahead = None
        touched = set(provisional) | self._land(staging)
        self._take_back()
        cache.forget_rows()
        self._stand_at(last.last_n, synced_at=cache.synced_at)
        return touched | self._replay_after(last.last_n, code)

    def _land(self, staging: Staging) -> set[str]:
        cache, connection = self._cache, self._cache.connection
        ahead = self._what_holds_of(staging.ahead)
        touched: set[str] = set()
        for position in range(staging.count):
            cache.step_back.check()
            page = ahead.take(position) if ahead is not None else None
            touched |= landing.land(connection, page or landing.compare(connection, staging.page(position)))
        connection.execute("DELETE FROM staged")
        return touched

    def look_ahead(self, staging: Staging) -> None:
        """Compare the page that was put aside last with what stands here, while the next one is under way.

        Where a pull brings little, or nothing here is provisional, there is nothing to gain by it.
        """
        cache, connection = self._cache, self._cache.connection
        position = staging.count - 1
        if position == 0 and not staging.is_small and before_images.provisional_tables(connection):
            remember_many_pages(connection)
            staging.ahead = LookAhead(cache.commits)
        ahead = self._what_holds_of(staging.ahead)
        if ahead is not None and ahead.expects(position):
            ahead.add(landing.compare(connection, staging.page(position)))

    def _what_holds_of(self, ahead: LookAhead | None) -> LookAhead | None:
        return ahead if ahead is not None and ahead.stands_at == self._cache.commits else None

    def _apply(self, staging: Staging, *, teaching: bool = False) -> set[str]:
        """Write the staged rows past the before-images."""
        cache, connection = self._cache, self._cache.connection
        touched: set[str] = set()
        connection.execute("UPDATE capture SET is_on = 0")
        for patches in staging.pages():
            cache.step_back.check()
            touched |= apply_patches(connection, patches)
            if teaching:
                teach(cache.unit, patches)
        connection.execute("DELETE FROM staged")
        connection.execute("UPDATE capture SET is_on = 1")
        return touched

    def catch_up(self, code: str) -> set[str]:
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
                touched |= self._replay_after(cache.last_n, code)
            else:
                touched |= self._replay_after(cache.applied_through, code)
            cache.commit(applied_through=outbox.last_n)
        except BaseException:
            cache.take_back()
            raise
        log.info("the cache was brought up to command %d", outbox.last_n)
        return touched

    def _replay_after(self, n: int, code: str) -> set[str]:
        """Replay as the terminal with this code, by its row as it is now: one that has enrolled again gets it with the very
        pull that is being settled."""
        return self._replay.after(n, self._cache.terminal_id(code, self._outbox.client_id))

    def is_pruned(self, server_now: int) -> None:
        """What is here holds nothing old: looking for it, through whole tables, has time."""
        self._pruned_at = server_now

    def prune(self, server_now: int) -> set[str]:
        """Now and then drop a little of what a terminal does not keep, in a transaction of its own, until nothing is left
        of it. Answers the tables it touched."""
        if server_now <= 0 or abs(server_now - self._pruned_at) < _PRUNE_EVERY_MS:
            return set()
        cache = self._cache
        cache.begin()
        try:
            cache.connection.execute("UPDATE capture SET is_on = 0")
            touched, is_all = prune(cache.connection, server_now, _PRUNED_AT_ONCE)
            cache.connection.execute("UPDATE capture SET is_on = 1")
            cache.commit(applied_through=cache.applied_through)
        except BaseException:
            cache.take_back()
            raise
        if touched:
            cache.forget_rows()
        if is_all:
            self._pruned_at = server_now
        return touched

    def _take_back(self) -> set[str]:
        forget_makers(self._cache.connection)
        self._cache.footprint.begin()
        return before_images.rewind(self._cache.connection)

    def _stand_at(self, last_n: int, *, synced_at: int | None) -> None:
        cache = self._cache
        cache.client_id, cache.last_n, cache.synced_at = self._outbox.client_id, last_n, synced_at
        cache.connection.execute(
            "UPDATE cache_meta SET client_id = ?, last_n = ?, synced_at = ?",
            (cache.client_id, last_n, synced_at),
        )
