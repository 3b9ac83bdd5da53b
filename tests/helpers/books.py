"""A small warehouse in memory, on which commands are run as the authority runs them."""

from __future__ import annotations

import itertools
from typing import Any, TypeVar

import sqlcipher3
from sqlalchemy import MetaData, create_engine

from services.commands import Command, NewLine, PlaceOrder
from services.domain.refusals import RuleViolation
from services.handlers.allotments import allotment_id, set_aside
from services.handlers.dispatch import Effect, run_command
from services.handlers.work import Context, Work
from services.storage.row import Row
from services.storage.schema import business_tables
from services.storage.stock_rule import stock_problems
from services.storage.tables import (
    Allotment,
    Customer,
    Driver,
    Location,
    OrderLine,
    PickTask,
    Product,
    Route,
    Site,
    StockLevel,
    User,
    Vehicle,
)
from services.storage.unit_of_work import UnitOfWork

R = TypeVar("R", bound=Row)

NOON = 1_780_000_000_000
SITE = "site-1"
HOUR = 3_600_000


class Books:
    """One site with bins, products and a van on an open route; the stock rule is checked after every command."""

    def __init__(self) -> None:
        engine = create_engine("sqlite://", module=sqlcipher3.dbapi2)
        metadata = MetaData()
        business_tables(metadata, unique=True)
        metadata.create_all(engine)
        self.connection = engine.connect()
        self.unit = UnitOfWork(self.connection)
        self._engine = engine
        self._counter = itertools.count(1)
        self.now = NOON
        self.ago_ms = 0
        """How long ago, by the terminal's clock, the commands that come now were given."""
        self._seed()

    def _seed(self) -> None:
        put = self.unit.put
        put(Site("site-1", "LEI", "Leicester", "Europe/London", "GBP", 52.63, -1.13, "fifo"))
        put(User("user-1", "ann", "Ann Picker", "", "supervisor,picker", "HFB-1"))
        put(Customer("cust-1", "C1", "Corner Shop", "", "", "1 High St", "Derby", "DE1", "GB", 52.92, -1.47))
        put(Customer("cust-2", "C2", "Gift Barn", "", "", "2 Low Rd", "Coventry", "CV1", "GB", 52.41, -1.51))
        bins = [("A-01-01-1", "pick"), ("A-01-02-1", "pick"), ("A-02-01-1", "pick"), ("R-01-01-3", "reserve")]
        bins += [("REC-1", "receiving"), ("STG-1", "staging"), ("DOCK-1", "dock")]
        for place, (code, kind) in enumerate(bins):
            put(Location(code, SITE, code, code[0], code[2:4], "", "", kind, place * 1.2, 3.0, place))
        for number, weight in ((1, 250), (2, 500), (3, 1000)):
            put(
                Product(
                    f"prod-{number}", f"SKU{number}", f"Product {number}", "", "ea", "", 100 * number, "GBP", weight,
                    weight * 2, 5, 20,
                )
            )  # fmt: skip
        put(Driver("driver-1", SITE, "D1", "Dee Driver", "", ""))
        put(
            Vehicle(
                id="van-1", site_id=SITE, code="VAN-1", registration="AB12 CDE", kind="van", capacity_g=1_000_000,
                capacity_ml=10_000_000, state="idle", processing="idle", integration="utilized", latitude=52.63,
                longitude=-1.13, heading=0.0, speed_kmh=0.0, position_at=NOON, driver_id="driver-1",
            )
        )  # fmt: skip
        self.open_route("route-1")
        self.unit.flush()

    def open_route(self, route_id: str) -> None:
        """Another open route of the van, for the hours from now."""
        route = Route(
            id=route_id, site_id=SITE, number=route_id.upper(), planned_on="2026-05-28", vehicle_id="van-1",
            driver_id="driver-1", status="open", starts_at=self.now, ends_at=self.now + 8 * 3_600_000,
            departed_at=None, finished_at=None, load_g=0, load_ml=0, distance_m=0,
        )  # fmt: skip
        self.unit.put(route)

    def do(self, command: Command, *, actor: str = "user-1", terminal: str = "term-1") -> Effect:
        """Run a command as the authority does; whatever it answers, the stock rule must hold after it."""
        n = next(self._counter)
        self.now += 1000
        context = Context(
            command_id=f"command-{n}",
            actor_id=actor,
            terminal_id=terminal,
            at=self.now - self.ago_ms,
            received_at=self.now,
        )
        effect = run_command(self.unit, command, context)
        self._check(repr(command))
        return effect

    def allot(self, terminal: str, product_id: str, units: int, *, hours: int = 24) -> Allotment | None:
        """Set units aside for a terminal as the server does; answers its allotment, if it has one now."""
        n = next(self._counter)
        context = Context(
            command_id=f"grant-{n}", actor_id="", terminal_id="", at=self.now, received_at=self.now
        )
        work = Work(self.unit, context, SITE)
        set_aside(
            work, SITE, terminal, self.get(Product, product_id), units, expires_at=self.now + hours * HOUR
        )
        self._check(f"{units} {product_id} for {terminal}")
        return self.allotment(terminal, product_id)

    def allotment(self, terminal: str, product_id: str) -> Allotment | None:
        """What is set aside for a terminal."""
        return self.unit.get(Allotment, allotment_id(SITE, terminal, product_id))

    def _check(self, what: str) -> None:
        self.unit.flush()
        problems = stock_problems(self.connection)
        assert problems == [], "\n".join([what, *problems])

    def must(self, command: Command, *, terminal: str = "term-1") -> Effect:
        """Run a command that is to be taken."""
        effect = self.do(command, terminal=terminal)
        if effect.status == "rejected":
            raise RuleViolation(effect.code, effect.message, effect.details)
        return effect

    def order(
        self,
        *lines: tuple[str, int],
        order_id: str = "",
        customer: str = "cust-1",
        terminal: str = "term-1",
        **fields: Any,
    ) -> str:
        """Place an order of (product, quantity) lines, and answer its id. Lines are ``<order>-1``, ``<order>-2``..."""
        order_id = order_id or f"order-{next(self._counter)}"
        self.must(
            PlaceOrder(
                site_id=SITE,
                order_id=order_id,
                number=f"T01-{next(self._counter):06d}",
                customer_id=customer,
                lines=tuple(
                    NewLine(line_id=f"{order_id}-{i}", product_id=product, quantity=quantity, price_minor=100)
                    for i, (product, quantity) in enumerate(lines, start=1)
                ),
                currency="GBP",
                **fields,
            ),
            terminal=terminal,
        )
        return order_id

    def get(self, cls: type[R], row_id: str) -> R:
        """A row that must be there."""
        row = self.unit.get(cls, row_id)
        assert row is not None, f"no {cls.__name__} {row_id}"
        return row

    def find(self, cls: type[R], **equal: Any) -> list[R]:
        """Rows by columns."""
        return self.unit.find(cls, **equal)

    def level(self, product_id: str) -> StockLevel:
        """A product's totals."""
        rows = self.find(StockLevel, site_id=SITE, product_id=product_id)
        return rows[0] if rows else StockLevel("", SITE, product_id)

    def tasks(self, order_id: str, *statuses: str) -> list[PickTask]:
        """An order's pick tasks in these states (all of them where none is named)."""
        return [
            task for task in self.find(PickTask, order_id=order_id) if not statuses or task.status in statuses
        ]

    def lines(self, order_id: str) -> list[OrderLine]:
        """An order's lines by position."""
        return sorted(self.find(OrderLine, order_id=order_id), key=lambda line: line.position)

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
        self._engine.dispose()
