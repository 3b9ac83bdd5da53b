"""The Packing & dispatch panel's questions: what is to be packed, what rides on which route, what is on the road."""

from __future__ import annotations

import msgspec

from local_db.reader import Reader
from services.domain.organisation_settings import read_setting


class PackRow(msgspec.Struct, frozen=True):
    """An order whose picked goods wait for packing, or are packed and wait for loading.

    ``picked`` are the units that lie loose, ``packed`` those in ``parcels`` that have not left, of which ``in_house``
    are on no vehicle yet. The route is that of the shipment to be packed, else of the one packed last.
    """

    id: str
    number: str
    status: str
    customer_name: str
    ship_city: str
    picked: int
    packed: int
    still_to_pick: int
    backordered: int
    parcels: int
    in_house: int
    route_number: str
    vehicle_code: str
    eta: int | None
    provisional: bool


class PackLine(msgspec.Struct, frozen=True):
    """A line of an order that is being packed: ``picked`` units lie loose, ``packed`` are in parcels already."""

    id: str
    product_id: str
    sku: str
    name: str
    picked: int
    packed: int
    wanted: int


class RouteRow(msgspec.Struct, frozen=True):
    """A route with its van and what is on it. Loads in grams and millilitres, instants in ms UTC."""

    id: str
    number: str
    status: str
    planned_on: str
    vehicle_id: str
    vehicle_code: str
    registration: str
    driver_name: str
    starts_at: int
    ends_at: int
    departed_at: int | None
    load_g: int
    load_ml: int
    capacity_g: int
    capacity_ml: int
    distance_m: int
    stops: int
    packed: int
    loaded: int
    done: int
    next_stop: str
    next_eta: int | None
    provisional: bool


class VanRow(msgspec.Struct, frozen=True):
    """A van that takes routes."""

    id: str
    code: str
    driver_name: str
    capacity_g: int
    routes: int


class StopRow(msgspec.Struct, frozen=True):
    """A stop with its shipment, in driving order."""

    id: str
    position: int
    name: str
    eta: int
    status: str
    arrived_at: int | None
    completed_at: int | None
    shipment_id: str
    shipment_number: str
    shipment_status: str
    order_id: str
    order_number: str
    order_status: str
    parcels: int
    load_g: int
    load_ml: int
    pod_name: str
    failure_reason: str
    provisional: bool


# Goods in parcels that have not left still belong to a stock row.
_PACKED = "(SELECT coalesce(sum(x.quantity), 0) FROM shipment_line AS x WHERE x.{} AND x.stock_id <> '')"
_WAITING = "w.order_id = o.id AND w.status IN ('created', 'assigned', 'loaded')"

_PACK = f"""
SELECT o.id, o.number, o.status, coalesce(c.name, o.ship_name), o.ship_city,
       sum(l.picked) - {_PACKED.format("order_id = o.id")}, {_PACKED.format("order_id = o.id")},
       sum(l.reserved - l.picked), sum(l.quantity - l.cancelled - l.reserved - l.consumed),
       (SELECT coalesce(sum(w.parcels), 0) FROM shipment AS w WHERE {_WAITING}),
       (SELECT coalesce(sum(w.parcels), 0) FROM shipment AS w WHERE {_WAITING} AND w.status <> 'loaded'),
       coalesce(r.number, ''), coalesce(v.code, ''), s.eta,
       EXISTS (SELECT 1 FROM before_order AS b WHERE b.id = o.id)
FROM "order" AS o JOIN order_line AS l ON l.order_id = o.id
LEFT JOIN customer AS c ON c.id = o.customer_id
LEFT JOIN shipment AS s ON s.id = (SELECT w.id FROM shipment AS w WHERE {_WAITING}
                                   ORDER BY w.parcels > 0, w.created_at DESC, w.number DESC LIMIT 1)
LEFT JOIN route AS r ON r.id = s.route_id LEFT JOIN vehicle AS v ON v.id = s.vehicle_id
WHERE o.site_id = ? AND o.status IN ('picking', 'picked', 'packed', 'partially_shipped') AND l.reserved > 0
"""

_ROUTE = """
SELECT r.id, r.number, r.status, r.planned_on, r.vehicle_id, coalesce(v.code, ''), coalesce(v.registration, ''),
       coalesce(d.name, ''), r.starts_at, r.ends_at, r.departed_at, r.load_g, r.load_ml, coalesce(v.capacity_g, 0),
       coalesce(v.capacity_ml, 0), r.distance_m,
       (SELECT count(*) FROM stop AS t WHERE t.route_id = r.id),
       (SELECT count(*) FROM shipment AS s WHERE s.route_id = r.id AND s.status = 'assigned' AND s.parcels > 0),
       (SELECT count(*) FROM shipment AS s WHERE s.route_id = r.id AND s.status = 'loaded'),
       (SELECT count(*) FROM stop AS t WHERE t.route_id = r.id AND t.status IN ('done', 'failed', 'skipped')),
       coalesce((SELECT t.name FROM stop AS t WHERE t.route_id = r.id AND t.status IN ('planned', 'arrived')
                 ORDER BY t.position LIMIT 1), ''),
       (SELECT t.eta FROM stop AS t WHERE t.route_id = r.id AND t.status IN ('planned', 'arrived')
        ORDER BY t.position LIMIT 1),
       EXISTS (SELECT 1 FROM before_route AS b WHERE b.id = r.id)
FROM route AS r LEFT JOIN vehicle AS v ON v.id = r.vehicle_id LEFT JOIN driver AS d ON d.id = r.driver_id
"""

_STOP = """
SELECT t.id, t.position, t.name, t.eta, t.status, t.arrived_at, t.completed_at, s.id, s.number, s.status, s.order_id,
       coalesce(o.number, ''), coalesce(o.status, ''), s.parcels, s.load_g, s.load_ml, s.pod_name, s.failure_reason,
       EXISTS (SELECT 1 FROM before_shipment AS b WHERE b.id = s.id)
FROM stop AS t JOIN shipment AS s ON s.id = t.shipment_id LEFT JOIN "order" AS o ON o.id = s.order_id
WHERE t.route_id = ? ORDER BY t.position, t.id
"""


def to_pack(reader: Reader, site_id: str, *, limit: int = 400) -> list[PackRow]:
    """Orders with picked goods that have not left: those wholly picked first, then by the time their van leaves."""
    sql = f"""{_PACK} GROUP BY o.id HAVING sum(l.picked) > 0
    ORDER BY o.status = 'packed', sum(l.reserved - l.picked) > 0, coalesce(s.eta, 9e18), o.number LIMIT ?"""
    return reader.rows(sql, (site_id, limit), PackRow)


def pack_lines(reader: Reader, order_id: str) -> list[PackLine]:
    """What is to go into the parcels of an order."""
    return reader.rows(
        f"""SELECT l.id, l.product_id, coalesce(p.sku, ''), coalesce(p.name, ''),
        l.picked - {_PACKED.format("line_id = l.id AND x.order_id = l.order_id")},
        {_PACKED.format("line_id = l.id AND x.order_id = l.order_id")}, l.reserved
        FROM order_line AS l LEFT JOIN product AS p ON p.id = l.product_id
        WHERE l.order_id = ? AND l.reserved > 0 ORDER BY l.position, l.id""",
        (order_id,),
        PackLine,
    )


def routes_in(reader: Reader, site_id: str, statuses: tuple[str, ...], *, limit: int = 300) -> list[RouteRow]:
    """Routes in these states, by when they start; those that are over come last, the newest of them first."""
    marks = ", ".join("?" * len(statuses))
    order = "r.status = 'finished', iif(r.status = 'finished', -r.starts_at, r.starts_at), r.number"
    sql = f"{_ROUTE} WHERE r.site_id = ? AND r.status IN ({marks}) ORDER BY {order} LIMIT ?"
    return reader.rows(sql, (site_id, *statuses, limit), RouteRow)


def stops_on(reader: Reader, route_id: str) -> list[StopRow]:
    """A route's stops in driving order, with their shipments."""
    return reader.rows(_STOP, (route_id,), StopRow)


def unrouted(reader: Reader, site_id: str, *, limit: int = 300) -> list[StopRow]:
    """Shipments that are on no route yet, as stops without a place."""
    return reader.rows(
        """SELECT s.id, 0, coalesce(o.ship_name, ''), coalesce(s.eta, 0), 'planned', NULL, NULL, s.id, s.number,
        s.status, s.order_id, coalesce(o.number, ''), coalesce(o.status, ''), s.parcels, s.load_g, s.load_ml, '', '',
        EXISTS (SELECT 1 FROM before_shipment AS b WHERE b.id = s.id)
        FROM shipment AS s LEFT JOIN "order" AS o ON o.id = s.order_id
        WHERE s.site_id = ? AND s.status = 'created' ORDER BY s.created_at, s.id LIMIT ?""",
        (site_id, limit),
        StopRow,
    )


def vans_for_routes(reader: Reader, site_id: str, day: str) -> list[VanRow]:
    """The vans in use that take routes, by code; ``routes`` are those planned on ``day``."""
    return reader.rows(
        """SELECT v.id, v.code, coalesce(d.name, ''), v.capacity_g,
        (SELECT count(*) FROM route AS r WHERE r.vehicle_id = v.id AND r.planned_on = ?)
        FROM vehicle AS v LEFT JOIN driver AS d ON d.id = v.driver_id
        WHERE v.site_id = ? AND v.active = 1 AND v.integration = 'utilized' ORDER BY v.code""",
        (day, site_id),
        VanRow,
    )


def route_hours(reader: Reader) -> tuple[float, float]:
    """(how long a route may take in hours, the hour of the day at which routes of another day begin)."""
    stored = dict(
        reader.tuples("SELECT id, value FROM setting WHERE id IN ('route.hours', 'route.start_hour')")
    )
    hours, start = (read_setting(key, stored.get(key)) for key in ("route.hours", "route.start_hour"))
    return hours, start


def shipment_by_number(reader: Reader, site_id: str, number: str) -> tuple[str, str] | None:
    """(shipment id, route id) of the shipment with this number, or of one of the order with it; or None.

    Of an order with several, one that waits to be loaded comes first.
    """
    found = reader.tuples(
        """SELECT s.id, s.route_id FROM shipment AS s LEFT JOIN "order" AS o ON o.id = s.order_id
        WHERE s.site_id = ? AND (s.number = ? OR o.number = ?) ORDER BY s.number = ? DESC,
        s.status = 'assigned' AND s.parcels > 0 DESC, s.status IN ('assigned', 'loaded') DESC, s.created_at DESC
        LIMIT 1""",
        (site_id, number, number, number),
    )
    return found[0] if found else None


def order_by_number(reader: Reader, site_id: str, number: str) -> str | None:
    """The id of the order with this number, or of the shipment with it; or None."""
    return reader.value(  # type: ignore[no-any-return]
        """SELECT o.id FROM "order" AS o WHERE o.site_id = ? AND (o.number = ? OR o.id IN (
        SELECT s.order_id FROM shipment AS s WHERE s.site_id = ? AND s.number = ?)) LIMIT 1""",
        (site_id, number, site_id, number),
    )


def receiving_places(reader: Reader, site_id: str) -> list[tuple[str, str, bool]]:
    """Where returned goods may be put: (id, code, whether it is there to receive); those for receiving come first."""
    return reader.tuples(
        """SELECT id, code, kind = 'receiving' FROM location
        WHERE site_id = ? AND active = 1 AND kind IN ('receiving', 'reserve', 'pick')
        ORDER BY kind <> 'receiving', code LIMIT 200""",
        (site_id,),
    )
