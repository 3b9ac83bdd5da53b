"""The outbox: every command in order, with its exact bytes and the hash that ties it to the one before. Never
dropped."""

from __future__ import annotations

import msgspec

from local_db.files import Connection, transaction
from local_db.meta import Meta
from local_db.outcomes import Outcomes
from services.commands.codec import chain_hash
from services.protocol.messages import PushedCommand
from services.sync.replica import Identity

_DAY_MS = 86_400_000
RETAINED_DAYS = 35
"""How long acknowledged commands are kept, so that a server restored from a backup can be refilled."""

_PUSHED = "n, id, actor_id, name, v, args, prev_hash, issued_at, depends_on"
_SETTLED_BY_DAY = "settled_by_day"
UNSURE_THROUGH = "outcomes_unsure_through"
"""Up to this command of the present numbering, outcomes may be of a past that the server no longer has."""
_marks = msgspec.json.Decoder(list[tuple[int, int]])
_depends_on = msgspec.json.Decoder(tuple[int, ...])


def commands_after(connection: Connection, schema: str, n: int, limit: int) -> list[PushedCommand]:
    """Durable commands in order from ``n + 1`` on, read over any connection that has the outbox as ``schema``."""
    rows = connection.execute(
        f"SELECT {_PUSHED} FROM {schema}.command WHERE n > ? ORDER BY n LIMIT ?", (n, limit)
    ).fetchall()
    return [
        PushedCommand(
            n, command_id, actor_id, name, v, args, prev_hash, issued_at, _depends_on.decode(waits_for)
        )
        for n, command_id, actor_id, name, v, args, prev_hash, issued_at, waits_for in rows
    ]


class Superseded(Exception):
    """This terminal got another identity meanwhile: what was pulled under the old one is not for it."""


class OutboxSeen:
    """The outbox as a reader sees it: what it held when ``look`` was called last. Needs no lock."""

    def __init__(self, connection: Connection, identity: tuple[str, str]) -> None:
        """``connection``: a reader's, with the outbox attached as ``outbox``; ``identity``: the client id under which its
        commands are counted, and the epoch."""
        self._connection = connection
        self.client_id, self.epoch = identity
        self.last_n = 0

    def look(self) -> None:
        """See what is there now. Raises Superseded where it is counted under another identity."""
        facts = dict(
            self._connection.execute(
                "SELECT key, value FROM outbox.meta WHERE key IN ('client_id', 'epoch', 'last_n')"
            ).fetchall()
        )
        if (facts.get("client_id", ""), facts.get("epoch", "")) != (self.client_id, self.epoch):
            raise Superseded
        (newest,) = self._connection.execute("SELECT max(n) FROM outbox.command").fetchone()
        self.last_n = int(facts.get("last_n") or 0) if newest is None else newest

    def commands_after(self, n: int, limit: int) -> list[PushedCommand]:
        """See Outbox; none that came after the last look."""
        found = commands_after(self._connection, "outbox", n, limit)
        return [command for command in found if command.n <= self.last_n]


class Outbox:
    """The outbox over its one writing connection. All methods run under the owner's write lock."""

    def __init__(self, connection: Connection) -> None:
        """``connection``: to a file that was brought to the present schema (see migrations)."""
        self.connection = connection
        self.meta = Meta(connection)
        self.outcomes = Outcomes(connection)
        self.last_n = 0
        self.last_hash = b""
        self.client_id = ""
        self.reload()

    def reload(self) -> None:
        """Read the head again: at the beginning, and whenever it is not certain what a failed write left behind."""
        head = self.connection.execute("SELECT n, hash FROM command ORDER BY n DESC LIMIT 1").fetchone()
        if head is None:
            # All may have been acknowledged and dropped; the chain goes on where it was.
            head = (int(self.meta.get("last_n") or 0), bytes.fromhex(self.meta.get("last_hash")))
        self.last_n, self.last_hash = head
        self.client_id = self.meta.get("client_id")

    @property
    def epoch(self) -> str:
        """The life of the server that this terminal speaks with."""
        return self.meta.get("epoch")

    def commands_after(self, n: int, limit: int) -> list[PushedCommand]:
        """Commands in order from ``n + 1`` on."""
        return commands_after(self.connection, "main", n, limit)

    def append(
        self,
        command_id: str,
        actor_id: str,
        name: str,
        v: int,
        args: bytes,
        issued_at: int,
        depends_on: tuple[int, ...] = (),
    ) -> int:
        """Write a command within the caller's transaction, and answer its ``n``. ``advance`` after the commit."""
        n = self.last_n + 1
        self.connection.execute(
            "INSERT INTO command (n, id, actor_id, name, v, args, prev_hash, hash, issued_at, depends_on) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                n, command_id, actor_id, name, v, args, self.last_hash, chain_hash(self.last_hash, args), issued_at,
                msgspec.json.encode(depends_on),
            ),
        )  # fmt: skip
        return n

    def advance(self, n: int, args: bytes) -> None:
        """The command ``n`` is on the disk: the next one follows it."""
        self.last_n, self.last_hash = n, chain_hash(self.last_hash, args)

    def take_identity(self, identity: Identity, scopes: list[str] | None) -> None:
        """Take the first identity, or a newer epoch or scopes under the same one."""
        with transaction(self.connection):
            self.meta.put_identity(identity)
            if scopes is not None:
                self.meta.put_scopes(scopes)
        self.client_id = identity.client_id

    def renumber(self, identity: Identity, scopes: list[str] | None, settled_n: int) -> None:
        """Begin a new chain under ``identity`` with the commands that have no outcome yet; retire all others.

        A command keeps its id, so that the server makes rows of the same ids of it as are here.
        """
        try:
            connection = self.connection
            with transaction(connection):
                unsettled = connection.execute(
                    "SELECT c.id, c.actor_id, c.name, c.v, c.args, c.issued_at FROM command AS c "
                    "LEFT JOIN outcome AS o ON o.n = c.n WHERE c.n > ? AND o.n IS NULL ORDER BY c.n",
                    (settled_n,),
                ).fetchall()
                connection.execute(
                    "INSERT INTO retired_command SELECT ?, c.n, c.id, c.actor_id, c.name, c.v, c.args, c.issued_at, "
                    "coalesce(o.status, 'sent again'), coalesce(o.message, '') "
                    "FROM command AS c LEFT JOIN outcome AS o ON o.n = c.n",
                    (self.meta.get("client_id"),),
                )
                connection.execute("DELETE FROM command")
                connection.execute("DELETE FROM outcome")
                self.last_n, self.last_hash = 0, b""
                for command_id, actor_id, name, v, args, issued_at in unsettled:
                    self.advance(self.append(command_id, actor_id, name, v, args, issued_at), args)
                self.meta.put_identity(identity)
                if scopes is not None:
                    self.meta.put_scopes(scopes)
                self.meta.put(
                    last_n=str(self.last_n),
                    last_hash=self.last_hash.hex(),
                    **{_SETTLED_BY_DAY: "", UNSURE_THROUGH: ""},
                )
        finally:
            self.reload()
            self.outcomes.reload()

    def drop_old(self, settled_n: int, server_now: int) -> int:
        """Drop commands that were settled longer ago than the backup horizon. Answers how many.

        ``server_now`` is the server's clock in ms UTC: a clock at this desk that was set wrong for a moment must not cost
        what a restored server will ask for. How far things were settled on which day is written down here.
        """
        marks = _marks.decode(self.meta.get(_SETTLED_BY_DAY) or "[]")
        old = [n for at, n in marks if at <= server_now - RETAINED_DAYS * _DAY_MS]
        kept = [mark for mark in marks if mark[0] > server_now - RETAINED_DAYS * _DAY_MS]
        if not kept or abs(server_now - kept[-1][0]) >= _DAY_MS:
            kept.append((server_now, settled_n))
        upto = min(max(old, default=0), settled_n)
        with transaction(self.connection):
            self.meta.put(
                last_n=str(self.last_n),
                last_hash=self.last_hash.hex(),
                **{_SETTLED_BY_DAY: msgspec.json.encode(kept).decode()},
            )
            # Only from the beginning, so that what is retained has no holes.
            dropped: int = self.connection.execute("DELETE FROM command WHERE n <= ?", (upto,)).rowcount
            self.connection.execute("DELETE FROM outcome WHERE n <= ?", (upto,))
        return dropped

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
