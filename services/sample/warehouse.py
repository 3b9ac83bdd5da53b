"""A whole warehouse as plain records: what it sells, to whom, where it lies, who drives, and what is open today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from services.sample.curve_shape import lines_a_day
from services.sample.curves import MEASURED
from services.sample.generator.catalogue import make_catalogue, own_barcode
from services.sample.generator.customers import customer_of, make_customers
from services.sample.generator.fleet import make_fleet
from services.sample.generator.history_rows import history_lines
from services.sample.generator.order_book import make_order_book
from services.sample.generator.places import Addresses, Depot
from services.sample.generator.records import (
    SampleCustomer,
    SampleDriver,
    SampleOrder,
    SamplePack,
    SampleProduct,
    SampleVehicle,
)
from services.sample.goods import Goods, goods_of_history, goods_of_sample
from services.sample.history.customers import gather_customers
from services.sample.history.line import WALK_IN
from services.sample.history.mapping import ColumnMapping
from services.sample.history.orders import HistoryOrder, group_orders
from services.sample.history.products import ProductBook, gather_products
from services.sample.history.reader import read_history
from services.sample.history.report import HistoryReport
from services.sample.open_orders import orders_until, repeated_orders
from services.sample.replenishment import reorder_point, reorder_quantity
from services.sample.stocking import StockPlan, plan_stock

Say = Callable[[str, float], None]
"""Told what is being done, and how much of all is done (0 to 1)."""

_WEEKS_OF_HISTORY: Final = 6


class Scale(msgspec.Struct, frozen=True):
    """How big a generated warehouse is."""

    products: int
    customers: int
    vehicles: int
    open_orders: int


SCALES: Final = {
    "small": Scale(products=1_600, customers=500, vehicles=40, open_orders=260),
    "large": Scale(products=12_000, customers=4_000, vehicles=40, open_orders=900),
}


class SampleWarehouse(msgspec.Struct, frozen=True):
    """Everything that a warehouse begins with. ``history`` are the documents of a company's own past, if it gave any."""

    depot: Depot
    products: tuple[SampleProduct, ...]
    customers: tuple[SampleCustomer, ...]
    plan: StockPlan
    vehicles: tuple[SampleVehicle, ...]
    drivers: tuple[SampleDriver, ...]
    open_orders: tuple[SampleOrder, ...]
    history: tuple[HistoryOrder, ...] = ()
    report: HistoryReport | None = None


def generated(seed: int, scale: str, now: datetime, say: Say) -> SampleWarehouse:
    """A warehouse of the project's own making: the same seed gives the same one on any machine, on the same day."""
    size, depot, curves = SCALES[scale], Depot(), MEASURED
    say("A catalogue", 0.02)
    products = make_catalogue(seed, size.products, curves)
    addresses = Addresses(depot)
    customers = make_customers(seed, size.customers, curves, addresses)
    say("A hall with stock", 0.06)
    today = now.astimezone(ZoneInfo(depot.timezone)).date()
    plan = plan_stock(seed, goods_of_sample(products, sum(lines_a_day(curves, curves.orders_a_day))), today)
    vehicles, drivers = make_fleet(seed, size.vehicles, depot)
    orders = orders_until(seed, size.open_orders, products, customers, curves, depot.timezone, now)
    say("The last weeks of orders", 0.3)
    book = make_order_book(
        seed, products, customers, curves, last_day=today - timedelta(days=1), days=_WEEKS_OF_HISTORY * 7,
        timezone=depot.timezone,
    )  # fmt: skip
    history = tuple(group_orders(history_lines(book)))
    return SampleWarehouse(depot, products, customers, plan, vehicles, drivers, orders, history)


def from_history(
    files: Sequence[Path], mapping: ColumnMapping | None, seed: int, now: datetime, say: Say
) -> SampleWarehouse:
    """A warehouse out of a company's own past orders: its products, prices, customers and demand.

    Sizes, barcodes and addresses, of which such files say nothing, are made up; the same code gets the same always.
    Today's open orders repeat real ones of the last days. Raises HistoryError and MappingError.
    """
    depot = Depot()
    reader = read_history(
        files,
        mapping,
        progress=lambda at: say(f"Reading {at.rows:,} rows", 0.3 * at.bytes_done / max(1, at.bytes_total)),
    )
    lines = list(reader)
    say("Products and customers", 0.32)
    book = gather_products(lines)
    history = tuple(group_orders(lines, book.sku_of))
    addresses = Addresses(depot)
    customers = tuple(
        customer_of(profile.code, profile.country, addresses)
        for profile in gather_customers(history)
        if profile.code != WALK_IN
    )
    goods = goods_of_history(book)
    products = _products_of(book, goods)
    say("A hall with stock", 0.38)
    today = now.astimezone(ZoneInfo(depot.timezone)).date()
    plan = plan_stock(seed, goods, today)
    vehicles, drivers = make_fleet(seed, SCALES["small"].vehicles, depot)
    orders = repeated_orders(
        history,
        {product.sku for product in products},
        {c.code for c in customers},
        now,
        SCALES["small"].open_orders,
    )
    return SampleWarehouse(
        depot, products, customers, plan, vehicles, drivers, orders, history, reader.report
    )


def _products_of(book: ProductBook, goods: Sequence[Goods]) -> tuple[SampleProduct, ...]:
    every = sum(product.lines for product in book.products) or 1
    return tuple(
        SampleProduct(
            sku=profile.sku,
            name=profile.name,
            category="",
            gtin=own_barcode(3 * index),
            packs=(SamplePack(own_barcode(3 * index + 1), profile.pack),) if profile.pack > 1 else (),
            price_minor=profile.price_minor,
            currency=profile.currency or "GBP",
            weight_g=kind.weight_g,
            length_mm=100,
            width_mm=100,
            height_mm=max(1, kind.volume_ml // 10),
            lot_tracked=False,
            expiry_tracked=False,
            shelf_life_days=0,
            popularity=profile.lines / every,
            order_pack=profile.pack,
            units_a_day=kind.units_a_day,
            reorder_point=reorder_point(kind.units_a_day, profile.pack),
            reorder_quantity=reorder_quantity(kind.units_a_day, profile.pack),
        )
        for index, (profile, kind) in enumerate(zip(book.products, goods, strict=True))
    )
