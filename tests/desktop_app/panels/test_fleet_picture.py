"""What the Fleet panel makes of rows and live positions, without a widget."""

from __future__ import annotations

from pathlib import Path

import msgspec

from desktop_app.panels.fleet.picture import Place, paint_picture, route_marks, vehicle_marks
from desktop_app.panels.fleet.timeline_rows import timeline_rows
from local_db.queries.fleet_queries import FleetDay, fleet_day
from services.domain.punctuality import LATE_AFTER_MS
from tests.helpers.warehouse_desk import SITE, warehouse_desk


def a_day(tmp_path: Path) -> FleetDay:
    with warehouse_desk(tmp_path, products=80, orders=40) as desk:
        return fleet_day(desk.read, SITE, 0)


def test_the_link_follows_the_age_of_the_newest_position(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    newest = max(row.position_at or 0 for row in day.vehicles)
    links = [
        {view.link.value for view in paint_picture(day, {}, newest + age).vehicles}
        for age in (0, day.stale_after_ms, day.offline_after_ms)
    ]
    assert links[0] == {"online"}
    assert links[2] == {"offline"}
    assert "stale" in links[1]


def test_a_live_position_wins_where_it_is_newer_only(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    row = day.vehicles[0]
    at = row.position_at or 0
    newer = paint_picture(day, {row.id: Place(1.0, 2.0, 0.0, 0.0, at + 1)}, at).vehicle(row.id)
    older = paint_picture(day, {row.id: Place(1.0, 2.0, 0.0, 0.0, at - 1)}, at).vehicle(row.id)
    assert newer is not None
    assert older is not None
    assert newer.place == Place(1.0, 2.0, 0.0, 0.0, at + 1)
    assert older.place is not None
    assert older.place.latitude == row.latitude


def test_stops_of_a_van_on_the_road_become_late_and_those_of_one_that_waits_do_not(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    last = max(stop.eta for stop in day.stops)
    picture = paint_picture(day, {}, last + LATE_AFTER_MS + 1)
    for view in picture.vehicles:
        ahead = [stop for stop in view.stops if not stop.is_over]
        on_road = view.route is not None and view.route.status == "under_way"
        assert view.late == (len(ahead) if on_road else 0)


def test_the_first_stop_ahead_of_a_van_on_the_road_is_its_next(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    picture = paint_picture(day, {}, day.routes[0].starts_at)
    for view in picture.vehicles:
        marked = [stop for stop in view.stops if stop.status == "next"]
        on_road = view.route is not None and view.route.status == "under_way"
        assert marked == ([view.next_stop] if on_road and view.next_stop is not None else [])


def test_marks_and_rows_leave_out_what_has_no_place_or_no_stops(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    lost = msgspec.structs.replace(day.vehicles[0], latitude=None, longitude=None, position_at=None)
    day = msgspec.structs.replace(day, vehicles=[lost, *day.vehicles[1:]])
    picture = paint_picture(day, {}, day.routes[0].starts_at)
    assert {mark.id for mark in vehicle_marks(picture)} == {row.id for row in day.vehicles[1:]}
    with_stops = {view.id for view in picture.vehicles if view.stops}
    assert {mark.vehicle_id for mark in route_marks(picture)} == with_stops
    assert {row.id for row in timeline_rows(picture, "Europe/London")} == with_stops


def test_the_timeline_has_a_block_for_every_stop_in_its_hour(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    picture = paint_picture(day, {}, day.routes[0].starts_at)
    for row in timeline_rows(picture, "Europe/London"):
        view = picture.vehicle(row.id)
        assert view is not None
        assert [block.id for block in row.blocks] == [stop.row.id for stop in view.stops]
        for block, stop in zip(row.blocks, view.stops, strict=True):
            assert block.end > block.start
            if not stop.is_over and stop.row.arrived_at is None:
                assert block.start == stop.row.eta
