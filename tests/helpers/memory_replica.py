"""A terminal's two files in memory: a small, faithful model of services.sync.replica.Replica."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from backports import zstd
from msgspec import Raw

from services.commands.codec import chain_hash
from services.protocol.messages import Outcome, PullResponse, PushedCommand, TablePatch, unpack
from services.sync.replica import Identity
from tests.helpers.memory_rules import TABLE, Change, Rows, encode_change, run

GENESIS = b""
_MAGIC_OF_ZSTD = b"\x28\xb5\x2f\xfd"
_ids = itertools.count(1)


class DiskTrouble(OSError):
    """What the model raises when it is told to fail."""


class MemoryReplica:
    """Outbox: ``commands`` (a hash chain), ``outcomes`` and all that was ever known of them. Cache: ``truth`` at
    ``cache_cursors`` and ``last_n``; the rows that people see are the truth with pending commands replayed over it.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.commands: list[PushedCommand] = []
        self.outcomes: dict[int, Outcome] = {}
        self.retired: dict[str, Outcome | None] = {}
        self.outcome_log: list[tuple[str, Outcome]] = []
        self.oldest_kept = 1
        self.truth: Rows = {}
        self.cache_cursors: dict[str, int] = {}
        self.last_n = 0
        self.staged: list[Sequence[TablePatch]] = []
        self.calls: list[str] = []
        self.fail_at: dict[str, int] = {}

    # What people do at the desk

    def do(self, change: Change, command_id: str | None = None) -> PushedCommand:
        """A durable command."""
        n = len(self.commands) + 1
        previous = self.commands[-1] if self.commands else None
        command = PushedCommand(
            n=n,
            id=command_id or f"command-{next(_ids)}",
            actor_id="ann",
            name="Change",
            v=1,
            args=encode_change(change),
            prev_hash=GENESIS if previous is None else chain_hash(previous.prev_hash, previous.args),
            issued_at=0,
        )
        self.commands.append(command)
        return command

    @property
    def rows(self) -> Rows:
        """What a panel shows: the truth, with what is pending replayed over it."""
        rows = copy.deepcopy(self.truth)
        for command in self.commands[self.last_n :]:
            run(rows, command)
        return rows

    def drop_cache(self) -> None:
        """The disposable file is gone."""
        self.truth, self.cache_cursors, self.last_n, self.staged = {}, {}, 0, []

    def forget_history(self, through: int) -> None:
        """Acknowledged commands are only retained for a time."""
        assert through <= self.outcomes_ack()
        self.oldest_kept = max(self.oldest_kept, through + 1)

    def fail_next(self, method: str, times: int = 1) -> None:
        """Let the disk fail the next times that this method is called."""
        self.fail_at[method] = times

    def clone(self) -> MemoryReplica:
        """The same files copied to another computer."""
        return copy.deepcopy(self)

    # Replica

    def identity(self) -> Identity:
        self._called("identity")
        return self._identity

    def settled_n(self) -> int:
        self._called("settled_n")
        return self.last_n

    def commands_after(self, n: int, limit: int, max_bytes: int) -> Sequence[PushedCommand]:
        self._called("commands_after")
        found: list[PushedCommand] = []
        size = 0
        for command in self.commands[max(n, self.oldest_kept - 1) :]:
            size += len(command.args)
            if found and (len(found) == limit or size > max_bytes):
                break
            found.append(command)
        return found

    def pending_count(self) -> int:
        self._called("pending_count")
        return len(self.commands) - self.last_n

    def record_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        self._called("record_outcomes")
        self._keep(outcomes)

    def _keep(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if self.outcomes.get(outcome.n) != outcome:
                self.outcomes[outcome.n] = outcome
                self.outcome_log.append((self.commands[outcome.n - 1].id, outcome))

    def outcomes_ack(self) -> int:
        self._called("outcomes_ack")
        n = 0
        while n + 1 in self.outcomes:
            n += 1
        return n

    def cursors(self) -> dict[str, int]:
        self._called("cursors")
        return dict(self.cache_cursors)

    def stage(self, patches: Raw) -> None:
        self._called("stage")
        self.staged.append(unpack(patches))

    def settle(self, last: PullResponse) -> None:
        self._called("settle")
        left = {*last.reset, *last.gone}
        self.truth = {key: row for key, row in self.truth.items() if row[1] not in left}
        for patch in (patch for page in self.staged for patch in page):
            assert patch.table == TABLE
            for row in patch.puts:
                self.truth[row[0]] = row
            for key in patch.deletes:
                self.truth.pop(key, None)
        self.staged = []
        self.cache_cursors = dict(last.cursors)
        self.last_n = last.last_n
        self._keep(last.outcomes)

    def abandon(self) -> None:
        self._called("abandon")
        self.staged = []

    def adopt_snapshot(self, image: Path, cursors: dict[str, int]) -> None:
        self._called("adopt_snapshot")
        data = image.read_bytes()
        if data.startswith(_MAGIC_OF_ZSTD):
            data = zstd.decompress(data)
        rows = msgspec.json.decode(data, type=list[list[object]])
        self.truth = {str(row[0]): row for row in rows}
        self.cache_cursors = dict(cursors)
        self.last_n = max(self.last_n, self.outcomes_ack())

    def change_epoch(self, epoch: str) -> None:
        self._called("change_epoch")
        self._identity = msgspec.structs.replace(self._identity, epoch=epoch)
        self.cache_cursors = {}

    def enrolled_again(self, identity: Identity) -> None:
        self._called("enrolled_again")
        undecided = [
            command for command in self.commands if command.n > self.last_n and command.n not in self.outcomes
        ]
        self.retired |= {
            command.id: self.outcomes.get(command.n) for command in self.commands if command not in undecided
        }
        self._identity = identity
        self.commands, self.outcomes, self.last_n, self.oldest_kept = [], {}, 0, 1
        for command in undecided:
            self.do(msgspec.json.decode(command.args, type=Change), command.id)

    def _called(self, method: str) -> None:
        self.calls.append(method)
        if self.fail_at.get(method, 0) > 0:
            self.fail_at[method] -= 1
            raise DiskTrouble(28, "No space left on device")
