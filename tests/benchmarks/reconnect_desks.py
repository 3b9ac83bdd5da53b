"""Many desks in one process: the real engine, transport and live link of each, over files reduced to lists in memory.

A child of the benchmark `reconnect`: it reads a line for each thing to do from stdin, and answers each with a line.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Raw

from services.commands import ReceiveStock
from services.commands.codec import chain_hash, encode_args, name_of
from services.protocol.messages import (
    EnrollResponse,
    Outcome,
    PullResponse,
    PushedCommand,
    unpack,
)
from services.server.clock import new_id, now_ms
from services.storage.row import ORG
from services.sync.engine import SyncEngine
from services.sync.live import LiveLink
from services.sync.replica import Identity
from services.sync.states import State, Wake
from services.sync.status import SyncStatus
from services.sync.transport import HttpTransport
from tests.server.warehouse import bin_id


class Task(msgspec.Struct, frozen=True):
    """Which desks to be, and at which versions their scopes begin."""

    url: str
    desks: list[EnrollResponse]
    cursors: dict[str, int]
    actor_id: str
    seed: int
    scratch: str


class Seen(msgspec.Struct, frozen=True):
    """The desks of a process: how many are equal to the server and told of changes, what waits, what was pulled and how
    many rounds failed since, how often a live link came up, and the processor's seconds that they have used."""

    settled: int
    live: int
    pending: int
    recovered_s: list[float]
    failures: int
    rejected: int
    pulls: int
    rows: int
    links: int
    cpu_s: float


class ListReplica:
    """A terminal's files as the engine sees them; rows are counted and dropped."""

    def __init__(self, identity: Identity, cursors: dict[str, int]) -> None:
        self._identity = identity
        self._cursors = cursors
        self.commands: list[PushedCommand] = []
        self.outcomes: dict[int, Outcome] = {}
        self._last_n = 0
        self.pulls = 0
        self.rows = 0

    def identity(self) -> Identity:
        return self._identity

    def settled_n(self) -> int:
        return self._last_n

    def commands_after(self, n: int, limit: int, max_bytes: int) -> Sequence[PushedCommand]:
        return self.commands[n : n + limit]

    def pending_count(self) -> int:
        return len(self.commands) - self._last_n

    def record_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        self.outcomes.update((outcome.n, outcome) for outcome in outcomes)

    def outcomes_ack(self) -> int:
        return len(self.outcomes)

    def cursors(self) -> dict[str, int]:
        return self._cursors

    def stage(self, patches: Raw) -> None:
        self.rows += sum(len(patch.puts) for patch in unpack(patches))

    def settle(self, last: PullResponse) -> None:
        self.pulls += 1
        self.record_outcomes(last.outcomes)
        self._cursors, self._last_n = dict(last.cursors), last.last_n

    def abandon(self) -> None:
        """Nothing was staged."""

    def adopt_snapshot(self, image: Path, cursors: dict[str, int]) -> None:
        raise AssertionError("the desks begin with cursors")

    def change_epoch(self, epoch: str) -> None:
        raise AssertionError("the server has not been restored")

    def enrolled_again(self, identity: Identity) -> None:
        raise AssertionError("no file is a copy")


class LightDesk:
    """One desk."""

    def __init__(self, task: Task, number: int) -> None:
        enrolled = task.desks[number]
        chance = random.Random(task.seed * 10_000 + number)
        identity = Identity(
            client_id=enrolled.client_id,
            credential=enrolled.credential,
            terminal_code=enrolled.terminal_code,
            epoch=enrolled.epoch,
        )
        self.failures = 0
        self.links = 0
        self.settled_at = 0.0
        self._was: State | None = None
        self.replica = ListReplica(identity, {scope: task.cursors[scope] for scope in enrolled.scopes})
        self._transport = HttpTransport(task.url)
        scratch = Path(task.scratch) / str(number)
        scratch.mkdir(parents=True)
        self.engine = SyncEngine(
            self.replica, self._transport, scratch=scratch, chance=chance, on_status=self._heard
        )
        self._live = LiveLink(
            task.url,
            lambda: identity,
            on_hint=self.engine.hinted,
            on_live=self._live_changed,
            on_overdue=self.engine.live_overdue,
            on_silent=self.engine.live_silent,
            chance=chance,
        )
        site_id = next(scope for scope in enrolled.scopes if scope != ORG).removeprefix("site:")
        self._command = ReceiveStock(
            site_id=site_id, product_id="prod-1", location_id=bin_id(site_id, 1), quantity=1
        )
        self._actor_id = task.actor_id
        self._hash = b""

    def start(self) -> None:
        self.engine.start()
        self._live.start()

    def stop(self) -> None:
        self._live.stop()
        self.engine.stop()
        self._transport.close()

    def do(self) -> None:
        """Receive one piece."""
        args = encode_args(self._command)
        self.replica.commands.append(
            PushedCommand(
                n=len(self.replica.commands) + 1,
                id=new_id(),
                actor_id=self._actor_id,
                name=name_of(self._command),
                v=1,
                args=args,
                prev_hash=self._hash,
                issued_at=now_ms(),
                depends_on=(),
            )
        )
        self._hash = chain_hash(self._hash, args)
        self.engine.wake(Wake.LOCAL_COMMAND)

    def _live_changed(self, up: bool) -> None:
        self.links += up
        self.engine.live_changed(up)

    def _heard(self, status: SyncStatus) -> None:
        if status.retry_at is not None and status.state is not self._was:
            self.failures += 1
        if status.state is State.IDLE and self._was is not State.IDLE:
            self.settled_at = time.time()
        self._was = status.state

    @property
    def is_settled(self) -> bool:
        status = self.engine.status
        return status.state is State.IDLE and not self.replica.pending_count() and status.link_lost_at is None


def _look(desks: Sequence[LightDesk]) -> Seen:
    return Seen(
        settled=sum(desk.is_settled for desk in desks),
        live=sum(desk.engine.status.live for desk in desks),
        pending=sum(desk.replica.pending_count() for desk in desks),
        recovered_s=[desk.settled_at for desk in desks],
        failures=sum(desk.failures for desk in desks),
        rejected=sum(
            outcome.status in ("rejected", "parked")
            for desk in desks
            for outcome in desk.replica.outcomes.values()
        ),
        pulls=sum(desk.replica.pulls for desk in desks),
        rows=sum(desk.replica.rows for desk in desks),
        links=sum(desk.links for desk in desks),
        cpu_s=time.process_time(),
    )


def main(task_file: str) -> None:
    """Be these desks until stdin ends."""
    task = msgspec.json.decode(Path(task_file).read_bytes(), type=Task)
    desks = [LightDesk(task, number) for number in range(len(task.desks))]
    # Each collection would look through the objects of all desks here, where a desk by itself has only its own.
    gc.disable()
    for line in sys.stdin:
        match line.split():
            case ["start"]:
                for desk in desks:
                    desk.start()
            case ["do", times]:
                for desk in desks:
                    for _ in range(int(times)):
                        desk.do()
            case _:
                pass
        sys.stdout.buffer.write(msgspec.json.encode(_look(desks)) + b"\n")
        sys.stdout.buffer.flush()
    for desk in desks:
        desk.stop()


if __name__ == "__main__":
    main(sys.argv[1])
