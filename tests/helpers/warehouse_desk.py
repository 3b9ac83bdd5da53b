"""A desk on a small but whole warehouse, without a server: for tests of queries, panels and printing.

People: ``user-super`` (supervisor), ``user-clerk``, ``user-pick`` (picker), ``user-disp`` (dispatcher), ``user-drive``
(driver), ``user-admin`` (administrator). Site ``site-1`` (Leicester). The same seed makes the same warehouse.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlcipher3
from sqlalchemy import MetaData, create_engine

from local_db.desk import Desk
from services import commands as c
from services.domain.barcodes import own_gtin13
from services.domain.identifiers import derive
from services.handlers.dispatch import Effect, run_command
from services.handlers.work import Context
from services.storage.schema import business_tables
from services.storage.tables import (
    Barcode,
    Customer,
    Driver,
    Location,
    Order,
    PickTask,
    Product,
    Route,
    Shipment,
    Site,
    Terminal,
    TerminalSite,
    User,
    Vehicle,
)
from services.storage.unit_of_work import UnitOfWork
from services.sync.replica import Identity

SITE = "site-1"
HOUR = 3_600_000
PEOPLE = {
    "user-super": ("Grace Okoro", "supervisor"),
    "user-clerk": ("Tom Hale", "clerk"),
    "user-pick": ("Ana Silva", "picker"),
    "user-pick2": ("Jo Marsh", "picker"),
    "user-disp": ("Dev Patel", "dispatcher"),
    "user-drive": ("Kim Lund", "driver"),
    "user-admin": ("Max Weber", "administrator"),
}
_THINGS = [
    "Enamel Jug",
    "Oak Tray",
    "Linen Apron",
    "Brass Hook",
    "Wool Throw",
    "Glass Bottle",
    "Tin Lantern",
    "Clay Pot",
]
_KINDS = ["Sage", "Slate", "Ivory", "Navy", "Rust", "Moss", "Rose", "Sand"]
_TOWNS = [
    ("Derby", 52.92, -1.47), ("Coventry", 52.41, -1.51), ("Nottingham", 52.95, -1.15), ("Corby", 52.49, -0.69),
    ("Rugby", 52.37, -1.26), ("Grantham", 52.91, -0.64), ("Kettering", 52.4, -0.73), ("Loughborough", 52.77, -1.2),
]  # fmt: skip
_SHOPS = ["Corner Shop", "Gift Barn", "Market Hall", "Harbour Stores", "Copper Kettle", "Wren & Daughters"]


class _Builder:
    """Fills a plain SQLite file by running commands as the authority does."""

    def __init__(self, image: Path, seed: int, now: int) -> None:
        self._engine = create_engine(f"sqlite:///{image}", module=sqlcipher3.dbapi2)
        metadata = MetaData()
        business_tables(metadata, unique=False)
        metadata.create_all(self._engine)
        self.connection = self._engine.connect()
        self.unit = UnitOfWork(self.connection)
        self.chance = random.Random(seed)
        self.now = now
        self._n = 0

    def do(self, command: c.Command, *, actor: str = "user-super", ago: int = 0) -> Effect:
        self._n += 1
        at = self.now - ago
        context = Context(
            command_id=derive("command", self._n), actor_id=actor, terminal_id="term-1", at=at, received_at=at
        )
        return run_command(self.unit, command, context)

    def close(self) -> None:
        self.unit.flush()
        self.connection.commit()
        self.connection.close()
        self._engine.dispose()

    def masters(self, products: int) -> None:
        put, chance = self.unit.put, self.chance
        put(Site(SITE, "LEI", "Leicester", "Europe/London", "GBP", 52.6369, -1.1398, "fifo"))
        for user_id, (name, role) in PEOPLE.items():
            put(User(user_id, user_id.removeprefix("user-"), name, "", role, f"HFB-{user_id[5:]}"))
        put(Terminal("term-1", "T01", "Packing bench", SITE, self.now))
        put(TerminalSite("term-1-site", "term-1", SITE, self.now))
        for n in range(products):
            name = f"{_THINGS[n % 8]} {_KINDS[n // 8 % 8]} {n // 64 + 1}"
            gtin = own_gtin13(1000 + n)
            row = Product(
                id=f"prod-{n:04d}", sku=f"HF{n:04d}", name=name, category=_THINGS[n % 8], uom="ea", gtin=gtin,
                price_minor=chance.randrange(95, 4_500), currency="GBP", weight_g=chance.randrange(60, 1_900),
                volume_ml=chance.randrange(100, 6_000), reorder_point=chance.choice([10, 20, 40]), reorder_quantity=120,
            )  # fmt: skip
            put(row)
            put(Barcode(derive("barcode", f"0{gtin}"), f"0{gtin}", row.id, 1))
        for n, (town, lat, lon) in enumerate(_TOWNS * 6):
            shop = f"{_SHOPS[n % 6]} {town}"
            where = (lat + chance.uniform(-0.05, 0.05), lon + chance.uniform(-0.08, 0.08))
            put(
                Customer(
                    f"cust-{n:03d}", f"C{n:03d}", shop, f"shop{n}@example.com", "0116 496 0000", f"{n + 1} High Street",
                    town, f"LE{n % 9 + 1} {n % 9}AB", "GB", *where,
                )
            )  # fmt: skip
        for aisle in range(1, 13):
            for bay in range(1, 17):
                for level in (1, 2, 3):
                    code = f"A-{aisle:02d}-{bay:02d}-{level}"
                    kind = "reserve" if level == 3 else "pick"
                    sequence = aisle * 1000 + (bay if aisle % 2 else 17 - bay) * 10 + level
                    put(
                        Location(
                            f"loc-{code}", SITE, code, "A", f"{aisle:02d}", f"{bay:02d}", str(level), kind,
                            aisle * 3.0, 2.0 + bay * 1.2, sequence,
                        )
                    )  # fmt: skip
        for code, kind, x in (
            ("REC-1", "receiving", 2),
            ("STG-1", "staging", 20),
            ("STG-2", "staging", 24),
            ("DOCK-1", "dock", 30),
        ):
            put(Location(f"loc-{code}", SITE, code, code[:3], "", "", "", kind, float(x), -3.0, 90_000))
        for n in range(8):
            put(Driver(f"driver-{n}", SITE, f"D{n:02d}", f"Driver {'ABCDEFGH'[n]}", "07700 900000", ""))
            lat, lon = 52.6369 + chance.uniform(-0.3, 0.3), -1.1398 + chance.uniform(-0.4, 0.4)
            put(
                Vehicle(
                    f"van-{n}", SITE, f"VAN-{n + 1:02d}", f"FX2{n} HFD", "van", 900_000, 9_000_000, "idle", "idle",
                    "utilized", lat, lon, chance.uniform(0, 360), 0.0, self.now - chance.randrange(0, 240_000),
                    f"driver-{n}",
                )
            )  # fmt: skip
            day = datetime.fromtimestamp(self.now / 1000, UTC).date().isoformat()
            put(
                Route(
                    f"route-{n}", SITE, f"R{n + 1:02d}", day, f"van-{n}", f"driver-{n}", "open", self.now - HOUR,
                    self.now + 9 * HOUR, None, None, 0, 0, 0,
                )
            )  # fmt: skip

    def stock(self, products: int) -> None:
        bins = [
            f"loc-A-{a:02d}-{b:02d}-{level}" for a in range(1, 13) for b in range(1, 17) for level in (1, 2)
        ]
        for n in range(products):
            quantity = 0 if n % 29 == 7 else self.chance.randrange(8, 220)
            for part in (quantity, quantity // 2 if n % 5 == 0 else 0):
                if part:
                    place = bins[(n * 7 + part) % len(bins)]
                    self.do(
                        c.ReceiveStock(
                            site_id=SITE,
                            product_id=f"prod-{n:04d}",
                            location_id=place,
                            quantity=part,
                            reference="PO-1",
                        ),
                        ago=48 * HOUR,
                    )

    def orders(self, count: int, products: int) -> None:
        for n in range(count):
            order_id = f"order-{n:04d}"
            lines = tuple(
                c.NewLine(
                    line_id=f"{order_id}-{i}", product_id=f"prod-{int(products * self.chance.random() ** 2):04d}",
                    quantity=self.chance.randrange(1, 13), price_minor=self.chance.randrange(95, 4_500),
                )
                for i in range(self.chance.randrange(1, 7))
            )  # fmt: skip
            self.do(
                c.PlaceOrder(
                    site_id=SITE, order_id=order_id, number=f"T01-{n + 1:06d}", customer_id=f"cust-{n % 48:03d}",
                    lines=lines, currency="GBP", priority=self.chance.choice([3, 5, 5, 5, 7]),
                ),
                actor="user-clerk", ago=(count - n) * HOUR // 12,
            )  # fmt: skip
        for n in range(0, count // 2):
            self._advance(f"order-{n:04d}", far=n % 4)

    def _advance(self, order_id: str, far: int) -> None:
        """Pick (0: not at all, 1: whole, 2: and pack, 3: and load)."""
        if far == 0:
            return
        for task in self.unit.find(PickTask, order_id=order_id):
            if task.status == "pending":
                self.do(
                    c.ConfirmPick(
                        site_id=SITE, task_id=task.id, order_id=order_id, line_id=task.line_id,
                        product_id=task.product_id, location_id=task.location_id, quantity=task.quantity,
                    ),
                    actor="user-pick", ago=HOUR,
                )  # fmt: skip
        if far >= 2:
            self.do(
                c.PackOrder(site_id=SITE, order_id=order_id, parcels=1 + far % 2),
                actor="user-pick",
                ago=HOUR // 2,
            )
        if far >= 3:
            for shipment in self.unit.find(Shipment, order_id=order_id):
                self.do(
                    c.LoadShipment(site_id=SITE, shipment_id=shipment.id), actor="user-disp", ago=HOUR // 3
                )

    def road(self) -> None:
        """Two vans are out; one has delivered half of its stops."""
        for n in (0, 1):
            self.do(c.DepartRoute(site_id=SITE, route_id=f"route-{n}"), actor="user-disp", ago=HOUR // 4)
        for shipment in self.unit.find(Shipment, route_id="route-0"):
            if shipment.status == "en_route" and shipment.id[0] < "8":
                self.do(
                    c.DeliverShipment(site_id=SITE, shipment_id=shipment.id, pod_name="P. Reed"),
                    actor="user-drive",
                )
        first = self.unit.get(Order, "order-0000")
        assert first is not None


def build_image(
    image: Path, *, seed: int = 1, products: int = 320, orders: int = 120, now: int | None = None
) -> None:
    """Write the warehouse as a plain SQLite image, as a snapshot brings it."""
    builder = _Builder(image, seed, now or time.time_ns() // 1_000_000)
    builder.masters(products)
    builder.stock(products)
    builder.orders(orders, products)
    builder.road()
    builder.close()


@contextmanager
def warehouse_desk(
    folder: Path, *, person: str = "user-super", seed: int = 1, products: int = 320, orders: int = 120
) -> Iterator[Desk]:
    """A desk on the warehouse, with ``person`` acting. It has no server: whatever is done stays provisional."""
    folder.mkdir(parents=True, exist_ok=True)
    image = folder / "image.db"
    build_image(image, seed=seed, products=products, orders=orders)
    identity = Identity(client_id="client-1", credential="secret", terminal_code="T01", epoch="epoch-1")
    with Desk.open(folder / "profile", credentials=identity, allow_plain=True) as desk:
        desk._replica.adopt_snapshot(image, {"org": 1, f"site:{SITE}": 1})
        desk._replica.take_identity(identity, ["org", f"site:{SITE}"])
        desk.as_user(person)
        yield desk
