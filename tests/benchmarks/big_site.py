"""A site of realistic size for benchmarks: products, bins, stock, customers, and vans on open routes with stops."""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from local_db import Desk
from services.commands import NewLine, PlaceOrder
from services.domain.identifiers import derive
from services.handlers.stock_ledger import stock_id_of
from services.storage.row import Row
from services.storage.tables import (
    Barcode,
    Customer,
    Driver,
    Location,
    Order,
    Product,
    Route,
    Shipment,
    Site,
    Stock,
    StockLevel,
    Stop,
    Terminal,
    User,
    Vehicle,
)

SITE = "site-1"
ACTOR = "user-1"
NOON = 1_780_000_000_000
_HOUR = 3_600_000
_DEPOT = (52.63, -1.13)
_WORDS = (
    "Amber",
    "Beech",
    "Copper",
    "Dotted",
    "Enamel",
    "Folding",
    "Garden",
    "Heart",
    "Ivory",
    "Jute",
    "Linen",
    "Oak",
)
_THINGS = (
    "Basket",
    "Bowl",
    "Clock",
    "Cushion",
    "Frame",
    "Holder",
    "Jug",
    "Lantern",
    "Mug",
    "Plate",
    "Tin",
    "Tray",
)


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How big the site is; the defaults are those of the benchmark's goals."""

    products: int = 4000
    bins: int = 5000
    customers: int = 2000
    routes: int = 40
    stops_per_route: int = 12


def order(desk: Desk, chance: random.Random, size: Size) -> PlaceOrder:
    """The next order of five lines, for a customer and products as chance has it."""
    return PlaceOrder(
        site_id=SITE,
        order_id=desk.new_id(),
        number=desk.next_order_number(),
        customer_id=customer_id(chance.randrange(size.customers)),
        lines=tuple(
            NewLine(
                line_id=desk.new_id(),
                product_id=product_id(product),
                quantity=chance.randrange(1, 6),
                price_minor=499,
            )
            for product in chance.sample(range(size.products), 5)
        ),
        currency="GBP",
    )


def rows(size: Size, *, seed: int = 1) -> Iterator[list[Row]]:
    """Every row of the site, a list for each class; the same for the same seed."""
    chance = random.Random(seed)
    yield [Site(SITE, "LEI", "Leicester", "Europe/London", "GBP", *_DEPOT, "fifo")]
    yield [User(ACTOR, "ann", "Ann Clerk", "", "administrator", "")]
    yield [Terminal("terminal-1", "T01", "Desk 1", SITE, NOON)]
    yield [_product(n, chance) for n in range(size.products)]
    yield [Barcode(derive("barcode", n), f"50{n:011d}", _product_id(n), 1) for n in range(size.products)]
    yield [_customer(n, chance) for n in range(size.customers)]
    yield [_location(n) for n in range(size.bins)]
    yield [Location("staging-1", SITE, "STG-01", "S", "", "", "", "staging", 0.0, 0.0, 0)]
    stock = [stock for n in range(size.products) for stock in _stock(n, size.bins, chance)]
    yield list(stock)
    yield list(_levels(stock))
    yield from _fleet(size, chance)


def product_id(n: int) -> str:
    """The id of the site's n-th product."""
    return _product_id(n)


def bin_id(n: int) -> str:
    """The id of the site's n-th bin."""
    return derive("bin", n)


def customer_id(n: int) -> str:
    """The id of the site's n-th customer."""
    return derive("customer", n)


def _product_id(n: int) -> str:
    return derive("product", n)


def _product(n: int, chance: random.Random) -> Product:
    name = f"{chance.choice(_WORDS)} {chance.choice(_WORDS)} {chance.choice(_THINGS)} {n}"
    return Product(
        _product_id(n), f"SKU{n:06d}", name, chance.choice(_THINGS), "ea", f"50{n:011d}", chance.randrange(50, 5000),
        "GBP", chance.randrange(50, 3000), chance.randrange(100, 6000), 20, 200,
    )  # fmt: skip


def _customer(n: int, chance: random.Random) -> Customer:
    latitude, longitude = chance.gauss(_DEPOT[0], 0.08), chance.gauss(_DEPOT[1], 0.12)
    return Customer(
        customer_id(n), f"C{n:05d}", f"{chance.choice(_WORDS)} {chance.choice(_THINGS)} Shop {n}", "", "",
        f"{n} High Street", "Leicester", "LE1", "GB", latitude, longitude,
    )  # fmt: skip


def _location(n: int) -> Location:
    aisle, rest = divmod(n, 200)
    bay, level = divmod(rest, 5)
    kind = "pick" if level < 2 else "reserve"
    return Location(
        derive("bin", n), SITE, f"A-{aisle:02d}-{bay:02d}-{level}", "A", f"{aisle:02d}", f"{bay:02d}", str(level), kind,
        aisle * 3.0, bay * 1.2, n,
    )  # fmt: skip


def _stock(n: int, bins: int, chance: random.Random) -> Iterator[Stock]:
    """A pick bin with some, and a reserve bin with a lot."""
    for k, quantity in enumerate((chance.randrange(500, 1500), chance.randrange(20_000, 50_000))):
        bin_id = derive("bin", (n * 5 + k * 3) % bins)
        yield Stock(
            stock_id_of(_product_id(n), bin_id, "", "good"), SITE, _product_id(n), bin_id, "", "", "", "good", "",
            quantity, 0, NOON - chance.randrange(90 * 24) * _HOUR,
        )  # fmt: skip


def _levels(stock: list[Stock]) -> Iterator[StockLevel]:
    totals: dict[str, int] = {}
    for row in stock:
        totals[row.product_id] = totals.get(row.product_id, 0) + row.on_hand
    for product, on_hand in totals.items():
        yield StockLevel(derive("stock_level", SITE, product), SITE, product, on_hand)


def _fleet(size: Size, chance: random.Random) -> Iterator[list[Row]]:
    """Vans, each on an open route of the day with stops at customers, whose orders are shipped with them."""
    vehicles: list[Row] = []
    drivers: list[Row] = []
    routes: list[Row] = []
    orders: list[Row] = []
    shipments: list[Row] = []
    stops: list[Row] = []
    for r in range(size.routes):
        van, driver, route = derive("van", r), derive("driver", r), derive("route", r)
        drivers.append(Driver(driver, SITE, f"D{r}", f"Driver {r}", "", ""))
        vehicles.append(
            Vehicle(
                van, SITE, f"VAN-{r:02d}", f"AB{r:02d} CDE", "van", 1_200_000, 10_000_000, "idle", "idle",
                "utilized", *_DEPOT, 0.0, 0.0, NOON, driver,
            )
        )  # fmt: skip
        for position in range(size.stops_per_route):
            n = r * size.stops_per_route + position
            order, shipment, stop = derive("order", n), derive("shipment", n), derive("stop", n)
            latitude, longitude = chance.gauss(_DEPOT[0], 0.08), chance.gauss(_DEPOT[1], 0.12)
            customer = customer_id(n % size.customers)
            orders.append(
                Order(
                    order, SITE, f"T00-{n:06d}", "desk", "", customer, "allocated", "", 5, NOON - n, "", "Shop",
                    "1 High Street", "Leicester", "LE1", "GB", latitude, longitude, "GBP", 1000, "backorder", "", ACTOR,
                    "terminal-0",
                )
            )  # fmt: skip
            shipments.append(
                Shipment(
                    shipment, SITE, order, f"S{n:06d}", "assigned", van, driver, route, stop, NOON + n, 5000, 9000, 0, 0,
                    NOON, None, None, "", "", "",
                )
            )  # fmt: skip
            stops.append(
                Stop(
                    stop, SITE, route, shipment, position, "Shop", latitude, longitude, 5000, 9000,
                    NOON + position * _HOUR // 3, "planned", None, None,
                )
            )  # fmt: skip
        routes.append(
            Route(
                route, SITE, f"R{r:03d}", "2026-05-28", van, driver, "open", NOON, NOON + 14 * _HOUR, None, None,
                5000 * size.stops_per_route, 9000 * size.stops_per_route, 150_000,
            )
        )  # fmt: skip
    yield from (drivers, vehicles, routes, orders, shipments, stops)
