"""Routes as other handlers need them: where a stop fits best, and stops put in, taken out and timed."""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.identifiers import derive
from services.domain.organisation_settings import read_setting
from services.domain.refusals import refuse
from services.domain.route_states import STOPS_AHEAD, RouteState, StopState
from services.domain.routing import (
    Call,
    Insertion,
    OpenRoute,
    arrival_times,
    cheapest_insertion,
    route_length_m,
)
from services.domain.vehicle_health import why_not
from services.handlers.work import Work
from services.storage.tables import Order, Route, Setting, Shipment, Site, Stop, Vehicle


def setting(work: Work, key: str) -> float:
    """One of the organisation's settings."""
    row = work.get(Setting, key)
    return read_setting(key, row.value if row else None)


def stops_of(work: Work, route_id: str) -> list[Stop]:
    """A route's stops in driving order."""
    return sorted(work.find(Stop, route_id=route_id), key=lambda stop: stop.position)


def cheapest_place(work: Work, shipment: Shipment, latitude: float, longitude: float) -> Insertion | None:
    """Where a shipment adds the least way to an open route that has room and time for it.

    The route of a vehicle that could not drive it is passed over; one that is on the road now comes back.
    """
    site = work.need(Site, shipment.site_id)
    routes = work.find(Route, site_id=shipment.site_id, status=RouteState.OPEN.value)
    vehicles = work.get_many(Vehicle, [route.vehicle_id for route in routes])
    stops = work.find_many(Stop, "route_id", [route.id for route in routes])
    now = work.context.received_at
    open_routes = [
        _open_route(work, site, route, vehicle, stops[route.id])
        for route in routes
        if (vehicle := vehicles.get(route.vehicle_id)) is not None
        and route.ends_at > now
        and not why_not(
            vehicle, route.load_g + shipment.load_g, route.load_ml + shipment.load_ml, after_its_job=True
        )
    ]
    return cheapest_insertion(
        Call(latitude, longitude, shipment.load_g, shipment.load_ml),
        open_routes,
        speed_kmh=setting(work, "route.speed_kmh"),
        service_minutes=setting(work, "route.service_minutes"),
        not_before=now,
    )


def cheapest_position(work: Work, route: Route, order: Order, shipment: Shipment) -> int:
    """Before which of a route's stops a shipment adds the least way; at the end where it makes the route too long."""
    site, vehicle = work.need(Site, route.site_id), work.need(Vehicle, route.vehicle_id)
    stops = stops_of(work, route.id)
    if order.latitude is None or order.longitude is None:
        return len(stops)
    place = cheapest_insertion(
        Call(order.latitude, order.longitude, shipment.load_g, shipment.load_ml),
        [_open_route(work, site, route, vehicle, stops)],
        speed_kmh=setting(work, "route.speed_kmh"),
        service_minutes=setting(work, "route.service_minutes"),
        not_before=work.context.received_at,
    )
    return len(stops) if place is None else place.position


def _open_route(work: Work, site: Site, route: Route, vehicle: Vehicle, stops: Sequence[Stop]) -> OpenRoute:
    """A route as the domain measures it; an order is tried on every open route, and few of them have changed."""
    return work.worked_out(
        ("open_route", route.id),
        (site, route, vehicle, *stops),
        lambda: _outlined(site, route, vehicle, stops),
    )


def _outlined(site: Site, route: Route, vehicle: Vehicle, stops: Sequence[Stop]) -> OpenRoute:
    return OpenRoute(
        route_id=route.id,
        depot_latitude=site.latitude,
        depot_longitude=site.longitude,
        starts_at=route.starts_at,
        ends_at=route.ends_at,
        room_g=vehicle.capacity_g - route.load_g,
        room_ml=vehicle.capacity_ml - route.load_ml,
        calls=tuple(
            Call(stop.latitude, stop.longitude, stop.load_g, stop.load_ml)
            for stop in sorted(stops, key=lambda stop: stop.position)
        ),
    )


def insert_stop(
    work: Work, route_id: str, position: int, order: Order, shipment: Shipment
) -> tuple[Route, Stop]:
    """Add a stop for a shipment before the stop that has ``position`` now; the later ones move on by one."""
    if order.latitude is None or order.longitude is None:
        refuse("missing_value", field=f"The position of {order.ship_name or order.number}")
    route = work.need(Route, route_id)
    stops = stops_of(work, route_id)
    position = min(position, len(stops))
    for later in stops[position:]:
        work.change(later, position=later.position + 1)
    work.put(
        Stop(
            id=derive("stop", shipment.id, route_id),
            site_id=route.site_id,
            route_id=route_id,
            shipment_id=shipment.id,
            position=position,
            name=order.ship_name,
            latitude=order.latitude,
            longitude=order.longitude,
            load_g=shipment.load_g,
            load_ml=shipment.load_ml,
            eta=0,
            status=StopState.PLANNED.value,
            arrived_at=None,
            completed_at=None,
        )
    )
    route = work.change(
        route, load_g=route.load_g + shipment.load_g, load_ml=route.load_ml + shipment.load_ml
    )
    return time_stops(work, route), work.need(Stop, derive("stop", shipment.id, route_id))


def remove_stop(work: Work, stop: Stop) -> Route:
    """Take a stop out of its route; the later ones move up."""
    route = work.need(Route, stop.route_id)
    for later in stops_of(work, stop.route_id):
        if later.position > stop.position:
            work.change(later, position=later.position - 1)
    work.remove(stop)
    route = work.change(route, load_g=route.load_g - stop.load_g, load_ml=route.load_ml - stop.load_ml)
    return time_stops(work, route)


def change_load(work: Work, stop: Stop, load_g: int, load_ml: int) -> None:
    """A stop's shipment has become lighter or heavier."""
    route = work.need(Route, stop.route_id)
    work.change(
        route, load_g=route.load_g + load_g - stop.load_g, load_ml=route.load_ml + load_ml - stop.load_ml
    )  # fmt: skip
    work.change(stop, load_g=load_g, load_ml=load_ml)


def time_stops(work: Work, route: Route) -> Route:
    """Write the ETA of every stop ahead, those of their shipments, and the route's length."""
    site = work.need(Site, route.site_id)
    vehicle = work.need(Vehicle, route.vehicle_id)
    stops = stops_of(work, route.id)
    as_planned = _open_route(work, site, route, vehicle, stops)
    times = arrival_times(
        as_planned,
        speed_kmh=setting(work, "route.speed_kmh"),
        service_minutes=setting(work, "route.service_minutes"),
        not_before=route.departed_at or (work.context.received_at if route.status == RouteState.OPEN else 0),
    )
    for stop, eta in zip(stops, times, strict=True):
        if stop.status in STOPS_AHEAD and stop.eta != eta:
            work.change(stop, eta=eta)
            shipment = work.get(Shipment, stop.shipment_id)
            if shipment is not None and shipment.eta != eta:
                work.change(shipment, eta=eta)
    return work.change(route, distance_m=route_length_m(as_planned))
