"""The Fleet panel: vans on the map, in the list and on the timeline; live positions; what a dispatcher does to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from desktop_app.panels.fleet.picture import VehicleView
from local_db.desk import Desk
from services.commands import SetVehicleState
from services.protocol.messages import VehiclePosition
from services.storage.tables import Alert, Shipment, Vehicle
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import SITE, warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=40) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "fleet") as made:
        yield made


def with_movable_stop(at: PanelBench) -> VehicleView:
    """A van with an open route on which something is not loaded yet."""
    for view in at.panel.picture.vehicles:
        if view.route.status == "open" and any(stop.row.shipment_status == "assigned" for stop in view.stops):
            return view
    raise AssertionError("nothing waits to be loaded")


def another_open(at: PanelBench, view: VehicleView) -> VehicleView:
    return next(
        each for each in at.panel.picture.vehicles if each.id != view.id and each.route.status == "open"
    )


def position(desk: Desk, vehicle_id: str, lat: float, lon: float, *, ago_ms: int = 0) -> None:
    """A position comes in, on the link's own thread."""
    told = VehiclePosition(vehicle_id, lat, lon, 90.0, 48.0, time.time_ns() // 1_000_000 - ago_ms)
    thread = threading.Thread(target=desk._on_positions, args=([told],))
    thread.start()
    thread.join()


def test_every_van_stands_on_the_map_in_the_list_and_those_with_stops_on_the_timeline(at: PanelBench) -> None:
    assert len(at.find("fleet.map").fleet) == 8
    assert at.panel.list.model.rowCount() == 8
    rows = at.find("fleet.timeline").rows
    assert {row.id for row in rows} == {view.id for view in at.panel.picture.vehicles if view.stops}


def test_the_arrow_keys_of_the_list_choose_a_van_everywhere(at: PanelBench) -> None:
    view = at.find("fleet.vehicles")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    at.settle()
    chosen = at.panel.chosen
    assert chosen is not None
    assert at.find("fleet.map").selection() == [chosen.id]
    assert at.find("fleet.card").isVisible()
    assert at.find("fleet.card.code").text() == chosen.row.code


def test_reveal_shows_the_van_of_a_route(at: PanelBench) -> None:
    at.window.navigate("fleet", "route", "route-3")
    at.settle()
    assert at.panel.chosen.id == "van-3"
    at.window.navigate("fleet", "vehicle", "van-6")
    at.settle()
    assert at.find("fleet.card.code").text() == "VAN-07"


def test_a_live_position_moves_the_van_in_place_and_an_older_one_does_not(at: PanelBench) -> None:
    at.panel.choose("van-4")
    position(at.desk, "van-4", 52.1, -0.9)
    at.until(lambda: "van-4" in at.panel.live.places)
    at.settle()
    place = at.panel.live.places["van-4"]
    assert (place.latitude, place.longitude) == (52.1, -0.9)
    position(at.desk, "van-4", 10.0, 10.0, ago_ms=60_000)
    at.settle()
    assert at.panel.live.places["van-4"].latitude == 52.1
    assert at.find("fleet.card.age").text() in ("now", "2 s ago", "3 s ago", "4 s ago")


def test_the_way_it_came_can_be_shown_once_there_is_one(at: PanelBench) -> None:
    at.panel.choose("van-4")
    assert not at.window.actions_registry.is_enabled("fleet.trail")
    for step in range(3):
        position(at.desk, "van-4", 52.1 + step / 100, -0.9, ago_ms=3000 - step * 1000)
        at.until(lambda step=step: len(at.panel.live.trail("van-4")) == step + 1)
    at.do("fleet.trail")
    assert at.find("fleet.map").trail_span() is not None
    assert at.find("fleet.trail_box").isVisible()
    at.do("fleet.trail")
    assert at.find("fleet.map").trail_span() is None


def test_a_stop_dropped_on_another_van_goes_with_it_and_undo_brings_it_back(at: PanelBench) -> None:
    source = with_movable_stop(at)
    stop = next(stop for stop in source.stops if stop.row.shipment_status == "assigned")
    target = another_open(at, source)
    at.find("fleet.map").stop_dropped_on_vehicle.emit(stop.row.id, target.id)
    at.settle()
    moved = at.desk.read.get(Shipment, stop.row.shipment_id)
    assert moved is not None
    assert moved.route_id == target.route.id
    assert stop.row.shipment_id in {
        each.row.shipment_id for each in at.panel.picture.vehicle(target.id).stops
    }
    at.do("edit.undo")
    back = at.desk.read.get(Shipment, stop.row.shipment_id)
    assert back is not None
    assert back.route_id == source.route.id


def test_what_is_loaded_stays_on_its_van_and_a_sentence_says_so(at: PanelBench) -> None:
    view, stop = next(
        (view, stop)
        for view in at.panel.picture.vehicles
        for stop in view.stops
        if stop.row.shipment_status in ("loaded", "en_route")
    )
    target = another_open(at, view)
    at.find("fleet.map").stop_dropped_on_vehicle.emit(stop.row.id, target.id)
    at.settle()
    shipment = at.desk.read.get(Shipment, stop.row.shipment_id)
    assert shipment is not None
    assert shipment.vehicle_id == view.id
    assert any("stays on" in text for text in at.window.toasts.texts())


def test_a_van_reported_broken_raises_an_alert_that_can_be_seen_off(at: PanelBench) -> None:
    at.panel.deeds.set_state(at.panel.picture.vehicle("van-5"), "error", "tyre")
    at.settle()
    vehicle = at.desk.read.get(Vehicle, "van-5")
    assert vehicle is not None
    assert vehicle.state == "error"
    strip = at.find("fleet.alerts")
    assert strip.isVisible()
    assert at.panel.list.model.view_at(at.panel.list.model.index(0)).id == "van-5"
    QTest.mouseClick(at.find("fleet.alert.seen"), Qt.MouseButton.LeftButton)
    at.settle()
    (alert,) = at.desk.read.rows("SELECT * FROM alert WHERE kind = 'vehicle_error'", (), Alert)
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", "user-super")
    assert not strip.isVisible()


def test_the_menu_of_states_offers_what_the_van_is_not(at: PanelBench) -> None:
    at.panel.choose("van-5")
    at.do("fleet.state")
    (menu,) = at.panel.findChildren(QMenu)
    offered = [action.text() for action in menu.actions()]
    assert offered == ["Charging or refuelling", "Not available", "Broken down..."]
    menu.actions()[1].trigger()
    menu.close()
    at.settle()
    vehicle = at.desk.read.get(Vehicle, "van-5")
    assert vehicle is not None
    assert vehicle.state == "unavailable"


def test_a_click_on_the_timeline_chooses_the_stop(at: PanelBench) -> None:
    timeline = at.find("fleet.timeline")
    row = next(each for each in timeline.rows if each.blocks)
    block = row.blocks[-1]
    box = timeline.block_box(row.id, block.id)
    QTest.mouseClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint() or QPoint())
    at.settle()
    assert at.panel.chosen.id == row.id
    assert at.panel.chosen_stop.row.id == block.id
    assert at.find("fleet.map").routes.stop_selected == block.id


def test_the_search_and_the_filters_narrow_the_list(at: PanelBench) -> None:
    at.find("fleet.search").setText("van-03")
    at.until(lambda: at.panel.list.model.rowCount() == 1)
    at.find("fleet.search").setText("")
    at.until(lambda: at.panel.list.model.rowCount() == 8)
    at.panel.list.chips.set_filter("road", (True,))
    assert at.panel.list.model.rowCount() == 2


def test_a_change_elsewhere_is_seen_and_the_choice_stays(at: PanelBench) -> None:
    at.panel.choose("van-2")
    at.desk.do(SetVehicleState(site_id=SITE, vehicle_id="van-2", state="charging"))
    at.until(lambda: at.panel.chosen.row.state == "charging")
    assert at.find("fleet.card.state").text == "Charging"


def test_who_may_not_dispatch_moves_nothing(qapp: QApplication, desk: Desk, tmp_path: Path) -> None:
    with panel_bench(desk, tmp_path, "fleet", "user-pick") as at:
        source = with_movable_stop(at)
        stop = next(stop for stop in source.stops if stop.row.shipment_status == "assigned")
        at.find("fleet.map").stop_dropped_on_vehicle.emit(stop.row.id, another_open(at, source).id)
        at.settle()
        shipment = at.desk.read.get(Shipment, stop.row.shipment_id)
        assert shipment is not None
        assert shipment.route_id == source.route.id
        assert not at.window.actions_registry.is_enabled("fleet.acknowledge")
