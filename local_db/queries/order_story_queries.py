"""The story of one order as its inspector tells it, and who holds the stock of a product."""

from __future__ import annotations

import msgspec

from local_db.queries.events import EventRow, events
from local_db.queries.lookups import get
from local_db.queries.order_queries import OrderListRow, order_row
from local_db.reader import Reader
from services.storage.tables import Customer, Order


class LineStory(msgspec.Struct, frozen=True):
    """A line of an order and where its units are; quantities in units.

    ``bins`` says where the promised units lie, as `A-01-02-1: 5, STG-1: 3`; ``available`` is what the site could still
    promise of the product.
    """

    id: str
    product_id: str
    sku: str
    name: str
    quantity: int
    price_minor: int
    status: str
    reserved: int
    picked: int
    consumed: int
    delivered: int
    returned: int
    cancelled: int
    backordered: int
    available: int
    bins: str
    provisional: bool

    @property
    def wanted(self) -> int:
        """Units that the customer still wants or has got."""
        return self.quantity - self.cancelled


class ShipmentStory(msgspec.Struct, frozen=True):
    """What leaves, or left, for the customer. ``eta`` and other instants in ms UTC."""

    id: str
    number: str
    status: str
    route_id: str
    route_number: str
    vehicle_code: str
    driver_name: str
    stop_position: int
    eta: int | None
    departed_at: int | None
    delivered_at: int | None
    parcels: int
    pod_name: str
    failure_reason: str
    provisional: bool


class TaskStory(msgspec.Struct, frozen=True):
    """The order's pick tasks summed up. ``tasks`` counts those not cancelled, ``provisional`` those the server has not
    confirmed."""

    tasks: int
    done: int
    bins: int
    units: int
    units_picked: int
    pickers: str
    provisional: int


class Refusal(msgspec.Struct, frozen=True):
    """What the server said no to, or took for less, and what waits for a person because of it."""

    item_id: int
    command: str
    status: str
    message: str
    args: bytes = b"{}"


class OrderStory(msgspec.Struct, frozen=True):
    """All that the inspector says of an order, as of one moment."""

    row: OrderListRow
    order: Order
    customer: Customer | None
    lines: list[LineStory]
    shipments: list[ShipmentStory]
    tasks: TaskStory
    history: list[EventRow]
    refusals: list[Refusal]


_LINES = """
SELECT l.id, l.product_id, coalesce(p.sku, ''), coalesce(p.name, ''), l.quantity, l.price_minor, l.status, l.reserved,
       l.picked, l.consumed, l.delivered, l.returned, l.cancelled,
       (SELECT coalesce(sum(b.quantity), 0) FROM backorder AS b WHERE b.order_id = l.order_id AND b.line_id = l.id),
       coalesce((SELECT v.on_hand - v.reserved - v.held - v.leased FROM stock_level AS v
                 WHERE v.site_id = l.site_id AND v.product_id = l.product_id), 0),
       coalesce((SELECT group_concat(x.code || ': ' || x.units, ', ') FROM (
                 SELECT k.code AS code, sum(a.quantity) AS units FROM allocation AS a JOIN stock AS s ON s.id = a.stock_id
                 JOIN location AS k ON k.id = s.location_id WHERE a.line_id = l.id GROUP BY k.code ORDER BY k.code) AS x), ''),
       EXISTS (SELECT 1 FROM before_order_line AS b WHERE b.id = l.id)
FROM order_line AS l LEFT JOIN product AS p ON p.id = l.product_id
WHERE l.order_id = ? ORDER BY l.position, l.id
"""

_SHIPMENTS = """
SELECT h.id, h.number, h.status, h.route_id, coalesce(r.number, ''), coalesce(v.code, ''), coalesce(d.name, ''),
       coalesce(s.position, 0), h.eta, h.departed_at, h.delivered_at, h.parcels, h.pod_name, h.failure_reason,
       EXISTS (SELECT 1 FROM before_shipment AS b WHERE b.id = h.id)
FROM shipment AS h LEFT JOIN route AS r ON r.id = h.route_id LEFT JOIN vehicle AS v ON v.id = h.vehicle_id
LEFT JOIN driver AS d ON d.id = h.driver_id LEFT JOIN stop AS s ON s.id = h.stop_id
WHERE h.order_id = ? ORDER BY h.created_at, h.number
"""

_TASKS = """
SELECT count(*), coalesce(sum(t.status IN ('picked', 'staged')), 0), count(DISTINCT t.location_id),
       coalesce(sum(t.quantity), 0), coalesce(sum(t.picked), 0), coalesce(group_concat(DISTINCT u.name), ''),
       coalesce(sum(EXISTS (SELECT 1 FROM before_pick_task AS b WHERE b.id = t.id)), 0)
FROM pick_task AS t LEFT JOIN user AS u ON u.id = t.assigned_to WHERE t.order_id = ? AND t.status <> 'cancelled'
"""

_REFUSALS = """
SELECT a.id, a.name, a.status, a.message, a.args FROM outbox.attention AS a
WHERE a.resolved_at IS NULL AND instr(CAST(a.args AS TEXT), ?) ORDER BY a.id DESC
"""


def order_story(reader: Reader, order_id: str) -> OrderStory | None:
    """The whole story of an order at one moment, or None where the desk does not know it."""
    with reader.snapshot():
        order = get(reader, Order, order_id)
        if order is None:
            return None
        row = order_row(reader, order_id)
        assert row is not None
        return OrderStory(
            row=row,
            order=order,
            customer=get(reader, Customer, order.customer_id),
            lines=reader.rows(_LINES, (order_id,), LineStory),
            shipments=reader.rows(_SHIPMENTS, (order_id,), ShipmentStory),
            tasks=reader.one(_TASKS, (order_id,), TaskStory) or TaskStory(0, 0, 0, 0, 0, "", 0),
            history=events(reader, subject_id=order_id, limit=40),
            refusals=order_refusals(reader, order_id),
        )


def order_refusals(reader: Reader, order_id: str) -> list[Refusal]:
    """Open items about an order, the newest first: also of one that the server refused, which left no other trace."""
    return reader.rows(_REFUSALS, (order_id,), Refusal)


class Holder(msgspec.Struct, frozen=True):
    """Who has, or waits for, units of a product. ``since`` in ms UTC; ``waits``: on backorder instead of promised."""

    order_id: str
    number: str
    customer_name: str
    status: str
    quantity: int
    priority: int
    since: int
    waits: bool


_HOLDERS = """
SELECT o.id, o.number, coalesce(c.name, o.ship_name), o.status, h.quantity, h.priority, h.since, h.waits
FROM (SELECT order_id, quantity, priority, reserved_at AS since, 0 AS waits FROM reservation
      WHERE site_id = ? AND product_id = ?
      UNION ALL SELECT order_id, quantity, priority, since, 1 FROM backorder WHERE site_id = ? AND product_id = ?) AS h
JOIN "order" AS o ON o.id = h.order_id LEFT JOIN customer AS c ON c.id = o.customer_id
ORDER BY h.waits, h.priority, h.since, o.id LIMIT ?
"""


def stock_holders(reader: Reader, site_id: str, product_id: str, *, limit: int = 200) -> list[Holder]:
    """The orders to which a product's units are promised, then those that wait for some, each in the order of
    serving."""
    return reader.rows(_HOLDERS, (site_id, product_id, site_id, product_id, limit), Holder)
