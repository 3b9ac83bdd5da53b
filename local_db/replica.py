"""The terminal's files as the sync engine sees them (services.sync.replica.Replica)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from local_db import snapshot
from local_db.files import DatabaseError, transaction
from local_db.outbox import UNSURE_THROUGH, Superseded, commands_after
from local_db.stepping_back import SteppedBack
from local_db.store import Store
from services.protocol.messages import Outcome, PullResponse, PushedCommand
from services.storage.retention import DAY_MS
from services.storage.tables import BY_NAME
from services.sync.replica import Identity

CREDENTIAL = "device-credential"
NOBODY = Identity(client_id="", terminal_code="", epoch="")
"""The identity of a terminal that was not enrolled yet."""

log = logging.getLogger(__name__)

# A command beside its arguments on the wire: ids, hash and names.
_ENVELOPE_BYTES = 256


def _secret_of(client_id: str) -> str:
    return f"{CREDENTIAL}:{client_id}"


class FileReplica:
    """Implements the engine's port over a Store. Called on the sync thread, beside a writer and readers on others."""

    def __init__(
        self, store: Store, *, before_loss: Callable[[Sequence[str]], None] = lambda scopes: None
    ) -> None:
        """``before_loss(scopes)`` is called while the rows of scopes that are about to be lost are still here."""
        self._store = store
        self._before_loss = before_loss
        self._dropped_at = 0
        self._is_fresh = False
        self._pulled_as: tuple[str, str] | None = None

    def identity(self) -> Identity:
        """See Replica."""
        with self._store.writing():
            known = self._store.outbox.meta.identity()
            if known is None:
                return NOBODY
            secret = self._store.secrets.secret
            # A profile that was enrolled by an earlier version has it under the bare name.
            credential = secret(_secret_of(known.client_id)) or secret(CREDENTIAL)
            return msgspec.structs.replace(known, credential=credential)

    def settled_n(self) -> int:
        """See Replica."""
        with self._store.writing():
            return self._store.settled_n

    def commands_after(self, n: int, limit: int, max_bytes: int) -> Sequence[PushedCommand]:
        """See Replica. At least one command where there is one, however big it is."""
        connection = self._store.readers.take()
        try:
            found = commands_after(connection, "outbox", n, limit)
        finally:
            self._store.readers.give(connection)
        size = 0
        for count, command in enumerate(found):
            size += len(command.args) + _ENVELOPE_BYTES
            if size > max_bytes and count > 0:
                return found[:count]
        return found

    def pending_count(self) -> int:
        """See Replica."""
        return self._store.pending

    def record_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """See Replica."""
        with self._store.writing():
            new = self._store.outbox.outcomes.record(list(outcomes), self._store.clock())
        if new:
            self._store.announce({"outbox", "attention"})

    def outcomes_ack(self) -> int:
        """See Replica."""
        store = self._store
        with store.writing():
            # A restored server may answer otherwise to what it is sent again, and that answer may be lost on its way.
            if self._unsure_through():
                return 0
            return store.outbox.outcomes.complete_through(store.settled_n)

    def _unsure_through(self) -> int:
        """Outcomes up to this ``n`` may be of a past that the server no longer has, until a pull has brought them all
        again; 0 while there is no doubt."""
        return int(self._store.outbox.meta.get(UNSURE_THROUGH) or 0)

    def cursors(self) -> dict[str, int]:
        """See Replica."""
        with self._store.writing():
            self._pulled_as = self._store.identity
            return self._store.cache.cursors(self._store.outbox.epoch)

    def stage(self, patches: msgspec.Raw) -> None:
        """See Replica."""
        with self._store.writing():
            writer = self._store.writer
            writer.staging.add(patches)
            writer.rebase.look_ahead(writer.staging)

    def settle(self, last: PullResponse) -> None:
        """See Replica. Outcomes are on the disk before the rows that go with them.

        A person's command does not wait for it: where one comes, the rows are settled on a copy instead.
        """
        store = self._store
        try:
            with store.writing():
                self._must_be_for_us()
                lost = [scope for scope in store.outbox.meta.scopes if scope not in last.cursors]
            if lost:
                self._before_loss(lost)
            with store.writing():
                self._must_be_for_us()
                settled_before = store.settled_n
                touched = self._keep_outcomes(last)
            touched |= self._settle_rows(last)
        except Superseded:
            log.info("this terminal has another identity now: what was pulled under the old one is left")
            self.abandon()
            return
        with store.writing():
            if store.settled_n != settled_before:
                touched.add("outbox")
            # Where much was settled, the person at the screen has waited long enough; what is old goes with another pull.
            has_time = store.writer.staging.is_small
            store.writer.staging.clear()
            touched |= self._tidy(last, may_prune=has_time and not store.pending)
        if touched:
            store.rows_changed(touched)

    def _must_be_for_us(self) -> None:
        """Commands are counted under an identity: an answer to another one would settle what was never sent."""
        if self._pulled_as not in (None, self._store.identity):
            raise Superseded

    def _keep_outcomes(self, last: PullResponse) -> set[str]:
        outcomes = self._store.outbox.outcomes
        is_new = bool(last.outcomes) and outcomes.record(last.outcomes, self._store.clock())
        return {"outbox", "attention"} if is_new else set()

    def _settle_rows(self, last: PullResponse) -> set[str]:
        try:
            return self._settle_in_place(last, may_step_back=True)
        except SteppedBack:
            log.info("a person is at work: what was pulled is settled on a copy")
        # Imported late: it brings the handlers with it, which a window's first rows do not need.
        from local_db.settled_copy import settle_on_copy

        store = self._store
        with store.writing():
            self._must_be_for_us()
            staging, code, identity = store.writer.staging, store.terminal_code, store.identity
        try:
            return settle_on_copy(store, staging, last, code, identity)
        except (OSError, DatabaseError):
            log.warning("what was pulled could not be settled on a copy", exc_info=True)
        return self._settle_in_place(last, may_step_back=False)

    def _settle_in_place(self, last: PullResponse, *, may_step_back: bool) -> set[str]:
        store = self._store
        with store.writing():
            self._must_be_for_us()
            return store.writer.rebase.settle(
                store.writer.staging, last, store.clock(), store.terminal_code, may_step_back=may_step_back
            )

    def _tidy(self, last: PullResponse, *, may_prune: bool) -> set[str]:
        """What is to be done once the rows are settled. Answers the tables it touched."""
        store = self._store
        self._stand_in(list(last.cursors))
        self._drop_old_commands(last.server_time)
        if self._is_fresh:
            store.writer.rebase.is_pruned(last.server_time)
            self._is_fresh = False
        if 0 < self._unsure_through() <= last.last_n:
            store.outbox.meta.set(**{UNSURE_THROUGH: ""})
        return store.writer.rebase.prune(last.server_time) if may_prune else set()

    def _stand_in(self, scopes: list[str]) -> None:
        """What this terminal may see is what the server pulls to it; the site it stands at stays the first while it may."""
        meta = self._store.outbox.meta
        known = meta.scopes
        if set(scopes) != set(known):
            with transaction(self._store.outbox.connection):
                meta.put_scopes(
                    [scope for scope in known if scope in scopes] + sorted(set(scopes) - set(known))
                )

    def _drop_old_commands(self, server_now: int) -> None:
        """Once a day let go of acknowledged commands that no restored server will ask for any more."""
        if server_now > 0 and abs(server_now - self._dropped_at) >= DAY_MS:
            self._dropped_at = server_now
            self._store.outbox.drop_old(self._store.settled_n, server_now)

    def abandon(self) -> None:
        """See Replica."""
        with self._store.writing():
            self._store.writer.staging.clear()

    def adopt_snapshot(self, image: Path, cursors: dict[str, int]) -> None:
        """See Replica."""
        snapshot.adopt(self._store, image, cursors)
        # The server has left out what is too old.
        self._is_fresh = True
        self._store.announce({*BY_NAME, "outbox"})

    def change_epoch(self, epoch: str) -> None:
        """See Replica. Cursors are of an epoch: those of the old one hold no longer. What is here stays to be worked with
        until the next pull brings everything, each outcome included."""
        with self._store.writing():
            known = self._store.outbox.meta.identity() or NOBODY
            self._store.outbox.meta.set(**{UNSURE_THROUGH: str(self._store.outbox.last_n)})
            self._store.outbox.take_identity(msgspec.structs.replace(known, epoch=epoch), None)

    def enrolled_again(self, identity: Identity, scopes: list[str] | None = None) -> None:
        """See Replica."""
        store = self._store
        with store.writing():
            before = store.outbox.client_id
            # Under a name of its own: until the outbox says who this is, it is still the one it was, with its credential.
            store.secrets.keep_secret(_secret_of(identity.client_id), identity.credential)
            store.outbox.renumber(identity, scopes, self._store.settled_n)
            if before != identity.client_id:
                store.secrets.keep_secret(_secret_of(before), "")
        store.catch_up()
        store.announce({"outbox", "attention"})

    def take_identity(self, identity: Identity, scopes: list[str] | None) -> None:
        """Take what enrolment gave: for the first time, again the same, or in place of another."""
        store = self._store
        known = self.identity()
        if known.client_id not in ("", identity.client_id):
            self.enrolled_again(identity, scopes)
            return
        with store.writing():
            store.secrets.keep_secret(_secret_of(identity.client_id), identity.credential)
            store.outbox.take_identity(identity, scopes)
        store.catch_up()
        store.announce({"outbox"})
