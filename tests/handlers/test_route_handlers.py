"""Routes before they are driven: opened, called off, shipments put on them and taken off."""

from __future__ import annotations

import pytest

from services import commands as c
from services.handlers.dispatch import Effect
from services.storage.tables import Order, Route, Shipment, Stop, Vehicle
from tests.helpers.books import SITE, Books
from tests.helpers.floor import load, open_alerts, route, shipment

HOUR = 3_600_000


def plan(books: Books, route_id: str = "route-2", *, hours: int = 8, after: int = 9, **fields: str) -> Effect:
    """A route of the van, which has its first one for the eight hours from now."""
    starts_at = books.now + after * HOUR
    return books.do(
        c.PlanRoute(
            **{
                "site_id": SITE,
                "route_id": route_id,
                "number": route_id.upper(),
                "vehicle_id": "van-1",
                "planned_on": "2026-05-28",
                **fields,
            },
            starts_at=starts_at,
            ends_at=starts_at + hours * HOUR,
        )
    )


def assign(books: Books, shipment_id: str, route_id: str, position: int | None = None) -> Effect:
    return books.do(
        c.AssignShipment(site_id=SITE, shipment_id=shipment_id, route_id=route_id, position=position)
    )


def test_a_planned_route_is_open_and_has_its_vehicles_driver(books: Books) -> None:
    assert plan(books).status == "applied"
    row = books.get(Route, "route-2")
    assert (row.status, row.vehicle_id, row.driver_id, row.load_g) == ("open", "van-1", "driver-1", 0)


def test_the_same_route_is_not_planned_twice(books: Books) -> None:
    assert plan(books, "route-1").code == "duplicate"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"integration": "respected"}, "respected"),
        ({"state": "error"}, "error"),
        ({"state": "unavailable"}, "unavailable"),
        ({"active": False}, "out of service"),
        ({"state": "charging"}, "not idle"),
        ({"processing": "processing"}, "has a job"),
        ({"latitude": None}, "position is not known"),
    ],
)
def test_a_vehicle_that_cannot_drive_gets_no_route(
    books: Books, fields: dict[str, object], reason: str
) -> None:
    books.unit.change(books.get(Vehicle, "van-1"), **fields)
    effect = plan(books, after=0)
    assert (effect.status, effect.code) == ("rejected", "vehicle_unfit")
    assert reason in effect.message
    assert books.unit.get(Route, "route-2") is None


def test_a_route_does_not_end_before_it_starts(books: Books) -> None:
    assert plan(books, hours=-1).code == "invalid_value"


def test_a_route_needs_a_vehicle_and_a_driver_that_exist(books: Books) -> None:
    assert plan(books, vehicle_id="van-9").code == "not_found"
    assert plan(books, driver_id="driver-9").code == "not_found"


def test_the_shipments_of_a_cancelled_route_wait_for_another(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    stocked.must(c.CancelRoute(site_id=SITE, route_id="route-1", reason="snow"))
    row = shipment(stocked, order_id)
    assert (row.status, row.route_id, row.vehicle_id, row.eta) == ("created", "", "", None)
    assert (route(stocked, "route-1").status, route(stocked, "route-1").load_g) == ("cancelled", 0)
    assert stocked.find(Stop, route_id="route-1") == []


def test_a_route_that_is_under_way_is_not_cancelled(stocked: Books) -> None:
    load(stocked, stocked.order(("prod-1", 3)))
    stocked.must(c.DepartRoute(site_id=SITE, route_id="route-1"))
    effect = stocked.do(c.CancelRoute(site_id=SITE, route_id="route-1", reason="snow"))
    assert (effect.status, effect.code) == ("rejected", "wrong_state")


def test_a_shipment_moved_to_another_route_takes_its_load_along(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    plan(stocked)
    row = shipment(stocked, order_id)
    assert assign(stocked, row.id, "route-2").status == "applied"
    moved = stocked.get(Shipment, row.id)
    assert (moved.status, moved.route_id) == ("assigned", "route-2")
    assert [route(stocked, name).load_g for name in ("route-1", "route-2")] == [0, 750]
    assert stocked.find(Stop, route_id="route-1") == []


def test_a_shipment_put_first_is_delivered_first(stocked: Books) -> None:
    first, second = stocked.order(("prod-1", 1)), stocked.order(("prod-2", 1), customer="cust-2")
    stops = stocked.find(Stop, route_id="route-1")
    last = max(stops, key=lambda stop: stop.position)
    assert assign(stocked, last.shipment_id, "route-1", 0).status == "applied"
    stops = sorted(stocked.find(Stop, route_id="route-1"), key=lambda stop: stop.position)
    assert [stop.position for stop in stops] == [0, 1]
    assert stops[0].shipment_id == last.shipment_id
    assert stops[0].eta < stops[1].eta
    assert {shipment(stocked, order_id).eta for order_id in (first, second)} == {stop.eta for stop in stops}


def test_without_a_position_a_shipment_goes_where_it_costs_the_least_way(stocked: Books) -> None:
    plan(stocked, hours=24)
    for name, latitude in (("north", 53.4), ("south", 51.9), ("on the way north", 53.2)):
        stocked.order(("prod-1", 1), order_id=name)
        stocked.unit.change(stocked.get(Order, name), latitude=latitude, longitude=-1.13)
        assert assign(stocked, shipment(stocked, name).id, "route-2").status == "applied"
    stops = sorted(stocked.find(Stop, route_id="route-2"), key=lambda stop: stop.position)
    in_order = [stocked.get(Shipment, stop.shipment_id).order_id for stop in stops]
    assert in_order[1] != "south", "nobody drives north, south and north again"


def test_a_shipment_that_makes_a_route_too_long_is_its_last_stop(stocked: Books) -> None:
    plan(stocked, hours=1)
    for name, latitude in (("near", 52.7), ("far", 55.0)):
        stocked.order(("prod-1", 1), order_id=name)
        stocked.unit.change(stocked.get(Order, name), latitude=latitude, longitude=-1.13)
        assert assign(stocked, shipment(stocked, name).id, "route-2").status == "applied"
    stops = sorted(stocked.find(Stop, route_id="route-2"), key=lambda stop: stop.position)
    assert stocked.get(Shipment, stops[-1].shipment_id).order_id == "far"


def test_a_shipment_that_is_too_heavy_is_refused_with_the_room_there_is(stocked: Books) -> None:
    stocked.unit.change(stocked.get(Vehicle, "van-1"), capacity_g=1000)
    order_id = stocked.order(("prod-2", 4))
    row = shipment(stocked, order_id)
    assert row.status == "created", "no route has room for it"
    effect = assign(stocked, row.id, "route-1")
    assert (effect.status, effect.code) == ("rejected", "vehicle_full")
    assert "room for 1.0 kg" in effect.message
    assert "needs 2.0 kg" in effect.message


def test_a_shipment_without_a_position_on_the_map_is_not_put_on_a_route(stocked: Books) -> None:
    order_id = stocked.order(
        ("prod-1", 1), ship_to=c.Address(name="Pat", street="", city="", postcode="", country="")
    )
    row = shipment(stocked, order_id)
    assert row.status == "created"
    assert assign(stocked, row.id, "route-1").code == "missing_value"


def test_a_route_that_has_left_takes_no_shipment(stocked: Books) -> None:
    load(stocked, stocked.order(("prod-1", 3)))
    stocked.must(c.DepartRoute(site_id=SITE, route_id="route-1"))
    late = shipment(stocked, stocked.order(("prod-2", 1)))
    assert assign(stocked, late.id, "route-1").code == "wrong_state"


def test_a_shipment_taken_off_its_route_waits(stocked: Books) -> None:
    row = shipment(stocked, stocked.order(("prod-1", 3)))
    stocked.must(c.UnassignShipment(site_id=SITE, shipment_id=row.id))
    assert stocked.get(Shipment, row.id).status == "created"
    assert route(stocked, "route-1").load_g == 0


def test_a_loaded_shipment_is_unloaded_before_it_leaves_its_route(stocked: Books) -> None:
    row = load(stocked, stocked.order(("prod-1", 3)))
    effect = stocked.do(c.UnassignShipment(site_id=SITE, shipment_id=row.id))
    assert (effect.status, effect.code) == ("rejected", "wrong_state")
    assert "unload it first" in effect.message


@pytest.mark.parametrize(
    "fields",
    [{"state": "error"}, {"state": "unavailable"}, {"latitude": None}, {"integration": "noticed"}, {"active": False}],
    ids=["in error", "in the workshop", "never seen", "not utilized", "out of service"],
)  # fmt: skip
def test_a_new_order_passes_over_the_route_of_a_van_that_cannot_drive(
    stocked: Books, fields: dict[str, object]
) -> None:
    stocked.unit.change(stocked.get(Vehicle, "van-1"), **fields)
    row = shipment(stocked, stocked.order(("prod-1", 3)))
    assert (row.status, row.route_id) == ("created", "")


def test_a_new_order_goes_with_the_next_route_of_a_van_that_is_on_the_road(stocked: Books) -> None:
    stocked.open_route("route-2")
    stocked.unit.flush()
    first = load(stocked, stocked.order(("prod-1", 3)))
    stocked.must(c.DepartRoute(site_id=SITE, route_id=first.route_id))
    row = shipment(stocked, stocked.order(("prod-2", 1)))
    assert row.status == "assigned"
    assert row.route_id != first.route_id


def test_a_route_that_is_being_loaded_is_not_cancelled_under_the_goods(stocked: Books) -> None:
    row = load(stocked, stocked.order(("prod-1", 3)))
    effect = stocked.do(c.CancelRoute(site_id=SITE, route_id=row.route_id, reason="snow"))
    assert (effect.status, effect.code) == ("rejected", "wrong_state")
    assert stocked.get(Shipment, row.id).status == "loaded"


def out(books: Books) -> None:
    """The van leaves on its first route."""
    load(books, books.order(("prod-1", 3)))
    books.must(c.DepartRoute(site_id=SITE, route_id="route-1"))


def test_a_van_that_is_on_the_road_today_gets_a_route_for_tomorrow(stocked: Books) -> None:
    out(stocked)
    assert plan(stocked, after=24).status == "applied"
    assert stocked.get(Vehicle, "van-1").state == "executing"


def test_two_routes_of_a_van_do_not_overlap(stocked: Books) -> None:
    refused = plan(stocked, after=7)
    assert (refused.status, refused.code) == ("rejected", "vehicle_busy")
    assert "VAN-1 has route ROUTE-1 at that time" in refused.message
    assert plan(stocked, after=8).status == "applied"
    assert plan(stocked, "route-3", after=12).code == "vehicle_busy"
    assert plan(stocked, "route-3", after=-9).code == ""
    stocked.must(c.CancelRoute(site_id=SITE, route_id="route-2", reason="snow"))
    assert plan(stocked, "route-4", after=12).status == "applied"


def test_a_route_that_is_late_keeps_its_van_until_it_is_over(stocked: Books) -> None:
    out(stocked)
    stocked.now += 12 * HOUR
    assert plan(stocked, after=-1).code == "vehicle_unfit"
    assert plan(stocked, after=2).status == "applied"
    stocked.must(c.FinishRoute(site_id=SITE, route_id="route-1"))
    assert plan(stocked, "route-3", hours=1, after=0).status == "applied"


def test_a_van_that_left_on_a_second_route_is_asked_about_and_stays_out_until_both_are_over(
    stocked: Books,
) -> None:
    out(stocked)
    plan(stocked, after=24)
    row = shipment(stocked, stocked.order(("prod-2", 1)))
    assert row.route_id == "route-2"
    load(stocked, row.order_id)
    stocked.must(c.DepartRoute(site_id=SITE, route_id="route-2"))
    assert route(stocked, "route-2").status == "under_way"
    [alert] = open_alerts(stocked, "contradiction")
    assert "while route ROUTE-1 was under way" in alert.message
    stocked.must(c.FinishRoute(site_id=SITE, route_id="route-1"))
    assert stocked.get(Vehicle, "van-1").processing == "processing"
    stocked.must(c.FinishRoute(site_id=SITE, route_id="route-2"))
    assert (stocked.get(Vehicle, "van-1").processing, stocked.get(Vehicle, "van-1").state) == ("idle", "idle")


def test_a_route_that_was_cancelled_by_mistake_is_opened_again_with_what_still_waits(stocked: Books) -> None:
    rows = [shipment(stocked, stocked.order((f"prod-{n}", 1))) for n in (1, 2, 1)]
    in_order = [stop.shipment_id for stop in sorted(stocked.find(Stop, route_id="route-1"), key=_position)]
    stocked.must(c.CancelRoute(site_id=SITE, route_id="route-1", reason="by mistake"))
    plan(stocked, after=24)
    assign(stocked, rows[1].id, "route-2")
    reopen = c.ReopenRoute(site_id=SITE, route_id="route-1", shipment_ids=tuple(in_order))
    stocked.must(reopen)
    again = route(stocked, "route-1")
    assert (again.status, again.finished_at) == ("open", None)
    stops = sorted(stocked.find(Stop, route_id="route-1"), key=_position)
    assert [stop.shipment_id for stop in stops] == [each for each in in_order if each != rows[1].id]
    assert stocked.get(Shipment, rows[1].id).route_id == "route-2", "it went elsewhere meanwhile"
    assert again.load_g == sum(stop.load_g for stop in stops)
    assert stocked.do(reopen).code == "wrong_state"


def test_a_cancelled_route_whose_van_has_another_one_now_stays_cancelled(stocked: Books) -> None:
    stocked.must(c.CancelRoute(site_id=SITE, route_id="route-1", reason="by mistake"))
    assert plan(stocked, after=2).status == "applied"
    refused = stocked.do(c.ReopenRoute(site_id=SITE, route_id="route-1"))
    assert (refused.code, route(stocked, "route-1").status) == ("vehicle_busy", "cancelled")


def test_a_cancelled_route_is_not_filled_beyond_its_vans_room(stocked: Books) -> None:
    row = shipment(stocked, stocked.order(("prod-1", 3)))
    stocked.must(c.CancelRoute(site_id=SITE, route_id="route-1", reason="by mistake"))
    stocked.unit.change(stocked.get(Vehicle, "van-1"), capacity_g=100)
    stocked.must(c.ReopenRoute(site_id=SITE, route_id="route-1", shipment_ids=(row.id,)))
    assert (stocked.get(Shipment, row.id).status, route(stocked, "route-1").load_g) == ("created", 0)


def _position(stop: Stop) -> int:
    return stop.position
