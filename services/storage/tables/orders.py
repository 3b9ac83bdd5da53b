"""Orders, their lines, and what is promised to each line."""

from __future__ import annotations

from typing import ClassVar

from services.storage.row import Row, TableSpec


class Order(Row, frozen=True):
    """What a customer asked for, and where it is to go."""

    site_id: str
    number: str
    channel: str
    external_id: str
    customer_id: str
    status: str
    held_from: str
    priority: int
    placed_at: int
    due_on: str
    ship_name: str
    ship_street: str
    ship_city: str
    ship_postcode: str
    ship_country: str
    latitude: float | None
    longitude: float | None
    currency: str
    total_minor: int
    on_shortfall: str
    note: str
    placed_by: str
    terminal_id: str
    closed_at: int | None = None

    table: ClassVar = TableSpec(
        "order",
        indexes=(
            ("site_id", "status", "placed_at"),
            ("customer_id",),
            ("number",),
            ("channel", "external_id"),
        ),
        kept_days=120,
        age_column="closed_at",
    )


class OrderLine(Row, frozen=True):
    """One product of an order, and where each of its units is (see services.domain.line_quantities)."""

    site_id: str
    order_id: str
    position: int
    product_id: str
    quantity: int
    price_minor: int
    status: str
    reserved: int = 0
    allocated: int = 0
    picked: int = 0
    consumed: int = 0
    delivered: int = 0
    returned: int = 0
    cancelled: int = 0

    table: ClassVar = TableSpec("order_line", indexes=(("order_id",),), kept_with=("order",))


class Reservation(Row, frozen=True):
    """Units of a product promised to an order line: one row a line, gone when nothing is promised."""

    site_id: str
    order_id: str
    line_id: str
    product_id: str
    quantity: int
    priority: int
    reserved_at: int

    table: ClassVar = TableSpec(
        "reservation",
        indexes=(("site_id", "product_id"),),
        kept_with=("order",),
    )


class Allocation(Row, frozen=True):
    """The part of a reservation that is tied to one stock row. It follows the goods from the bin to staging."""

    site_id: str
    order_id: str
    line_id: str
    product_id: str
    stock_id: str
    quantity: int

    table: ClassVar = TableSpec("allocation", indexes=(("line_id",), ("stock_id",)), kept_with=("order",))


class Backorder(Row, frozen=True):
    """The unfilled remainder of an order line, waiting for stock: first come, first served, by priority."""

    site_id: str
    order_id: str
    line_id: str
    product_id: str
    quantity: int
    priority: int
    since: int

    table: ClassVar = TableSpec(
        "backorder",
        indexes=(("site_id", "product_id"), ("order_id",)),
        kept_with=("order",),
    )
