"""A plan to look around on: zooming, panning, fitting, keys and fingers. What is on it is painted by subclasses."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QWidget

from desktop_app.widgets.bin_map.colours import BinMapColours
from desktop_app.widgets.bin_map.plan import Rect
from desktop_app.widgets.bin_map.view import PlanView
from desktop_app.widgets.canvas.chrome import button_colours, legend_colours
from desktop_app.widgets.canvas.key_focus import came_by_key
from desktop_app.widgets.canvas.legend import Legend
from desktop_app.widgets.canvas.zoom_buttons import ZoomButtons

EDGE = 12
SMALL_WIDTH = 460
"""Below this the buttons go, and the scale gets smaller."""
_LEGEND_WIDTH = 360
_PAN_STEP = 70.0
_KEY_ZOOM = 1.5


class PlanCanvas(QWidget):
    """Subclasses say by `whole` and `fitting` what there is to see, and hear of the pointer by `hover` and `click`."""

    def __init__(self, parent: QWidget | None, colours: BinMapColours) -> None:
        super().__init__(parent)
        self.colours = colours
        self.view = PlanView()
        self.is_fitted = True
        self.has_key_focus = False
        self.is_panning = False
        self._pressed: QPointF | None = None
        self.legend = Legend(legend_colours(colours), self)
        self.legend.toggled.connect(self.lay_out)
        self.buttons = ZoomButtons(
            ("nearer", "farther", "fit"), button_colours(colours, colours.hover), self, side=30
        )
        self.buttons.pressed.connect(self._on_button)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, True)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # For subclasses to fill

    def whole(self) -> Rect:
        """All there is, in metres."""
        raise NotImplementedError

    def fitting(self) -> Rect:
        """What `fit` shows."""
        return self.whole()

    def hover(self, at: QPointF | None) -> None:
        """The pointer is here, or has left."""

    def click(self, at: QPointF) -> None:
        """The left button was pressed and let go here."""

    def activate(self, at: QPointF | None) -> bool:
        """A double click here, or Enter; answers whether it meant something."""
        return False

    def let_go(self) -> bool:
        """Escape; answers whether there was anything to let go."""
        return False

    # The view

    def fit(self) -> None:
        """Show all there is to show."""
        self.is_fitted = True
        self.view = self.view.fitted(self.fitting(), self._air())
        self.update()

    def fit_to(self, bounds: Rect) -> None:
        """Show a part."""
        self.is_fitted = False
        self.view = self.view.fitted(bounds, self._air())
        self.update()

    def zoom(self, factor: float, at: QPointF | None) -> None:
        """Zoom about a point, or the middle; not farther than the whole."""
        px, py = (self.width() / 2, self.height() / 2) if at is None else (at.x(), at.y())
        everything = self.view.fitted(self.whole(), self._air())
        view = self.view.zoomed(factor, px, py, everything.scale)
        self.is_fitted = view.scale <= everything.scale and self.fitting() == self.whole()
        self.view = everything if view.scale <= everything.scale else view.kept_near(self.whole())
        self.update()

    def move_view(self, dx: float, dy: float) -> None:
        """Pan by so many pixels."""
        self.is_fitted = False
        self.view = self.view.moved(dx, dy).kept_near(self.whole())
        self.update()

    def _air(self) -> tuple[float, float, float, float]:
        if self.width() < SMALL_WIDTH:
            return (8.0, 8.0, 8.0, 28.0)
        return (16.0, 16.0, 16.0 + self.buttons.width(), 40.0)

    def lay_out(self) -> None:
        """Put buttons and legend into their corners; small cards have neither."""
        is_small = self.width() < SMALL_WIDTH
        self.buttons.setVisible(not is_small)
        self.buttons.move(self.width() - self.buttons.width() - EDGE + 5, EDGE - 5)
        self.legend.setVisible(self.width() >= _LEGEND_WIDTH)
        size = self.legend.sizeHint()
        edge = 0 if is_small else EDGE - 4
        self.legend.setGeometry(
            self.width() - size.width() - edge,
            self.height() - size.height() - edge // 2,
            size.width(),
            size.height(),
        )

    def _on_button(self, sign: str) -> None:
        match sign:
            case "nearer":
                self.zoom(_KEY_ZOOM, None)
            case "farther":
                self.zoom(1 / _KEY_ZOOM, None)
            case _:
                self.fit()

    # Events

    def sizeHint(self) -> QSize:
        """A size at which a hall can be read."""
        return QSize(720, 460)

    def minimumSizeHint(self) -> QSize:
        """The smallest card that still helps."""
        return QSize(240, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What was fitted stays fitted."""
        self.view = self.view.resized(event.size().width(), event.size().height())
        self.lay_out()
        if self.is_fitted:
            self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit what was given before there was a size."""
        super().showEvent(event)
        self.view = self.view.resized(self.width(), self.height())
        self.lay_out()
        if self.is_fitted:
            self.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The beginning of a click or a pan."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position()
            self.is_panning = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover or pan."""
        at = event.position()
        if self._pressed is None:
            self.hover(at)
            return
        if self.is_panning or (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            step = at - self._pressed
            self.is_panning, self._pressed = True, at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.move_view(step.x(), step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click, if nothing was panned."""
        was_click = self._pressed is not None and not self.is_panning
        self._pressed, self.is_panning = None, False
        self.setCursor(Qt.CursorShape.ArrowCursor)
        if was_click and event.button() == Qt.MouseButton.LeftButton:
            self.click(event.position())
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open what is here, or come nearer."""
        if not self.activate(event.position()):
            self.zoom(2.0, event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under a pointer that has left."""
        self.hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        units = event.angleDelta().y() or 2 * event.pixelDelta().y()
        self.zoom(2.0 ** (units / 300), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, + and - zoom, 0 and Home fit, Enter opens, Escape lets go."""
        key = event.key()
        moves = {
            Qt.Key.Key_Left: (_PAN_STEP, 0.0),
            Qt.Key.Key_Right: (-_PAN_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, _PAN_STEP),
            Qt.Key.Key_Down: (0.0, -_PAN_STEP),
        }
        if key in moves:
            self.move_view(*moves[Qt.Key(key)])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_KEY_ZOOM, None)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _KEY_ZOOM, None)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        elif not (
            (key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.activate(None))
            or (key == Qt.Key.Key_Escape and self.let_go())
        ):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A frame for those who came by key."""
        self.has_key_focus = came_by_key(event)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No focus, no frame."""
        self.has_key_focus = False
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """Pinches come as general events."""
        if event.type() == QEvent.Type.NativeGesture and isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1.0 + event.value(), event.position())
                return True
        elif event.type() == QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._pressed = None
                self.zoom(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
                return True
        return super().event(event)
