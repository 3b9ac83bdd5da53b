"""The Packing & dispatch panel: packed, loaded, departed, delivered, by its own buttons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QTime
from PySide6.QtWidgets import QApplication, QMenu

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.panels.dispatch.road import EvidenceDialog
from desktop_app.panels.dispatch.route_dialog import RouteDialog
from local_db.desk import Desk
from local_db.queries.dispatch_queries import StopRow, receiving_places, routes_in, unrouted
from services.commands import (
    LocationFields,
    SaveLocation,
    SaveSetting,
    SaveVehicle,
    UnassignShipment,
    VehicleFields,
)
from services.storage.tables import Order, Route, Shipment, Vehicle
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=40) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "dispatch") as made:
        yield made


def order_in(at: PanelBench, status: str) -> str:
    found = at.desk.read.value(
        """SELECT o.id FROM "order" AS o JOIN shipment AS s ON s.order_id = o.id AND s.route_id <> ''
        WHERE o.status = ? ORDER BY o.id LIMIT 1""",
        (status,),
    )
    assert found is not None, f"the warehouse has no {status} order"
    return str(found)


def test_packing_writes_the_parcels_and_can_be_undone(at: PanelBench) -> None:
    order_id = order_in(at, "picked")
    at.until(lambda: at.panel.packing.select(order_id))
    at.settle()
    at.panel.packing._parcels.set_value(3)
    at.find("dispatch.pack.confirm").click()
    at.until(lambda: (row := at.desk.read.get(Order, order_id)) is not None and row.status == "packed")
    shipment_id = at.desk.read.value("SELECT id FROM shipment WHERE order_id = ?", (order_id,))
    shipment = at.desk.read.get(Shipment, shipment_id)
    assert shipment is not None
    assert shipment.parcels == 3
    at.settle()
    at.app.undo.undo()
    at.until(lambda: (row := at.desk.read.get(Order, order_id)) is not None and row.status == "picked")


def test_what_is_packed_is_loaded_and_the_van_leaves_with_it(at: PanelBench) -> None:
    order_id = order_in(at, "packed")
    shipment_id, route_id = at.desk.read.tuples(
        "SELECT id, route_id FROM shipment WHERE order_id = ?", (order_id,)
    )[0]
    at.panel.show_step("load")
    at.until(lambda: at.panel.loading.select(route_id))
    at.settle()
    at.panel.loading.load_shipment(shipment_id, "it")
    at.until(lambda: (row := at.desk.read.get(Shipment, shipment_id)) is not None and row.status == "loaded")
    at.until(lambda: at.panel.loading.route is not None and at.panel.loading.route.loaded > 0)
    at.settle()
    at.find("dispatch.load.depart").click()
    at.until(lambda: (row := at.desk.read.get(Route, route_id)) is not None and row.status == "under_way")
    row = at.desk.read.get(Shipment, shipment_id)
    assert row is not None
    assert row.status == "en_route"


def test_a_delivery_needs_the_name_of_who_took_it(at: PanelBench) -> None:
    at.panel.show_step("road")
    at.settle()
    route_id = at.desk.read.value(
        "SELECT route_id FROM shipment WHERE status = 'en_route' ORDER BY id LIMIT 1",
    )
    at.until(lambda: at.panel.road.select(route_id))
    at.settle()
    at.panel.road.ask_evidence()
    dialog = next(
        w for w in QApplication.topLevelWidgets() if isinstance(w, EvidenceDialog) and w.isVisible()
    )
    dialog._confirm()
    assert dialog.isVisible(), "nobody took it, so nothing is recorded"
    dialog._name.setText("P. Reed")
    dialog._confirm()
    at.until(
        lambda: at.desk.read.value(
            "SELECT count(*) FROM shipment WHERE pod_name = 'P. Reed' AND route_id = ? AND status = 'delivered'",
            (route_id,),
        )
    )
    at.settle()


def test_a_route_is_opened_for_a_van_and_a_waiting_shipment_is_put_on_it(at: PanelBench) -> None:
    before = set(at.desk.read.values("SELECT id FROM route"))
    at.desk.do(
        SaveVehicle(
            site_id=at.desk.site_id,
            vehicle_id=at.desk.new_id(),
            values=VehicleFields(
                code="NEW-1", integration="utilized", capacity_g=900_000, capacity_ml=9_000_000
            ),
        )
    )
    shipment_id = at.desk.read.value("SELECT id FROM shipment WHERE status = 'assigned' ORDER BY id LIMIT 1")
    at.desk.do(UnassignShipment(site_id=at.desk.site_id, shipment_id=shipment_id))
    at.do("dispatch.new_route")
    choose(at, "dispatch.new_route.vans", "NEW-1")
    at.until(lambda: set(at.desk.read.values("SELECT id FROM route")) - before)
    (route_id,) = set(at.desk.read.values("SELECT id FROM route")) - before
    route = at.desk.read.get(Route, route_id)
    assert route is not None
    assert (route.status, route.number.endswith("-NEW-1")) == ("open", True)
    at.until(lambda: at.panel.loading.select(route_id))
    at.settle()
    at.do("dispatch.put_on")
    number = str(at.desk.read.value("SELECT number FROM shipment WHERE id = ?", (shipment_id,)))
    choose(at, "dispatch.put_on.shipments", number)
    at.until(
        lambda: (row := at.desk.read.get(Shipment, shipment_id)) is not None and row.route_id == route_id
    )


def choose(at: PanelBench, menu_name: str, words: str) -> None:
    """Choose from a menu of names what begins with these words."""
    at.until(lambda: at.panel.findChild(QMenu, menu_name) is not None)
    menu = at.panel.findChild(QMenu, menu_name)
    entry = next(action for action in menu.actions() if action.text().startswith(words))
    entry.trigger()
    menu.close()


def test_the_routes_under_way_come_before_those_that_are_over_of_which_the_newest_is_first(
    at: PanelBench,
) -> None:
    states = [
        (route.status, route.starts_at)
        for route in routes_in(at.desk.read, at.desk.site_id, ("open", "under_way", "finished"), limit=10_000)
    ]
    running = [starts_at for status, starts_at in states if status != "finished"]
    over = [starts_at for status, starts_at in states if status == "finished"]
    assert [status == "finished" for status, _starts_at in states] == [False] * len(running) + [True] * len(
        over
    )
    assert running == sorted(running)
    assert over == sorted(over, reverse=True)
    assert running


def open_route_for(at: PanelBench, code: str, capacity_g: int) -> str:
    """A new van with an open route of today, which is chosen."""
    before = set(at.desk.read.values("SELECT id FROM route"))
    values = VehicleFields(
        code=code, integration="utilized", capacity_g=capacity_g, capacity_ml=9_000_000_000
    )
    at.desk.do(SaveVehicle(site_id=at.desk.site_id, vehicle_id=at.desk.new_id(), values=values))
    at.do("dispatch.new_route")
    choose(at, "dispatch.new_route.vans", code)
    at.until(lambda: set(at.desk.read.values("SELECT id FROM route")) - before)
    (route_id,) = set(at.desk.read.values("SELECT id FROM route")) - before
    at.until(lambda: at.panel.loading.select(route_id))
    at.settle()
    return str(route_id)


def test_all_that_wait_are_put_on_a_route_as_far_as_it_has_room_and_a_cancelled_route_lets_them_wait_again(
    at: PanelBench,
) -> None:
    site_id = at.desk.site_id
    for shipment_id in at.desk.read.values(
        "SELECT id FROM shipment WHERE status = 'assigned' ORDER BY id LIMIT 3"
    ):
        at.desk.do(UnassignShipment(site_id=site_id, shipment_id=shipment_id))
    waiting = unrouted(at.desk.read, site_id)
    assert len(waiting) >= 3
    room = sum(stop.load_g for stop in waiting) - 1
    route_id = open_route_for(at, "NEW-2", room)
    at.do("dispatch.put_on_all")
    on = at.desk.read.tuples("SELECT count(*), sum(load_g) FROM shipment WHERE route_id = ?", (route_id,))[0]
    assert 0 < on[0] < len(waiting)
    assert on[1] <= room
    at.do("dispatch.cancel_route")
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ReasonDialog) and w.isVisible())
    dialog._on_picked("no driver")
    at.settle()
    route = at.desk.read.get(Route, route_id)
    assert route is not None
    assert route.status == "cancelled"
    assert {stop.shipment_id for stop in unrouted(at.desk.read, site_id)} >= {
        stop.shipment_id for stop in waiting
    }
    at.do("edit.undo")
    again = at.desk.read.tuples("SELECT count(*), sum(load_g) FROM shipment WHERE route_id = ?", (route_id,))
    assert again == [on], "a route that was cancelled by mistake has its shipments again"
    reopened = at.desk.read.get(Route, route_id)
    assert reopened is not None
    assert reopened.status == "open"
    at.do("edit.undo")
    assert at.desk.read.value("SELECT count(*) FROM shipment WHERE route_id = ?", (route_id,)) == 0
    assert {stop.shipment_id for stop in unrouted(at.desk.read, site_id)} >= {
        stop.shipment_id for stop in waiting
    }


def test_a_van_that_is_out_today_gets_a_route_for_tomorrow_and_none_for_now(at: PanelBench) -> None:
    out = at.desk.read.one(
        "SELECT * FROM vehicle WHERE id IN (SELECT vehicle_id FROM route WHERE status = 'under_way') ORDER BY code "
        "LIMIT 1",
        (),
        Vehicle,
    )
    assert out is not None
    before = set(at.desk.read.values("SELECT id FROM route"))
    at.do("dispatch.new_route")
    choose(at, "dispatch.new_route.vans", out.code)
    at.settle()
    assert set(at.desk.read.values("SELECT id FROM route")) == before
    at.do("dispatch.new_route_on")
    at.until(
        lambda: any(isinstance(w, RouteDialog) and w.isVisible() for w in QApplication.topLevelWidgets())
    )
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, RouteDialog) and w.isVisible())
    dialog._van.setCurrentIndex([van.code for van in dialog._vans].index(out.code))
    dialog._day.setDate(dialog._day.date().addDays(1))
    dialog._open()
    at.until(lambda: set(at.desk.read.values("SELECT id FROM route")) - before)
    (route_id,) = set(at.desk.read.values("SELECT id FROM route")) - before
    route = at.desk.read.get(Route, route_id)
    assert route is not None
    assert (route.vehicle_id, route.status) == (out.id, "open")


def test_a_route_of_another_day_leaves_at_the_hour_entered_and_lasts_as_the_organisation_says(
    at: PanelBench,
) -> None:
    at.desk.do(SaveSetting(key="route.hours", value="5"), actor_id="user-admin")
    # Its code comes first, so it is the one that is offered.
    values = VehicleFields(code="AA-1", integration="utilized", capacity_g=900_000, capacity_ml=9_000_000)
    at.desk.do(SaveVehicle(site_id=at.desk.site_id, vehicle_id=at.desk.new_id(), values=values))
    at.do("dispatch.new_route_on")
    at.until(
        lambda: any(isinstance(w, RouteDialog) and w.isVisible() for w in QApplication.topLevelWidgets())
    )
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, RouteDialog) and w.isVisible())
    dialog._time.setTime(QTime(6, 30))
    day = dialog._day.date().toString("yyyy-MM-dd")
    before = set(at.desk.read.values("SELECT id FROM route"))
    dialog._open()
    at.until(lambda: set(at.desk.read.values("SELECT id FROM route")) - before)
    (route_id,) = set(at.desk.read.values("SELECT id FROM route")) - before
    route = at.desk.read.get(Route, route_id)
    assert route is not None
    leaves = datetime.fromtimestamp(route.starts_at / 1000, ZoneInfo(at.window.context.session.time_zone))
    assert (route.planned_on, f"{leaves:%Y-%m-%d %H:%M}") == (day, f"{day} 06:30")
    assert route.ends_at - route.starts_at == 5 * 3_600_000
    assert route.number.startswith(f"R{day[5:7]}{day[8:]}-")


def test_bins_that_are_there_to_receive_come_first_for_a_return(at: PanelBench) -> None:
    location = LocationFields(code="ZZ-RETURNS", kind="receiving")
    at.desk.do(
        SaveLocation(site_id=at.desk.site_id, location_id="returns", values=location), actor_id="user-admin"
    )
    meant = [is_meant for _id, _code, is_meant in receiving_places(at.desk.read, at.desk.site_id)]
    assert meant == sorted(meant, reverse=True)
    assert 0 < sum(meant) < len(meant)
    stop = StopRow(
        "s", 0, "", 0, "failed", None, None, "s", "S1", "returning", "o", "", "", 1, 0, 0, "", "", False
    )
    at.panel.road._ask_place(stop)
    at.until(lambda: at.panel.findChild(QMenu, "dispatch.road.places") is not None)
    menu = at.panel.findChild(QMenu, "dispatch.road.places")
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts.index("ZZ-RETURNS") < texts.index("Bins that are not for receiving")
    menu.close()
