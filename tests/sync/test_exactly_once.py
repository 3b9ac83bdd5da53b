"""Whatever network, disk and people do, every command is run once and has one outcome: a search for the contrary."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from services.sync.errors import InternalFault, LocalTrouble, SyncError
from services.sync.status import SyncStatus
from tests.helpers.bad_network import Fault
from tests.helpers.memory_server import State
from tests.helpers.sync_pair import SITE, Pair, Terminal, agree

_DISK = ("identity", "settled_n", "commands_after", "record_outcomes", "cursors", "stage", "settle")
_RARE_DISK = ("adopt_snapshot", "change_epoch", "enrolled_again", "abandon", "pending_count", "outcomes_ack")
_MOST_TERMINALS = 4
_ROUNDS_TO_HEAL = 12

faults = st.lists(st.sampled_from(Fault), max_size=8)


class BadDays(RuleBasedStateMachine):
    """A few terminals on bad days; in the end the network heals, and everything must have been counted once."""

    terminals = Bundle("terminals")

    @initialize(target=terminals, images=st.booleans(), page=st.integers(1, 4))
    def opens(self, images: bool, page: int) -> object:
        self.folder = Path(tempfile.mkdtemp(prefix="holdfast-sync-"))
        self.pair = Pair(self.folder, rows_per_page=page, gives_images=images)
        self.all: list[Terminal] = []
        self.durable: set[str] = set()
        self.backup: tuple[State, int] | None = None
        self.restores = 0
        return multiple(self._add(self.pair.terminal()), self._add(self.pair.terminal()))

    @rule(
        terminal=terminals,
        bin_id=st.sampled_from(["A", "B", "C", "D", "E"]),
        amount=st.integers(-3, 5).filter(bool),
        times=st.integers(1, 4),
    )
    def works(self, terminal: Terminal, bin_id: str, amount: int, times: int) -> None:
        for _ in range(times):
            self.durable.add(terminal.do(bin_id, amount))

    @rule(terminal=terminals, faults=faults)
    def syncs(self, terminal: Terminal, faults: list[Fault]) -> None:
        self._try(terminal, *faults)

    @rule(terminal=terminals)
    def syncs_well(self, terminal: Terminal) -> None:
        self._try(terminal)

    @rule(
        terminal=terminals,
        method=st.sampled_from(_DISK + _RARE_DISK),
        times=st.integers(1, 2),
        faults=faults,
    )
    def syncs_on_a_bad_disk(self, terminal: Terminal, method: str, times: int, faults: list[Fault]) -> None:
        terminal.replica.fail_next(method, times)
        self._try(terminal, *faults)
        terminal.replica.fail_at.clear()

    @rule(terminal=terminals)
    def restarts(self, terminal: Terminal) -> None:
        terminal.restart()

    @rule(terminal=terminals)
    def loses_its_cache(self, terminal: Terminal) -> None:
        terminal.replica.drop_cache()

    @rule()
    def forgets_its_feed(self) -> None:
        self.pair.server.forget_feed(SITE)

    @rule(target=terminals, terminal=terminals)
    def is_copied(self, terminal: Terminal) -> object:
        if len(self.all) >= _MOST_TERMINALS:
            return multiple()
        return self._add(self.pair.with_files(terminal.replica.clone()))

    @rule()
    def is_backed_up(self) -> None:
        self.backup = (self.pair.server.backup(), len(self.pair.server.state.clients))

    @precondition(lambda self: self.backup is not None)
    @rule()
    def is_restored(self) -> None:
        state, clients = self.backup or (None, 0)
        # A terminal that enrolled after the backup was made is unknown after it; that takes an administrator.
        if state is not None and clients == len(self.pair.server.state.clients) and self._nobody_is_copied():
            self.pair.server.restore(state)
            self.restores += 1

    @invariant()
    def nothing_is_run_twice(self) -> None:
        if not hasattr(self, "pair"):
            return
        executed = self.pair.server.state.executed
        assert set(executed) <= self.durable
        assert all(times == 1 for times in executed.values())

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        try:
            self._heal()
        finally:
            shutil.rmtree(self.folder)

    def _heal(self) -> None:
        for _ in range(_ROUNDS_TO_HEAL):
            for terminal in self.all:
                self._try(terminal)
        agree(self.pair.server, self.all)
        server = self.pair.server.state
        assert server.executed == dict.fromkeys(self.durable, 1)
        for terminal in self.all:
            replica = terminal.replica
            decided = {command.id: replica.outcomes[command.n].status for command in replica.commands}
            assert decided == {key: server.settled[key].status for key in decided}
            assert terminal.engine.status.pending == 0
            if not self.restores:
                recorded = [command_id for command_id, _ in replica.outcome_log]
                assert len(recorded) == len(set(recorded)), "an outcome was recorded twice"

    def _try(self, terminal: Terminal, *faults: Fault) -> SyncStatus | None:
        self.pair.clock.advance(600)
        on_bad_disk = any(terminal.replica.fail_at.values())
        try:
            return terminal.sync(*faults)
        except InternalFault:
            raise
        except LocalTrouble:
            if not on_bad_disk:
                raise
        except SyncError:
            pass
        return None

    def _add(self, terminal: Terminal) -> Terminal:
        self.all.append(terminal)
        return terminal

    def _nobody_is_copied(self) -> bool:
        names = [terminal.replica.identity().client_id for terminal in self.all]
        return len(names) == len(set(names))


TestBadDays = BadDays.TestCase
TestBadDays.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
