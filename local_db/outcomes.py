"""The server's answers to commands: each kept once and durably, with an item for a person where one has to look."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_db.files import Connection, transaction
from services.protocol.messages import Outcome

_NEEDS_A_PERSON = frozenset({"rejected", "adjusted", "parked"})


class Outcomes:
    """The outbox's tables of outcomes and of what needs attention. All methods run under the owner's write lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.open_items = 0
        self._complete: int | None = None
        self._count()

    def record(self, outcomes: Sequence[Outcome], now: int) -> bool:
        """Keep outcomes durably. Answers whether one of them was not known before; ``now`` in ms UTC."""
        known = self._known(outcomes)
        new = [each for each in outcomes if known.get(each.n) != (each.status, each.code)]
        if new:
            with transaction(self._connection):
                self._keep(new, now)
            self._count()
        return bool(new)

    def _known(self, outcomes: Sequence[Outcome]) -> dict[int, tuple[str, str]]:
        found = self._connection.execute(
            "SELECT n, status, code FROM outcome WHERE n IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode([outcome.n for outcome in outcomes]).decode(),),
        )
        return {n: (status, code) for n, status, code in found.fetchall()}

    def complete_through(self, settled_n: int) -> int:
        """The ``n`` up to which every outcome is kept here; those of settled commands were, and may be dropped by
        now."""
        if self._complete is None:
            # A missing outcome after the oldest retained command ends the row; before that one all have come.
            (missing,) = self._connection.execute(
                "SELECT min(c.n) FROM command AS c WHERE NOT EXISTS (SELECT 1 FROM outcome AS o WHERE o.n = c.n)"
            ).fetchone()
            (last,) = self._connection.execute("SELECT coalesce(max(n), 0) FROM outcome").fetchone()
            self._complete = last if missing is None else missing - 1
        self._complete = max(self._complete, settled_n)
        while self._connection.execute("SELECT 1 FROM outcome WHERE n = ?", (self._complete + 1,)).fetchone():
            self._complete += 1
        return self._complete

    def reload(self) -> None:
        """Count again, after the outbox was numbered anew."""
        self._complete = None
        self._count()

    def resolve(self, item_id: int, resolution: str, actor_id: str, now: int) -> None:
        """A person has dealt with an item. Raises LookupError where there is no such open item."""
        done = self._connection.execute(
            "UPDATE attention SET resolved_at = ?, resolved_by = ?, resolution = ? "
            "WHERE id = ? AND resolved_at IS NULL",
            (now, actor_id, resolution, item_id),
        )
        if done.rowcount != 1:
            raise LookupError(f"no open item {item_id} needs attention")
        self._count()

    def _keep(self, outcomes: Sequence[Outcome], now: int) -> None:
        self._connection.executemany(
            "INSERT INTO outcome (n, status, code, message, details, recorded_at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (n) DO UPDATE SET status = excluded.status, code = excluded.code, "
            "message = excluded.message, details = excluded.details, recorded_at = excluded.recorded_at",
            [(each.n, each.status, each.code, each.message, _details(each), now) for each in outcomes],
        )
        self._connection.executemany(
            "INSERT INTO attention (command_id, n, actor_id, name, v, args, issued_at, status, code, message, "
            "details, raised_at) "
            "SELECT id, n, actor_id, name, v, args, issued_at, ?, ?, ?, ?, ? FROM command WHERE n = ? "
            "ON CONFLICT (command_id) DO UPDATE SET status = excluded.status, code = excluded.code, "
            "message = excluded.message, details = excluded.details, raised_at = excluded.raised_at, "
            "resolved_at = NULL, resolved_by = '', resolution = ''",
            [
                (each.status, each.code, each.message, _details(each), now, each.n)
                for each in outcomes
                if each.status in _NEEDS_A_PERSON
            ],
        )
        # A server restored from a backup may take what it had refused before: nobody need look at that any more.
        taken = [each.n for each in outcomes if each.status not in _NEEDS_A_PERSON]
        self._connection.execute(
            "UPDATE attention SET resolved_at = ?, resolution = 'accepted' WHERE resolved_at IS NULL AND command_id IN "
            "(SELECT id FROM command WHERE n IN (SELECT value FROM json_each(?)))",
            (now, msgspec.json.encode(taken).decode()),
        )

    def _count(self) -> None:
        (self.open_items,) = self._connection.execute(
            "SELECT count(*) FROM attention WHERE resolved_at IS NULL"
        ).fetchone()


def _details(outcome: Outcome) -> str:
    return msgspec.json.encode(outcome.details).decode()
