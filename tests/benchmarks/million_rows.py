"""A million rows of a busy site in the shares a warehouse has them, as tuples in stored order, made quickly."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from services.domain.identifiers import uuid7_from
from services.storage.row import Row
from services.storage.statements import statements
from services.storage.tables import (
    Barcode,
    Customer,
    Event,
    Location,
    Order,
    OrderLine,
    Product,
    Site,
    Stock,
    StockLevel,
    StockMovement,
    User,
)

SITE = "site-1"
_HOUR = 3_600_000
_COLOURS = [
    "Amber",
    "Azure",
    "Coral",
    "Cream",
    "Ivory",
    "Jade",
    "Linen",
    "Oak",
    "Onyx",
    "Pearl",
    "Rose",
    "Ruby",
    "Sage",
    "Slate",
    "Teal",
    "Walnut",
]
_KINDS = [
    "Folding",
    "Garden",
    "Hanging",
    "Heart",
    "Large",
    "Mini",
    "Painted",
    "Paper",
    "Retro",
    "Round",
    "Rustic",
    "Small",
    "Spotted",
    "Tall",
]
_THINGS = [
    "Basket",
    "Bowl",
    "Box",
    "Candle",
    "Clock",
    "Cushion",
    "Frame",
    "Hook",
    "Jug",
    "Lamp",
    "Mug",
    "Plate",
    "Rack",
    "Sign",
    "Tin",
    "Tray",
]
# Of a thousand rows, so many of each class.
SHARES: tuple[tuple[type[Row], int], ...] = (
    (Product, 100),
    (Barcode, 100),
    (Customer, 50),
    (Location, 20),
    (Stock, 200),
    (StockLevel, 100),
    (Order, 60),
    (OrderLine, 250),
    (StockMovement, 80),
    (Event, 40),
)

Values = tuple[Any, ...]


def rows(count: int, now: int, *, seed: int = 1) -> Iterator[tuple[type[Row], list[Values]]]:
    """About ``count`` rows with their site and a person, class by class; the same for the same seed. ``now``: ms UTC."""
    makers = _Makers(count, now, random.Random(seed))
    yield Site, [_values(Site(SITE, "LEI", "Leicester", "Europe/London", "GBP", 52.63, -1.13, "fifo"))]
    yield User, [_values(User("user-1", "ann", "Ann Clerk", "", "administrator", ""))]
    for cls, share in SHARES:
        make: Callable[[int], Row] = getattr(makers, cls.table.name)
        dump = statements(cls, "sqlite").dump
        yield cls, [dump(make(n)) for n in range(count * share // 1000)]


def _values(row: Row) -> Values:
    return statements(type(row), "sqlite").dump(row)


class _Makers:
    """Makes the n-th row of each class; one method for each table, by its name."""

    def __init__(self, count: int, now: int, chance: random.Random) -> None:
        self._now = now
        self._chance = chance
        self._of = {cls: count * share // 1000 for cls, share in SHARES}

    def _id(self, cls: type[Row], n: int) -> str:
        """As ids are: ordered by their time, and otherwise chance. The same each time it is asked for."""
        # Multiplying by an odd number mixes the bits as well as a generator does here, without keeping a million ids.
        noise = ((n * 2 + 1) * 0x9E3779B97F4A7C15F39C + len(cls.__name__)) % (1 << 80)
        return uuid7_from(self._now - 90 * 24 * _HOUR + n * 1000, noise.to_bytes(10, "big"))

    def _any(self, cls: type[Row]) -> str:
        return self._id(cls, self._chance.randrange(self._of[cls]))

    def product(self, n: int) -> Product:
        """A product whose name has words that many others have."""
        pick = self._chance.choice
        name = f"{pick(_COLOURS)} {pick(_KINDS)} {pick(_THINGS)} {n % 977}"
        return Product(
            self._id(Product, n), f"{pick(_THINGS)[:2].upper()}{n:06d}", name, pick(_THINGS), "ea", f"50{n * 7:011d}",
            self._chance.randrange(50, 5000), "GBP", self._chance.randrange(50, 3000), 1200, 20, 200,
        )  # fmt: skip

    def barcode(self, n: int) -> Barcode:
        """The code on each product."""
        return Barcode(self._id(Barcode, n), f"50{n * 7:011d}", self._id(Product, n), 1)

    def customer(self, n: int) -> Customer:
        """A shop."""
        pick = self._chance.choice
        return Customer(
            self._id(Customer, n), f"C{n:05d}", f"{pick(_COLOURS)} {pick(_THINGS)} Shop {n}", f"shop{n}@example.com", "",
            f"{n % 300} High Street", "Leicester", f"LE{n % 9} {n % 7}AB", "GB",
            self._chance.gauss(52.6, 0.1), self._chance.gauss(-1.1, 0.1),
        )  # fmt: skip

    def location(self, n: int) -> Location:
        """A bin."""
        aisle, bay = divmod(n, 200)
        return Location(
            self._id(Location, n), SITE, f"A-{aisle:02d}-{bay:03d}", "A", f"{aisle:02d}", f"{bay:03d}", "1", "pick",
            aisle * 3.0, bay * 1.2, n,
        )  # fmt: skip

    def stock(self, n: int) -> Stock:
        """What lies in two bins of each product."""
        return Stock(
            self._id(Stock, n), SITE, self._id(Product, n // 2), self._any(Location), "", "", "", "good", "",
            self._chance.randrange(1, 500), 0, self._now - self._chance.randrange(90 * 24) * _HOUR,
        )  # fmt: skip

    def stock_level(self, n: int) -> StockLevel:
        """A product's totals."""
        return StockLevel(
            self._id(StockLevel, n), SITE, self._id(Product, n), self._chance.randrange(2, 1000), n % 3
        )

    def order(self, n: int) -> Order:
        """An order; the older half is closed."""
        closed = n < self._of[Order] // 2
        return Order(
            self._id(Order, n), SITE, f"T01-{n:06d}", "desk", "", self._any(Customer), "closed" if closed else "reserved",
            "", 5, self._now - (self._of[Order] - n) * 60_000, "", f"Shop {n}", f"{n % 300} High Street", "Leicester",
            "LE1 1AB", "GB", self._chance.gauss(52.6, 0.1), self._chance.gauss(-1.1, 0.1), "GBP",
            self._chance.randrange(1000, 90_000), "backorder", "", "user-1", "terminal-1", self._now if closed else None,
        )  # fmt: skip

    def order_line(self, n: int) -> OrderLine:
        """A line of one of the orders."""
        return OrderLine(
            self._id(OrderLine, n), SITE, self._id(Order, n * self._of[Order] // self._of[OrderLine]), n % 5,
            self._any(Product), self._chance.randrange(1, 20), self._chance.randrange(50, 5000), "reserved",
        )  # fmt: skip

    def stock_movement(self, n: int) -> StockMovement:
        """A receipt of the last days."""
        return StockMovement(
            self._id(StockMovement, n), SITE, self._any(Product), "receipt", "", self._any(Location), "", 5, 5, "", "", "",
            self._id(Event, n), "user-1", self._now - n * 20_000,
        )  # fmt: skip

    def event(self, n: int) -> Event:
        """Something that was done in the last days."""
        order = self._any(Order)
        at = self._now - n * 20_000
        return Event(
            self._id(Event, n), SITE, "order_placed", "order", order, f"Order T01-{n:06d} was placed.", "{}",
            self._id(OrderLine, n), "user-1", "terminal-1", at, at,
        )  # fmt: skip
