"""The small warehouse that every schedule begins with, and terminals that have synced with it once."""

from __future__ import annotations

import gc
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlcipher3 import dbapi2 as sqlite

from local_db import cache_file, files
from local_db.ballast import SIZE
from services import commands as c
from services.protocol.messages import EnrollResponse
from services.server import clients
from services.server.parts import build
from services.server.settings import Settings
from services.server.transaction import Transaction
from services.storage.tables import PickTask, Shipment
from tests.server import warehouse
from tests.simulator.clock import START_MS
from tests.simulator.disk import Database, Machine, Shelf
from tests.simulator.rows import all_rows
from tests.simulator.schedule import Knobs, Schedule

PRODUCTS = 3
STOCK = 14
_RUNS_UNTIDY = 40
_PLAIN = Knobs(rows_per_page=2000, push_bytes=768 * 1024, rows_in_memory=4000, few_rows=2000)


class Seat:
    """The files of one terminal, as they are when a schedule begins."""

    def __init__(self, shelf: Shelf, folder: Path, cache: Database, outbox: Database) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._shelf = shelf
        self.folder = folder
        self.cache = cache
        self.outbox = outbox

    def lay_out(self, machine: Machine) -> None:
        """These files lie on this machine's disk now."""
        self._shelf.put(self.folder / cache_file.FIRST, machine, self.cache)
        self._shelf.put(self.folder / files.OUTBOX_FILE, machine, self.outbox)

    def reset(self) -> None:
        """As at the beginning."""
        self.cache.reset()
        self.outbox.reset()
        ballast = self.folder / "ballast"
        if not ballast.exists():
            allocate(ballast, SIZE)


def allocate(path: Path, size: int) -> None:
    """Room on a disk that never really fills up: full ones are simulated statement by statement."""
    with path.open("wb") as file:
        file.truncate(size)


class Setting:
    """The databases of a server and its terminals. ``oracle`` is as the server's, and changed by nobody."""

    def __init__(self, server: Database, oracle: Database, seats: list[Seat]) -> None:
        self.server = server
        self.oracle = oracle
        self.seats = seats
        self.rows = all_rows(oracle.raw)

    def reset(self) -> None:
        """As at the beginning."""
        self.server.reset()
        self.oracle.reset()
        for seat in self.seats:
            seat.reset()


class Stage:
    """Settings by the number of their terminals, each made when it is first needed. Use it within ``with``."""

    def __init__(self, within: Path | None = None) -> None:
        """``within``: the folder for its own folder, if not the system's for temporary files."""
        self._within = within
        self._stack = ExitStack()
        self._settings: dict[int, Setting] = {}
        self._made = 0
        self._runs = 0

    def __enter__(self) -> Stage:
        self._folder = Path(
            self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="holdfast-simulator-", dir=self._within)
            )
        )
        self._shelf = Shelf()
        self._stack.enter_context(patch.object(files, "_connect", self._shelf.connect))
        self._stack.enter_context(patch.object(clients, "new_id", self._new_id))
        self._stack.enter_context(patch.object(clients, "new_secret", self._new_id))
        self._warehouse = self._built()
        self._empty: Seat | None = None
        if gc.isenabled():
            self._stack.callback(gc.enable)
            self._stack.callback(gc.unfreeze)
            gc.disable()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._stack.close()

    def setting(self, terminals: int) -> Setting:
        """A server with so many terminals, all at the same rows."""
        if terminals not in self._settings:
            self._made = 0
            self._settings[terminals] = self._set(terminals)
            # What is here now stays: the collector need not look at it again.
            gc.collect()
            gc.freeze()
        return self._settings[terminals]

    def tidy(self) -> None:
        """Collect garbage now and then; in the middle of a run it would take a tenth of the time."""
        self._runs += 1
        if self._runs % _RUNS_UNTIDY == 0:
            gc.collect()

    def _new_id(self) -> str:
        """Ids of enrolments, the same each time."""
        self._made += 1
        return f"enrolled-{self._made:05d}"

    def _built(self) -> Database:
        """The warehouse, built by a real server in a real file."""
        settings = Settings(
            data_folder=self._folder, database_url=f"sqlite:///{self._folder / 'server.db'}", password_memory_kib=64,
            password_passes=1, password_lanes=1, job_workers=0,
        )  # type: ignore[call-arg]  # fmt: skip
        parts = build(settings, lambda: START_MS)
        parts.committer.start()
        try:
            warehouse.fill(parts, products=PRODUCTS, stock=STOCK)
            parts.committer.run((f"site:{warehouse.SITE}",), _orders_on_their_way)
        finally:
            parts.committer.stop()
            parts.passwords.close()
            parts.database.close()
        made = Database("warehouse")
        file = sqlite.connect(str(self._folder / "server.db"))
        file.backup(made.raw)
        file.close()
        return made

    def _set(self, terminals: int) -> Setting:
        # The world needs a stage, and the stage a world to be set in: once, by a sync without faults.
        from tests.simulator.world import World

        server = Database("server", loses_commits=True)
        server.copy_from(self._warehouse)
        seats = [self._seat(terminals, number) for number in range(terminals)]
        schedule = Schedule(0, terminals, (0.0,) * terminals, _PLAIN, ())
        world = World(schedule, Setting(server, server, seats), [])
        answers: list[EnrollResponse] = [
            world.server.clients.enroll(f"Desk {n}", warehouse.SITE, actor_id="user-administrator")
            for n in range(terminals)
        ]
        for terminal, answer in zip(world.terminals, answers, strict=True):
            terminal.desk.enrolled(answer)
            terminal.step()
            assert terminal.engine.status.problem == "", terminal.engine.status.problem
        for terminal in world.terminals:
            terminal.desk.close()
        oracle = Database("oracle")
        oracle.copy_from(server)
        for database in (server, oracle, *(d for seat in seats for d in (seat.cache, seat.outbox))):
            database.set_beginning()
        return Setting(server, oracle, seats)

    def _seat(self, terminals: int, number: int) -> Seat:
        """A terminal's empty files. Making the tables takes longest, so that is done once."""
        folder = self._folder / f"{terminals}-terminals" / str(number)
        seat = Seat(self._shelf, folder, Database("cache", loses_commits=True), Database("outbox"))
        if self._empty is None:
            from local_db.store import Store

            empty = Seat(self._shelf, self._folder / "empty", Database("cache"), Database("outbox"))
            empty.lay_out(Machine("nobody", lambda strike: None))
            Store(empty.folder, allow_plain=True).close()
            self._empty = empty
        seat.cache.copy_from(self._empty.cache)
        seat.outbox.copy_from(self._empty.outbox)
        return seat


def _orders_on_their_way(transaction: Transaction) -> None:
    """One order that is picked, one packed, one loaded: so that a short schedule gets to the customer's door."""

    def must(command: c.Command) -> None:
        warehouse.must(transaction, command, "stage")

    for far in (1, 2, 3):
        order_id = f"order-{far}"
        must(warehouse.order(order_id, (warehouse.product_id(far), 2)))
        for task in transaction.unit.find(PickTask, order_id=order_id):
            must(
                c.ConfirmPick(
                    site_id=task.site_id, task_id=task.id, order_id=order_id, line_id=task.line_id,
                    product_id=task.product_id, location_id=task.location_id, quantity=task.quantity,
                )
            )  # fmt: skip
        if far > 1:
            must(c.PackOrder(site_id=warehouse.SITE, order_id=order_id))
        for shipment in transaction.unit.find(Shipment, order_id=order_id) if far > 2 else ():
            must(c.LoadShipment(site_id=warehouse.SITE, shipment_id=shipment.id))
