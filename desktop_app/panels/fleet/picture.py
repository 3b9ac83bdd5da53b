"""What the Fleet panel shows, worked out of the day's rows and the live positions: plain data, no widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from desktop_app.widgets.fleet_map.marks import RouteMark, StopMark, StopStatus, VehicleMark
from local_db.queries.fleet_queries import DayRoute, DayStop, FleetAlert, FleetDay
from local_db.queries.vehicles import VehicleRow
from services.domain.punctuality import is_late, lateness_ms
from services.domain.vehicle_health import link_of
from services.domain.vehicle_states import Link

_OVER = ("done", "failed", "skipped")


class Place(NamedTuple):
    """Where a vehicle is. Degrees, degrees clockwise from north, km/h; ``at`` in ms UTC, None if it never said."""

    latitude: float
    longitude: float
    heading: float
    speed_kmh: float
    at: int | None


class StopView(NamedTuple):
    """A stop and how it stands now."""

    row: DayStop
    status: StopStatus
    late: bool
    late_ms: int

    @property
    def is_over(self) -> bool:
        """Whether the van has been there."""
        return self.status in ("done", "failed")


class VehicleView(NamedTuple):
    """A vehicle with its place, its link, and its route of today."""

    row: VehicleRow
    place: Place | None
    link: Link
    route: DayRoute | None
    stops: tuple[StopView, ...]
    alerts: tuple[FleetAlert, ...]

    @property
    def id(self) -> str:
        """The vehicle's id."""
        return self.row.id

    @property
    def done(self) -> int:
        """How many stops are over."""
        return sum(stop.is_over for stop in self.stops)

    @property
    def next_stop(self) -> StopView | None:
        """Where it goes next."""
        return next((stop for stop in self.stops if not stop.is_over), None)

    @property
    def late(self) -> int:
        """How many stops ahead are overdue; what is behind cannot be helped any more."""
        return sum(stop.late and not stop.is_over for stop in self.stops)

    @property
    def rank(self) -> tuple[int, int, str]:
        """The order of the list: what needs somebody first, then what is on the road, then the rest."""
        trouble = bool(self.alerts) or self.row.state == "error"
        on_road = self.route is not None and self.route.status == "under_way"
        return (0 if trouble else 1 if self.late else 2 if on_road else 3, -self.late, self.row.code)


class Picture(NamedTuple):
    """The fleet as of ``now`` (ms UTC)."""

    now: int
    day: FleetDay
    vehicles: tuple[VehicleView, ...]

    def vehicle(self, vehicle_id: str) -> VehicleView | None:
        """The vehicle with this id."""
        return next((view for view in self.vehicles if view.id == vehicle_id), None)

    def of_route(self, route_id: str) -> VehicleView | None:
        """The vehicle that drives this route."""
        return next(
            (view for view in self.vehicles if view.route is not None and view.route.id == route_id), None
        )

    def find(self, kind: str, item_id: str) -> tuple[str, str] | None:
        """(vehicle id, stop id or "") of a `vehicle`, a `route`, or a `stop`, by its shipment or order too; or None."""
        if kind in ("vehicle", "route"):
            view = self.vehicle(item_id) if kind == "vehicle" else self.of_route(item_id)
            return (view.id, "") if view is not None else None
        stops = ((view.id, stop.row) for view in self.vehicles for stop in view.stops)
        return next(
            ((van, row.id) for van, row in stops if item_id in (row.id, row.shipment_id, row.order_id)), None
        )

    def stop(self, stop_id: str) -> tuple[VehicleView, StopView] | None:
        """A stop, and the vehicle that calls there."""
        for view in self.vehicles:
            for stop in view.stops:
                if stop.row.id == stop_id:
                    return view, stop
        return None


def paint_picture(day: FleetDay, live: Mapping[str, Place], now: int) -> Picture:
    """Join the day's rows with the newest positions. A position of the live channel wins where it is newer."""
    stops: dict[str, list[DayStop]] = {}
    for row in day.stops:
        stops.setdefault(row.route_id, []).append(row)
    routes = _route_of_each(day.routes)
    alerts: dict[str, list[FleetAlert]] = {}
    for alert in day.alerts:
        if alert.status == "open":
            alerts.setdefault(alert.vehicle_id, []).append(alert)
    views = []
    for van in day.vehicles:
        route, place = routes.get(van.id), place_of(van, live.get(van.id))
        views.append(
            VehicleView(
                row=van,
                place=place,
                link=link_at(day, place, now),
                route=route,
                stops=_stops_of(stops.get(route.id, ()) if route else (), route, now),
                alerts=tuple(alerts.get(van.id, ())),
            )
        )
    return Picture(now, day, tuple(sorted(views, key=lambda view: view.rank)))


def place_of(row: VehicleRow, live: Place | None) -> Place | None:
    """The newest place known of a vehicle: from the live channel, or the coarse one in the cache."""
    if live is not None and (row.position_at is None or (live.at or 0) >= row.position_at):
        return live
    if row.latitude is None or row.longitude is None:
        return live
    return Place(row.latitude, row.longitude, row.heading, row.speed_kmh, row.position_at)


def link_at(day: FleetDay, place: Place | None, now: int) -> Link:
    """A vehicle's link, by the organisation's own thresholds."""
    at = None if place is None else place.at
    return link_of(at, now, stale_after=day.stale_after_ms, offline_after=day.offline_after_ms)


def vehicle_marks(picture: Picture) -> list[VehicleMark]:
    """The vehicles whose place is known, for the map."""
    marks = []
    for view in picture.vehicles:
        if view.place is None:
            continue
        age_s = 0.0 if view.place.at is None else max(0.0, (picture.now - view.place.at) / 1000)
        marks.append(
            VehicleMark(
                view.id, view.place.latitude, view.place.longitude, view.place.heading, view.row.state,  # type: ignore[arg-type]
                view.link.value, age_s, view.row.code,
            )
        )  # fmt: skip
    return marks


def route_marks(picture: Picture) -> list[RouteMark]:
    """The routes with their stops, from the depot and back, for the map."""
    _name, latitude, longitude = picture.day.depot
    marks = []
    for view in picture.vehicles:
        if view.route is None or not view.stops or view.route.status == "finished":
            continue
        stops = [
            StopMark(
                stop.row.id, stop.row.latitude, stop.row.longitude, number, stop.status, stop.late, stop.row.name
            )
            for number, stop in enumerate(view.stops, start=1)
        ]  # fmt: skip
        home = (latitude, longitude)
        marks.append(RouteMark(view.route.id, stops, view.id, home, home, view.route.number))
    return marks


def _route_of_each(routes: Iterable[DayRoute]) -> dict[str, DayRoute]:
    """The route that each vehicle is on: the one under way, else the next to begin, else the last that ended."""
    order = {"under_way": 0, "locked": 1, "open": 2, "finished": 3}
    chosen: dict[str, DayRoute] = {}
    for route in sorted(routes, key=lambda each: (order.get(each.status, 9), each.starts_at)):
        chosen.setdefault(route.vehicle_id, route)
    return chosen


def _stops_of(rows: Iterable[DayStop], route: DayRoute | None, now: int) -> tuple[StopView, ...]:
    on_road = route is not None and route.status in ("under_way", "finished")
    views, seen_next = [], False
    for row in rows:
        status: StopStatus = "planned"
        if row.status in _OVER:
            status = "done" if row.status == "done" else "failed"
        elif on_road and not seen_next:
            status, seen_next = "next", True
        called = row.arrived_at or row.completed_at
        # A van that has not left yet is late at no stop: its estimates are made anew as it departs.
        late = (on_road or called is not None) and is_late(row.eta, called, now)
        views.append(StopView(row, status, late, lateness_ms(row.eta, called, now) if late else 0))
    return tuple(views)
