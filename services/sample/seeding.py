"""Writes a sample warehouse into empty tables, by the same rules and ledgers as everything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.commands import Command, NewLine, PlaceOrder
from services.commands.stock import HoldStock
from services.domain.barcodes import gtin14
from services.domain.days import day_of, start_of
from services.domain.identifiers import derive, order_number
from services.domain.organisation_settings import SETTINGS
from services.handlers import stock_ledger as ledger
from services.handlers.dispatch import run_command
from services.handlers.work import Context, Work
from services.sample.history_events import history_events
from services.sample.morning import OUT_SHARE, play_morning
from services.sample.warehouse import SampleWarehouse, Say
from services.storage.tables import (
    Barcode,
    Customer,
    Driver,
    Location,
    Product,
    Route,
    Setting,
    Site,
    Vehicle,
)
from services.storage.unit_of_work import UnitOfWork

SEEDER: Final = "system"
TERMINAL_CODE: Final = "W00"
_HOUR: Final = 3_600_000
_ROUTE_HOURS: Final = 9
_OPENING_DAYS: Final = 45
# Whenever the sample is made, some vans have left hours ago, and the others have not yet.
_EARLY_START_MS: Final = 3 * _HOUR
_LATE_START_MS: Final = _HOUR // 2


def site_id_of(warehouse: SampleWarehouse) -> str:
    """The id of the warehouse's site: the same for the same sample."""
    return derive("site", warehouse.depot.code)


def product_id_of(sku: str) -> str:
    """The id of a sample's product."""
    return derive("product", sku)


def customer_id_of(code: str) -> str:
    """The id of a sample's customer."""
    return derive("customer", code)


class Seeder:
    """Fills one unit of work. The caller begins and commits its transaction, and calls ``flush`` in between."""

    def __init__(self, unit: UnitOfWork, warehouse: SampleWarehouse, now: int, say: Say) -> None:
        self.unit = unit
        self._warehouse = warehouse
        self._now = now
        self._say = say
        self._commands = 0
        self._part = ""
        self.site_id = site_id_of(warehouse)

    def masters(self) -> None:
        """The site with its bins, products, customers and fleet."""
        self._say("Products, bins and customers", 0.42)
        self._site()
        self._products()
        self._customers()
        self._bins()
        self._fleet()

    def stock(self) -> None:
        """What lies in the bins, each with its movement, so that the books add up from the first day."""
        self._say("Stock in the bins", 0.48)
        self._part = "stock"
        # Long enough ago that its movements are past what terminals keep: the curves of the last weeks begin level.
        work = self._work(self._now - _OPENING_DAYS * 24 * _HOUR)
        held = []
        for part in self._warehouse.plan.stock:
            product = work.need(Product, product_id_of(part.sku))
            location = work.need(Location, self._location_id(part.bin_code))
            received = start_of(part.received_on) if part.received_on else self._now
            row = ledger.add(
                work, product, location, part.quantity, kind="receipt", lot=part.lot, expires_on=part.expires_on,
                reason="opening stock",
            )  # fmt: skip
            self.unit.change(row, received_at=min(received, self._now))
            if part.held_reason:
                held.append((part, product, location))
        for part, product, location in held:
            self.do(
                HoldStock(
                    site_id=self.site_id, product_id=product.id, location_id=location.id, quantity=part.quantity,
                    reason=part.held_reason, lot=part.lot,
                ),
                self._now,
            )  # fmt: skip

    def orders(self) -> None:
        """What is open from before today, placed by the same handler as every other."""
        self._place(before=start_of(day_of(self._now)))

    def todays_orders(self) -> None:
        """What has come in today: after the vans of this morning have left."""
        self._place(since=start_of(day_of(self._now)))

    def _place(self, since: int = 0, before: int | None = None) -> None:
        self._part = f"orders since {since}"
        orders = self._warehouse.open_orders
        for place, order in enumerate(orders, start=1):
            if not since <= order.ordered_at < (before or self._now + 1):
                continue
            if place % 20 == 0:
                self._say(f"Open orders: {place} of {len(orders)}", 0.55 + 0.2 * place / len(orders))
            order_id = derive("order", self.site_id, order.number)
            lines = tuple(
                NewLine(
                    line_id=derive("line", order_id, number), product_id=product_id_of(line.sku),
                    quantity=line.quantity, price_minor=line.unit_price_minor,
                )
                for number, line in enumerate(order.lines)
            )  # fmt: skip
            if lines:
                self.do(
                    PlaceOrder(
                        site_id=self.site_id, order_id=order_id, number=order_number(TERMINAL_CODE, place),
                        customer_id=customer_id_of(order.customer_code), lines=lines, currency="GBP",
                        priority=order.priority, due_on=order.due_on,
                    ),
                    order.ordered_at,
                )  # fmt: skip

    def morning(self) -> None:
        """What has happened today already."""
        self._say("Picks, vans and deliveries of this morning", 0.72)
        self._part = "morning"
        play_morning(self, self.site_id, self._now)

    def history(self) -> Iterable[int]:
        """A company's own past as events, in parts; yields how many documents are written after each."""
        documents = self._warehouse.history
        done = 0
        for part in history_events(documents, self.site_id):
            for event in part:
                self.unit.put(event)
            done += len(part)
            self._say(
                f"History: {done:,} of {len(documents):,} documents",
                0.75 + 0.24 * done / max(1, len(documents)),
            )
            yield done

    def _site(self) -> None:
        depot = self._warehouse.depot
        self.unit.put(
            Site(
                id=self.site_id, code=depot.code, name=depot.name, timezone=depot.timezone, currency="GBP",
                latitude=depot.latitude, longitude=depot.longitude, removal_strategy="",
            )
        )  # fmt: skip
        for key, spec in SETTINGS.items():
            self.unit.put(Setting(id=key, value=f"{spec.default:g}"))

    def _products(self) -> None:
        for product in self._warehouse.products:
            row = self.unit.put(
                Product(
                    id=product_id_of(product.sku), sku=product.sku, name=product.name, category=product.category,
                    uom="ea", gtin=product.gtin, price_minor=product.price_minor, currency=product.currency,
                    weight_g=product.weight_g, volume_ml=product.volume_ml, reorder_point=product.reorder_point,
                    reorder_quantity=product.reorder_quantity, lot_tracked=product.lot_tracked,
                    expiry_tracked=product.expiry_tracked,
                )
            )  # fmt: skip
            codes = [(product.gtin, 1), *((pack.barcode, pack.quantity) for pack in product.packs)]
            for code, quantity in codes:
                key = gtin14(code)
                self.unit.put(
                    Barcode(id=derive("barcode", key), code=key, product_id=row.id, quantity=quantity)
                )

    def _customers(self) -> None:
        for customer in self._warehouse.customers:
            where = customer.address
            self.unit.put(
                Customer(
                    id=customer_id_of(customer.code), code=customer.code, name=customer.name, email=customer.email,
                    phone=customer.phone, street=where.street, city=where.city, postcode=where.postcode,
                    country=where.country, latitude=where.latitude, longitude=where.longitude,
                    priority=customer.priority,
                )
            )  # fmt: skip

    def _bins(self) -> None:
        for place in self._warehouse.plan.hall.bins:
            self.unit.put(
                Location(
                    id=self._location_id(place.code), site_id=self.site_id, code=place.code, zone=place.zone,
                    aisle=place.aisle, bay=place.bay, level=place.level, kind=place.kind, x_m=place.x_m, y_m=place.y_m,
                    pick_sequence=place.pick_sequence,
                )
            )  # fmt: skip

    def _fleet(self) -> None:
        today = day_of(self._now)
        early, late = self._now - _EARLY_START_MS, self._now + _LATE_START_MS
        for driver in self._warehouse.drivers:
            self.unit.put(
                Driver(
                    id=self._id("driver", driver.code), site_id=self.site_id, code=driver.code, name=driver.name,
                    phone=driver.phone, user_id="",
                )
            )  # fmt: skip
        first_wave = round(len(self._warehouse.vehicles) * OUT_SHARE)
        for number, van in enumerate(self._warehouse.vehicles, start=1):
            starts = early if number <= first_wave else late
            driver_id = self._id("driver", van.driver_code)
            vehicle = self.unit.put(
                Vehicle(
                    id=self._id("vehicle", van.code), site_id=self.site_id, code=van.code,
                    registration=van.registration, kind=van.kind, capacity_g=van.capacity_g,
                    capacity_ml=van.capacity_ml, state="idle", processing="idle", integration="utilized",
                    latitude=van.latitude, longitude=van.longitude, heading=van.heading, speed_kmh=0.0,
                    position_at=self._now, driver_id=driver_id,
                )
            )  # fmt: skip
            self.unit.put(
                Route(
                    id=derive("route", vehicle.id, today), site_id=self.site_id, number=f"R-{today[5:]}-{number:02d}",
                    planned_on=today, vehicle_id=vehicle.id, driver_id=driver_id, status="open", starts_at=starts,
                    ends_at=starts + _ROUTE_HOURS * _HOUR, departed_at=None, finished_at=None, load_g=0, load_ml=0,
                    distance_m=0,
                )
            )  # fmt: skip

    def _location_id(self, code: str) -> str:
        return self._id("location", code)

    def _id(self, kind: str, code: str) -> str:
        return derive(kind, self.site_id, code)

    def _work(self, at: int) -> Work:
        self._commands += 1
        return Work(self.unit, self._context(at))

    def _context(self, at: int) -> Context:
        command_id = derive("seed", self.site_id, self._part, self._commands)
        return Context(command_id=command_id, actor_id=SEEDER, terminal_id="", at=at, received_at=at)

    def do(self, command: Command, at: int) -> None:
        """Run a command as if it had been given then."""
        self._commands += 1
        run_command(self.unit, command, self._context(at))
