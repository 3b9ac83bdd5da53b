"""Orders and their lines, as lists show them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_db.queries.paging import Where
from local_db.reader import Reader


class OrderRow(msgspec.Struct, frozen=True):
    """An order in a list. ``placed_at`` in ms UTC, ``total_minor`` in minor units of ``currency``.

    ``provisional``: something about the order itself is not confirmed by the server yet.
    """

    id: str
    number: str
    status: str
    channel: str
    customer_id: str
    customer_name: str
    ship_city: str
    priority: int
    placed_at: int
    due_on: str
    currency: str
    total_minor: int
    lines: int
    units: int
    placed_by: str
    provisional: bool


class OrderLineRow(msgspec.Struct, frozen=True):
    """A line of an order; quantities in units of the product (see services.domain.line_quantities)."""

    id: str
    position: int
    product_id: str
    sku: str
    product_name: str
    quantity: int
    price_minor: int
    status: str
    reserved: int
    allocated: int
    picked: int
    consumed: int
    delivered: int
    returned: int
    cancelled: int
    backordered: int
    provisional: bool


_ORDER = """
SELECT o.id, o.number, o.status, o.channel, o.customer_id, coalesce(c.name, o.ship_name), o.ship_city, o.priority,
       o.placed_at, o.due_on, o.currency, o.total_minor,
       (SELECT count(*) FROM order_line AS l WHERE l.order_id = o.id),
       (SELECT coalesce(sum(l.quantity), 0) FROM order_line AS l WHERE l.order_id = o.id),
       o.placed_by, EXISTS (SELECT 1 FROM before_order AS b WHERE b.id = o.id)
FROM "order" AS o LEFT JOIN customer AS c ON c.id = o.customer_id
"""

_LINE = """
SELECT l.id, l.position, l.product_id, coalesce(p.sku, ''), coalesce(p.name, ''), l.quantity, l.price_minor, l.status,
       l.reserved, l.allocated, l.picked, l.consumed, l.delivered, l.returned, l.cancelled,
       (SELECT coalesce(sum(b.quantity), 0) FROM backorder AS b WHERE b.order_id = l.order_id AND b.line_id = l.id),
       EXISTS (SELECT 1 FROM before_order_line AS b WHERE b.id = l.id)
FROM order_line AS l LEFT JOIN product AS p ON p.id = l.product_id
WHERE l.order_id = ? ORDER BY l.position, l.id
"""


def orders(
    reader: Reader,
    *,
    site_id: str = "",
    status: Sequence[str] = (),
    customer_id: str = "",
    number: str = "",
    limit: int = 200,
    after: tuple[int, str] | None = None,
) -> list[OrderRow]:
    """Orders, the newest first. ``number``: how it begins; ``after``: (placed_at, id) of the last row of the page
    before."""
    where = Where().equal("o.site_id", site_id).among("o.status", status).equal("o.customer_id", customer_id)
    if number:
        where.also("o.number >= ? AND o.number < ?", number, number + "\U0010ffff")
    where.after("o.placed_at, o.id", after, descending=True)
    sql = f"{_ORDER} {where} ORDER BY o.placed_at DESC, o.id DESC LIMIT ?"
    return reader.rows(sql, (*where.params, limit), OrderRow)


def order(reader: Reader, order_id: str) -> OrderRow | None:
    """One order as lists show it, or None."""
    return reader.one(f"{_ORDER} WHERE o.id = ?", (order_id,), OrderRow)


def order_lines(reader: Reader, order_id: str) -> list[OrderLineRow]:
    """The lines of an order, in their positions."""
    return reader.rows(_LINE, (order_id,), OrderLineRow)
