"""The authority in memory: a small, faithful model of push, pull, snapshot and enrolment."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec.structs import replace

from services.commands.codec import chain_hash
from services.protocol.messages import (
    NO_PATCHES,
    SCHEMA,
    EnrollResponse,
    Outcome,
    PullRequest,
    PullResponse,
    PushedCommand,
    PushRequest,
    PushResponse,
    TablePatch,
    pack,
    page_checksum,
)
from services.sync.errors import NoSnapshot, Refused
from services.sync.port import DeviceCredential, SnapshotInfo, SnapshotProgress
from services.sync.replica import Identity
from tests.helpers.fake_clock import FakeClock
from tests.helpers.memory_rules import TABLE, Rows, decode_change, run


@dataclass
class Client:
    """One terminal as the server knows it."""

    scopes: list[str]
    last_n: int = 0
    hashes: dict[int, bytes] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)


@dataclass
class Scope:
    """One feed: its head, how far back it remembers, and the latest change of each row: id -> (version, deleted)."""

    version: int = 0
    min_version: int = 0
    changes: dict[str, tuple[int, bool]] = field(default_factory=dict)


@dataclass
class State:
    """All that a backup holds."""

    clients: dict[str, Client] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    settled: dict[str, Outcome] = field(default_factory=dict)
    """Command id -> its outcome."""
    executed: Counter[str] = field(default_factory=Counter)
    """Command id -> how often it was run."""


class _Resume(msgspec.Struct, frozen=True):
    after: dict[str, tuple[int, str]]
    reset: list[str]
    checksum: bytes


class MemoryServer:
    """``clock`` gives the server's time, ``skew_s`` ahead of it."""

    def __init__(self, clock: FakeClock, *, rows_per_page: int = 3, gives_images: bool = True) -> None:
        self._clock = clock
        self._rows_per_page = rows_per_page
        self.gives_images = gives_images
        self.skew_s = 0.0
        self.epoch = "epoch-1"
        self.state = State()
        self.busy_with: set[str] = set()
        self.revoked: set[str] = set()
        self.outdated = False
        self.sent_batches: list[list[int]] = []
        self._enrolled = 0

    # What administrators do

    def enrol(self, *scopes: str) -> Identity:
        """A new terminal that may see these scopes."""
        self._enrolled += 1
        client_id = f"client-{self._enrolled}"
        self.state.clients[client_id] = Client(list(scopes))
        for scope in scopes:
            self.state.scopes.setdefault(scope, Scope())
        return Identity(
            client_id=client_id,
            credential=f"secret-of-{client_id}",
            terminal_code=f"T{self._enrolled}",
            epoch=self.epoch,
        )

    def backup(self) -> State:
        return copy.deepcopy(self.state)

    def restore(self, state: State) -> None:
        """Put a backup back: another past, so another epoch."""
        self.state = copy.deepcopy(state)
        self.epoch = f"epoch-{int(self.epoch.removeprefix('epoch-')) + 1}"

    def forget_feed(self, scope: str) -> None:
        """The feed remembers only what comes from now on."""
        feed = self.state.scopes[scope]
        feed.version += 1
        feed.min_version = feed.version
        feed.changes = {key: change for key, change in feed.changes.items() if not change[1]}

    def rows_of(self, scopes: Sequence[str]) -> Rows:
        return {key: row for key, row in self.state.rows.items() if row[1] in scopes}

    # Transport, as far as the engine uses it; who speaks is in each request

    def push(self, request: PushRequest) -> PushResponse:
        return replace(self._pushed(request), nonce=request.nonce)

    def pull(self, request: PullRequest) -> PullResponse:
        return replace(self._pulled(request), nonce=request.nonce)

    def _pushed(self, request: PushRequest) -> PushResponse:
        client = self._client(request.client_id)
        if problem := self._problem(request.epoch, request.schema):
            return PushResponse(last_n=0, outcomes=[], problem=problem, epoch=self.epoch)
        self.sent_batches.append([command.n for command in request.commands])
        outcomes: list[Outcome] = []
        problem, expected = "", 0
        for command in request.commands:
            digest = chain_hash(command.prev_hash, command.args)
            if command.n <= client.last_n:
                # Two copies of a file may make commands of the same bytes; only their ids tell them apart.
                if client.hashes[command.n] != digest or client.ids[command.n] != command.id:
                    problem = "forked"
                    break
                outcomes.append(client.outcomes[command.n])
                continue
            if command.n > client.last_n + 1:
                problem, expected = "gap", client.last_n + 1
                break
            if client.last_n and command.prev_hash != client.hashes[client.last_n]:
                problem = "forked"
                break
            if command.id in self.busy_with:
                problem = "busy"
                break
            known = self.state.settled.get(command.id)
            outcome = (
                msgspec.structs.replace(known, n=command.n) if known is not None else self._execute(command)
            )
            client.last_n = command.n
            client.hashes[command.n] = digest
            client.ids[command.n] = command.id
            client.outcomes[command.n] = outcome
            outcomes.append(outcome)
        return PushResponse(
            last_n=client.last_n,
            outcomes=outcomes,
            problem=problem,
            expected=expected,
            epoch=self.epoch,
            server_time=self._now(),
        )

    def _pulled(self, request: PullRequest) -> PullResponse:
        client = self._client(request.client_id)
        if problem := self._problem(request.epoch, request.schema):
            return PullResponse(patches=NO_PATCHES, more=False, problem=problem, epoch=self.epoch)
        if request.resume:
            resume = msgspec.json.decode(bytes.fromhex(request.resume), type=_Resume)
            after, reset, checksum = dict(resume.after), resume.reset, resume.checksum
        else:
            reset = [scope for scope in client.scopes if not self._remembers(scope, request.cursors)]
            after = {
                scope: (-1 if scope in reset else request.cursors[scope], "\uffff") for scope in client.scopes
            }
            checksum = b""
        patch = TablePatch(TABLE, [], [])
        more = False
        for scope in client.scopes:
            for version, key, deleted in self._changes_after(scope, after[scope]):
                if len(patch.puts) + len(patch.deletes) == self._rows_per_page:
                    more = True
                    break
                after[scope] = (version, key)
                if deleted:
                    patch.deletes.append(key)
                else:
                    patch.puts.append(list(self.state.rows[key]))
        patches = pack([patch]) if patch.puts or patch.deletes else NO_PATCHES
        checksum = page_checksum(checksum, patches)
        if more:
            token = msgspec.json.encode(_Resume(after, reset, checksum)).hex()
            return PullResponse(patches, True, token, reset=reset, epoch=self.epoch)
        return PullResponse(
            patches=patches,
            more=False,
            cursors={scope: self.state.scopes[scope].version for scope in client.scopes},
            last_n=client.last_n,
            outcomes=[outcome for n, outcome in client.outcomes.items() if n > request.outcomes_ack],
            reset=reset,
            gone=[scope for scope in request.cursors if scope not in client.scopes],
            checksum=checksum,
            epoch=self.epoch,
            server_time=self._now(),
        )

    def snapshot(
        self, client_id: str, scopes: Sequence[str], into: Path, progress: SnapshotProgress
    ) -> SnapshotInfo:
        if not self.gives_images:
            raise NoSnapshot("no image here")
        granted = [
            scope for scope in self._client(client_id).scopes if scope in (scopes or self.state.scopes)
        ]
        image = msgspec.json.encode(list(self.rows_of(granted).values()))
        progress(0, len(image))
        into.write_bytes(image)
        progress(len(image), len(image))
        cursors = {scope: self.state.scopes[scope].version for scope in granted}
        return SnapshotInfo(cursors, len(image))

    def re_enroll(self, credential: DeviceCredential) -> EnrollResponse:
        old = self._client(credential.client_id)
        new = self.enrol(*old.scopes)
        return EnrollResponse(new.client_id, new.credential, new.terminal_code, new.epoch, old.scopes)

    def _client(self, client_id: str) -> Client:
        if client_id in self.revoked or client_id not in self.state.clients:
            raise Refused("This terminal was shut out.", 401, "terminal_revoked")
        return self.state.clients[client_id]

    def _problem(self, epoch: str, schema: int) -> str:
        if self.outdated or schema > SCHEMA:
            return "upgrade_required"
        return "epoch_changed" if epoch != self.epoch else ""

    def _execute(self, command: PushedCommand) -> Outcome:
        self.state.executed[command.id] += 1
        outcome = run(self.state.rows, command)
        self.state.settled[command.id] = outcome
        if outcome.status == "applied":
            change = decode_change(command)
            feed = self.state.scopes.setdefault(change.scope, Scope())
            feed.version += 1
            feed.changes[change.bin] = (feed.version, change.bin not in self.state.rows)
        return outcome

    def _remembers(self, scope: str, cursors: dict[str, int]) -> bool:
        feed = self.state.scopes[scope]
        return scope in cursors and feed.min_version <= cursors[scope] <= feed.version

    def _changes_after(self, scope: str, after: tuple[int, str]) -> list[tuple[int, str, bool]]:
        changes = self.state.scopes[scope].changes
        found = [(version, key, deleted) for key, (version, deleted) in changes.items()]
        return sorted(change for change in found if change[:2] > after)

    def _now(self) -> int:
        return self._clock.now_ms() + round(self.skew_s * 1000)
