"""What lies where, what is promised of it, and every change of it."""

from __future__ import annotations

from typing import ClassVar

from services.domain.stock_rules import available
from services.storage.row import Row, TableSpec


class Stock(Row, frozen=True):
    """One product in one bin, lot and status. ``allocated`` is what open allocations tie to it.

    Its id is derived from (product, location, lot, status, handling unit), so both sides name it alike.
    """

    site_id: str
    product_id: str
    location_id: str
    lot: str
    serial: str
    expires_on: str
    status: str
    handling_unit_id: str
    on_hand: int
    allocated: int
    received_at: int

    table: ClassVar = TableSpec("stock", indexes=(("site_id", "product_id"), ("location_id",)))


class StockLevel(Row, frozen=True):
    """A product's totals at a site: ``on_hand = reserved + held + leased + available``, always."""

    site_id: str
    product_id: str
    on_hand: int = 0
    reserved: int = 0
    held: int = 0
    leased: int = 0
    in_transit: int = 0
    backordered: int = 0

    table: ClassVar = TableSpec("stock_level", indexes=(("site_id", "product_id"),))

    @property
    def available(self) -> int:
        """What may be promised now."""
        return available(self.on_hand, self.reserved, self.held, self.leased)


class StockMovement(Row, frozen=True):
    """One change of stock. ``quantity`` is what moved, ``delta`` what it did to the site's on_hand."""

    site_id: str
    product_id: str
    kind: str
    from_location_id: str
    to_location_id: str
    lot: str
    quantity: int
    delta: int
    reason: str
    order_id: str
    task_id: str
    command_id: str
    actor_id: str
    at: int

    table: ClassVar = TableSpec(
        "stock_movement",
        indexes=(("site_id", "product_id", "at"),),
        kept_days=30,
        age_column="at",
    )


class HandlingUnit(Row, frozen=True):
    """A scannable container: tote, pallet or carton, by its SSCC or own label."""

    site_id: str
    code: str
    kind: str
    location_id: str
    order_id: str
    status: str

    table: ClassVar = TableSpec("handling_unit", indexes=(("site_id", "code"),))


class Allotment(Row, frozen=True):
    """Units of a product leased to one terminal, so that what it sells offline is certain to be accepted."""

    site_id: str
    terminal_id: str
    product_id: str
    quantity: int
    used: int
    leased_at: int
    expires_at: int
    status: str

    table: ClassVar = TableSpec(
        "allotment", indexes=(("site_id", "product_id"), ("terminal_id", "product_id"))
    )


class CycleCount(Row, frozen=True):
    """A bin that is to be counted, was counted, and whose variance was approved or not."""

    site_id: str
    location_id: str
    product_id: str
    lot: str
    expected: int
    counted: int | None
    status: str
    reason: str
    requested_at: int
    counted_by: str
    counted_at: int | None
    decided_by: str
    decided_at: int | None

    table: ClassVar = TableSpec("cycle_count", indexes=(("site_id", "status"), ("location_id", "product_id")))


class StockTask(Row, frozen=True):
    """Work on stock that no order line asked for: put-away, put-back, replenishment, or looking into an exception."""

    site_id: str
    kind: str
    product_id: str
    from_location_id: str
    to_location_id: str
    lot: str
    quantity: int
    status: str
    priority: int
    order_id: str
    note: str
    assigned_to: str
    created_at: int
    done_at: int | None

    table: ClassVar = TableSpec("stock_task", indexes=(("site_id", "status"),))
