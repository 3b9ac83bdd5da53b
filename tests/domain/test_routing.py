"""A delivery goes where it adds the least distance, never beyond a vehicle's room or a shift's end."""

from itertools import pairwise
from math import cos, isclose, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.domain.routing import (
    Call,
    Insertion,
    OpenRoute,
    arrival_times,
    cheapest_insertion,
    haversine_m,
    route_length_m,
)

HOUR = 3_600_000
DEPOT = (52.5, -1.9)
# At the depot's latitude: how far north and east one kilometre is, in degrees.
NORTH_KM = 1 / 111.195
EAST_KM = NORTH_KM / 0.608761


def call(east_km: float, north_km: float, load_g: int = 0, load_ml: int = 0) -> Call:
    return Call(DEPOT[0] + north_km * NORTH_KM, DEPOT[1] + east_km * EAST_KM, load_g, load_ml)


def route(
    route_id: str, *calls: Call, fixed: int = 0, hours: float = 10, room_g: int = 1000, room_ml: int = 1000
) -> OpenRoute:
    return OpenRoute(
        route_id=route_id,
        depot_latitude=DEPOT[0],
        depot_longitude=DEPOT[1],
        starts_at=0,
        ends_at=round(hours * HOUR),
        room_g=room_g,
        room_ml=room_ml,
        calls=calls,
        fixed=fixed,
    )


def insert(new: Call, *routes: OpenRoute, not_before: int = 0) -> Insertion | None:
    return cheapest_insertion(
        new, routes, speed_kmh=60, service_minutes=6, not_before=not_before, road_factor=1.0
    )


CALLS = st.builds(
    call,
    st.floats(min_value=-60, max_value=60),
    st.floats(min_value=-60, max_value=60),
    st.integers(0, 400),
    st.integers(0, 400),
)
ROUTES = st.lists(st.lists(CALLS, max_size=6), min_size=1, max_size=5).map(
    lambda found: [
        route(f"R{place}", *calls, fixed=min(place, len(calls))) for place, calls in enumerate(found)
    ]
)


def inserted(into: OpenRoute, position: int, new: Call) -> OpenRoute:
    return replace(into, calls=(*into.calls[:position], new, *into.calls[position:]))


@given(CALLS, ROUTES)
def test_no_other_place_adds_less_distance(new: Call, routes: list[OpenRoute]):
    found = insert(new, *routes)
    possible = []
    for candidate in routes:
        for position in range(candidate.fixed, len(candidate.calls) + 1):
            longer = inserted(candidate, position, new)
            added = route_length_m(longer, road_factor=1.0) - route_length_m(candidate, road_factor=1.0)
            driving = route_length_m(longer, road_factor=1.0) * 60 + len(longer.calls) * 6 * 60_000
            if driving <= candidate.ends_at - 60_000 and new.load_g <= 1000 and new.load_ml <= 1000:
                possible.append(added)
    if possible:
        assert found is not None
        # Lengths are rounded to the metre, before and after.
        assert found.added_m <= min(possible) + 2
    if found is not None:
        into = next(candidate for candidate in routes if candidate.route_id == found.route_id)
        longer = inserted(into, found.position, new)
        added = route_length_m(longer, road_factor=1.0) - route_length_m(into, road_factor=1.0)
        assert abs(found.added_m - added) <= 2
        assert found.position >= into.fixed


@given(CALLS, ROUTES)
def test_the_promised_time_is_the_one_the_route_then_has(new: Call, routes: list[OpenRoute]):
    found = insert(new, *routes)
    if found is not None:
        into = next(candidate for candidate in routes if candidate.route_id == found.route_id)
        longer = inserted(into, found.position, new)
        times = arrival_times(longer, speed_kmh=60, service_minutes=6, road_factor=1.0)
        assert abs(times[found.position] - found.eta) <= 1
        assert times == sorted(times)


def test_a_call_on_the_way_is_put_between_its_neighbours():
    found = insert(call(5, 0), route("A", call(2, 0), call(8, 0)), route("B", call(0, 9)))
    assert found is not None
    assert (found.route_id, found.position, found.added_m) == ("A", 1, 0)


def test_arrival_counts_driving_and_the_time_at_each_call():
    times = arrival_times(
        route("A", call(10, 0), call(20, 0)), speed_kmh=60, service_minutes=6, road_factor=1.0
    )
    assert [round(time / 60_000) for time in times] == [10, 26]


def test_a_route_that_has_not_started_yet_is_not_served_before_now():
    found = insert(call(10, 0), route("A"), not_before=2 * HOUR)
    assert found is not None
    assert round(found.eta / 60_000) == 130


def test_roads_are_longer_than_the_straight_line():
    straight = route_length_m(route("A", call(10, 0)), road_factor=1.0)
    assert straight == pytest.approx(20_000, rel=0.001)
    assert route_length_m(route("A", call(10, 0)), road_factor=1.3) == pytest.approx(26_000, rel=0.001)


@pytest.mark.parametrize("too_little", [{"room_g": 299}, {"room_ml": 499}, {"hours": 0.42}])
def test_a_route_without_room_or_time_is_passed_over(too_little: dict[str, float]):
    new = call(10, 0, load_g=300, load_ml=500)
    full = route("A", **too_little)
    assert insert(new, full) is None
    found = insert(new, full, route("B", call(-30, 0)))
    assert found is not None
    assert found.route_id == "B"


def test_a_route_with_exactly_enough_room_and_time_takes_the_call():
    new = call(10, 0, load_g=300, load_ml=500)
    assert insert(new, route("A", room_g=300, room_ml=500, hours=0.44)) is not None


def test_what_is_driven_already_is_not_moved_behind_a_new_call():
    found = insert(call(1, 0), route("A", call(2, 0), call(8, 0), fixed=2))
    assert found is not None
    assert found.position == 2


def test_a_call_without_a_load_fits_a_full_vehicle():
    assert insert(call(1, 0), route("A", room_g=0, room_ml=0)) is not None


def test_with_no_open_route_there_is_no_place():
    assert insert(call(1, 1)) is None


@pytest.mark.parametrize("order", [("A", "B"), ("B", "A")])
def test_every_machine_chooses_alike_among_equal_routes(order: tuple[str, str]):
    found = insert(call(5, 5), *(route(route_id) for route_id in order))
    assert found is not None
    assert found.route_id == "A"


def test_a_vehicle_that_does_not_move_is_an_error():
    with pytest.raises(ValueError):
        cheapest_insertion(call(1, 1), [route("A")], speed_kmh=0, service_minutes=5)


def test_great_circle_distances_are_those_of_an_atlas():
    # London to Paris, and half around the equator.
    assert haversine_m(51.5074, -0.1278, 48.8566, 2.3522) == pytest.approx(343_500, rel=0.005)
    assert haversine_m(0, 0, 0, 180) == pytest.approx(20_015_100, rel=0.0001)
    assert haversine_m(10, 20, 10, 20) == 0


@given(
    st.floats(min_value=-50, max_value=50),
    st.tuples(st.floats(-70, 70), st.floats(-70, 70)),
    st.tuples(st.floats(-70, 70), st.floats(-70, 70)),
)
def test_inside_a_region_distances_are_the_great_circle_within_two_percent(
    latitude: float, one: tuple[float, float], other: tuple[float, float]
):
    """Seventy kilometres along each axis are at most 99 from the depot."""
    by_east = NORTH_KM / cos(radians(latitude))
    places = [Call(latitude + north * NORTH_KM, east * by_east) for east, north in (one, other)]
    there = OpenRoute("A", latitude, 0.0, 0, HOUR, 0, 0, calls=tuple(places))
    legs = [(latitude, 0.0), *((place.latitude, place.longitude) for place in places), (latitude, 0.0)]
    exact = sum(haversine_m(*a, *b) for a, b in pairwise(legs))
    assert isclose(route_length_m(there, road_factor=1.0), exact, rel_tol=0.02, abs_tol=2)
