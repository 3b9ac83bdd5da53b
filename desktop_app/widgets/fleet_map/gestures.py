"""Mouse, wheel, keys and fingers on the fleet map, as one small state machine that tells the map what was meant."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture

from desktop_app.widgets.fleet_map.marks import StopMark

if TYPE_CHECKING:
    from desktop_app.widgets.fleet_map.fleet_map import FleetMap

Mode = Literal["none", "press", "pan", "box", "stop", "vehicle"]

_PAN_STEP = 90.0
_WHEEL_UNITS_A_ZOOM = 240.0


@dataclass
class Drag:
    """What the pointer is doing between press and release."""

    mode: Mode = "none"
    start: QPointF = field(default_factory=QPointF)
    now: QPointF = field(default_factory=QPointF)
    stop: StopMark | None = None
    vehicle: int | None = None
    is_adding: bool = False
    """Whether the selection is added to and not replaced (Ctrl)."""

    @property
    def box(self) -> QRectF:
        """The rectangle between where the drag began and where it is."""
        return QRectF(self.start, self.now).normalized()


class Gestures:
    """Turns events into calls of the map. The map paints `drag` while one goes on."""

    def __init__(self, canvas: FleetMap) -> None:
        self._map = canvas
        self.drag = Drag()
        self._cycle: tuple[QPointF, int] | None = None

    def press(self, event: QMouseEvent) -> None:
        """Begin: Shift draws a box, a stop or a selected vehicle is taken along, everything else pans."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        at = event.position()
        is_adding = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.drag = Drag("press", at, at, is_adding=is_adding)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.drag.mode = "box"
        elif self._map.is_assigning and event.button() == Qt.MouseButton.LeftButton:
            near = self._map.choices.rows_under(at)
            if near and self._map.fleet.selected[near[0]]:
                self.drag.vehicle = near[0]
            elif not near:
                self.drag.stop = self._map.choices.stop_under(at)

    def move(self, event: QMouseEvent) -> None:
        """Hover without a button; otherwise go on with what was begun."""
        at = event.position()
        if self.drag.mode == "none":
            self._map.choices.hover(at)
            return
        if self.drag.mode == "press":
            if (at - self.drag.start).manhattanLength() < QApplication.startDragDistance():
                return
            self.drag.mode = (
                "stop" if self.drag.stop else "vehicle" if self.drag.vehicle is not None else "pan"
            )
            self._map.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self.drag.mode == "pan":
            step = at - self.drag.now
            self._map.move_view(step.x(), step.y())
        self.drag.now = at
        if self.drag.mode != "pan":
            self._map.choices.hover(at)
            self._map.update()

    def release(self, event: QMouseEvent) -> None:
        """End: a click, a box, or something dropped."""
        drag, self.drag = self.drag, Drag()
        drag.now = event.position()
        match drag.mode:
            case "press":
                if event.button() == Qt.MouseButton.LeftButton:
                    self._click(drag)
            case "box":
                self._map.choices.choose_box(drag.box, adding=drag.is_adding)
            case "stop" if drag.stop is not None:
                self._map.choices.drop_stop(drag.stop, drag.now)
            case "vehicle" if drag.vehicle is not None:
                self._map.choices.drop_vehicle(drag.vehicle, drag.now)
            case _:
                pass
        self._map.setCursor(Qt.CursorShape.ArrowCursor)
        self._map.update()

    def cancel(self) -> bool:
        """Let go of whatever is dragged, without effect; whether there was anything."""
        was = self.drag.mode not in ("none", "press")
        self.drag = Drag()
        self._map.setCursor(Qt.CursorShape.ArrowCursor)
        self._map.update()
        return was

    def _click(self, drag: Drag) -> None:
        at = drag.now
        rows = self._map.choices.rows_under(at)
        stop = self._map.choices.stop_under(at)
        if stop is not None and not (rows and self._is_nearer(rows[0], stop, at)):
            self._map.choices.choose_stop(stop)
        elif rows:
            self._map.choices.choose_vehicle(self._next_in_pile(rows, at), adding=drag.is_adding)
        else:
            self._map.choices.choose_nothing(at)

    def _is_nearer(self, row: int, stop: StopMark, at: QPointF) -> bool:
        vehicle = QPointF(*self._map.fleet.screen_of(self._map.camera, row)) - at
        place = self._map.routes.screen_of_stop(self._map.camera, stop.id)
        other = QPointF(*place) - at if place else QPointF(1e9, 1e9)
        return QPointF.dotProduct(vehicle, vehicle) <= QPointF.dotProduct(other, other)

    def _next_in_pile(self, rows: list[int], at: QPointF) -> int:
        """Clicking the same spot again goes through the vehicles that lie there."""
        index = 0
        if self._cycle is not None and (at - self._cycle[0]).manhattanLength() <= 3:
            index = (self._cycle[1] + 1) % len(rows)
        self._cycle = (at, index)
        return rows[index]

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        units = event.angleDelta().y() or 2 * event.pixelDelta().y()
        self._map.zoom_view(units / _WHEEL_UNITS_A_ZOOM, event.position())
        event.accept()

    def key(self, event: QKeyEvent) -> bool:
        """Arrows pan, + and - zoom, 0 and Home show everything, F follows, PageUp and PageDown go from vehicle to
        vehicle, Enter opens, Escape lets go. Answers whether the key was one of these.
        """
        moves = {
            Qt.Key.Key_Left: (_PAN_STEP, 0.0),
            Qt.Key.Key_Right: (-_PAN_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, _PAN_STEP),
            Qt.Key.Key_Down: (0.0, -_PAN_STEP),
        }
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right | Qt.Key.Key_Up | Qt.Key.Key_Down as key:
                self._map.move_view(*moves[Qt.Key(key)])
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._map.zoom_view(0.5, None)
            case Qt.Key.Key_Minus | Qt.Key.Key_Underscore:
                self._map.zoom_view(-0.5, None)
            case Qt.Key.Key_0 | Qt.Key.Key_Home:
                self._map.fit()
            case Qt.Key.Key_F:
                self._map.toggle_follow()
            case Qt.Key.Key_PageDown:
                self._map.choices.step(1)
            case Qt.Key.Key_PageUp:
                self._map.choices.step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._map.choices.activate()
            case Qt.Key.Key_Escape:
                return self.cancel() or self._map.choices.clear()
            case _:
                return False
        return True

    def other(self, event: QEvent) -> bool:
        """Pinches, on a touch screen or a touch pad. Answers whether the event was one."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._map.zoom_view(event.value() * 1.6, event.position())
                return True
            return False
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._pinch(pinch)
                return True
        return False

    def _pinch(self, pinch: QPinchGesture) -> None:
        self.drag = Drag()
        middle = QPointF(self._map.mapFromGlobal(pinch.centerPoint().toPoint()))
        step = pinch.centerPoint() - pinch.lastCenterPoint()
        self._map.move_view(step.x(), step.y())
        if pinch.scaleFactor() > 0:
            self._map.zoom_view(math.log2(pinch.scaleFactor()), middle)
