"""The fleet map in a person's hands: what is clicked, dragged, typed and followed, and what it says about it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.themes.tokens import CONTRAST, DARK, LIGHT, Colours, contrast
from desktop_app.widgets.fleet_map import (
    DepotMark,
    FleetMap,
    RouteMark,
    StopMark,
    TrailScrubber,
    VehicleMark,
    VehicleRecords,
    map_colours,
    vehicle_dtype,
)
from desktop_app.widgets.fleet_map.base_map_file import BaseMapFile
from desktop_app.widgets.fleet_map.camera import MAX_ZOOM, Camera
from desktop_app.widgets.fleet_map.mercator import project
from desktop_app.widgets.fleet_map.town_labels import Occupied, place_towns
from resources.resource_path import resource_path

LEICESTER = (52.63, -1.13)
BASE_MAP = BaseMapFile(resource_path("map", "base_map.gz"))
VANS = [
    VehicleMark("van-1", 52.70, -1.30, 45.0, "executing", "online", 4.0, "Van 1"),
    VehicleMark("van-2", 52.50, -1.00, 90.0, "idle", "stale", 400.0, "Van 2"),
    VehicleMark("van-3", 52.90, -0.80, None, "error", "offline", 9000.0, "Van 3"),
]
STOPS = [
    StopMark("stop-1", 52.66, -1.40, 1, "done", label="Mill Lane 4"),
    StopMark("stop-2", 52.74, -1.50, 2, "next", label="The Old Forge"),
    StopMark("stop-3", 52.60, -1.55, 3, "planned", is_late=True, label="High Street 12"),
]
ROUTE = RouteMark("route-1", STOPS, "van-1", LEICESTER, LEICESTER)


@pytest.fixture
def fleet_map(qtbot: QtBot) -> Iterator[FleetMap]:
    canvas = FleetMap(reduced_motion=True, base_map=BASE_MAP)
    qtbot.addWidget(canvas)
    canvas.resize(900, 600)
    canvas.set_vehicles(VANS)
    canvas.set_routes([ROUTE])
    canvas.set_depots([DepotMark("depot", *LEICESTER, "Leicester")])
    canvas.show()
    canvas.repaint()
    yield canvas
    canvas.hide()


def spot(canvas: FleetMap, vehicle_id: str) -> QPoint:
    place = canvas.screen_of(vehicle_id)
    assert place is not None
    return place.toPoint()


def stop_spot(canvas: FleetMap, stop_id: str) -> QPoint:
    place = canvas.routes.screen_of_stop(canvas.camera, stop_id)
    assert place is not None
    return QPointF(*place).toPoint()


def drag(
    canvas: FleetMap, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, keys, start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, keys, end)


def settle(canvas: FleetMap, qtbot: QtBot) -> QImage:
    qtbot.waitUntil(lambda: not canvas._base.is_busy)
    canvas.repaint()
    return canvas.grab().toImage()


def test_the_package_can_be_named_without_loading_numpy() -> None:
    code = "import sys, desktop_app.widgets.fleet_map as m; m.VehicleMark; assert 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_opens_on_everything_there_is(fleet_map: FleetMap) -> None:
    for vehicle in VANS:
        assert fleet_map.rect().contains(spot(fleet_map, vehicle.id))
    for stop in STOPS:
        assert fleet_map.rect().contains(stop_spot(fleet_map, stop.id))


def test_fitting_keeps_clear_of_what_floats_over_the_map(fleet_map: FleetMap) -> None:
    fleet_map.set_insets(left=300, bottom=120)
    fleet_map.fit()
    for vehicle in VANS:
        place = spot(fleet_map, vehicle.id)
        assert place.x() > 300
        assert place.y() < 480


def test_a_click_selects_a_vehicle_and_brings_its_route_forward(fleet_map: FleetMap, qtbot: QtBot) -> None:
    with qtbot.waitSignal(fleet_map.vehicle_selected) as chosen:
        QTest.mouseClick(fleet_map, Qt.MouseButton.LeftButton, pos=spot(fleet_map, "van-1"))
    assert chosen.args == [["van-1"]]
    assert fleet_map.selection() == ["van-1"]
    assert fleet_map.routes._strong == {"route-1"}


def test_ctrl_adds_to_the_selection_and_takes_from_it(fleet_map: FleetMap) -> None:
    for vehicle_id in ("van-1", "van-2", "van-3", "van-2"):
        QTest.mouseClick(
            fleet_map,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.ControlModifier,
            spot(fleet_map, vehicle_id),
        )
    assert fleet_map.selection() == ["van-1", "van-3"]


def test_a_box_selects_what_is_in_it(fleet_map: FleetMap) -> None:
    corners = [spot(fleet_map, "van-1"), spot(fleet_map, "van-2")]
    left, right = min(p.x() for p in corners) - 20, max(p.x() for p in corners) + 20
    top, bottom = min(p.y() for p in corners) - 20, max(p.y() for p in corners) + 20
    drag(fleet_map, QPoint(left, top), QPoint(right, bottom), Qt.KeyboardModifier.ShiftModifier)
    assert fleet_map.selection() == ["van-1", "van-2"]


def test_clicking_a_pile_again_goes_through_it(fleet_map: FleetMap) -> None:
    fleet_map.set_vehicles([VehicleMark(f"v{n}", *LEICESTER, label=f"V{n}") for n in range(3)])
    fleet_map.set_routes([])
    at = spot(fleet_map, "v0")
    met = []
    for _ in range(3):
        QTest.mouseClick(fleet_map, Qt.MouseButton.LeftButton, pos=at)
        met += fleet_map.selection()
    assert sorted(met) == ["v0", "v1", "v2"]
    assert sorted(fleet_map.vehicles_at(at.x(), at.y())) == ["v0", "v1", "v2"]


def test_a_thinned_vehicle_can_be_hovered_and_selected(fleet_map: FleetMap, qtbot: QtBot) -> None:
    random = np.random.default_rng(3)
    rows = np.zeros(20_000, dtype=vehicle_dtype())
    rows["id"] = [f"v{number}" for number in range(20_000)]
    rows["lat"], rows["lon"] = random.uniform(51, 54, 20_000), random.uniform(-3, 0.5, 20_000)
    fleet_map.set_routes([])
    fleet_map.set_vehicles(VehicleRecords(rows))
    fleet_map.repaint()
    shown = set(fleet_map.fleet.drawn(fleet_map.camera).rows.tolist())
    hidden = next(
        row
        for row in range(20_000)
        if row not in shown
        and fleet_map.vehicles_at(
            *(float(round(v)) for v in fleet_map.fleet.screen_of(fleet_map.camera, row))
        )[:1]
        == [f"v{row}"]
        and fleet_map.rect().adjusted(20, 20, -200, -60).contains(spot(fleet_map, f"v{row}"))
    )
    with qtbot.waitSignal(fleet_map.vehicle_hovered) as hovered:
        QTest.mouseMove(fleet_map, spot(fleet_map, f"v{hidden}"))
    assert hovered.args == [f"v{hidden}"]
    QTest.mouseClick(fleet_map, Qt.MouseButton.LeftButton, pos=spot(fleet_map, f"v{hidden}"))
    assert fleet_map.selection() == [f"v{hidden}"]
    assert hidden in fleet_map.fleet.drawn(fleet_map.camera).rows.tolist()


def test_hovering_names_a_vehicle_and_leaving_names_none(fleet_map: FleetMap) -> None:
    said: list[str] = []
    fleet_map.vehicle_hovered.connect(said.append)
    QTest.mouseMove(fleet_map, spot(fleet_map, "van-2"))
    QTest.mouseMove(fleet_map, QPoint(3, 3))
    assert said == ["van-2", ""]


def test_a_stop_can_be_selected(fleet_map: FleetMap, qtbot: QtBot) -> None:
    with qtbot.waitSignal(fleet_map.stop_selected) as chosen:
        QTest.mouseClick(fleet_map, Qt.MouseButton.LeftButton, pos=stop_spot(fleet_map, "stop-3"))
    assert chosen.args == ["stop-3"]
    assert fleet_map.routes._strong == {"route-1"}


def test_a_click_on_the_bare_map_says_where_and_clears_the_selection(
    fleet_map: FleetMap, qtbot: QtBot
) -> None:
    fleet_map.set_selection(["van-1"])
    at = QPoint(20, 300)
    with qtbot.waitSignals([fleet_map.background_clicked, fleet_map.vehicle_selected]):
        QTest.mouseClick(fleet_map, Qt.MouseButton.LeftButton, pos=at)
    assert fleet_map.selection() == []
    lat, lon = fleet_map.camera.place_at(20, 300)
    assert fleet_map.camera.to_screen(*project(lat, lon)) == pytest.approx((20, 300))


def test_a_stop_dropped_on_a_vehicle_is_offered_to_it(fleet_map: FleetMap, qtbot: QtBot) -> None:
    with qtbot.waitSignal(fleet_map.stop_dropped_on_vehicle) as dropped:
        drag(fleet_map, stop_spot(fleet_map, "stop-3"), spot(fleet_map, "van-2"))
    assert dropped.args == ["stop-3", "van-2"]


def test_a_stop_dropped_on_nothing_or_let_go_with_escape_goes_nowhere(
    fleet_map: FleetMap, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(fleet_map.stop_dropped_on_vehicle):
        drag(fleet_map, stop_spot(fleet_map, "stop-3"), QPoint(20, 20))
        start, end = stop_spot(fleet_map, "stop-3"), spot(fleet_map, "van-2")
        QTest.mousePress(fleet_map, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(fleet_map, (start + end) / 2)
        QTest.mouseMove(fleet_map, end)
        QTest.keyClick(fleet_map, Qt.Key.Key_Escape)
        QTest.mouseRelease(fleet_map, Qt.MouseButton.LeftButton, pos=end)


def test_a_selected_vehicle_dropped_on_a_stop_is_sent_there(fleet_map: FleetMap, qtbot: QtBot) -> None:
    fleet_map.set_selection(["van-2"])
    with qtbot.waitSignal(fleet_map.vehicle_dropped_on_stop) as dropped:
        drag(fleet_map, spot(fleet_map, "van-2"), stop_spot(fleet_map, "stop-2"))
    assert dropped.args == ["van-2", "stop-2"]


def test_a_vehicle_that_is_not_selected_does_not_come_along_when_panning(
    fleet_map: FleetMap, qtbot: QtBot
) -> None:
    before = fleet_map.camera
    with qtbot.assertNotEmitted(fleet_map.vehicle_dropped_on_stop):
        drag(fleet_map, spot(fleet_map, "van-2"), stop_spot(fleet_map, "stop-2"))
    assert fleet_map.camera != before


def test_where_assigning_is_off_a_drag_on_a_stop_pans(fleet_map: FleetMap, qtbot: QtBot) -> None:
    fleet_map.is_assigning = False
    before = fleet_map.camera
    with qtbot.assertNotEmitted(fleet_map.stop_dropped_on_vehicle):
        drag(fleet_map, stop_spot(fleet_map, "stop-3"), spot(fleet_map, "van-2"))
    assert fleet_map.camera != before


def test_the_place_under_the_pointer_stays_when_zooming(fleet_map: FleetMap) -> None:
    before = fleet_map.camera.place_at(200, 150)
    fleet_map.zoom_view(1.5, QPointF(200, 150))
    assert fleet_map.camera.place_at(200, 150) == pytest.approx(before)


def test_a_drag_moves_the_map_with_the_hand(fleet_map: FleetMap) -> None:
    before = fleet_map.camera.place_at(120, 500)
    drag(fleet_map, QPoint(120, 500), QPoint(220, 450))
    assert fleet_map.camera.place_at(220, 450) == pytest.approx(before)


def test_the_map_is_worked_by_keys(fleet_map: FleetMap, qtbot: QtBot) -> None:
    start = fleet_map.camera
    QTest.keyClick(fleet_map, Qt.Key.Key_Right)
    assert fleet_map.camera.x > start.x
    QTest.keyClick(fleet_map, Qt.Key.Key_Plus)
    assert fleet_map.camera.zoom > start.zoom
    QTest.keyClick(fleet_map, Qt.Key.Key_Minus)
    QTest.keyClick(fleet_map, Qt.Key.Key_0)
    assert fleet_map.camera == start
    met = []
    for _ in range(4):
        QTest.keyClick(fleet_map, Qt.Key.Key_PageDown)
        met += fleet_map.selection()
    assert met == ["van-1", "van-2", "van-3", "van-1"]
    with qtbot.waitSignal(fleet_map.vehicle_activated) as opened:
        QTest.keyClick(fleet_map, Qt.Key.Key_Return)
    assert opened.args == ["van-1"]
    QTest.keyClick(fleet_map, Qt.Key.Key_F)
    assert fleet_map.following == "van-1"
    QTest.keyClick(fleet_map, Qt.Key.Key_Escape)
    assert fleet_map.selection() == []


def test_a_followed_vehicle_stays_in_the_middle_until_the_map_is_panned(fleet_map: FleetMap) -> None:
    fleet_map.follow("van-1")
    fleet_map.update_positions(["van-1"], np.array([53.4]), np.array([-2.2]), np.array([10.0]))
    fleet_map.repaint()
    assert spot(fleet_map, "van-1") == QPoint(450, 300)
    fleet_map.move_view(50, 0)
    assert fleet_map.following is None


def test_following_ends_when_the_vehicle_leaves_the_map(fleet_map: FleetMap, qtbot: QtBot) -> None:
    fleet_map.follow("van-1")
    with qtbot.waitSignal(fleet_map.following_changed) as changed:
        fleet_map.set_vehicles(VANS[1:])
    assert changed.args == [""]
    fleet_map.follow("nobody")
    assert fleet_map.following is None


def test_vehicles_glide_while_they_are_seen_and_then_rest(qtbot: QtBot) -> None:
    canvas = FleetMap(base_map=BASE_MAP)
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.set_vehicles(VANS)
    canvas.show()
    canvas.repaint()
    qtbot.waitUntil(lambda: not canvas.fleet.is_gliding)
    before = spot(canvas, "van-1")
    canvas.update_positions(["van-1"], np.array([52.4]), np.array([-1.0]))
    assert canvas.fleet.is_gliding
    assert spot(canvas, "van-1") == before
    qtbot.waitUntil(lambda: not canvas.fleet.is_gliding)
    assert not canvas._frame_timer.isActive()
    assert spot(canvas, "van-1") != before
    canvas.hide()


def test_a_hidden_map_asks_for_no_frames(fleet_map: FleetMap) -> None:
    fleet_map.set_reduced_motion(False)
    fleet_map.hide()
    fleet_map.update_positions(["van-1"], np.array([53.0]), np.array([-1.0]))
    fleet_map.before_frame()
    assert not fleet_map._frame_timer.isActive()
    assert not fleet_map._slice_timer.isActive()


def test_status_changes_show_in_words_and_legend(fleet_map: FleetMap) -> None:
    assert "Charging" not in fleet_map.legend.accessibleDescription()
    fleet_map.update_status(["van-2"], state="charging", link="online", age_s=1.0)
    assert "Charging" in fleet_map.legend.accessibleDescription()
    assert "3 vehicles" in fleet_map.accessibleDescription()


def test_a_trail_stands_at_its_end_and_can_be_replayed(fleet_map: FleetMap, qtbot: QtBot) -> None:
    start = 1_790_000_000.0
    fleet_map.set_trail([(52.0, -1.0, start), (52.0, -2.0, start + 100), (53.0, -2.0, start + 200)], zone=UTC)
    assert fleet_map.trail_span() == (start, start + 200)
    trail = fleet_map._trail
    assert trail is not None
    x, y, heading = trail.at(start + 50)
    assert (x, y) == pytest.approx(project(52.0, -1.5))
    assert heading == pytest.approx(270.0)
    scrubber = TrailScrubber()
    qtbot.addWidget(scrubber)
    scrubber.moved.connect(fleet_map.set_trail_time)
    scrubber.set_span(start, start + 200)
    scrubber.go_to(start + 150)
    assert fleet_map._trail_moment == start + 150
    scrubber.go_to(start + 9_999)
    assert fleet_map._trail_moment == start + 200
    fleet_map.set_trail([])
    assert fleet_map.trail_span() is None


def test_a_trail_whose_clock_runs_backwards_is_refused(fleet_map: FleetMap) -> None:
    with pytest.raises(ValueError, match="must not fall"):
        fleet_map.set_trail([(52.0, -1.0, 100.0), (52.1, -1.0, 50.0)])


def test_playing_moves_on_and_stops_at_the_end(qtbot: QtBot) -> None:
    scrubber = TrailScrubber()
    qtbot.addWidget(scrubber)
    scrubber.show()
    scrubber.set_span(0.0, 10.0)
    QTest.keyClick(scrubber._play, Qt.Key.Key_Space)
    assert scrubber.is_playing
    qtbot.waitUntil(lambda: not scrubber.is_playing)
    assert scrubber.moment == 10.0


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST])
def test_land_sea_and_names_can_be_told_apart_in_every_theme(tokens: Colours) -> None:
    colours = map_colours(tokens)
    assert contrast(colours.town_text, colours.land) >= 4.5
    assert contrast(colours.town_text, colours.sea) >= 4.5
    assert contrast(colours.accent, colours.land) >= 3.0
    assert contrast(colours.coast, colours.sea) >= 1.2
    assert colours.land != colours.sea


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST])
def test_land_and_sea_are_painted_where_they_are(fleet_map: FleetMap, qtbot: QtBot, tokens: Colours) -> None:
    colours = map_colours(tokens)
    fleet_map.set_vehicles([])
    fleet_map.set_routes([])
    fleet_map.set_depots([])
    fleet_map.set_colours(colours)
    fleet_map.centre_on(53.0, 2.0, 7.0)
    image = settle(fleet_map, qtbot)

    def share(lat: float, lon: float, colour: str) -> float:
        x, y = (round(v) for v in fleet_map.camera.to_screen(*project(lat, lon)))
        near = [image.pixelColor(x + dx, y + dy) for dx in range(-9, 10, 3) for dy in range(-9, 10, 3)]
        return sum(pixel == QColor(colour) for pixel in near) / len(near)

    assert share(53.6, 2.2, colours.sea) == 1.0
    assert share(52.75, 1.0, colours.land) > 0.5


def test_the_map_carries_a_scale_and_the_attribution(fleet_map: FleetMap, qtbot: QtBot) -> None:
    image = settle(fleet_map, qtbot)
    ink = QColor(fleet_map.colours.text)
    scale = sum(image.pixelColor(x, y) == ink for x in range(12, 150) for y in range(580, 590))
    assert scale > 30
    quiet = sum(image.pixelColor(x, y).lightness() < 160 for x in range(700, 895) for y in range(584, 598))
    assert quiet > 60


def test_the_farthest_zoom_still_fills_the_map_and_the_nearest_has_an_end() -> None:
    camera = Camera(width=900, height=600).zoomed(-50, 100, 100)
    assert camera.scale == pytest.approx(600)
    assert camera.zoomed(99, 450, 300).zoom == MAX_ZOOM
    far = camera.moved(1e6, 1e6)
    assert far.top == pytest.approx(0.0)


def test_no_town_is_named_where_a_depot_stands(fleet_map: FleetMap) -> None:
    scale = 256 * 2**9.0
    view = (*project(53.0, -1.6), *project(52.3, -0.6))

    def names(occupied: Occupied) -> set[str]:
        return {label.text for label in place_towns(BASE_MAP.towns, view, scale, 9.0, occupied)}

    assert "Leicester" in names(Occupied())
    ((x, y, half_width, above, below),) = fleet_map.routes.depot_spaces()
    taken = Occupied()
    left, top = (x - view[0]) * scale - half_width, (y - view[1]) * scale - above
    taken.take(QRectF(left, top, 2 * half_width, above + below))
    assert "Leicester" not in names(taken)
