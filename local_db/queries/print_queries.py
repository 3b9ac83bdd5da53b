"""What stands on paper: pick lists, packing slips, labels and route sheets, as frozen records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from local_db.reader import Reader


class PickLine(msgspec.Struct, frozen=True):
    """One bin to go to. ``quantity`` and ``picked`` in units of ``uom``; ``status`` as of pick tasks."""

    bin: str
    sku: str
    name: str
    uom: str
    lot: str
    quantity: int
    picked: int
    status: str


class PickList(msgspec.Struct, frozen=True):
    """An order as its picker walks it. ``placed_at`` in ms UTC, ``zone`` is the site's.

    ``missing``: how many units nothing is promised for yet.
    """

    order_id: str
    number: str
    site: str
    zone: str
    customer: str
    city: str
    due_on: str
    priority: int
    placed_at: int
    note: str
    missing: int
    lines: tuple[PickLine, ...] = ()


class SlipLine(msgspec.Struct, frozen=True):
    """A line as the customer reads it.

    ``packed`` are the units in this shipment's parcels, ``to_follow`` those that are in no shipment up to this one.
    """

    sku: str
    name: str
    uom: str
    ordered: int
    packed: int
    to_follow: int


class PackingSlip(msgspec.Struct, frozen=True):
    """What goes into the parcels of one shipment of an order, ``weight_g`` of it.

    ``shipment`` is empty and ``parcels`` 0 where nothing of the order is packed: the slip then shows what is picked.
    """

    order_id: str
    number: str
    site: str
    zone: str
    ship_name: str
    ship_street: str
    ship_city: str
    ship_postcode: str
    ship_country: str
    placed_at: int
    due_on: str
    note: str
    parcels: int
    shipment: str
    weight_g: int
    lines: tuple[SlipLine, ...] = ()


class Label(msgspec.Struct, frozen=True):
    """A label: ``code`` is what the barcode says, ``title`` the big words, ``detail`` the small ones."""

    code: str
    title: str
    detail: str
    gtin: str = ""


class RouteStop(msgspec.Struct, frozen=True):
    """One call of a route. ``eta`` in ms UTC, ``load_g`` in grams."""

    position: int
    name: str
    street: str
    city: str
    postcode: str
    order_number: str
    shipment: str
    parcels: int
    load_g: int
    eta: int
    note: str


class RouteSheet(msgspec.Struct, frozen=True):
    """A route as its driver takes it along. ``starts_at`` in ms UTC, ``distance_m`` in metres."""

    route_id: str
    number: str
    site: str
    zone: str
    planned_on: str
    vehicle: str
    registration: str
    driver: str
    starts_at: int
    distance_m: int
    stops: tuple[RouteStop, ...] = ()


_PICK_LIST = """
SELECT o.id, o.number, s.name, s.timezone, coalesce(c.name, o.ship_name), o.ship_city, o.due_on, o.priority,
       o.placed_at, o.note, (SELECT coalesce(sum(b.quantity), 0) FROM backorder AS b WHERE b.order_id = o.id)
FROM "order" AS o JOIN site AS s ON s.id = o.site_id LEFT JOIN customer AS c ON c.id = o.customer_id
WHERE o.id = ?
"""

_PICK_LINES = """
SELECT coalesce(l.code, ''), coalesce(p.sku, ''), coalesce(p.name, ''), coalesce(p.uom, ''), t.lot, t.quantity,
       t.picked, t.status
FROM pick_task AS t LEFT JOIN location AS l ON l.id = t.location_id LEFT JOIN product AS p ON p.id = t.product_id
WHERE t.order_id = ? AND t.status <> 'cancelled' ORDER BY t.pick_sequence, t.id
"""

_SLIP = """
SELECT o.id, o.number, s.name, s.timezone, o.ship_name, o.ship_street, o.ship_city, o.ship_postcode, o.ship_country,
       o.placed_at, o.due_on, o.note, coalesce(h.parcels, 0), coalesce(h.number, ''), 0
FROM "order" AS o JOIN site AS s ON s.id = o.site_id LEFT JOIN shipment AS h ON h.id = ? WHERE o.id = ?
"""

# The shipments whose parcels stand in the house; where there is none, the one that left last.
_SLIP_SHIPMENTS = """
SELECT id, status IN ('created', 'assigned') FROM shipment
WHERE order_id = ? AND parcels > 0 AND status <> 'cancelled' ORDER BY created_at, number
"""

_SLIP_LINES = """
SELECT coalesce(p.sku, ''), coalesce(p.name, ''), coalesce(p.uom, ''), l.quantity - l.cancelled,
       (SELECT coalesce(sum(x.quantity), 0) FROM shipment_line AS x
        WHERE x.order_id = l.order_id AND x.line_id = l.id AND x.shipment_id = h.id),
       l.quantity - l.cancelled - (SELECT coalesce(sum(x.quantity), 0) FROM shipment_line AS x
        JOIN shipment AS e ON e.id = x.shipment_id WHERE x.order_id = l.order_id AND x.line_id = l.id
        AND (e.created_at, e.number) <= (h.created_at, h.number)),
       coalesce(p.weight_g, 0)
FROM shipment AS h JOIN order_line AS l ON l.order_id = h.order_id LEFT JOIN product AS p ON p.id = l.product_id
WHERE h.id = ? AND l.quantity > l.cancelled ORDER BY l.position, l.id
"""

_LOOSE_LINES = """
SELECT coalesce(p.sku, ''), coalesce(p.name, ''), coalesce(p.uom, ''), l.quantity - l.cancelled, l.picked,
       l.quantity - l.cancelled - l.picked, coalesce(p.weight_g, 0)
FROM order_line AS l LEFT JOIN product AS p ON p.id = l.product_id
WHERE l.order_id = ? AND l.quantity > l.cancelled ORDER BY l.position, l.id
"""

_UNIT = """
SELECT h.code, trim(upper(substr(h.kind, 1, 1)) || substr(h.kind, 2) || coalesce(' for ' || o.number, '')),
       coalesce(c.name, l.code, ''), ''
FROM handling_unit AS h LEFT JOIN "order" AS o ON o.id = h.order_id
LEFT JOIN customer AS c ON c.id = o.customer_id LEFT JOIN location AS l ON l.id = h.location_id
WHERE h.id = ?
"""

_ROUTE = """
SELECT r.id, r.number, s.name, s.timezone, r.planned_on, coalesce(v.code, ''), coalesce(v.registration, ''),
       coalesce(d.name, ''), r.starts_at, r.distance_m
FROM route AS r JOIN site AS s ON s.id = r.site_id LEFT JOIN vehicle AS v ON v.id = r.vehicle_id
LEFT JOIN driver AS d ON d.id = r.driver_id WHERE r.id = ?
"""

_STOPS = """
SELECT t.position, t.name, coalesce(o.ship_street, ''), coalesce(o.ship_city, ''), coalesce(o.ship_postcode, ''),
       coalesce(o.number, ''), coalesce(h.number, ''), coalesce(h.parcels, 0), t.load_g, t.eta, coalesce(o.note, '')
FROM stop AS t LEFT JOIN shipment AS h ON h.id = t.shipment_id LEFT JOIN "order" AS o ON o.id = h.order_id
WHERE t.route_id = ? AND t.status <> 'cancelled' ORDER BY t.position, t.id
"""


def pick_lists(reader: Reader, order_ids: Sequence[str]) -> list[PickList]:
    """The pick lists of orders, their bins in walking order. Orders that are not here are left out."""
    with reader.snapshot():
        return [
            msgspec.structs.replace(head, lines=tuple(reader.rows(_PICK_LINES, (head.order_id,), PickLine)))
            for order_id in order_ids
            if (head := reader.one(_PICK_LIST, (order_id,), PickList)) is not None
        ]


def packing_slips(reader: Reader, order_ids: Sequence[str]) -> list[PackingSlip]:
    """The packing slips of orders: of each shipment whose parcels are on no vehicle yet, else of the one packed last.

    Orders that are not here are left out.
    """
    with reader.snapshot():
        return [
            slip
            for order_id in order_ids
            for shipment_id in _shipments_of_slips(reader, order_id)
            if (slip := _slip(reader, order_id, shipment_id)) is not None
        ]


def _shipments_of_slips(reader: Reader, order_id: str) -> list[str]:
    packed: list[tuple[str, int]] = reader.tuples(_SLIP_SHIPMENTS, (order_id,))
    in_house = [shipment_id for shipment_id, is_here in packed if is_here]
    return in_house or [shipment_id for shipment_id, _is_here in packed[-1:]] or [""]


def _slip(reader: Reader, order_id: str, shipment_id: str) -> PackingSlip | None:
    head = reader.one(_SLIP, (shipment_id, order_id), PackingSlip)
    if head is None:
        return None
    rows = reader.tuples(
        _SLIP_LINES if shipment_id else _LOOSE_LINES, (shipment_id or order_id,)
    )  # fmt: skip
    lines = tuple(SlipLine(*row[:-1]) for row in rows)
    weight_g = sum(line.packed * row[-1] for line, row in zip(lines, rows, strict=True))
    return msgspec.structs.replace(head, weight_g=weight_g, lines=lines)


def route_sheets(reader: Reader, route_ids: Sequence[str]) -> list[RouteSheet]:
    """The sheets of routes, their stops in driving order."""
    with reader.snapshot():
        return [
            msgspec.structs.replace(head, stops=tuple(reader.rows(_STOPS, (head.route_id,), RouteStop)))
            for route_id in route_ids
            if (head := reader.one(_ROUTE, (route_id,), RouteSheet)) is not None
        ]


def labels(reader: Reader, kind: str, ids: Sequence[str]) -> list[Label]:
    """The labels of bins (``bin``), products (``product``) or handling units (``handling_unit``), in the order asked.

    Raises LookupError for another kind.
    """
    make = _LABELS[kind]
    with reader.snapshot():
        return [label for row_id in ids if (label := make(reader, row_id)) is not None]


def _one_label(sql: str) -> Callable[[Reader, str], Label | None]:
    return lambda reader, row_id: reader.one(sql, (row_id,), Label)


_LABELS: Final[Mapping[str, Callable[[Reader, str], Label | None]]] = {
    "bin": _one_label("SELECT code, code, kind, '' FROM location WHERE id = ?"),
    "product": _one_label("SELECT sku, name, uom, gtin FROM product WHERE id = ?"),
    "handling_unit": _one_label(_UNIT),
}
