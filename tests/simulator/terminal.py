"""A simulated terminal: the real desk and engine on a simulated disk, clock and line, which can stop at any moment."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from local_db.background import SyncTuning
from local_db.ballast import Ballast
from local_db.desk import Desk
from local_db.errors import LocalError
from local_db.files import DatabaseError
from local_db.reads import Reads
from local_db.stepping_back import SteppedBack
from local_db.store import Store
from services.sync.engine import SyncEngine
from services.sync.exchange import Limits
from services.sync.states import CUT_SHORT, State, Wake
from tests.simulator import faults
from tests.simulator.clock import WrongClock
from tests.simulator.disk import Machine, PowerCut, SimConnection
from tests.simulator.network import Line
from tests.simulator.oracle import Given
from tests.simulator.promises import Grant, Promise
from tests.simulator.shelf import Seat, allocate

if TYPE_CHECKING:
    from tests.simulator.world import World

_STARTS = 20


class SimDesk(Desk):
    """A desk whose ids follow from the seed."""

    chance = random.Random(0)
    now_ms: Any

    def new_id(self) -> str:
        """A UUID version 7 (RFC 9562, section 5.7) of this terminal's clock."""
        bits = self.chance.getrandbits(74)
        number = (
            (self.now_ms() & (1 << 48) - 1) << 80
            | 7 << 76
            | (bits >> 62) << 64
            | 2 << 62
            | bits & (1 << 62) - 1
        )
        digits = f"{number:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class Terminal:
    """One desk, from start to crash to start. ``busy`` while its engine is in a round."""

    def __init__(self, world: World, number: int, seat: Seat, offset_s: float) -> None:
        self.world = world
        self.number = number
        self.seat = seat
        self.machine = Machine(f"terminal {number}", lambda strike: world.struck(strike.kind))
        self.clock = WrongClock(world.clock, offset_s)
        self.line = Line(world, self)
        self.busy = False
        self.due_at = 0.0
        self.given: dict[str, Any] = {}
        """Command id -> the command, of all whose receipt somebody has seen."""
        self.durable: dict[str, Given] = {}
        """Id -> every command that has ever been in the outbox, in order."""
        self.promises: list[Promise] = []
        """What the desk said to be certain."""
        self.twin: Terminal | None = None
        """The terminal that has a copy of these files, or whose copy these are."""
        self.clock_was_set = False
        self._noted = ("", 0)
        self._changes_seen = -1
        self.mirror = world.history.replica()
        self.haste: int | None = None
        """Somebody needs the writer while the next pull is settled, and does what follows from this."""
        self._crash_at = ""
        self._starts = 0
        seat.lay_out(self.machine)
        self.start()
        self.note_commands()

    # Life and death

    def start(self) -> None:
        """The program starts on what the disk has. What strikes it meanwhile makes it start once more."""
        for _ in range(_STARTS):
            self._starts += 1
            self.machine.start()
            try:
                self._open()
            except (PowerCut, DatabaseError, LocalError):
                self._release()
                continue
            return
        raise AssertionError(f"{self.machine.name} does not start any more")

    def restart(self) -> None:
        """The program ends as it should, and starts again."""
        self._end()
        self.start()

    def crash(self, *, lost: bool = False) -> PowerCut:
        """The program stops here and now; answers what to raise where it is running."""
        return self.machine.cut(lost=lost)

    def recover(self) -> None:
        """After a crash: the program is started by somebody."""
        self._release()
        self.busy = False
        self.machine.settle()
        self.start()

    def leave(self) -> None:
        """The run is over."""
        self.machine.cut()
        self._release()

    def _open(self) -> None:
        self.store = Store(
            self.seat.folder, allow_plain=True, clock=self.clock.now_ms, on_step=self._has_reached
        )
        store: Any = self.store
        store.checkpointer = _NoCheckpoints()
        store.readers = _Readers(self.store, self.seat)
        store.read = Reads(store.readers, store.catch_up)
        store.cache.step_back = _Haste(self)
        store.ballast = Ballast(self.seat.folder, allocate=allocate)
        self.desk = SimDesk(self.store, "", None, self.line, SyncTuning())
        self.desk.now_ms = self.clock.now_ms
        knobs = self.world.schedule.knobs
        self.engine = SyncEngine(
            self.desk._replica,
            self.line,
            scratch=self.seat.folder,
            clock=self.clock,
            chance=random.Random(f"{self.world.schedule.seed} {self.number} {self._starts}"),
            limits=Limits(push_bytes=knobs.push_bytes),
        )
        self.due_at = self.world.clock.seconds

    def _end(self) -> None:
        try:
            self.desk.close()
        except (PowerCut, DatabaseError, LocalError):
            # It ends all the same.
            self._release()
        self.machine.settle()

    def _release(self) -> None:
        store = getattr(self, "store", None)
        if store is not None:
            store._lock.release()

    # What happens to it

    def step(self) -> None:
        """One round of sync, as the sync thread does it."""
        self.busy = True
        try:
            self.due_at = self.world.clock.seconds + self.engine.step()
        finally:
            self.busy = False

    @property
    def client_id(self) -> str:
        """The identity under which its commands are numbered."""
        return self._noted[0]

    @property
    def next_round_at(self) -> float:
        """When its sync thread would begin the next round by itself."""
        status = self.engine.status.state
        if self.desk.link.pending and status is State.IDLE and Wake.LOCAL_COMMAND in CUT_SHORT[status]:
            return self.world.clock.seconds
        return self.due_at

    def note_commands(self) -> None:
        """Note what is durable now and was not before: also a command of which nobody has seen a receipt."""
        changes = self.seat.outbox.raw.total_changes
        if changes == self._changes_seen:
            return  # nothing was written since
        self._changes_seen = changes
        read = self.seat.outbox.raw.execute
        found = read("SELECT value FROM meta WHERE key = 'client_id'").fetchone()
        client_id, upto = found[0] if found else "", self._noted[1]
        if client_id != self._noted[0]:
            upto = 0  # numbered anew
        for row in read(
            "SELECT n, id, actor_id, name, v, args, issued_at FROM command WHERE n > ? ORDER BY n", (upto,)
        ).fetchall():
            given = Given(*row, at=self.world.clock.now_ms())
            upto = given.n
            if given.id not in self.durable:
                self.durable[given.id] = given
                self.world.given.setdefault(given.id, given)
        self._noted = (client_id, upto)

    def grants_of(self, allotments: Iterable[str]) -> frozenset[Grant]:
        """Since when these allotments are this terminal's, as far as it knows."""
        marks = ", ".join(f"'{row_id}'" for row_id in allotments)
        found = self.seat.cache.raw.execute(f"SELECT id, leased_at FROM allotment WHERE id IN ({marks})")
        return frozenset((row_id, since) for row_id, since in found.fetchall())

    def copied_to(self, seat: Seat, number: int) -> Terminal:
        """Somebody copies the files while the program is not running, and works with either."""
        self._end()
        seat.first_cache.take_over(self.seat.cache.raw)
        seat.outbox.take_over(self.seat.outbox.raw)
        self.start()
        copy = Terminal(self.world, number, seat, self.clock.offset_s)
        self.twin, copy.twin = copy, self
        return copy

    def crash_at(self, fault: str) -> None:
        """The next command that reaches this step brings the program down."""
        self._crash_at = fault

    def mend(self) -> None:
        """Nothing more goes wrong here."""
        self._crash_at = ""
        self.haste = None
        self.machine.disarm()
        self.machine.settle()
        self.line.mend()

    def lose_cache(self) -> None:
        """The cache is found to be damaged, so that the program makes an empty one."""
        self._end()
        self.seat.cache.empty()
        cache = self.seat.cache.raw
        cache.execute(
            "UPDATE cache_meta SET client_id = '', last_n = 0, applied_through = 0, synced_at = NULL"
        )
        self.start()

    def _has_reached(self, step: str) -> None:
        if self._crash_at and faults.STEPS[self._crash_at] == step:
            self.world.struck(self._crash_at)
            self._crash_at = ""
            raise self.crash()


class _NoCheckpoints:
    """Stands for the checkpointer, whose thread would bring in chance."""

    def __init__(self) -> None:
        self.pausing = threading.Lock()

    def note_write(self) -> None:
        """Nothing to move."""

    def stop(self) -> None:
        """Nothing to end."""


class _Haste:
    """Stands for the means by which a settle is broken off: here that comes when everything is written."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """See StepBack."""
        yield
        if self._terminal.haste is not None:
            self._terminal.world.struck("settle_broken_off")
            raise SteppedBack

    def check(self) -> None:
        """Nobody asks."""


class _Readers:
    """Stands for the pool of readers: everybody reads over the connections that write, for everything happens in turn."""

    def __init__(self, store: Store, seat: Seat) -> None:
        self._reader: Any = _Reader(store, seat)

    def take(self) -> Any:
        """See ReaderPool."""
        return self._reader

    def give(self, connection: Any) -> None:
        """See ReaderPool."""

    def close(self) -> None:
        """See ReaderPool."""

    def renew(self) -> None:
        """See ReaderPool."""


class _Reader:
    """Both files by one name, as a reader has them; no query here names both."""

    def __init__(self, store: Store, seat: Seat) -> None:
        self._store = store
        self._seat = seat

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        """Run a query."""
        if "outbox." in sql:
            outbox: SimConnection = self._store.outbox.connection
            return outbox.execute(sql.replace("outbox.", "main."), parameters)
        return self._store.cache.connection.execute(sql, parameters)

    def backup(self, target: SimConnection) -> None:
        """A copy of the cache."""
        self._seat.copy_cache(target.database)
