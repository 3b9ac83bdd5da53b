"""The server, in this process and on one thread: authentication, push, pull and the committer are the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from sqlcipher3 import dbapi2 as sqlite

from services.commands import Command
from services.protocol.messages import (
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushRequest,
    PushResponse,
    encode,
)
from services.server import authority, feed
from services.server.clients import Clients
from services.server.committer import Committer, Submission
from services.server.pull import Pull
from services.server.push import Push
from services.server.transaction import Committed, Transaction
from tests.simulator.clock import WorldClock
from tests.simulator.disk import Database, Machine
from tests.simulator.server_database import ServerConnection, ServerDatabase

T = TypeVar("T")

FAILURES_BEFORE_PARKING = 3


class Broken(Exception):
    """A fault of the server's program, planted by a schedule."""


class Held(Exception):
    """A request waits: it will be committed together with the next one."""


class Troubles:
    """What goes wrong while the server runs a command: a fault of its program, or a row that its database refuses."""

    def __init__(self) -> None:
        self._armed: dict[str, list[tuple[str, int]]] = {}
        self._failing: dict[str, tuple[str, int]] = {}
        self.poisoned: set[str] = set()
        """The ids of commands that the server will never manage."""
        self.on_strike: Callable[[str], None] = lambda kind: None

    def arm(self, terminal_id: str, kind: str, times: int) -> None:
        """The next new command of a terminal meets this, so many times."""
        self._armed.setdefault(terminal_id, []).append((kind, times))

    def disarm(self) -> None:
        """Nothing more goes wrong, but what is poisoned stays so."""
        self._armed.clear()
        self._failing = {
            command_id: (kind, times if command_id in self.poisoned else 0)
            for command_id, (kind, times) in self._failing.items()
        }

    def meet(self, origin: authority.Origin) -> None:
        """A command is about to run. Raises what it meets."""
        waiting = self._armed.get(origin.terminal_id)
        if waiting and origin.command_id not in self._failing:
            self._failing[origin.command_id] = waiting.pop(0)
            self.on_strike(self._failing[origin.command_id][0])
            if self._failing[origin.command_id][0] == "command_poisoned":
                self.poisoned.add(origin.command_id)
        kind, times = self._failing.get(origin.command_id, ("", 0))
        if times <= 0:
            return
        self._failing[origin.command_id] = (kind, times - 1)
        if kind == "database_refuses_a_row":
            raise sqlite.IntegrityError("UNIQUE constraint failed")
        raise Broken("a fault of the server's program")

    def run(self, transaction: Transaction, command: Command, origin: authority.Origin) -> Any:
        """``authority.run``, but for what goes wrong."""
        self.meet(origin)
        return RUN(transaction, command, origin)


RUN = authority.run
"""The real one, which the oracle uses too."""


class SerialCommitter(Committer):
    """Commits on the caller's thread. While ``holds``, work is put aside and committed together with what comes next."""

    holds = False

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._aside: list[Submission[Any]] = []

    def run(
        self,
        scopes: Iterable[str],
        work: Callable[[Transaction], T],
        *,
        locks: Iterable[str] = (),
        weight: int = 1,
    ) -> T:
        """See Committer."""
        submission: Submission[T] = Submission(frozenset(scopes) | frozenset(locks), work, weight)
        self._aside.append(submission)
        if self.holds:
            raise Held
        group, self._aside = self._aside, []
        self._commit("", group)
        return submission.future.result(timeout=0)


class Authority:
    """The server's half of sync, which can stop at any statement and start again."""

    def __init__(
        self,
        machine: Machine,
        database: Database,
        clock: WorldClock,
        *,
        rows_per_page: int,
        on_commit: Callable[[Committed], None],
    ) -> None:
        """``on_commit`` is told of every commit that holds, also where the server stops before it tells anybody."""
        self.machine = machine
        self._disk = database
        self._clock = clock
        self._rows_per_page = rows_per_page
        self._on_commit = on_commit
        self._lives = 1
        database.on_end = self._has_ended
        self.troubles = Troubles()
        self.start()

    @property
    def epoch(self) -> str:
        """Which life of the server this is: a restored one is another."""
        return f"epoch-{self._lives}"

    def start(self) -> None:
        """Begin, or begin again: what was only in memory is gone."""
        self.machine.start()
        self._finished: Committed | None = None
        self.database: Any = ServerDatabase(self.machine, self._disk)
        now = self._clock.now_ms
        self.committer = SerialCommitter(self.database, now, rows_remembered=100_000)
        self.clients = Clients(self.database, self.committer, epoch=self.epoch)
        self.push = Push(self.committer, epoch=self.epoch, failures_before_parking=FAILURES_BEFORE_PARKING)
        self.pull = Pull(self.database, now, epoch=self.epoch, rows_per_page=self._rows_per_page)

    def transaction(self, *args: Any, **named: Any) -> Transaction:
        """A transaction of the committer whose changes are known here when it commits."""
        server = self

        class Noted(Transaction):
            def finish(self, locked: frozenset[str] | None) -> Committed:
                server._finished = super().finish(locked)
                return server._finished

        return Noted(*args, **named)

    def _has_ended(self, held: bool) -> None:
        committed, self._finished = self._finished, None
        if held and committed is not None:
            self._on_commit(committed)

    def take(self, kind: str, sender: tuple[str, str], body: bytes) -> bytes:
        """Answer a request as the routes do. Raises what they turn into an error, and PowerCut."""
        device = self.clients.authenticate(*sender)
        if kind == "push":
            request = msgspec.msgpack.decode(body, type=PushRequest)
            assert request.client_id == device.client.id
            answer: PushResponse | PullResponse | EnrollResponse = self.push.take(request)
        elif kind == "pull":
            answer = self.pull.page(msgspec.msgpack.decode(body, type=PullRequest), device.scopes)
        else:
            answer = self.clients.enroll_again(device)
        return encode(answer)

    def hold(self, sender: tuple[str, str], body: bytes) -> None:
        """Take a push that arrives together with the next one."""
        self.committer.holds = True
        try:
            self.take("push", sender, body)
        except Held:
            return
        finally:
            self.committer.holds = False

    def back_up(self) -> None:
        """Keep the database as it is now."""
        self._disk.hold()

    def restore(self) -> None:
        """Put the kept database in the place of the present one: what was taken meanwhile is forgotten."""
        self.machine.cut()
        self._disk.settle(lost=True)
        self._lives += 1
        self.start()

    def connection(self) -> ServerConnection:
        """For whoever looks at the database from the outside, where no fault strikes."""
        return ServerConnection(self._disk.raw)

    def versions(self) -> dict[str, int]:
        """Where every scope is."""
        found = self.connection().exec_driver_sql("SELECT scope, version FROM scope_head")
        return {str(scope): int(version) for scope, version in found}

    def forget_tombstones(self) -> None:
        """Do what housekeeping does after a month: forget deletions, so that terminals that are behind begin anew."""
        versions = self.versions()
        self.committer.run((), lambda transaction: feed.drop_tombstones(transaction.connection, versions))
