"""The server, in this process and on one thread: authentication, push, pull and the committer are the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

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
from services.server.allotment_keeper import AllotmentKeeper, Tuning
from services.server.clients import Clients
from services.server.committer import Committer, Submission
from services.server.image_folder import ImageFolder
from services.server.pull import Pull
from services.server.push import Push
from services.server.server_tables import CommandRecord
from services.server.snapshot import Snapshots
from services.server.transaction import Committed, Transaction
from services.storage.row import ORG
from services.sync.snapshot_file import ImageFacts
from tests.simulator.clock import WorldClock
from tests.simulator.disk import Database, Machine
from tests.simulator.server_database import ServerConnection, ServerDatabase

T = TypeVar("T")

FAILURES_BEFORE_PARKING = 3
_HOUR_MS = 3_600_000
_CHANGES_PER_IMAGE = 40
# Whoever sold one unit gets some: a schedule has few orders.
_LENDING = Tuning(demand_days=7, cover_days=28, demand_seconds=0, heard_seconds=900, products=100)


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


LOOK = "look"
"""The name under which what the server did by itself stands between the commands, in the order of the commits: a look at
the allotments, an enrolment."""


class _Looking:
    """The committer as the keeper of allotments has it: what it carries out is noted for the oracle, to be done again."""

    def __init__(self, committer: Committer, looks: dict[str, Callable[[Transaction], Any]]) -> None:
        self._committer = committer
        self._looks = looks

    def run(self, scopes: Iterable[str], work: Callable[[Transaction], T]) -> T:
        """See Committer."""
        look_id = f"{LOOK}-{len(self._looks) + 1}"
        self._looks[look_id] = work

        def noted(transaction: Transaction) -> T:
            done = self._do(look_id, work, transaction)
            # A record like those of commands, so that it is lost with a commit, or with what a restored server forgets.
            transaction.unit.put(
                CommandRecord(
                    id=look_id, client_id="", n=0, command_id=look_id, actor_id="", name=LOOK, hash="", status="applied",
                    code="", message="", details="[]", args="", received_at=transaction.received_at,
                )
            )  # fmt: skip
            return done

        return self._committer.run(scopes, noted)

    def _do(self, look_id: str, work: Callable[[Transaction], T], transaction: Transaction) -> T:
        return work(transaction)


class _Enrolling(_Looking):
    """The committer as enrolment has it: as ids are drawn there, the oracle is given the rows."""

    def _do(self, look_id: str, work: Callable[[Transaction], T], transaction: Transaction) -> T:
        rows: list[Any] = []
        real = transaction.unit.put

        def put(row: Any) -> Any:
            rows.append(row)
            return real(row)

        with patch.object(transaction.unit, "put", put):
            done = work(transaction)
        self._looks[look_id] = lambda again: [again.unit.put(row) for row in rows]
        return done


class _Noted(Transaction):
    """A transaction of which is known what it is about to commit."""

    on_finish: Callable[[Committed], None]

    def finish(self, locked: frozenset[str] | None) -> Committed:
        """See Transaction."""
        committed = super().finish(locked)
        self.on_finish(committed)
        return committed


class Authority:
    """The server's half of sync, which can stop at any statement and start again."""

    def __init__(
        self,
        machine: Machine,
        database: Database,
        clock: WorldClock,
        *,
        images: Path,
        rows_per_page: int,
        on_commit: Callable[[Committed], None],
    ) -> None:
        """``on_commit`` is told of every commit that holds, also where the server stops before it tells anybody."""
        self.machine = machine
        self._disk = database
        self._clock = clock
        self._rows_per_page = rows_per_page
        self._on_commit = on_commit
        self._images = ImageFolder(images, clock.now_ms, kept=2, kept_ms=_HOUR_MS, most_bytes=2**30)
        self._lives = 1
        self.looks: dict[str, Callable[[Transaction], Any]] = {}
        """What was carried out about allotments, by the ids of its records."""
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
        looking: Any = _Looking(self.committer, self.looks)
        enrolling: Any = _Enrolling(self.committer, self.looks)
        self.clients = Clients(self.database, enrolling, epoch=self.epoch, clock=now)
        self.keeper = AllotmentKeeper(self.database, looking, now, self.clients.heard, _LENDING)
        self.push = Push(self.committer, epoch=self.epoch, failures_before_parking=FAILURES_BEFORE_PARKING)
        self.pull = Pull(self.database, now, epoch=self.epoch, rows_per_page=self._rows_per_page)

        self.snapshots = Snapshots(
            self.database, self._images, now, epoch=self.epoch, max_changes=_CHANGES_PER_IMAGE, level=1
        )

    def transaction(self, *args: Any, **named: Any) -> Transaction:
        """A transaction of the committer whose changes are known here when it commits."""
        made = _Noted(*args, **named)
        made.on_finish = self._will_commit
        return made

    def _will_commit(self, committed: Committed) -> None:
        self._finished = committed

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

    def image(self, sender: tuple[str, str], sha256: str) -> tuple[ImageFacts, bytes]:
        """An image of what a client's terminal may see: that of which it has a part, if there is still such a one."""
        scopes = sorted(self.clients.authenticate(*sender).scopes)
        path, image = (self.snapshots.begun(scopes, sha256) if sha256 else None) or self.snapshots.image(
            scopes
        )
        return ImageFacts(image.cursors, image.sha256, image.sha256, image.size), path.read_bytes()

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

    def outcomes(self) -> dict[str, tuple[str, str]]:
        """Command -> status and code of what was taken."""
        found = self.connection().exec_driver_sql("SELECT command_id, status, code FROM command_log")
        return {str(command_id): (str(status), str(code)) for command_id, status, code in found}

    def terminal_of(self, client_id: str) -> str:
        """The id of a client's terminal; empty for one that is not known."""
        found = self.connection().exec_driver_sql("SELECT terminal_id FROM client WHERE id = ?", (client_id,))
        return "".join(row[0] for row in found)

    def scopes_of(self, client_id: str) -> set[str]:
        """What a client's terminal may see."""
        found = self.connection().exec_driver_sql(
            "SELECT s.held_site_id FROM terminal_site AS s JOIN client AS c ON c.terminal_id = s.terminal_id "
            "WHERE c.id = ? AND s.until IS NULL",
            (client_id,),
        )
        return {ORG, *(f"site:{site_id}" for (site_id,) in found)}

    def forget_tombstones(self) -> None:
        """Do what housekeeping does after a month: forget deletions, so that terminals that are behind begin anew."""
        versions = self.versions()
        self.committer.run((), lambda transaction: feed.drop_tombstones(transaction.connection, versions))
