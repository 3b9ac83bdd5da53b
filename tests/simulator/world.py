"""Plays a schedule: people work, terminals sync, things go wrong; then all heals, and what must hold is checked."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from sqlcipher3.dbapi2 import ProgrammingError

from local_db import next_cache, staging
from local_db.command_runner import CONFIRMED
from local_db.errors import LocalError
from local_db.files import DatabaseError
from services.commands import AddLines, Command, ConfirmOrder, PlaceOrder
from services.server import authority, committer
from services.server.committer import Busy
from services.server.database import PASSING_ERRORS
from services.server.transaction import Committed
from services.storage.tables import TerminalSite
from services.sync.engine import Pace
from services.sync.retry import RetryPolicy
from services.sync.states import State
from tests.simulator import faults
from tests.simulator.authority import FAILURES_BEFORE_PARKING, Authority
from tests.simulator.clock import WorldClock
from tests.simulator.disk import Machine, PowerCut
from tests.simulator.history import History
from tests.simulator.invariants import check_books, check_round, check_settled, check_terminal, demand
from tests.simulator.leases import Leases
from tests.simulator.network import PAUSE_S, Network
from tests.simulator.oracle import Given
from tests.simulator.person import Person
from tests.simulator.promises import Certain, Promise
from tests.simulator.rows import all_rows
from tests.simulator.schedule import COMMANDS, DAYS, FAULT, FAULTS, WORK, Schedule, Step
from tests.simulator.stage import Setting
from tests.simulator.terminal import Terminal

SETTLED_WITHIN_S = 30.0
"""How long after the network has healed everything must be settled, in simulated seconds."""
_MOST_NESTED = 3
_MOST_ROUNDS = 100
"""Of each terminal once everything has healed: time stands still here for whoever works without a pause."""
_HOUR_S = 3600.0
_YEAR_S = 365.25 * 24 * _HOUR_S
_LOOKS = 0.08
_LOOKS_AFTER_A_CRASH = 0.3

_CERTAIN: dict[type[Command], str] = {
    PlaceOrder: "orders certain offline",
    ConfirmOrder: "drafts confirmed for certain",
    AddLines: "lines added for certain",
}


class World:
    """One run of a schedule. ``struck`` counts the faults that struck, ``commands`` the durable commands."""

    def __init__(
        self,
        schedule: Schedule,
        setting: Setting,
        overheard: list[str],
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.schedule = schedule
        self.setting = setting
        self._tell = tell
        self.clock = WorldClock()
        self.overheard = overheard
        """What the engines said of faults of this program."""
        self.faults: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()
        """What came about and is no fault: allotments granted, orders that were certain, images taken over, ..."""
        self.given: dict[str, Given] = {}
        """Id -> every command that has become durable."""
        self.leases = Leases(setting.set_aside)
        self.taken: list[int] = []
        """The steps that were taken, by their place in the whole run."""
        self.network = Network(self)
        self._steps: Iterator[tuple[int, Step]] = iter(enumerate(schedule.steps))
        self._nested = 0
        machine = Machine("server", lambda strike: self.struck(strike.kind))
        self.server = Authority(
            machine,
            setting.server,
            self.clock,
            images=setting.images,
            rows_per_page=schedule.knobs.rows_per_page,
            on_commit=self._note,
        )
        self.server.troubles.on_strike = self.struck
        self.history = History(setting.rows, self.server.versions())
        self.terminals = [
            Terminal(self, number, seat, schedule.offsets[number])
            for number, seat in enumerate(setting.seats)
        ]

    def struck(self, kind: str) -> None:
        """A fault has struck."""
        self._say(f"*** {kind}")
        self.faults[kind] += 1

    @property
    def commands(self) -> int:
        """How many commands have become durable."""
        return len(self.given)

    def _note(self, committed: Committed) -> None:
        """A commit of the server holds."""
        self.history.note(committed)
        self.happened.update(self.leases.note(committed))
        for row_id, row in committed.changes.get(TerminalSite, {}).items():
            before = committed.before[TerminalSite].get(row_id)
            self.happened["sites gained" if before is None else "sites lost"] += row is not None

    def digest(self) -> str:
        """Of the server's rows, the time and the faults: what tells two runs apart."""
        rows = sorted(all_rows(self.server.connection().driver_connection).items())
        told = repr((rows, self.clock.seconds, sorted(self.faults.items())))
        return hashlib.sha256(told.encode()).hexdigest()

    def fall_apart(self) -> None:
        """Nobody needs this any more: what holds each other lets go, so that no collector has to look for it."""
        for terminal in self.terminals:
            vars(terminal).clear()
        vars(self.server).clear()
        vars(self).clear()

    def play(self) -> None:
        """All of it. Raises Violation."""
        with self._rigged():
            while (step := self._next()) is not None:
                self._take(step)
            self._heal()
            check_settled(self)

    def meanwhile(self, steps: int, waiting: Terminal) -> None:
        """While a call of a terminal is on its way, the next steps of the schedule happen; half of the work at that very
        terminal, where a person need not wait for the answer."""
        if self._nested >= _MOST_NESTED:
            return
        self._nested += 1
        for _ in range(steps):
            step = self._next()
            if step is not None:
                is_here = step.kind == WORK and step.salt & 2
                self._take(step, waiting if is_here else None)
        self._nested -= 1

    def _say(self, words: str) -> None:
        if self._tell is not None:
            self._tell(f"{self.clock.seconds:7.2f} s {'  ' * self._nested}{words}")

    # Steps

    def _next(self) -> Step | None:
        """The next step; one of the reserve only where there is too little without it."""
        for place, step in self._steps:
            if place >= len(self.schedule.steps) - self.schedule.reserve and not self._is_wanted(step):
                continue
            self.taken.append(self.schedule.indexes[place])
            return step
        return None

    def _is_wanted(self, step: Step) -> bool:
        lacks_commands, lacks_faults = self.commands < COMMANDS, self.faults.total() < FAULTS
        return (step.kind != FAULT and lacks_commands) or (step.kind != WORK and lacks_faults)

    def _take(self, step: Step, at: Terminal | None = None) -> None:
        terminal = at or self.terminals[step.who % self.schedule.terminals]
        if at is None and terminal.twin is not None and step.salt & 1:
            terminal = terminal.twin
        if terminal.machine.is_dead:
            return  # it has crashed further up, where its round began, and is started there
        self._say(f"terminal {terminal.number}: {step.kind} {step.what}")
        try:
            match step.kind:
                case "work":
                    self._work(terminal, step.salt)
                case "sync":
                    self._sync(terminal, step.salt)
                case "wait":
                    self._wait(step)
                case "keep":
                    self._keep()
                case "fault":
                    self._go_wrong(terminal, step.what, random.Random(step.salt))
        except PowerCut:
            # Its own: the server's are met in the network, and those of other terminals at their own steps.
            if terminal.busy:
                return
            terminal.recover()
            terminal.note_commands()
            if step.salt % 100 < _LOOKS_AFTER_A_CRASH * 100:
                self._look_at(terminal)

    def _work(self, terminal: Terminal, salt: int) -> None:
        try:
            done = Person(terminal.desk, salt).work()
            if done is not None:
                command, receipt = done
                terminal.given[receipt.id] = command
                self._say(f"terminal {terminal.number} gave {type(command).__name__} {receipt.id}")
                if receipt.status == CONFIRMED:
                    self._hear_promise(terminal, command, receipt.id)
        except ProgrammingError:
            raise  # no disk says that: the query is wrong
        except (DatabaseError, LocalError):
            pass  # the desk said loudly that it could not keep it
        terminal.note_commands()

    def _hear_promise(self, terminal: Terminal, command: Command, command_id: str) -> None:
        assert isinstance(command, Certain), command
        terminal.note_commands()
        client_id = terminal.client_id
        terminal_id = self.server.terminal_of(client_id)
        promise = Promise(command, command_id, client_id, terminal_id, frozenset())
        terminal.promises.append(promise._replace(grants=terminal.grants_of(promise.draws_on)))
        self.happened[_CERTAIN[type(command)]] += 1

    def _wait(self, step: Step) -> None:
        chance = random.Random(step.salt)
        # A request that is on its way does not stay there for days.
        if step.what == DAYS and not self._nested:
            self.clock.advance(chance.uniform(1, 60) * _HOUR_S)
            self.happened["waits of days"] += 1
        else:
            self.clock.advance(chance.uniform(0.5, 30.0))

    def _keep(self) -> None:
        """The server looks at what is set aside, as it does once a minute."""
        self.clock.advance(1.0)
        try:
            self.server.keeper.look()
        except PowerCut:
            self.server.start()
        except (Busy, *PASSING_ERRORS):
            pass  # it looks again in a minute
        check_books(self)

    def _flush(self, file: Path) -> None:
        """The next cache gets to the disk. Where it is a copy, somebody goes on in the present one."""
        terminal = next(each for each in self.terminals if each.seat.folder == file.parent)
        salt, terminal.haste = terminal.haste, None
        if salt is not None:
            self._work(terminal, salt)
            self.happened["settled on a copy"] += 1

    def _sync(self, terminal: Terminal, salt: int) -> None:
        if terminal.busy:
            return
        self._step(terminal)
        if salt % 100 < _LOOKS * 100:
            self._look_at(terminal)

    def _look_at(self, terminal: Terminal) -> None:
        try:
            check_terminal(terminal)
        except (DatabaseError, LocalError):
            return  # its disk is failing just now
        except PowerCut:
            terminal.recover()
            terminal.note_commands()

    def _go_wrong(self, terminal: Terminal, what: str, chance: random.Random) -> None:
        server = self.server
        if what in faults.NETWORK or what in faults.IMAGE:
            terminal.line.meet(what, chance.getrandbits(32))
        elif what in faults.STEPS:
            terminal.crash_at(what)
        elif what in faults.PEOPLE:
            terminal.haste = chance.getrandbits(32)
        elif what in faults.DISK:
            if what == "power_cut":
                terminal.machine.hold()
            terminal.machine.arm(faults.strike(what, chance))
        elif what in faults.SERVER_DISK:
            server.machine.arm(faults.strike(what, chance))
        elif what in faults.SERVER:
            times = 1_000_000 if what == "command_poisoned" else 2
            server.troubles.arm(server.terminal_of(terminal.client_id), what, times)
        else:
            self._happen(terminal, what, chance)

    def _happen(self, terminal: Terminal, what: str, chance: random.Random) -> None:
        """What needs no occasion."""
        match what:
            case "clock_set":
                terminal.clock_was_set = True
                terminal.clock.offset_s += chance.choice((-1, 1)) * chance.choice((60, 86_400, 3 * _YEAR_S))
            case "files_copied" if not terminal.busy and len(self.terminals) == self.schedule.terminals:
                self.terminals.append(terminal.copied_to(self.setting.spare, len(self.terminals)))
            case "desk_restarted" if not terminal.busy:
                terminal.restart()
            case "cache_lost" if not terminal.busy:
                terminal.lose_cache()
            case "server_restarted":
                self.server.start()
            case "tombstones_forgotten":
                try:
                    self.server.forget_tombstones()
                except PowerCut:
                    self.server.start()
                except (Busy, *PASSING_ERRORS):
                    return  # housekeeping waits for its next time
            case faults.BACKUP:
                self.server.back_up()
                self.history.keep()
                self.leases.keep()
                return
            case "server_restored" if self.setting.server.is_held:
                lost = self.server.outcomes()
                self.server.restore()
                self.history.go_back()
                self.leases.go_back(lost)
            case _:
                return
        self.struck(what)

    # The end

    def _heal(self) -> None:
        """Nothing goes wrong any more; every terminal goes on by itself until all is settled."""
        self.server.machine.disarm()
        self.server.troubles.disarm()
        for terminal in self.terminals:
            terminal.mend()
        self.network.deliver_all()
        limit = self.clock.seconds + SETTLED_WITHIN_S + PAUSE_S
        if self.server.troubles.poisoned:
            # The network is well, the server is not: it gives a command up after a few tries, a slow probe apart.
            limit += FAILURES_BEFORE_PARKING * RetryPolicy().slow_cap_s
        rounds = 0
        while not self._is_settled():
            rounds += 1
            demand("everything comes to rest", rounds <= _MOST_ROUNDS * len(self.terminals))
            terminal = min(self.terminals, key=lambda each: each.next_round_at)
            self.clock.seconds = max(self.clock.seconds, terminal.next_round_at)
            demand(f"everything is settled within {SETTLED_WITHIN_S:.0f} s", self.clock.seconds <= limit)
            began, given = self.clock.seconds, self.commands
            self._step(terminal)
            if self.commands > given:
                # What a terminal gives back by itself is new work, of which others hear when they ask the next time.
                limit = max(limit, self.clock.seconds + Pace().poll_s[1])
            # Here one terminal's calls follow upon another's; in truth nobody waits for those of others.
            limit += self.clock.seconds - began

    def _step(self, terminal: Terminal) -> None:
        client_id = terminal.client_id
        terminal.step()
        terminal.note_commands()
        self.happened["copies noticed"] += client_id != terminal.client_id
        status = terminal.engine.status
        self._say(f"terminal {terminal.number} is {status.state}, {status.pending} pending. {status.problem}")
        check_round(terminal)

    def _is_settled(self) -> bool:
        return all(
            terminal.store.pending == 0
            and terminal.engine.status.state is State.IDLE
            and self.is_level(terminal)
            for terminal in self.terminals
        )

    def is_level(self, terminal: Terminal) -> bool:
        """Whether a terminal is where the server is, in every scope that it may see."""
        versions = self.server.versions()
        scopes = self.server.scopes_of(terminal.client_id)
        found = terminal.store.cache.cursors(self.server.epoch)
        return found == {scope: versions[scope] for scope in scopes}

    def _rigged(self) -> ExitStack:
        """The product with the schedule's sizes, and with a server that can fail on a command."""
        stack = ExitStack()
        knobs = self.schedule.knobs
        stack.enter_context(patch.object(staging, "_BYTES_IN_MEMORY", knobs.bytes_in_memory))
        stack.enter_context(patch.object(staging, "_SMALL_BYTES", knobs.small_bytes))
        stack.enter_context(patch.object(next_cache, "flush", self._flush))
        stack.enter_context(patch.object(authority, "run", self.server.troubles.run))
        stack.enter_context(patch.object(committer, "Transaction", self.server.transaction))
        return stack
