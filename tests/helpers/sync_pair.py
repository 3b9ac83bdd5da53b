"""A terminal and a server in memory with a bad network between them, on a clock that stands still."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from services.sync.engine import SyncEngine
from services.sync.exchange import Limits
from services.sync.replica import Identity
from services.sync.status import SyncStatus
from tests.helpers.bad_network import BadNetwork, Fault
from tests.helpers.fake_clock import FakeClock
from tests.helpers.memory_replica import MemoryReplica
from tests.helpers.memory_rules import Change
from tests.helpers.memory_server import MemoryServer

SITE = "site:1"


class Terminal:
    """One desk: its files, its way to the server, its engine, and every status it showed."""

    def __init__(
        self, server: MemoryServer, clock: FakeClock, scratch: Path, replica: MemoryReplica, seed: int = 0
    ) -> None:
        self.clock = clock
        self.scratch = scratch
        self.server = server
        self.replica = replica
        self.network = BadNetwork(server, clock)
        self.seen: list[SyncStatus] = []
        self._seed = seed
        self.engine = self._new_engine()

    def restart(self) -> None:
        """The program ends and starts again: what was only in memory is gone."""
        self.engine = self._new_engine()

    def do(self, bin_id: str, amount: int, scope: str = SITE) -> str:
        """A command at this desk; answers its id."""
        return self.replica.do(Change(scope, bin_id, amount)).id

    def sync(self, *faults: Fault) -> SyncStatus:
        """One round in which these faults happen, one per call."""
        self.network.plan(faults)
        return self.engine.run_once(60)

    def _new_engine(self) -> SyncEngine:
        return SyncEngine(
            self.replica,
            self.network,
            scratch=self.scratch,
            clock=self.clock,
            chance=random.Random(self._seed),
            limits=Limits(push_bytes=4096),
            on_status=self.seen.append,
        )


class Pair:
    """A server, and terminals of the site as they are asked for."""

    def __init__(self, folder: Path, *, rows_per_page: int = 3, gives_images: bool = True) -> None:
        self.clock = FakeClock()
        self.server = MemoryServer(self.clock, rows_per_page=rows_per_page, gives_images=gives_images)
        self._folder = folder
        self._made = 0

    def terminal(self, *scopes: str) -> Terminal:
        """A newly enrolled terminal."""
        return self.at(self.server.enrol(*(scopes or ("org", SITE))))

    def at(self, identity: Identity) -> Terminal:
        """A terminal with an identity and empty files."""
        return self.with_files(MemoryReplica(identity))

    def with_files(self, replica: MemoryReplica) -> Terminal:
        """A terminal on files that are there already."""
        self._made += 1
        scratch = self._folder / f"terminal-{self._made}"
        scratch.mkdir()
        return Terminal(self.server, self.clock, scratch, replica, seed=self._made)


def agree(server: MemoryServer, terminals: Sequence[Terminal]) -> None:
    """Every terminal shows what the server has, nothing waits, and all outcomes are here and the server's own."""
    for terminal in terminals:
        replica = terminal.replica
        client = server.state.clients[replica.identity().client_id]
        assert replica.rows == server.rows_of(client.scopes)
        assert replica.last_n == len(replica.commands) == client.last_n
        assert replica.outcomes == client.outcomes
        assert replica.staged == []
