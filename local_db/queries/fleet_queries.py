"""The Fleet panel's questions: the day's routes with their stops, and what alarms about vehicles and deliveries."""

from __future__ import annotations

import msgspec

from local_db.queries.vehicles import VehicleRow, vehicles
from local_db.reader import Reader
from services.domain.organisation_settings import read_setting

ALERT_KINDS = ("vehicle_error", "vehicle_silent", "delivery_failed")


class DayRoute(msgspec.Struct, frozen=True):
    """A route that is open, under way, or came home today. Grams, millilitres, metres; instants in ms UTC."""

    id: str
    number: str
    status: str
    vehicle_id: str
    driver_name: str
    starts_at: int
    ends_at: int
    departed_at: int | None
    finished_at: int | None
    load_g: int
    load_ml: int
    distance_m: int
    provisional: bool


class DayStop(msgspec.Struct, frozen=True):
    """A stop of such a route, with what it delivers. Degrees, grams, millilitres; instants in ms UTC."""

    id: str
    route_id: str
    position: int
    name: str
    city: str
    latitude: float
    longitude: float
    eta: int
    status: str
    arrived_at: int | None
    completed_at: int | None
    shipment_id: str
    shipment_number: str
    shipment_status: str
    order_id: str
    order_number: str
    parcels: int
    load_g: int
    load_ml: int
    provisional: bool


class FleetAlert(msgspec.Struct, frozen=True):
    """Something about a vehicle or a delivery that a person should see. ``vehicle_id`` where it leads to one."""

    id: str
    kind: str
    severity: str
    subject: str
    subject_id: str
    message: str
    status: str
    raised_at: int
    acknowledged_name: str
    vehicle_id: str


class LooseShipment(msgspec.Struct, frozen=True):
    """A shipment that is on no route yet."""

    id: str
    number: str
    order_number: str
    name: str
    city: str
    load_g: int
    load_ml: int


class FleetDay(msgspec.Struct, frozen=True):
    """All that the Fleet panel shows, as of one moment. Thresholds of the link in ms."""

    vehicles: list[VehicleRow]
    routes: list[DayRoute]
    stops: list[DayStop]
    alerts: list[FleetAlert]
    loose: list[LooseShipment]
    depot: tuple[str, float, float]
    stale_after_ms: int
    offline_after_ms: int
    service_ms: int


_ROUTES = """
SELECT r.id, r.number, r.status, r.vehicle_id, coalesce(d.name, ''), r.starts_at, r.ends_at, r.departed_at,
       r.finished_at, r.load_g, r.load_ml, r.distance_m, EXISTS (SELECT 1 FROM before_route AS b WHERE b.id = r.id)
FROM route AS r LEFT JOIN driver AS d ON d.id = r.driver_id
WHERE r.site_id = ? AND (r.status IN ('open', 'locked', 'under_way') OR (r.status = 'finished' AND r.finished_at >= ?))
ORDER BY r.starts_at, r.number
"""

_STOPS = """
SELECT t.id, t.route_id, t.position, t.name, coalesce(o.ship_city, ''), t.latitude, t.longitude, t.eta, t.status,
       t.arrived_at, t.completed_at, t.shipment_id, coalesce(s.number, ''), coalesce(s.status, ''),
       coalesce(s.order_id, ''), coalesce(o.number, ''), coalesce(s.parcels, 0), t.load_g, t.load_ml,
       EXISTS (SELECT 1 FROM before_stop AS b WHERE b.id = t.id)
FROM route AS r JOIN stop AS t ON t.route_id = r.id
LEFT JOIN shipment AS s ON s.id = t.shipment_id LEFT JOIN "order" AS o ON o.id = s.order_id
WHERE r.site_id = ? AND (r.status IN ('open', 'locked', 'under_way') OR (r.status = 'finished' AND r.finished_at >= ?))
ORDER BY t.route_id, t.position, t.id
"""

_ALERTS = """
SELECT a.id, a.kind, a.severity, a.subject, a.subject_id, a.message, a.status, a.raised_at, coalesce(u.name, ''),
       coalesce(CASE a.subject WHEN 'vehicle' THEN a.subject_id ELSE s.vehicle_id END, '')
FROM alert AS a LEFT JOIN user AS u ON u.id = a.acknowledged_by
LEFT JOIN shipment AS s ON a.subject = 'shipment' AND s.id = a.subject_id
WHERE a.site_id = ? AND a.status IN ('open', 'acknowledged')
AND a.kind IN ('vehicle_error', 'vehicle_silent', 'delivery_failed')
ORDER BY a.status = 'acknowledged', a.severity <> 'danger', a.raised_at DESC, a.id LIMIT ?
"""

_LOOSE = """
SELECT s.id, s.number, coalesce(o.number, ''), coalesce(o.ship_name, ''), coalesce(o.ship_city, ''), s.load_g, s.load_ml
FROM shipment AS s LEFT JOIN "order" AS o ON o.id = s.order_id
WHERE s.site_id = ? AND s.status = 'created' ORDER BY s.created_at, s.id LIMIT ?
"""


def day_routes(reader: Reader, site_id: str, since: int) -> list[DayRoute]:
    """Routes that are not over, and those that came home at or after ``since`` (ms UTC), by when they start."""
    return reader.rows(_ROUTES, (site_id, since), DayRoute)


def day_stops(reader: Reader, site_id: str, since: int) -> list[DayStop]:
    """The stops of these routes, each route's in driving order."""
    return reader.rows(_STOPS, (site_id, since), DayStop)


def fleet_alerts(reader: Reader, site_id: str, *, limit: int = 100) -> list[FleetAlert]:
    """Open alerts about vehicles and deliveries, then acknowledged ones; the gravest and newest first."""
    return reader.rows(_ALERTS, (site_id, limit), FleetAlert)


def loose_shipments(reader: Reader, site_id: str, *, limit: int = 50) -> list[LooseShipment]:
    """Shipments that wait for a route, the oldest first."""
    return reader.rows(_LOOSE, (site_id, limit), LooseShipment)


def fleet_day(reader: Reader, site_id: str, since: int) -> FleetDay:
    """Everything at one moment. ``since``: the start of the day in ms UTC."""
    with reader.snapshot():
        settings = dict(
            reader.tuples("SELECT id, value FROM setting WHERE id LIKE 'vehicle.%' OR id LIKE 'route.%'")
        )

        def minutes(key: str) -> int:
            return round(read_setting(key, settings.get(key)) * 60_000)

        depot = reader.tuples("SELECT name, latitude, longitude FROM site WHERE id = ?", (site_id,))
        return FleetDay(
            vehicles=vehicles(reader, site_id=site_id),
            routes=day_routes(reader, site_id, since),
            stops=day_stops(reader, site_id, since),
            alerts=fleet_alerts(reader, site_id),
            loose=loose_shipments(reader, site_id),
            depot=depot[0] if depot else ("", 0.0, 0.0),
            stale_after_ms=minutes("vehicle.stale_minutes"),
            offline_after_ms=minutes("vehicle.silent_minutes"),
            service_ms=minutes("route.service_minutes"),
        )
