"""The Orders panel's questions: the list with its filters, the story of one order, and what an order line is chosen
from."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_db.queries.events import EventRow, events
from local_db.queries.lookups import get
from local_db.queries.paging import Where
from local_db.queries.search import ScannedProduct, product_by_code, search_products
from local_db.reader import Reader
from local_db.search_index import like_pattern, words_query
from services.domain.barcodes import gtin_forms, is_gtin
from services.storage.tables import Customer, Order

# Before the goods have left: until then a due day that has passed makes an order late.
_STILL_HERE = "'draft', 'confirmed', 'allocated', 'partially_allocated', 'backordered', 'picking', 'picked', 'packed', 'on_hold'"


class OrderFilter(msgspec.Struct, frozen=True):
    """What the list shows. Empty fields ask for nothing; ``late_on`` is today (`YYYY-MM-DD`) where only late ones
    are asked for."""

    site_id: str = ""
    statuses: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    customer_id: str = ""
    placed_by: str = ""
    late_on: str = ""
    text: str = ""


class OrderListRow(msgspec.Struct, frozen=True):
    """An order in the list. Instants in ms UTC, money in minor units; ``wanted`` and ``ready`` are units.

    ``ready`` counts units that are picked or have left; ``backordered`` those still waiting for stock. ``mark`` is "",
    "provisional" (not confirmed by the server), "at_risk" or "attention".
    """

    id: str
    number: str
    status: str
    channel: str
    customer_id: str
    customer_name: str
    city: str
    priority: int
    placed_at: int
    due_on: str
    currency: str
    total_minor: int
    lines: int
    wanted: int
    ready: int
    backordered: int
    placed_by: str
    placed_by_name: str
    mark: str


_ORDERS: dict[str, str] = {
    "placed_at": "o.placed_at",
    "number": "o.number",
    "status": "o.status",
    "priority": "o.priority",
    "due_on": "o.due_on",
    "total": "o.total_minor",
    "customer": "o.ship_name",
    "channel": "o.channel",
}
"""The columns by which the list can be ordered, and what they are in the table."""

_KEYSETS = {name: name for name in ("placed_at", "number", "status", "priority", "due_on", "channel")} | {
    "total": "total_minor"
}
"""Where a row carries the value that it is ordered by, so that the next page can begin behind it."""

_MARK = """
CASE WHEN EXISTS (SELECT 1 FROM outbox.attention AS a WHERE a.resolved_at IS NULL AND instr(CAST(a.args AS TEXT), o.id))
     THEN 'attention'
     WHEN EXISTS (SELECT 1 FROM at_risk AS r JOIN outbox.command AS c ON c.n = r.n WHERE instr(CAST(c.args AS TEXT), o.id))
     THEN 'at_risk'
     WHEN EXISTS (SELECT 1 FROM before_order AS b WHERE b.id = o.id) THEN 'provisional' ELSE '' END
"""

# The page is chosen first, by the narrow inner query; what costs a look-up a row is asked only for what is shown.
_PAGE = f"""
SELECT o.id, o.number, o.status, o.channel, o.customer_id, coalesce(c.name, o.ship_name), o.ship_city, o.priority,
       o.placed_at, o.due_on, o.currency, o.total_minor,
       (SELECT count(*) FROM order_line AS l WHERE l.order_id = o.id),
       (SELECT coalesce(sum(l.quantity - l.cancelled), 0) FROM order_line AS l WHERE l.order_id = o.id),
       (SELECT coalesce(sum(l.picked + l.consumed), 0) FROM order_line AS l WHERE l.order_id = o.id),
       (SELECT coalesce(sum(b.quantity), 0) FROM backorder AS b WHERE b.order_id = o.id),
       o.placed_by, coalesce(u.name, ''), {_MARK}
FROM ({{page}}) AS page JOIN "order" AS o ON o.rowid = page.place
LEFT JOIN customer AS c ON c.id = o.customer_id
LEFT JOIN user AS u ON u.id = o.placed_by
ORDER BY {{order}}
"""


def order_page(
    reader: Reader,
    wanted: OrderFilter,
    *,
    limit: int = 200,
    offset: int = 0,
    after: OrderListRow | None = None,
    order: str = "placed_at",
    descending: bool = True,
) -> list[OrderListRow]:
    """One page of the list. ``after`` is the last row of the page before where it is known; ``offset`` is used where it
    is not. An order that is not one of the list's columns falls back to the newest first."""
    if order not in _ORDERS:
        order, descending = "placed_at", True
    column = _ORDERS[order]
    where = _where(wanted)
    if after is not None and order in _KEYSETS:
        where.after(f"{column}, o.id", (getattr(after, _KEYSETS[order]), after.id), descending=descending)
        offset = 0
    way = "DESC" if descending else "ASC"
    ordered = f"{column} {way}, o.id {way}"
    inner = f'SELECT o.rowid AS place FROM "order" AS o {where} ORDER BY {ordered} LIMIT ? OFFSET ?'
    return reader.rows(_PAGE.format(page=inner, order=ordered), (*where.params, limit, offset), OrderListRow)


def order_count(reader: Reader, wanted: OrderFilter) -> int:
    """How many orders the filter lets through."""
    where = _where(wanted)
    return int(reader.value(f'SELECT count(*) FROM "order" AS o {where}', where.params) or 0)


def _where(wanted: OrderFilter) -> Where:
    where = Where().equal("o.site_id", wanted.site_id).among("o.status", wanted.statuses)
    where.among("o.channel", wanted.channels).equal("o.customer_id", wanted.customer_id)
    where.equal("o.placed_by", wanted.placed_by)
    if wanted.late_on:
        where.also(f"o.due_on <> '' AND o.due_on < ? AND o.status IN ({_STILL_HERE})", wanted.late_on)
    text = wanted.text.strip()
    if text:
        _add_text(where, text)
    return where


def _add_text(where: Where, text: str) -> None:
    """Any part of a number or of the number that the shop gave it, or a customer whose words begin so."""
    like = like_pattern(text)
    words = words_query(text)
    by_customer = ""
    params: list[str] = [like, like]
    if words:
        by_customer = (
            "OR o.customer_id IN (SELECT c.id FROM customer_words AS w JOIN customer AS c ON c.rowid = w.rowid "
            "WHERE customer_words MATCH ?)"
        )
        params.append(words)
    where.also(f"(o.number LIKE ? ESCAPE '\\' OR o.external_id LIKE ? ESCAPE '\\' {by_customer})", *params)


# -- one order -----------------------------------------------------------------------------------------------------


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
       (SELECT coalesce(sum(b.quantity), 0) FROM backorder AS b WHERE b.line_id = l.id),
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
        inner = 'SELECT o.rowid AS place FROM "order" AS o WHERE o.id = ?'
        row = reader.one(_PAGE.format(page=inner, order="o.id"), (order_id,), OrderListRow)
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


# -- what an order is made of --------------------------------------------------------------------------------------


class ProductHit(msgspec.Struct, frozen=True):
    """A product to order, with what of it may be promised now (units) and what one costs (minor units).

    ``pack`` is how many units the code that found it stands for.
    """

    product_id: str
    sku: str
    name: str
    uom: str
    price_minor: int
    currency: str
    available: int
    active: bool = True
    pack: int = 1


_HIT = """
SELECT p.id, p.sku, p.name, p.uom, p.price_minor, p.currency,
       coalesce((SELECT v.on_hand - v.reserved - v.held - v.leased FROM stock_level AS v
                 WHERE v.site_id = ? AND v.product_id = p.id), 0), p.active
FROM product AS p WHERE p.id IN (SELECT value FROM json_each(?))
"""


def product_hits(reader: Reader, site_id: str, text: str, *, limit: int = 12) -> list[ProductHit]:
    """Products by sku, name or barcode as a person types, the likeliest first."""
    with reader.snapshot():
        found = search_products(reader, text, limit=limit)
        known = products_now(reader, site_id, [row.id for row in found])
    return [known[row.id] for row in found]


def products_now(reader: Reader, site_id: str, product_ids: Sequence[str]) -> dict[str, ProductHit]:
    """Products as they stand now, by id; what does not exist is left out."""
    ids = msgspec.json.encode(list(product_ids)).decode()
    return {hit.product_id: hit for hit in reader.rows(_HIT, (site_id, ids), ProductHit)}


def product_of_code(reader: Reader, site_id: str, code: str) -> ProductHit | None:
    """The product that a scanned or pasted code stands for, whatever length its GTIN is written in; or None."""
    with reader.snapshot():
        scanned = _scanned(reader, code)
        if scanned is None:
            return None
        hit = products_now(reader, site_id, [scanned.product_id])[scanned.product_id]
    return msgspec.structs.replace(hit, pack=scanned.quantity)


def _scanned(reader: Reader, code: str) -> ScannedProduct | None:
    for form in (code, *(gtin_forms(code) if is_gtin(code) else ())):
        found = product_by_code(reader, form)
        if found is not None:
            return found
    return None


_RECENT = """
SELECT c.* FROM (SELECT customer_id, max(placed_at) AS latest FROM (
    SELECT customer_id, placed_at FROM "order" WHERE site_id = ? ORDER BY rowid DESC LIMIT 200)
    GROUP BY customer_id ORDER BY latest DESC LIMIT ?) AS r
JOIN customer AS c ON c.id = r.customer_id WHERE c.active = 1 ORDER BY r.latest DESC
"""


def recent_customers(reader: Reader, site_id: str, *, limit: int = 8) -> list[Customer]:
    """Who ordered last, the latest first: what the customer field offers before anything is typed."""
    return reader.rows(_RECENT, (site_id, limit), Customer)


def orders_exist(reader: Reader, order_ids: Sequence[str]) -> set[str]:
    """Which of these orders the desk knows: a draft whose order is there has been placed already."""
    ids = msgspec.json.encode(list(order_ids)).decode()
    return set(reader.values('SELECT id FROM "order" WHERE id IN (SELECT value FROM json_each(?))', (ids,)))
