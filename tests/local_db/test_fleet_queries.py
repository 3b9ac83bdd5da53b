"""What the Fleet panel asks: the day's routes and stops, alerts, and shipments that wait for a route."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db.desk import Desk
from local_db.queries import fleet_queries as queries
from services.commands import AcknowledgeAlert, FinishRoute, SetVehicleState, UnassignShipment
from tests.helpers.warehouse_desk import SITE, warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=40) as desk:
        yield desk


def test_the_day_has_every_van_route_and_stop_that_is_not_over(desk: Desk) -> None:
    day = queries.fleet_day(desk.read, SITE, 0)
    assert [view.code for view in day.vehicles] == [f"VAN-{n:02d}" for n in range(1, 9)]
    assert {route.status for route in day.routes} == {"open", "under_way"}
    assert {stop.route_id for stop in day.stops} <= {route.id for route in day.routes}
    assert len(day.stops) == desk.read.value("SELECT count(*) FROM stop")
    assert day.depot[0] == "Leicester"


def test_stops_stand_in_driving_order_with_what_they_deliver(desk: Desk) -> None:
    by_route: dict[str, list[int]] = {}
    for stop in queries.day_stops(desk.read, SITE, 0):
        by_route.setdefault(stop.route_id, []).append(stop.position)
        assert stop.shipment_number
        assert stop.order_number
        assert stop.city
    assert by_route
    assert all(places == sorted(places) for places in by_route.values())


def test_a_route_that_came_home_stays_for_its_day_only(desk: Desk) -> None:
    desk.do(FinishRoute(site_id=SITE, route_id="route-1"), actor_id="user-super")
    finished_at = desk.read.value("SELECT finished_at FROM route WHERE id = 'route-1'")
    assert finished_at is not None
    of_today = {route.id for route in queries.day_routes(desk.read, SITE, finished_at)}
    of_tomorrow = {route.id for route in queries.day_routes(desk.read, SITE, finished_at + 1)}
    assert of_today - of_tomorrow == {"route-1"}
    assert "route-1" not in {stop.route_id for stop in queries.day_stops(desk.read, SITE, finished_at + 1)}


def test_an_alert_leads_to_its_van_and_sinks_once_it_was_seen(desk: Desk) -> None:
    for van in ("van-4", "van-5"):
        desk.do(SetVehicleState(site_id=SITE, vehicle_id=van, state="error", reason="tyre"))
    alerts = queries.fleet_alerts(desk.read, SITE)
    assert {alert.vehicle_id for alert in alerts} == {"van-4", "van-5"}
    assert all("tyre" in alert.message and alert.severity == "danger" for alert in alerts)
    desk.do(AcknowledgeAlert(site_id=SITE, alert_id=alerts[0].id))
    after = queries.fleet_alerts(desk.read, SITE)
    assert [alert.status for alert in after] == ["open", "acknowledged"]
    assert after[1].acknowledged_name == "Grace Okoro"
    desk.do(SetVehicleState(site_id=SITE, vehicle_id=alerts[1].vehicle_id, state="idle"))
    assert [alert.status for alert in queries.fleet_alerts(desk.read, SITE)] == ["acknowledged"]


def test_what_was_taken_off_its_route_waits_for_another(desk: Desk) -> None:
    stop = next(row for row in queries.day_stops(desk.read, SITE, 0) if row.shipment_status == "assigned")
    before = {row.id for row in queries.loose_shipments(desk.read, SITE)}
    desk.do(UnassignShipment(site_id=SITE, shipment_id=stop.shipment_id))
    loose = {row.id: row for row in queries.loose_shipments(desk.read, SITE)}
    assert set(loose) - before == {stop.shipment_id}
    assert loose[stop.shipment_id].order_number == stop.order_number


def test_thresholds_of_the_link_are_the_organisations_own(desk: Desk) -> None:
    from services.commands import SaveSetting

    assert queries.fleet_day(desk.read, SITE, 0).stale_after_ms == 5 * 60_000
    desk.do(SaveSetting(key="vehicle.stale_minutes", value="9"), actor_id="user-admin")
    assert queries.fleet_day(desk.read, SITE, 0).stale_after_ms == 9 * 60_000


@pytest.mark.parametrize("sql", [queries._ROUTES, queries._STOPS])
def test_routes_and_stops_are_found_by_index(desk: Desk, sql: str) -> None:
    plan = [row[3] for row in desk.read.tuples(f"EXPLAIN QUERY PLAN {sql}", (SITE, 0))]
    assert not [step for step in plan if step.startswith("SCAN")], plan
