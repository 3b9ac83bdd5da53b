"""The vehicles as arrays: what is drawn, what is hit, and how they glide."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.widgets.fleet_map.camera import Camera
from desktop_app.widgets.fleet_map.fleet import CELL_PX, HEADINGS, NO_HEADING, THIN_ABOVE, Fleet
from desktop_app.widgets.fleet_map.glide import FRAME_MS, LONGEST_S, SHORTEST_S, Glide
from desktop_app.widgets.fleet_map.marks import STATES, VehicleMark, VehicleRecords, vehicle_dtype
from desktop_app.widgets.fleet_map.mercator import project
from desktop_app.widgets.fleet_map.sprites import look_of

CAMERA = Camera(width=800, height=600).centred(52.6, -1.1, 7.0)


def crowd(count: int, seed: int = 1) -> Fleet:
    random = np.random.default_rng(seed)
    rows = np.zeros(count, dtype=vehicle_dtype())
    rows["id"] = [f"v{number}" for number in range(count)]
    (top, left), (bottom, right) = CAMERA.place_at(0, 0), CAMERA.place_at(800, 600)
    rows["lat"], rows["lon"] = random.uniform(bottom, top, count), random.uniform(left, right, count)
    fleet = Fleet()
    fleet.replace(VehicleRecords(rows))
    fleet.glide_to(1.0)
    return fleet


def fleet_of(*marks: VehicleMark) -> Fleet:
    fleet = Fleet()
    fleet.replace(marks)
    fleet.glide_to(1.0)
    return fleet


def test_a_few_vehicles_are_all_drawn_even_on_one_spot() -> None:
    fleet = fleet_of(*(VehicleMark(f"v{n}", 52.6, -1.1) for n in range(40)))
    assert len(fleet.drawn(CAMERA).rows) == 40


def test_of_many_vehicles_one_of_each_cell_is_drawn() -> None:
    fleet = crowd(10_000)
    drawn = fleet.drawn(CAMERA)
    assert drawn.is_thinned
    assert drawn.in_sight == 10_000
    world_x = (np.array([fleet.x[row] for row in drawn.rows]) * CAMERA.scale // CELL_PX).astype(int)
    world_y = (np.array([fleet.y[row] for row in drawn.rows]) * CAMERA.scale // CELL_PX).astype(int)
    cells = set(zip(world_x.tolist(), world_y.tolist(), strict=True))
    assert len(cells) == len(drawn.rows)
    every_x, every_y = fleet.x * CAMERA.scale // CELL_PX, fleet.y * CAMERA.scale // CELL_PX
    assert len(set(zip(every_x.tolist(), every_y.tolist(), strict=True))) == len(drawn.rows)


def test_panning_does_not_change_which_vehicles_are_drawn() -> None:
    fleet = crowd(5_000)
    before = set(fleet.drawn(CAMERA).rows.tolist())
    moved = CAMERA.moved(3.3, -7.1)
    inside = set(fleet.inside(moved, 40, 40, 760, 560).tolist()) & set(
        fleet.inside(CAMERA, 40, 40, 760, 560).tolist()
    )
    assert before & inside == set(fleet.drawn(moved).rows.tolist()) & inside


def test_vehicles_out_of_sight_are_not_drawn() -> None:
    fleet = fleet_of(VehicleMark("here", 52.6, -1.1), VehicleMark("Sydney", -33.9, 151.2))
    assert fleet.drawn(CAMERA).rows.tolist() == [0]


def test_a_selected_vehicle_is_drawn_however_many_lie_on_it() -> None:
    fleet = crowd(THIN_ABOVE * 20)
    hidden = sorted(set(range(len(fleet))) - set(fleet.drawn(CAMERA).rows.tolist()))[:25]
    fleet.selected[hidden] = True
    fleet.classify()
    shown = set(fleet.drawn(CAMERA).rows.tolist())
    assert all(row in shown for row in hidden)


def test_a_fault_is_drawn_before_what_only_drives_by() -> None:
    marks = [VehicleMark(f"v{n}", 52.6, -1.1, state="executing") for n in range(THIN_ABOVE)]
    fault = VehicleMark("fault", 52.6, -1.1, state="error")
    fleet = fleet_of(fault, *marks)
    assert [fleet.ids[row] for row in fleet.drawn(CAMERA).rows] == ["fault"]


def test_a_thinned_vehicle_is_hit_where_it_is() -> None:
    fleet = crowd(10_000)
    drawn = set(fleet.drawn(CAMERA).rows.tolist())
    hidden = [row for row in range(0, 10_000, 7) if row not in drawn][:200]
    assert len(hidden) == 200
    for row in hidden:
        x, y = fleet.screen_of(CAMERA, row)
        assert fleet.at(CAMERA, x, y, 14.0)[0] == row


def test_what_is_hit_comes_nearest_first_and_within_reach() -> None:
    fleet = crowd(3_000)
    found = fleet.at(CAMERA, 400, 300, 30.0)
    ways = [np.hypot(x - 400, y - 300) for x, y in (fleet.screen_of(CAMERA, row) for row in found.tolist())]
    assert all(way <= 30.0 for way in ways)
    assert np.round(np.array(ways) * 100).tolist() == sorted(np.round(np.array(ways) * 100).tolist())
    every = [np.hypot(*(np.array(fleet.screen_of(CAMERA, row)) - (400, 300))) for row in range(3_000)]
    assert len(found) == sum(way <= 30.0 for way in every)


def test_a_box_takes_the_thinned_ones_too() -> None:
    fleet = crowd(10_000)
    inside = fleet.inside(CAMERA, 100, 100, 300, 200)
    assert len(inside) > len([row for row in fleet.drawn(CAMERA).rows if row in set(inside.tolist())])
    assert len(inside) == pytest.approx(10_000 * 200 * 100 / (800 * 600), rel=0.2)


def test_vehicles_glide_from_where_they_are_shown() -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0, heading=90.0))
    fleet.move(["a"], np.array([52.2]), np.array([-1.2]), np.array([180.0]))
    start, end = project(52.0, -1.0), project(52.2, -1.2)
    fleet.glide_to(0.5)
    assert (fleet.x[0], fleet.y[0]) == pytest.approx(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    assert fleet.heading[0] == pytest.approx(135.0)
    # Another report on the way: no jump.
    middle = (fleet.x[0], fleet.y[0])
    fleet.move(["a"], np.array([52.0]), np.array([-1.0]), np.array([180.0]))
    fleet.glide_to(0.0)
    assert (fleet.x[0], fleet.y[0]) == pytest.approx(middle)
    fleet.glide_to(1.0)
    assert (fleet.x[0], fleet.y[0]) == pytest.approx(start)
    assert not fleet.is_gliding


def test_one_report_leaves_the_glide_of_the_others_alone() -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0, heading=10.0), VehicleMark("b", 52.0, -1.0, heading=10.0))
    fleet.move(["a"], np.array([52.2]), np.array([-1.2]), np.array([100.0]))
    fleet.glide_to(0.5)
    fleet.move(["b"], np.array([51.0]), np.array([-1.0]), None)
    fleet.glide_to(1.0)
    assert (fleet.x[0], fleet.y[0]) == pytest.approx(project(52.2, -1.2))
    assert fleet.heading.tolist() == pytest.approx([100.0, 10.0])


def test_a_vehicle_turns_the_short_way_round() -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0, heading=350.0))
    fleet.move(["a"], np.array([52.0]), np.array([-1.0]), np.array([20.0]))
    fleet.glide_to(0.5)
    assert fleet.headings(np.array([0])).tolist() == [1]
    fleet.glide_to(1.0)
    assert fleet.headings(np.array([0])).tolist() == [4]


@pytest.mark.parametrize("turn", [170.0, -170.0])
def test_circling_for_hours_keeps_headings_small(turn: float) -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0, heading=0.0))
    heading = 0.0
    for _ in range(200):
        heading = (heading + turn) % 360.0
        fleet.move(["a"], np.array([52.0]), np.array([-1.0]), np.array([heading]))
        fleet.glide_to(0.7)
        assert 0 <= fleet.headings(np.array([0]))[0] < HEADINGS
        assert -360 < fleet.heading[0] < 720
    fleet.glide_to(1.0)
    assert fleet.heading[0] % 360 == pytest.approx(heading)


def test_a_vehicle_that_never_told_its_heading_has_a_sprite_of_its_own() -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0), VehicleMark("b", 52.0, -1.0, heading=90.0))
    assert fleet.headings(np.array([0, 1])).tolist() == [NO_HEADING, 18]
    fleet.move(["a"], np.array([52.1]), np.array([-1.0]), np.array([45.0]))
    fleet.glide_to(0.3)
    assert fleet.headings(np.array([0])).tolist() == [9]


def test_without_motion_vehicles_are_at_once_where_they_were_reported() -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0, heading=10.0))
    fleet.glides = False
    fleet.move(["a"], np.array([52.2]), np.array([-1.2]), np.array([90.0]))
    assert not fleet.is_gliding
    assert (fleet.x[0], fleet.y[0], fleet.heading[0]) == pytest.approx((*project(52.2, -1.2), 90.0))


def test_a_position_that_comes_before_its_vehicle_is_passed_over() -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0))
    fleet.move(["new", "a"], np.array([10.0, 52.5]), np.array([10.0, -1.5]), np.array([0.0, 45.0]))
    fleet.glide_to(1.0)
    assert (fleet.x[0], fleet.y[0], fleet.heading[0]) == pytest.approx((*project(52.5, -1.5), 45.0))


def test_rows_may_stand_for_ids() -> None:
    fleet = crowd(100)
    fleet.move(np.arange(100), np.full(100, 52.0), np.full(100, -1.0), None)
    fleet.glide_to(1.0)
    assert fleet.x == pytest.approx(np.full(100, project(52.0, -1.0)[0]))


def test_another_fleet_keeps_who_was_selected_and_glides_those_that_stay() -> None:
    fleet = fleet_of(VehicleMark("a", 52.0, -1.0), VehicleMark("b", 53.0, -2.0))
    fleet.selected[1] = True
    fleet.replace([VehicleMark("b", 54.0, -2.0), VehicleMark("c", 50.0, 0.0)])
    assert fleet.selected.tolist() == [True, False]
    fleet.glide_to(0.0)
    assert (fleet.x[0], fleet.y[0]) == pytest.approx(project(53.0, -2.0))
    fleet.glide_to(1.0)
    assert (fleet.x[0], fleet.y[0]) == pytest.approx(project(54.0, -2.0))


def test_each_look_has_its_own_kind_and_can_be_read_back() -> None:
    marks = [
        VehicleMark(f"{state}{link}{age}", 0, 0, None, state, link, age)
        for state in STATES
        for link in ("online", "stale", "offline")
        for age in (0.0, 200.0, 600.0, 5000.0)
    ]
    fleet = fleet_of(*marks)
    for row, mark in enumerate(marks):
        look = look_of(int(fleet.kind[row]))
        assert (look.state, look.link, look.is_selected) == (mark.state, mark.link, False)
    stale = [look_of(int(fleet.kind[row])).fade for row, mark in enumerate(marks) if mark.link == "stale"]
    assert stale[:4] == [0, 1, 2, 3]


def test_a_glide_lasts_as_long_as_reports_are_apart_within_bounds() -> None:
    glide = Glide()
    glide.report(100.0)
    assert glide.share(100.0 + SHORTEST_S) == 1.0
    glide.report(101.0)
    assert glide.share(101.5) == pytest.approx(0.5)
    glide.report(900.0)
    assert glide.share(900.0 + LONGEST_S / 2) == pytest.approx(0.5)


def test_a_short_way_is_worth_few_frames() -> None:
    glide = Glide()
    glide.report(0.0)
    glide.report(1.0)
    assert glide.frame_ms(500.0) == FRAME_MS
    assert glide.frame_ms(0.2) == 1000
    assert FRAME_MS < glide.frame_ms(7.0) < 1000
