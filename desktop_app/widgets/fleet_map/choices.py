"""What a person points at, selects and drops on the fleet map, told to the rest of the program by the map's signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt

from desktop_app.widgets.fleet_map.marks import StopMark

if TYPE_CHECKING:
    from desktop_app.widgets.fleet_map.fleet_map import FleetMap

VEHICLE_REACH = 14.0
STOP_REACH = 11.0
Flags = npt.NDArray[np.bool_]


class Choices:
    """The hovered and the selected. Selected vehicles are kept in the fleet, the selected stop in the routes."""

    def __init__(self, canvas: FleetMap) -> None:
        self._map = canvas
        self.hovered: list[int] = []
        """Rows under the pointer, nearest first."""
        self.hovered_stop: StopMark | None = None

    def rows_under(self, at: QPointF) -> list[int]:
        """Vehicles under a point, nearest first, drawn or thinned."""
        return self._map.fleet.at(self._map.camera, at.x(), at.y(), VEHICLE_REACH).tolist()

    def stop_under(self, at: QPointF) -> StopMark | None:
        """The stop under a point."""
        return self._map.routes.stop_at(self._map.camera, at.x(), at.y(), STOP_REACH)

    def hover(self, at: QPointF) -> None:
        """The pointer is here."""
        rows = self.rows_under(at)
        stop = None if rows else self.stop_under(at)
        if rows[:1] != self.hovered[:1]:
            self._map.vehicle_hovered.emit(self._map.fleet.ids[rows[0]] if rows else "")
        if stop != self.hovered_stop:
            self._map.stop_hovered.emit(stop.id if stop else "")
        if (rows, stop) != (self.hovered, self.hovered_stop):
            self.hovered, self.hovered_stop = rows, stop
            self._map.setCursor(
                Qt.CursorShape.PointingHandCursor if rows or stop else Qt.CursorShape.ArrowCursor
            )
            self._map.update()

    def hover_nothing(self) -> None:
        """The pointer has left, or what was under it has gone."""
        if self.hovered:
            self._map.vehicle_hovered.emit("")
        if self.hovered_stop:
            self._map.stop_hovered.emit("")
        self.hovered, self.hovered_stop = [], None
        self._map.update()

    def choose_vehicle(self, row: int, *, adding: bool) -> None:
        """A vehicle was clicked; with Ctrl it joins or leaves the selection."""
        selected = self._begin(adding)
        selected[row] = not selected[row] if adding else True
        self._take(selected)

    def choose_box(self, box: QRectF, *, adding: bool) -> None:
        """A box was drawn: all vehicles in it, also those that thinning left undrawn."""
        selected = self._begin(adding)
        inside = self._map.fleet.inside(self._map.camera, box.left(), box.top(), box.right(), box.bottom())
        selected[inside] = True
        self._take(selected)

    def choose_stop(self, stop: StopMark) -> None:
        """A stop was clicked."""
        self._map.emphasise(stop.id)
        self._map.stop_selected.emit(stop.id)

    def choose_nothing(self, at: QPointF) -> None:
        """The bare map was clicked."""
        self.clear()
        self._map.background_clicked.emit(*self._map.camera.place_at(at.x(), at.y()))

    def clear(self) -> bool:
        """Select nothing; answers whether anything was selected."""
        had = bool(self._map.fleet.chosen) or self._map.routes.stop_selected is not None
        if had:
            self._take(self._begin(adding=False))
        return had

    def step(self, step: Literal[1, -1]) -> None:
        """Select the next or previous vehicle by name, and bring it into sight."""
        fleet = self._map.fleet
        if not len(fleet):
            return
        by_name = sorted(range(len(fleet)), key=fleet.labels.__getitem__)
        place = by_name.index(fleet.chosen[0]) + step if fleet.chosen else 0
        row = by_name[place % len(by_name)]
        self.choose_vehicle(row, adding=False)
        x, y = fleet.screen_of(self._map.camera, row)
        if not QRectF(self._map.rect()).adjusted(40, 40, -40, -40).contains(QPointF(x, y)):
            self._map.move_view(self._map.width() / 2 - x, self._map.height() / 2 - y)

    def activate(self) -> None:
        """Enter or a double click, on the one selected vehicle."""
        chosen = self._map.selection()
        if len(chosen) == 1:
            self._map.vehicle_activated.emit(chosen[0])

    def drop_stop(self, stop: StopMark, at: QPointF) -> None:
        """A stop was let go here."""
        rows = self.rows_under(at)
        if rows:
            self._map.stop_dropped_on_vehicle.emit(stop.id, self._map.fleet.ids[rows[0]])

    def drop_vehicle(self, row: int, at: QPointF) -> None:
        """A vehicle was let go here."""
        stop = self.stop_under(at)
        if stop is not None:
            self._map.vehicle_dropped_on_stop.emit(self._map.fleet.ids[row], stop.id)

    def _begin(self, adding: bool) -> Flags:
        return self._map.fleet.selected.copy() if adding else np.zeros(len(self._map.fleet), dtype=bool)

    def _take(self, selected: Flags) -> None:
        fleet = self._map.fleet
        changed = not np.array_equal(selected, fleet.selected)
        fleet.selected[:] = selected
        fleet.classify()
        self._map.emphasise()
        if changed:
            self._map.vehicle_selected.emit(self._map.selection())
