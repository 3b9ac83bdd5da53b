"""What can be written to a file, as data: the query, its columns, and the filters that it takes.

The same queries run on a server's database and on a desk's cache: both have the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from services.domain.order_states import OrderState

TEXT: Final = "text"
NUMBER: Final = "number"
MONEY: Final = "money"
"""Minor units; written in major units of the row's ``currency``."""
INSTANT: Final = "instant"
"""Milliseconds UTC; written as ISO 8601."""


class Column(NamedTuple):
    """A heading, what it holds, and the SQL of it."""

    heading: str
    sql: str
    holds: str = TEXT


class Export(NamedTuple):
    """One thing that can be exported. ``where`` gives the condition of each filter, with ``?`` for its value."""

    source: str
    columns: tuple[Column, ...]
    order: str
    where: Mapping[str, str]
    statuses: tuple[str, ...] | str = ()
    """What ``status`` may say, or the query of all that there is."""

    def query(self, filters: Mapping[str, Any], mark: str) -> tuple[str, tuple[Any, ...]]:
        """The query with these filters and its parameters. Raises KeyError for a filter that it does not take."""
        conditions, parameters = [], []
        for name, value in filters.items():
            conditions.append(f"({self.where[name].replace('?', mark)})")
            if "?" in self.where[name]:
                parameters.append(value)
        condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        columns = ", ".join(column.sql for column in self.columns)
        return f"SELECT {columns} FROM {self.source}{condition} ORDER BY {self.order}", tuple(parameters)

    def values(self, filter_name: str) -> tuple[str, ...] | str:
        """What a filter may say: the values themselves, or the query of all that there is; empty for any value."""
        return self.statuses if filter_name == "status" else _VALUES.get(filter_name, ())


_VALUES: Final[Mapping[str, str]] = {
    "site": 'SELECT code FROM "site" ORDER BY code',
    "category": "SELECT DISTINCT category FROM product WHERE category <> '' ORDER BY category",
}
_SITE: Final = "s.code = ?"
_AVAILABLE: Final = "l.on_hand - l.reserved - l.held - l.leased"

ORDERS: Final = Export(
    '"order" o JOIN "site" s ON s.id = o.site_id LEFT JOIN "customer" c ON c.id = o.customer_id '
    'JOIN "order_line" x ON x.order_id = o.id LEFT JOIN "product" p ON p.id = x.product_id',
    (
        Column("order_number", "o.number"),
        Column("site", "s.code"),
        Column("channel", "o.channel"),
        Column("external_id", "o.external_id"),
        Column("status", "o.status"),
        Column("priority", "o.priority", NUMBER),
        Column("ordered_at", "o.placed_at", INSTANT),
        Column("due_on", "o.due_on"),
        Column("customer_code", "c.code"),
        Column("customer_name", "c.name"),
        Column("line", "x.position", NUMBER),
        Column("sku", "p.sku"),
        Column("description", "p.name"),
        Column("quantity", "x.quantity", NUMBER),
        Column("unit_price", "x.price_minor", MONEY),
        Column("currency", "o.currency"),
        Column("line_status", "x.status"),
        Column("reserved", "x.reserved", NUMBER),
        Column("picked", "x.picked", NUMBER),
        Column("shipped", "x.consumed", NUMBER),
        Column("delivered", "x.delivered", NUMBER),
        Column("cancelled", "x.cancelled", NUMBER),
    ),
    "o.placed_at, o.number, o.id, x.position",
    {
        "site": _SITE,
        "status": "o.status = ?",
        "category": "p.category = ?",
        "since": "o.placed_at >= ?",
        "until": "o.placed_at < ?",
    },
    tuple(OrderState),
)
STOCK: Final = Export(
    '"stock_level" l JOIN "site" s ON s.id = l.site_id JOIN "product" p ON p.id = l.product_id',
    (
        Column("site", "s.code"),
        Column("sku", "p.sku"),
        Column("name", "p.name"),
        Column("category", "p.category"),
        Column("on_hand", "l.on_hand", NUMBER),
        Column("reserved", "l.reserved", NUMBER),
        Column("held", "l.held", NUMBER),
        Column("leased", "l.leased", NUMBER),
        Column("available", _AVAILABLE, NUMBER),
        Column("in_transit", "l.in_transit", NUMBER),
        Column("backordered", "l.backordered", NUMBER),
        Column("reorder_point", "p.reorder_point", NUMBER),
    ),
    "s.code, p.sku",
    {"site": _SITE, "category": "p.category = ?", "low": f"{_AVAILABLE} <= p.reorder_point"},
)
PRODUCTS: Final = Export(
    '"product" p',
    (
        Column("sku", "p.sku"),
        Column("name", "p.name"),
        Column("category", "p.category"),
        Column("uom", "p.uom"),
        Column("gtin", "p.gtin"),
        Column("price", "p.price_minor", MONEY),
        Column("currency", "p.currency"),
        Column("weight_g", "p.weight_g", NUMBER),
        Column("volume_ml", "p.volume_ml", NUMBER),
        Column("reorder_point", "p.reorder_point", NUMBER),
        Column("reorder_quantity", "p.reorder_quantity", NUMBER),
        Column("lot_tracked", "p.lot_tracked", NUMBER),
        Column("expiry_tracked", "p.expiry_tracked", NUMBER),
        Column("active", "p.active", NUMBER),
    ),
    "p.sku",
    {"category": "p.category = ?"},
)
CUSTOMERS: Final = Export(
    '"customer" c',
    (
        *(
            Column(name, f"c.{name}")
            for name in ("code", "name", "email", "phone", "street", "city", "postcode", "country")
        ),
        Column("latitude", "c.latitude", NUMBER),
        Column("longitude", "c.longitude", NUMBER),
        Column("priority", "c.priority", NUMBER),
        Column("active", "c.active", NUMBER),
    ),
    "c.code",
    {},
)
MOVEMENTS: Final = Export(
    '"stock_movement" m JOIN "site" s ON s.id = m.site_id LEFT JOIN "product" p ON p.id = m.product_id '
    'LEFT JOIN "location" f ON f.id = m.from_location_id LEFT JOIN "location" t ON t.id = m.to_location_id '
    'LEFT JOIN "order" o ON o.id = m.order_id LEFT JOIN "user" u ON u.id = m.actor_id',
    (
        Column("at", "m.at", INSTANT),
        Column("site", "s.code"),
        Column("kind", "m.kind"),
        Column("sku", "p.sku"),
        Column("quantity", "m.quantity", NUMBER),
        Column("delta", "m.delta", NUMBER),
        Column("from", "f.code"),
        Column("to", "t.code"),
        Column("lot", "m.lot"),
        Column("reason", "m.reason"),
        Column("order_number", "o.number"),
        Column("by", "u.username"),
    ),
    "m.at, m.id",
    {
        "site": _SITE,
        "status": "m.kind = ?",
        "category": "p.category = ?",
        "since": "m.at >= ?",
        "until": "m.at < ?",
    },
    "SELECT DISTINCT kind FROM stock_movement ORDER BY kind",
)
EVENTS: Final = Export(
    '"event" e LEFT JOIN "site" s ON s.id = e.site_id LEFT JOIN "user" u ON u.id = e.actor_id',
    (
        Column("at", "e.at", INSTANT),
        Column("received_at", "e.received_at", INSTANT),
        Column("site", "s.code"),
        Column("kind", "e.kind"),
        Column("subject", "e.subject"),
        Column("subject_id", "e.subject_id"),
        Column("text", "e.text"),
        Column("by", "u.username"),
        Column("payload", "e.payload"),
    ),
    "e.received_at, e.id",
    {"site": _SITE, "status": "e.kind = ?", "since": "e.at >= ?", "until": "e.at < ?"},
    "SELECT DISTINCT kind FROM event ORDER BY kind",
)
EXPORTS: Final[dict[str, Export]] = {
    "orders": ORDERS,
    "stock": STOCK,
    "products": PRODUCTS,
    "customers": CUSTOMERS,
    "movements": MOVEMENTS,
    "events": EVENTS,
}
