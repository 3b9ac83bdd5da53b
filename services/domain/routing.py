"""Where a delivery costs least: insertion into open routes, distances, and times of arrival.

Cheapest insertion is the classic construction rule of Rosenkrantz, Stearns and Lewis, "An analysis of several
heuristics for the traveling salesman problem" (SIAM J. Comput. 6, 1977), over several routes with capacities
and a shift's end. Planning improves the result later. Coordinates are WGS 84 degrees, loads grams and
millilitres, distances metres, instants milliseconds UTC.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import repeat
from math import asin, cos, hypot, inf, radians, sin, sqrt
from operator import add, sub
from typing import Final

import msgspec

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the earth (IUGG)."""

ROAD_FACTOR: Final = 1.3
"""How much longer roads are than the straight line, between the 1.2 of the United States and the 1.4 of
England in Ballou, Rahardja and Sakai, "Selected country circuity factors for road travel distance estimation"
(2002).
"""

_METRES_PER_DEGREE: Final = radians(1.0) * EARTH_RADIUS_M
_MS_PER_HOUR: Final = 3_600_000
_MS_PER_MINUTE: Final = 60_000


class Call(msgspec.Struct, frozen=True):
    """A place to call at, and what is delivered there."""

    latitude: float
    longitude: float
    load_g: int = 0
    load_ml: int = 0


class Outline(msgspec.Struct, frozen=True):
    """A route's places in straight metres east (`xs`) and north (`ys`) of its depot, which is the first and the last
    of them, and the `legs` between them. `by_x` and `by_y` are metres for a degree there.
    """

    by_x: float
    by_y: float
    xs: list[float]
    ys: list[float]
    legs: list[float]
    length: float


class OpenRoute(msgspec.Struct, frozen=True, dict=True):
    """A route from the depot through its calls and back.

    `room_g` and `room_ml` are what the vehicle can still take. `fixed` is how many of the first calls may not
    be moved behind a new one, because they are driven or loaded already.
    """

    route_id: str
    depot_latitude: float
    depot_longitude: float
    starts_at: int
    ends_at: int
    room_g: int
    room_ml: int
    calls: tuple[Call, ...] = ()
    fixed: int = 0

    @cached_property
    def outline(self) -> Outline:
        """Where its places lie, measured once: a new call is tried on every open route."""
        by_y = _METRES_PER_DEGREE
        by_x = by_y * cos(radians(self.depot_latitude))
        xs = [(call.longitude - self.depot_longitude) * by_x for call in self.calls]
        ys = [(call.latitude - self.depot_latitude) * by_y for call in self.calls]
        xs, ys = [0.0, *xs, 0.0], [0.0, *ys, 0.0]
        legs = list(map(hypot, map(sub, xs, xs[1:]), map(sub, ys, ys[1:])))
        return Outline(by_x, by_y, xs, ys, legs, sum(legs))


class Insertion(msgspec.Struct, frozen=True):
    """Where a call fits best: before the call that has `position` now (0 is first)."""

    route_id: str
    position: int
    added_m: int
    eta: int


def haversine_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance in metres, good to 0.5 % (the earth is no sphere), at any distance."""
    half_latitude = radians(other_latitude - latitude) / 2
    half_longitude = radians(other_longitude - longitude) / 2
    both = cos(radians(latitude)) * cos(radians(other_latitude))
    chord = sin(half_latitude) ** 2 + both * sin(half_longitude) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord)))


def cheapest_insertion(
    call: Call,
    routes: Sequence[OpenRoute],
    *,
    speed_kmh: float,
    service_minutes: float,
    not_before: int = 0,
    road_factor: float = ROAD_FACTOR,
) -> Insertion | None:
    """The place among all open routes where a call adds the least distance, or None where it fits nowhere.

    A route fits when it has room for the load and still ends within its shift: driving at `speed_kmh` and
    `service_minutes` at each call, starting at its start or `not_before`, whichever is later. Among equals
    the first route in order of id wins, so that every machine chooses alike.

    Distances inside a route's region are equirectangular around its depot: against the great circle they are
    off by less than 2 % within 100 km up to 50 degrees of latitude, which is less than the road factor is
    uncertain.
    """
    # Everything inside is in straight metres; the road's length comes in with the speed and the answer.
    ms_per_m = _ms_per_metre(speed_kmh) * road_factor
    service_ms = service_minutes * _MS_PER_MINUTE
    best: Insertion | None = None
    for route, spokes, detours in _detours(call, routes):
        added = min(detours, default=None)
        if added is None:
            continue
        driving = (route.outline.length + added) * ms_per_m
        start = max(route.starts_at, not_before)
        if start + driving + service_ms * (len(route.calls) + 1) > route.ends_at:
            continue
        added_m = round(added * road_factor)
        if best is not None and (added_m, route.route_id) >= (best.added_m, best.route_id):
            continue
        position = route.fixed + detours.index(added)
        before = (sum(route.outline.legs[:position]) + spokes[position]) * ms_per_m + service_ms * position
        best = Insertion(route.route_id, position, added_m, round(start + before))
    return best


def _detours(call: Call, routes: Sequence[OpenRoute]) -> Iterator[tuple[OpenRoute, list[float], list[float]]]:
    """Of every route with room for a call: the way from each of its places to the call, and what the call adds to each
    leg from the first free one on.
    """
    by_depot: dict[tuple[float, float], list[OpenRoute]] = {}
    for route in routes:
        if route.room_g >= call.load_g and route.room_ml >= call.load_ml:
            by_depot.setdefault((route.depot_latitude, route.depot_longitude), []).append(route)
    for (latitude, longitude), around in by_depot.items():
        # All routes of a depot are measured in one go; a leg from one to the next that is endlessly short is never
        # worth a detour.
        xs = [x for route in around for x in route.outline.xs]
        ys = [y for route in around for y in route.outline.ys]
        legs = [leg for route in around for leg in (*route.outline.legs, -inf)]
        x = (call.longitude - longitude) * around[0].outline.by_x
        y = (call.latitude - latitude) * around[0].outline.by_y
        spokes = list(map(hypot, map(sub, xs, repeat(x)), map(sub, ys, repeat(y))))
        detours = list(map(sub, map(add, spokes, spokes[1:]), legs))
        first = 0
        for route in around:
            last = first + len(route.calls) + 1
            yield route, spokes[first : last + 1], detours[first + route.fixed : last]
            first = last + 1


def arrival_times(
    route: OpenRoute,
    *,
    speed_kmh: float,
    service_minutes: float,
    not_before: int = 0,
    road_factor: float = ROAD_FACTOR,
) -> list[int]:
    """When the vehicle arrives at each call of a route, in their order."""
    ms_per_m = _ms_per_metre(speed_kmh) * road_factor
    clock = float(max(route.starts_at, not_before))
    times: list[int] = []
    for leg in route.outline.legs[:-1]:
        clock += leg * ms_per_m
        times.append(round(clock))
        clock += service_minutes * _MS_PER_MINUTE
    return times


def route_length_m(route: OpenRoute, *, road_factor: float = ROAD_FACTOR) -> int:
    """The length of a route from the depot through all calls and back."""
    return round(route.outline.length * road_factor)


def _ms_per_metre(speed_kmh: float) -> float:
    if speed_kmh <= 0:
        raise ValueError(f"a vehicle's speed must be above zero, got {speed_kmh}")
    return _MS_PER_HOUR / (speed_kmh * 1000)
