"""The Outbox panel's questions: what each queued command is about, in the words of the rows it names."""

from __future__ import annotations

from typing import Any

import msgspec

from local_db.reader import Reader


class Subject(msgspec.Struct, frozen=True):
    """What a command is about. ``kind`` and ``id`` can be revealed in another panel; empty where there is nothing."""

    kind: str = ""
    id: str = ""
    title: str = ""


_BY_ARGUMENT = (
    ("order_id", "order", 'SELECT number FROM "order" WHERE id = ?', "Order {}"),
    ("shipment_id", "shipment", "SELECT number FROM shipment WHERE id = ?", "Shipment {}"),
    ("route_id", "route", "SELECT number FROM route WHERE id = ?", "Route {}"),
    ("product_id", "product", "SELECT sku || ' ' || name FROM product WHERE id = ?", "{}"),
    ("vehicle_id", "vehicle", "SELECT code FROM vehicle WHERE id = ?", "Vehicle {}"),
    ("customer_id", "customer", "SELECT name FROM customer WHERE id = ?", "{}"),
    ("location_id", "location", "SELECT code FROM location WHERE id = ?", "Bin {}"),
    ("user_id", "user", "SELECT name FROM user WHERE id = ?", "{}"),
)


def subject_of(reader: Reader, args: bytes) -> Subject:
    """The row that a command's arguments name first: its order, else its shipment, route, product, and so on."""
    fields: dict[str, Any] = msgspec.json.decode(args, type=dict[str, Any])
    for name, kind, sql, words in _BY_ARGUMENT:
        row_id = fields.get(name)
        if isinstance(row_id, str) and row_id:
            title = reader.value(sql, (row_id,))
            if title is not None:
                return Subject(kind, row_id, words.format(title))
    # An order that was refused left no row behind, but its number stands in the command.
    number = fields.get("number")
    return Subject("", "", f"Order {number}") if isinstance(number, str) else Subject()


class LineFacts(msgspec.Struct, frozen=True):
    """A line of an order as it stands now: what was asked, what is promised, what could be promised more."""

    line_id: str
    product_id: str
    sku: str
    name: str
    wanted: int
    reserved: int
    lacking: int
    available: int
    price_minor: int


_LINES = """
SELECT l.id, l.product_id, coalesce(p.sku, ''), coalesce(p.name, ''), l.quantity - l.cancelled, l.reserved,
       l.quantity - l.cancelled - l.reserved - l.consumed,
       coalesce(s.on_hand - s.reserved - s.held - s.leased, 0), l.price_minor
FROM order_line AS l LEFT JOIN product AS p ON p.id = l.product_id
LEFT JOIN stock_level AS s ON s.site_id = l.site_id AND s.product_id = l.product_id
WHERE l.order_id = ? ORDER BY l.position, l.id
"""


def line_facts(reader: Reader, order_id: str) -> list[LineFacts]:
    """The present facts of an order's lines."""
    return reader.rows(_LINES, (order_id,), LineFacts)
