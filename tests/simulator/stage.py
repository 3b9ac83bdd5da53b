"""The small warehouse that every schedule begins with, and terminals that have synced with it once."""

from __future__ import annotations

import gc
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlcipher3 import dbapi2 as sqlite

from local_db import files
from services import commands as c
from services.protocol.messages import EnrollResponse
from services.server import authority, clients
from services.server.parts import build
from services.server.settings import Settings
from services.server.transaction import Transaction
from services.storage.tables import PickTask, Shipment, Terminal
from tests.server import warehouse
from tests.simulator.clock import START_MS
from tests.simulator.disk import Database, Machine
from tests.simulator.rows import all_rows, by_scope
from tests.simulator.schedule import Knobs, Schedule
from tests.simulator.shelf import Seat, Shelf

PRODUCTS = 3
STOCK = 20
SITES = (warehouse.SITE, warehouse.OTHER_SITE)
_SELLERS = 4
_RUNS_UNTIDY = 40
_PLAIN = Knobs(
    rows_per_page=2000,
    push_bytes=768 * 1024,
    bytes_in_memory=40_000_000,
    small_bytes=400_000,
    slow_pages=False,
)


class Setting:
    """The databases of a server and its terminals. ``oracle`` is as the server's, and changed by nobody."""

    def __init__(
        self, server: Database, oracle: Database, seats: list[Seat], spare: Seat, images: Path, ids_made: int
    ) -> None:
        """``spare``: for a copy of some terminal's files. ``images``: a folder of the server's."""
        self.server = server
        self.oracle = oracle
        self.seats = seats
        self.spare = spare
        self.images = images
        self.ids_made = ids_made
        found = oracle.raw.execute("SELECT id, quantity - used, leased_at FROM allotment")
        self.set_aside = {row_id: (units, since) for row_id, units, since in found}
        self.clients = {client_id for (client_id,) in oracle.raw.execute("SELECT id FROM client")}
        self.rows = by_scope(all_rows(oracle.raw))

    def reset(self) -> None:
        """As at the beginning."""
        self.server.reset()
        self.oracle.reset()
        for seat in (*self.seats, self.spare):
            seat.reset()
        for path in self.images.iterdir():
            path.unlink()


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
        self._made = self._settings[terminals].ids_made
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
            warehouse.fill(parts, products=PRODUCTS, stock=STOCK, sites=SITES)
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
        spare, images = self._seat(terminals, terminals), self._folder / f"{terminals}-images"
        images.mkdir()
        schedule = Schedule(0, terminals, (0.0,) * terminals, _PLAIN, ())
        world = World(schedule, Setting(server, server, seats, spare, images, 0), [])
        answers: list[EnrollResponse] = [
            world.server.clients.enroll(f"Desk {n}", warehouse.SITE, actor_id="user-administrator")
            for n in range(terminals)
        ]
        world.server.committer.run((), lambda transaction: _first_sales(transaction, answers))
        for terminal, answer in zip(world.terminals, answers, strict=True):
            world.server.clients.authenticate(answer.client_id, answer.credential)
            terminal.desk.enrolled(answer)
        world.server.keeper.look()
        for terminal in world.terminals:
            terminal.step()
            assert terminal.engine.status.problem == "", terminal.engine.status.problem
        for terminal in world.terminals:
            terminal.desk.close()
        server.raw.execute("DELETE FROM command_log")
        oracle = Database("oracle")
        oracle.copy_from(server)
        server.set_beginning()
        oracle.set_beginning()
        for seat in (*seats, spare):
            seat.set_beginning()
        return Setting(server, oracle, seats, spare, images, self._made)

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
            self._shelf.empty = empty.first_cache
        seat.first_cache.copy_from(self._empty.first_cache)
        seat.outbox.copy_from(self._empty.outbox)
        return seat


def _first_sales(transaction: Transaction, terminals: list[EnrollResponse]) -> None:
    """The first few terminals have sold something, so that there is demand; one of them works at both sites."""
    unit = transaction.unit
    warehouse.must(transaction, c.SaveSetting(key="allotment.share_percent", value="50"), "stage")
    for n, answer in enumerate(terminals[:_SELLERS]):
        terminal = unit.find(Terminal, code=answer.terminal_code)[0]
        for product in (1, 2):
            sale = warehouse.order(
                f"sale-{n}-{product}", (warehouse.product_id(product), 1), number=f"S-{n}-{product}"
            )
            origin = authority.Origin(
                command_id=f"sale-{n}-{product}", actor_id="user-administrator", terminal_id=terminal.id,
                issued_at=transaction.received_at,
            )  # fmt: skip
            assert authority.run(transaction, sale, origin).status == "applied"
        if n == 1:
            grant = c.GrantSite(terminal_id=terminal.id, held_site_id=warehouse.OTHER_SITE, reason="stage")
            warehouse.must(transaction, grant, "stage")


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
