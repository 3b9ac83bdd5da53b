"""Vehicles with what they do now, and the routes they drive."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_db.queries.paging import Where
from local_db.reader import Reader


class VehicleRow(msgspec.Struct, frozen=True):
    """A vehicle and its present route. Degrees, km/h, grams, millilitres; instants in ms UTC."""

    id: str
    site_id: str
    code: str
    registration: str
    kind: str
    state: str
    processing: str
    integration: str
    latitude: float | None
    longitude: float | None
    heading: float
    speed_kmh: float
    position_at: int | None
    capacity_g: int
    capacity_ml: int
    driver_id: str
    driver_name: str
    route_id: str
    route_number: str
    route_status: str
    load_g: int
    load_ml: int
    provisional: bool


class RouteRow(msgspec.Struct, frozen=True):
    """A route with how far it has come. Grams, millilitres, metres; instants in ms UTC."""

    id: str
    site_id: str
    number: str
    planned_on: str
    status: str
    vehicle_id: str
    vehicle_code: str
    driver_id: str
    driver_name: str
    starts_at: int
    ends_at: int
    departed_at: int | None
    load_g: int
    load_ml: int
    distance_m: int
    stops: int
    stops_done: int
    provisional: bool


class StopRow(msgspec.Struct, frozen=True):
    """One call of a route. Degrees, grams, millilitres; instants in ms UTC."""

    id: str
    route_id: str
    shipment_id: str
    position: int
    name: str
    latitude: float
    longitude: float
    eta: int
    status: str
    arrived_at: int | None
    completed_at: int | None
    load_g: int
    load_ml: int
    order_number: str
    shipment_status: str
    provisional: bool


# The route that a vehicle is on: the one under way, else the first that has not begun.
_VEHICLE = """
SELECT v.id, v.site_id, v.code, v.registration, v.kind, v.state, v.processing, v.integration, v.latitude, v.longitude,
       v.heading, v.speed_kmh, v.position_at, v.capacity_g, v.capacity_ml, v.driver_id, coalesce(d.name, ''),
       coalesce(r.id, ''), coalesce(r.number, ''), coalesce(r.status, ''), coalesce(r.load_g, 0),
       coalesce(r.load_ml, 0), EXISTS (SELECT 1 FROM before_vehicle AS b WHERE b.id = v.id)
FROM vehicle AS v
LEFT JOIN driver AS d ON d.id = v.driver_id
LEFT JOIN route AS r ON r.id = (
    SELECT x.id FROM route AS x WHERE x.vehicle_id = v.id AND x.finished_at IS NULL AND x.status NOT IN ('cancelled')
    ORDER BY x.departed_at IS NULL, x.starts_at, x.id LIMIT 1)
"""

_ROUTE = """
SELECT r.id, r.site_id, r.number, r.planned_on, r.status, r.vehicle_id, coalesce(v.code, ''), r.driver_id,
       coalesce(d.name, ''), r.starts_at, r.ends_at, r.departed_at, r.load_g, r.load_ml, r.distance_m,
       (SELECT count(*) FROM stop AS s WHERE s.route_id = r.id),
       (SELECT count(*) FROM stop AS s WHERE s.route_id = r.id AND s.completed_at IS NOT NULL),
       EXISTS (SELECT 1 FROM before_route AS b WHERE b.id = r.id)
FROM route AS r LEFT JOIN vehicle AS v ON v.id = r.vehicle_id LEFT JOIN driver AS d ON d.id = r.driver_id
"""

_STOP = """
SELECT s.id, s.route_id, s.shipment_id, s.position, s.name, s.latitude, s.longitude, s.eta, s.status, s.arrived_at,
       s.completed_at, s.load_g, s.load_ml, coalesce(o.number, ''), coalesce(h.status, ''),
       EXISTS (SELECT 1 FROM before_stop AS b WHERE b.id = s.id)
FROM stop AS s LEFT JOIN shipment AS h ON h.id = s.shipment_id LEFT JOIN "order" AS o ON o.id = h.order_id
"""


def vehicles(reader: Reader, *, site_id: str = "", active_only: bool = True) -> list[VehicleRow]:
    """Vehicles in order of their code."""
    where = Where().equal("v.site_id", site_id)
    if active_only:
        where.also("v.active = 1")
    return reader.rows(f"{_VEHICLE} {where} ORDER BY v.code, v.id", where.params, VehicleRow)


def routes(
    reader: Reader, *, site_id: str = "", status: Sequence[str] = (), vehicle_id: str = "", limit: int = 500
) -> list[RouteRow]:
    """Routes, in order of when they start."""
    where = Where().equal("r.site_id", site_id).among("r.status", status).equal("r.vehicle_id", vehicle_id)
    return reader.rows(
        f"{_ROUTE} {where} ORDER BY r.starts_at, r.id LIMIT ?", (*where.params, limit), RouteRow
    )


def stops(reader: Reader, *, route_id: str = "", site_id: str = "") -> list[StopRow]:
    """Stops of a route, or of all routes of a site that are not over, in driving order."""
    where = Where().equal("s.route_id", route_id).equal("s.site_id", site_id)
    if not route_id:
        where.also("s.route_id IN (SELECT r.id FROM route AS r WHERE r.finished_at IS NULL)")
    return reader.rows(f"{_STOP} {where} ORDER BY s.route_id, s.position, s.id", where.params, StopRow)
