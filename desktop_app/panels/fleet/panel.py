"""The Fleet panel: the map to the edges, the vans at the left, the chosen one at the right, the day along the bottom."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.change_feed import FreshView
from desktop_app.panel_context import PanelContext
from desktop_app.panels.fleet.alert_strip import AlertStrip
from desktop_app.panels.fleet.asking import FleetAsking
from desktop_app.panels.fleet.card import VehicleCard
from desktop_app.panels.fleet.doing import FleetDeeds
from desktop_app.panels.fleet.fleet_list import FleetList
from desktop_app.panels.fleet.live_positions import LivePositions
from desktop_app.panels.fleet.map_area import MapArea
from desktop_app.panels.fleet.picture import (
    Picture,
    StopView,
    VehicleView,
    paint_picture,
    route_marks,
    vehicle_marks,
)
from desktop_app.panels.fleet.timeline_rows import timeline_rows
from desktop_app.printing import Paper, offer_print
from desktop_app.widgets.day_timeline import DayTimeline
from desktop_app.widgets.fleet_map import DepotMark, FleetMap, TrailScrubber, map_colours
from local_db.queries.fleet_queries import FleetAlert, FleetDay, fleet_day

_TABLES: Final = ("vehicle", "driver", "route", "stop", "shipment", "alert", "setting")
# Ages, links and lateness move on by themselves.
_TICK_MS: Final = 5_000


class Panel(QWidget):
    """The Fleet panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        theme, zone = context.theme, context.session.time_zone
        self.day: FleetDay | None = None
        self.picture: Picture | None = None
        self._vehicle_id = self._stop_id = ""
        self._wanted: tuple[str, str] | None = None
        self._drawn: tuple[object, object] = (None, None)
        self._split_by_hand = False
        self.deeds = FleetDeeds(context, self)
        self._asking = FleetAsking(context, self.deeds, self)
        self.map = FleetMap(colours=map_colours(theme.colours), reduced_motion=theme.reduced_motion)
        self.map.setObjectName("fleet.map")
        self.list = FleetList(theme)
        self.search_field = self.list.search_field
        self.card = VehicleCard(theme, context.actions, zone)
        self.alerts = AlertStrip(theme, context.session.can("alert.acknowledge"))
        self.timeline = DayTimeline(theme, "The day of every van", zone=zone)
        self.timeline.setObjectName("fleet.timeline")
        self.live = LivePositions(context.desk.subscribe_positions, self)  # type: ignore[attr-defined]
        self.destroyed.connect(self.live.end)
        self._lay_out(zone)
        self._connect()
        self._bind()
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._repaint)
        self._fresh = FreshView(self, context.feed, _TABLES, self._load)

    # -- what the window calls -------------------------------------------------------------------------------------

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        self._fresh.refresh_if_stale()
        offer_print(self._context, self, self._paper)
        self.list.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, kind: str, item_id: str) -> None:
        """Select and show a van (`vehicle`), the van of a route (`route`), or of a stop or shipment."""
        self._wanted = (kind, item_id)
        self._find_wanted()

    def search(self, text: str) -> None:
        """Filter the list of vans."""
        self.search_field.setText(text)

    def state(self) -> Mapping[str, object]:
        """The chosen van, the filters, and how high the timeline is."""
        return {
            "vehicle": self._vehicle_id,
            "filters": self.list.chips.values(),
            "sizes": self._splitter.sizes() if self._split_by_hand else [],
        }

    def restore(self, state: Mapping[str, object]) -> None:
        """As it was left."""
        filters, sizes = state.get("filters"), state.get("sizes")
        if isinstance(filters, dict):
            self.list.chips.restore(filters)
        if isinstance(sizes, list) and len(sizes) == 2 and all(isinstance(size, int) for size in sizes):
            self._split_by_hand = True
            self._splitter.setSizes(sizes)
        if state.get("vehicle"):
            self._wanted = ("vehicle", str(state["vehicle"]))

    # -- building --------------------------------------------------------------------------------------------------

    def _lay_out(self, zone: str) -> None:
        self._trail_box = QFrame()
        self._trail_box.setProperty("card", True)
        self._trail_box.setObjectName("fleet.trail_box")
        self.scrubber = TrailScrubber(zone=ZoneInfo(zone))
        inside = QHBoxLayout(self._trail_box)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.scrubber)
        self.area = MapArea(self.map, self.alerts, self.list, self.card, self._trail_box)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.area)
        self._splitter.addWidget(self.timeline)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        self._splitter.splitterMoved.connect(lambda _at, _index: setattr(self, "_split_by_hand", True))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._splitter)

    def _connect(self) -> None:
        self.map.vehicle_selected.connect(
            lambda ids: self.choose(ids[0] if len(ids) == 1 else "", origin="map")
        )
        self.map.vehicle_activated.connect(lambda vehicle_id: self._go_to(vehicle_id))
        self.map.stop_selected.connect(self._on_stop)
        self.map.stop_dropped_on_vehicle.connect(self._asking.on_drop)
        self.map.vehicle_dropped_on_stop.connect(
            lambda vehicle_id, stop_id: self._asking.on_drop(stop_id, vehicle_id)
        )
        self.map.following_changed.connect(lambda _id: self._context.actions.refresh())
        self.list.chosen.connect(lambda vehicle_id: self.choose(vehicle_id, origin="list"))
        self.list.opened.connect(self._go_to)
        self.card.closed.connect(lambda: self.choose(""))
        self.card.stop_chosen.connect(self._on_stop)
        self.timeline.row_chosen.connect(lambda vehicle_id: self.choose(vehicle_id))
        self.timeline.block_chosen.connect(lambda _vehicle_id, stop_id: self._on_stop(stop_id))
        self.alerts.shown_clicked.connect(self._show_alert)
        self.alerts.seen.connect(self.deeds.acknowledge)
        self.live.moved.connect(self._on_moved)
        self.scrubber.moved.connect(self.map.set_trail_time)
        self._context.theme.changed.connect(self._dress)

    def _bind(self) -> None:
        actions = self._context.actions
        actions.bind_all(
            {
                "fleet.state": self._asking.ask_state,
                "fleet.follow": self._toggle_follow,
                "fleet.trail": self.toggle_trail,
                "fleet.route": self._open_route,
                "fleet.move": self._asking.ask_where,
                "fleet.take_off": self._asking.take_off,
                "fleet.assign": self._asking.ask_what,
                "fleet.acknowledge": self._asking.acknowledge,
                "fleet.fit": self._fit,
            }
        )
        actions.when("fleet_vehicle", lambda: self.chosen is not None, "Choose a van first.")
        actions.when("fleet_route", lambda: self.chosen is not None and self.chosen.route is not None,
                     "The van has no route today.")  # fmt: skip
        actions.when("fleet_open_route", self._asking.has_open_route,
                     "Only a route that has not left yet takes more shipments.")  # fmt: skip
        actions.when("fleet_stop", lambda: self._asking.movable() is not None,
                     "Choose a stop whose goods are not loaded yet.")  # fmt: skip
        actions.when("fleet_alert", lambda: self._asking.alert_at_hand() is not None)
        actions.when("fleet_trail", lambda: len(self.live.trail(self._vehicle_id)) > 1,
                     "No positions of it have come in since this panel was opened.")  # fmt: skip

    # -- loading ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        desk, context = self._context.desk, self._context
        site_id = context.session.site_id
        since = formats.midnight(context.session.time_zone)
        context.runner.run(
            lambda: fleet_day(desk.read, site_id, since),
            self._show,
            self,
            key="day",
            label="Reading the fleet",
        )

    def _show(self, day: FleetDay) -> None:
        self.day = day
        self._repaint()
        self.alerts.show_alerts(day.alerts)
        self._find_wanted()

    def _repaint(self) -> None:
        """Show the day as it stands by now."""
        if self.day is None:
            return
        picture = self.picture = paint_picture(self.day, self.live.places, _now_ms())
        name, latitude, longitude = self.day.depot
        first = self._drawn == (None, None)
        routes = route_marks(picture)
        depots = [DepotMark("depot", latitude, longitude, name)]
        self.map.set_vehicles(vehicle_marks(picture))
        if (routes, depots) != self._drawn:
            self._drawn = (routes, depots)
            self.map.set_routes(routes)
            self.map.set_depots(depots)
        if first:
            # After this turn everything has its size.
            QTimer.singleShot(0, self, self._look_first)
        self.list.show_picture(picture)
        self.timeline.show_rows(timeline_rows(picture, self._context.session.time_zone), picture.now)
        self._split()
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The timeline takes up to a quarter, until a person decides otherwise."""
        super().resizeEvent(event)
        self._split()

    def _split(self) -> None:
        if self._split_by_hand:
            return
        least, rows = self.timeline.height_for(2), max(2, len(self.timeline.rows))
        most = next(
            (self.timeline.height_for(count) for count in range(rows, 1, -1)
             if self.timeline.height_for(count) <= self.height() // 4),
            least,
        )  # fmt: skip
        self._splitter.setSizes([self.height() - most, most])

    def _on_moved(self, vehicle_ids: list[str]) -> None:
        """Move what moved; the words about it follow with the next tick."""
        import numpy as np

        places = [self.live.places[vehicle_id] for vehicle_id in vehicle_ids]
        self.map.update_positions(
            vehicle_ids,
            np.array([place.latitude for place in places]),
            np.array([place.longitude for place in places]),
            np.array([place.heading for place in places]),
        )
        now = _now_ms()
        ages = np.array([max(0.0, (now - (place.at or now)) / 1000) for place in places])
        self.map.update_status(vehicle_ids, link="online", age_s=ages)
        if self._vehicle_id in vehicle_ids:
            self.card.age.set_time(self.live.places[self._vehicle_id].at)
            self._context.actions.refresh()
            if self.map.trail_span() is not None:
                self._show_trail(keep=True)

    # -- choosing --------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> VehicleView | None:
        """The van whose card is shown."""
        return self.picture.vehicle(self._vehicle_id) if self.picture is not None else None

    @property
    def chosen_stop(self) -> StopView | None:
        """The chosen stop of it."""
        view = self.chosen
        return next((stop for stop in view.stops if stop.row.id == self._stop_id), None) if view else None

    def choose(self, vehicle_id: str, stop_id: str = "", *, origin: str = "") -> None:
        """Choose a van, and one of its stops; none closes the card."""
        if vehicle_id != self._vehicle_id:
            self.map.set_trail([])
            self._trail_box.hide()
            if self.map.following is not None and self.map.following != vehicle_id:
                self.map.follow(None)
        self._vehicle_id, self._stop_id = vehicle_id, stop_id
        self._mark()
        if origin != "map" and vehicle_id:
            self._bring_into_sight()

    def _mark(self) -> None:
        """Show the choice everywhere."""
        view, stop = self.chosen, self.chosen_stop
        self.card.setVisible(view is not None)
        if view is not None and self.picture is not None:
            self.card.show_vehicle(view, self.picture, stop.row.id if stop else "")
        stop_id = stop.row.id if stop else None
        if self.map.selection() != ([view.id] if view else []) or self.map.routes.stop_selected != stop_id:
            self.map.set_selection([view.id] if view else [], stop_id)
        self.list.choose(view.id if view else "")
        self.timeline.choose(view.id if view else "", stop_id or "")
        self._context.actions.refresh()

    def _bring_into_sight(self) -> None:
        view = self.chosen
        if view is None or self.map.following is not None:
            return
        route_ids = [view.route.id] if view.route is not None and view.stops else []
        if route_ids or view.place is not None:
            self.map.fit_to([view.id] if view.place is not None else [], route_ids)

    def _look_first(self) -> None:
        """Show the whole fleet, or what was chosen already."""
        if self.chosen is None:
            self.map.fit()
        else:
            self._bring_into_sight()

    def _on_stop(self, stop_id: str) -> None:
        found = self.picture.stop(stop_id) if self.picture is not None else None
        if found is None:
            return
        view, stop = found
        self.choose(view.id, stop_id, origin="map")
        if not self.map.rect().contains(self._pixel(stop)):
            self.map.centre_on(stop.row.latitude, stop.row.longitude)

    def _pixel(self, stop: StopView) -> QPoint:
        at = self.map.routes.screen_of_stop(self.map.camera, stop.row.id)
        return QPoint(-1, -1) if at is None else QPoint(round(at[0]), round(at[1]))

    def _find_wanted(self) -> None:
        if self._wanted is None or self.picture is None:
            return
        kind, item_id = self._wanted
        self._wanted = None
        found = self.picture.find(kind, item_id)
        if found is not None:
            self.choose(*found)
        else:
            self._context.toasts.show("It is not with the fleet today.", "neutral")

    def _show_alert(self, alert: FleetAlert) -> None:
        kind = "vehicle" if alert.vehicle_id and alert.subject == "vehicle" else alert.subject
        self.reveal(kind, alert.subject_id)

    # -- acting ----------------------------------------------------------------------------------------------------

    def _toggle_follow(self) -> None:
        self.map.follow(None if self.map.following else self._vehicle_id)

    def toggle_trail(self) -> None:
        """Show the way the chosen van came since this panel was opened, or hide it."""
        if self.map.trail_span() is not None:
            self.map.set_trail([])
            self._trail_box.hide()
        else:
            self._show_trail(keep=False)

    def _show_trail(self, *, keep: bool) -> None:
        points = self.live.trail(self._vehicle_id)
        if len(points) < 2:
            return
        moment = self.scrubber.moment if keep else None
        self.map.set_trail(points, moment, zone=ZoneInfo(self._context.session.time_zone))
        self.scrubber.set_span(points[0][2], points[-1][2], moment)
        self._trail_box.show()

    def _open_route(self) -> None:
        view = self.chosen
        if view is not None and view.route is not None:
            self._context.navigate("dispatch", "route", view.route.id)

    def _fit(self) -> None:
        self.map.follow(None)
        self.map.fit()

    def _go_to(self, vehicle_id: str) -> None:
        self.choose(vehicle_id)
        self.map.follow(vehicle_id)

    def _paper(self) -> Paper | None:
        """The route sheet of the chosen van."""
        view = self.chosen
        return Paper("route", [view.route.id]) if view is not None and view.route is not None else None

    # -- Qt --------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Ages move on only while somebody sees them."""
        if event.type() == QEvent.Type.Show:
            self._tick.start()
            self._repaint()
        elif event.type() == QEvent.Type.Hide:
            self._tick.stop()
        return super().event(event)

    def _dress(self) -> None:
        self.map.set_colours(map_colours(self._context.theme.colours))
        self.map.set_reduced_motion(self._context.theme.reduced_motion)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
