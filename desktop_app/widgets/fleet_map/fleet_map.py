"""The fleet map: thousands of moving vehicles, routes and stops, depots and a trail, over an offline base map.

It knows no storage: it draws the plain marks it is given, and says by signals what a person did.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, tzinfo

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.fleet_map import chrome
from desktop_app.widgets.fleet_map.base_map_file import BaseMapFile
from desktop_app.widgets.fleet_map.choices import Choices
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.fleet import Fleet, Ints
from desktop_app.widgets.fleet_map.gestures import Gestures
from desktop_app.widgets.fleet_map.glide import Glide
from desktop_app.widgets.fleet_map.legend_rows import legend_rows
from desktop_app.widgets.fleet_map.map_canvas import MapCanvas
from desktop_app.widgets.fleet_map.marks import (
    LINKS,
    STATES,
    DepotMark,
    Link,
    RouteMark,
    VehicleMark,
    VehicleRecords,
    VehicleState,
)
from desktop_app.widgets.fleet_map.routes import RouteLayer
from desktop_app.widgets.fleet_map.sprites import Look, paint_vehicle
from desktop_app.widgets.fleet_map.trail import Trail
from desktop_app.widgets.fleet_map.vehicle_layer import VehicleLayer

Floats = npt.NDArray[np.float64]
_FOLLOW_ZOOM = 8.5
_PINCHES = (QEvent.Type.NativeGesture, QEvent.Type.Gesture)


class FleetMap(MapCanvas):
    """Ids are strings. An empty one in `vehicle_hovered` or `stop_hovered` says that nothing is under the pointer."""

    vehicle_hovered = Signal(str)
    vehicle_selected = Signal(list)
    vehicle_activated = Signal(str)
    stop_hovered = Signal(str)
    stop_selected = Signal(str)
    background_clicked = Signal(float, float)
    stop_dropped_on_vehicle = Signal(str, str)
    vehicle_dropped_on_stop = Signal(str, str)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        colours: MapColours | None = None,
        reduced_motion: bool = False,
        base_map: BaseMapFile | None = None,
    ) -> None:
        super().__init__(parent, colours, base_map)
        self.fleet = Fleet()
        self.routes = RouteLayer()
        self.choices = Choices(self)
        self.is_assigning = True
        """Whether stops and selected vehicles can be dragged onto each other."""
        self._vehicles = VehicleLayer(self.colours)
        self._trail: Trail | None = None
        self._trail_moment = 0.0
        self._trail_version = 0
        self._gestures = Gestures(self)
        self._glide = Glide()
        self.fleet.glides = not reduced_motion
        self._following: str | None = None
        self._frame_timer = QTimer(self, singleShot=True)
        self._frame_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame_timer.timeout.connect(self.update)
        self.setAccessibleName("Fleet map")
        self._refresh()

    # What is shown

    def set_vehicles(self, vehicles: Iterable[VehicleMark] | VehicleRecords) -> None:
        """Replace all vehicles. Those that stay keep their selection and glide to their new place."""
        self.choices.hover_nothing()
        self.fleet.replace(vehicles)
        if self._following is not None and not self.fleet.has(self._following):
            self.follow(None)
        self._glide.report(time.monotonic())
        self._refresh()

    def update_positions(
        self, ids: Sequence[str] | Ints, lat: Floats, lon: Floats, heading: Floats | None = None
    ) -> None:
        """New positions in degrees, changed in place; `ids` may also be row numbers as an integer array.

        Ids that are not on the map are passed over: a position may come before its vehicle.
        """
        self.fleet.move(ids, lat, lon, heading)
        self._glide.report(time.monotonic())
        self.update()

    def update_status(
        self,
        ids: Sequence[str] | Ints,
        *,
        state: VehicleState | None = None,
        link: Link | None = None,
        age_s: float | Floats | None = None,
    ) -> None:
        """Another state, link or age of the last report (seconds) for some vehicles; what is None stays."""
        rows = self.fleet.rows_of(ids)
        if state is not None:
            self.fleet.state[rows] = STATES.index(state)
        if link is not None:
            self.fleet.link[rows] = LINKS.index(link)
        if age_s is not None:
            self.fleet.age_s[rows] = age_s
        self.fleet.classify()
        self._refresh()

    def set_routes(self, routes: Sequence[RouteMark]) -> None:
        """Replace all routes with their stops."""
        self.choices.hover_nothing()
        self.routes.replace_routes(routes)
        self.emphasise(self.routes.stop_selected)

    def set_depots(self, depots: Sequence[DepotMark]) -> None:
        """Replace all depots."""
        self.routes.replace_depots(depots)
        self.keep_clear(self.routes.depot_spaces())
        self._refresh()

    def set_selection(self, vehicle_ids: Iterable[str] = (), stop_id: str | None = None) -> None:
        """Select these vehicles and this stop and nothing else, without a signal. Their routes come to the front."""
        self.fleet.selected[:] = False
        self.fleet.selected[self.fleet.rows_of(list(vehicle_ids))] = True
        self.fleet.classify()
        self.emphasise(stop_id)

    def selection(self) -> list[str]:
        """Ids of the selected vehicles."""
        return [self.fleet.ids[row] for row in self.fleet.chosen]

    def emphasise(self, stop_id: str | None = None) -> None:
        """Bring the routes of the selected vehicles, and the selected stop, to the front."""
        self.routes.emphasise(self.routes.routes_of(self.selection()), stop_id)
        self._refresh()

    def set_trail(self, points: npt.ArrayLike, t: float | None = None, *, zone: tzinfo = UTC) -> None:
        """Show a way: rows of latitude, longitude and seconds since the epoch, rising. `t` is the moment to stand at,
        the end if None; times of day are written in `zone`. No points: no trail. Raises ValueError if times fall.
        """
        trail = Trail(np.asarray(points, dtype=float), zone)
        self._trail = trail if len(trail) else None
        self._trail_moment = 0.0 if self._trail is None else float(trail.times[-1]) if t is None else t
        self._trail_version += 1
        self._refresh()

    def set_trail_time(self, t: float) -> None:
        """Move along the trail to another moment, in seconds since the epoch."""
        self._trail_moment = t
        self._trail_version += 1
        self.update()

    def trail_span(self) -> tuple[float, float] | None:
        """First and last moment of the trail."""
        return None if self._trail is None else (float(self._trail.times[0]), float(self._trail.times[-1]))

    # Where to look

    def fit_points(self) -> list[tuple[float, float]]:
        """All vehicles, stops, depots and the trail."""
        points = list(self.routes.world_points())
        corners = [np.column_stack([self.fleet.to_x, self.fleet.to_y])] if len(self.fleet) else []
        corners += [self._trail.world] if self._trail is not None else []
        for world in corners:
            points += [tuple(world.min(axis=0).tolist()), tuple(world.max(axis=0).tolist())]
        return points

    def fit_to(self, vehicle_ids: Iterable[str] = (), route_ids: Iterable[str] = ()) -> None:
        """Show these vehicles and routes."""
        rows = self.fleet.rows_of(list(vehicle_ids))
        points = [(float(self.fleet.to_x[row]), float(self.fleet.to_y[row])) for row in rows.tolist()]
        self.show_points(points + self.routes.points_of(route_ids))

    def follow(self, vehicle_id: str | None) -> None:
        """Keep a vehicle in the middle as it moves; None stops. Panning by hand stops it too."""
        if vehicle_id is not None and not self.fleet.has(vehicle_id):
            vehicle_id = None
        if vehicle_id == self._following:
            return
        self._following = vehicle_id
        self.following_changed.emit(vehicle_id or "")
        if vehicle_id is not None and self.camera.zoom < _FOLLOW_ZOOM:
            self.zoom_view(_FOLLOW_ZOOM - self.camera.zoom, None)
        self._refresh()

    @property
    def following(self) -> str | None:
        """The vehicle that is followed."""
        return self._following

    def toggle_follow(self) -> None:
        """Follow the one selected vehicle, or stop following."""
        chosen = self.selection()
        self.follow(chosen[0] if self._following is None and len(chosen) == 1 else None)

    def set_colours(self, colours: MapColours) -> None:
        """Paint in another theme's colours."""
        super().set_colours(colours)
        self._vehicles.recolour(colours)
        self._refresh()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Whether vehicles jump to their new places instead of gliding."""
        self.fleet.glides = not reduced
        self.fleet.glide_to(1.0)
        self.update()

    def vehicles_at(self, px: float, py: float) -> list[str]:
        """Ids of the vehicles under a pixel, nearest first, drawn or thinned."""
        return [self.fleet.ids[row] for row in self.choices.rows_under(QPointF(px, py))]

    def screen_of(self, vehicle_id: str) -> QPointF | None:
        """Where a vehicle is shown, in pixels; None if it is not on the map."""
        rows = self.fleet.rows_of([vehicle_id])
        return QPointF(*self.fleet.screen_of(self.camera, int(rows[0]))) if len(rows) else None

    def _refresh(self) -> None:
        selected = len(self.fleet.chosen)
        self.setAccessibleDescription(f"{len(self.fleet):,} vehicles, {selected:,} selected")
        self.legend.set_rows(legend_rows(self.fleet, self.routes, self.colours, self._trail is not None))
        self.lay_out()
        self.buttons.set_on("follow", self._following is not None)
        self.buttons.set_enabled("follow", self._following is not None or selected == 1)
        self.update()

    # Painting

    def standing_key(self) -> Hashable:
        """Routes and the trail stand still between their versions."""
        return (self.routes.version, self._trail_version)

    def paint_standing(self, painter: QPainter) -> None:
        """Routes, stops, depots and the trail."""
        self.routes.paint(painter, self.camera, self.colours)
        if self._trail is not None:
            self._trail.paint(painter, self.camera, self.colours, self._trail_moment)

    def paint_moving(self, painter: QPainter) -> None:
        """Vehicles, their labels, and what is being dragged."""
        self._vehicles.paint(painter, self.fleet, self.camera, self.devicePixelRatioF())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self._trail is not None:
            self._paint_replay(painter, self._trail)
        hovered = self.choices.hovered
        chosen = [row for row in self.fleet.chosen if row not in hovered[:1]]
        self._vehicles.paint_names(painter, self.fleet, self.camera, chosen)
        if hovered:
            self._vehicles.paint_hovered(
                painter, self.fleet, self.camera, hovered[0], self.devicePixelRatioF()
            )
        self._paint_drag(painter)
        if hovered and self._gestures.drag.mode == "none":
            self._vehicles.paint_details(painter, self.fleet, self.camera, hovered[0], more=len(hovered) - 1)
        elif self.choices.hovered_stop and self._gestures.drag.mode == "none":
            stop = self.choices.hovered_stop
            at = self.routes.screen_of_stop(self.camera, stop.id)
            if at is not None:
                chrome.paint_stop_card(painter, stop, QPointF(*at), self.camera, self.colours)

    def _paint_replay(self, painter: QPainter, trail: Trail) -> None:
        x, y, heading = trail.at(self._trail_moment)
        painter.save()
        painter.translate(QPointF(*self.camera.to_screen(x, y)))
        paint_vehicle(painter, Look("executing", "online", 0, True), heading, 30, self.colours)
        painter.restore()

    def _paint_drag(self, painter: QPainter) -> None:
        drag = self._gestures.drag
        if drag.mode == "box":
            chrome.paint_box(painter, drag.box, self.colours)
        elif drag.mode == "stop" and drag.stop is not None:
            rows = self.choices.hovered
            target = self.fleet.labels[rows[0]] if rows else None
            chrome.paint_carried_stop(painter, drag.stop, drag.start, drag.now, target, self.colours)
        elif drag.mode == "vehicle" and drag.vehicle is not None:
            stop = self.choices.stop_under(drag.now)
            target = (stop.label or f"stop {stop.number}") if stop else None
            name = self.fleet.labels[drag.vehicle]
            chrome.paint_carried_vehicle(painter, name, drag.start, drag.now, target, self.colours)

    def before_frame(self) -> None:
        """Move the vehicles on, follow one of them, and plan the next frame while any is on its way."""
        if self.fleet.is_gliding:
            way = self.fleet.longest_glide() * self.camera.scale
            self.fleet.glide_to(self._glide.share(time.monotonic()))
            if self.fleet.is_gliding and self.isVisible():
                self._frame_timer.start(self._glide.frame_ms(way))
        if self._following is not None:
            row = int(self.fleet.rows_of([self._following])[0])
            left, top, right, bottom = self.insets
            x, y = self.fleet.screen_of(self.camera, row)
            middle_x = left + (self.width() - left - right) / 2
            middle_y = top + (self.height() - top - bottom) / 2
            self.camera = self.camera.moved(middle_x - x, middle_y - y)

    # Events

    def hideEvent(self, event: QHideEvent) -> None:
        """No frames for a map that nobody sees; its vehicles stand where they were reported."""
        self._frame_timer.stop()
        self.fleet.glide_to(1.0)
        super().hideEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a pan, a box or a drag."""
        self._gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover, or go on with what was begun."""
        self._gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what was begun."""
        self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a vehicle, or zoom in on the bare map."""
        if self.choices.rows_under(event.position()):
            self.choices.activate()
        elif self.choices.stop_under(event.position()) is None:
            self.zoom_view(1.0, event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under a pointer that has left."""
        self.choices.hover_nothing()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        self._gestures.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the map; others go on to the window."""
        if not self._gestures.key(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Pinches come as general events."""
        if event.type() in _PINCHES and self._gestures.other(event):
            return True
        return super().event(event)
