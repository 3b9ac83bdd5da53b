"""A map to look around on: base map, view, zoom buttons, scale and attribution. Subclasses paint what lies on it.

A frame costs a copy of one pixmap and what moves. Everything that stands still is kept in a backdrop, as long as the
view does not change; the base map itself is repainted in slices between events.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.canvas.chrome import button_colours, legend_colours
from desktop_app.widgets.canvas.key_focus import came_by_key
from desktop_app.widgets.canvas.legend import Legend
from desktop_app.widgets.canvas.zoom_buttons import ZoomButtons
from desktop_app.widgets.fleet_map import chrome
from desktop_app.widgets.fleet_map.base_layer import BaseLayer, KeepClear
from desktop_app.widgets.fleet_map.base_map_file import BaseMapFile
from desktop_app.widgets.fleet_map.camera import MAX_ZOOM, Camera, Insets
from desktop_app.widgets.fleet_map.colours import MapColours, map_colours
from resources.resource_path import resource_path

_SLICE_S = 0.006
# The first picture may take a little: a blank map helps nobody.
_FIRST_SLICE_S = 0.12
_MOST_FIT_ZOOM = 11.5


class MapCanvas(QWidget):
    """Subclasses paint by `paint_standing` and `paint_moving`, and say by `fit_points` what there is to show."""

    view_changed = Signal()
    following_changed = Signal(str)

    def __init__(
        self, parent: QWidget | None, colours: MapColours | None, base_map: BaseMapFile | None
    ) -> None:
        super().__init__(parent)
        self.camera = Camera()
        self.colours = colours or map_colours()
        self.insets: Insets = (0, 0, 0, 0)
        self._base = BaseLayer(base_map or BaseMapFile(resource_path("map", "base_map.gz")), self.colours)
        self._fit_pending = True
        self._has_key_focus = False
        self._backdrop: QPixmap | None = None
        self._backdrop_key: Hashable = None
        self._last_key: Hashable = None
        self._slice_timer = QTimer(self, singleShot=True)
        self._slice_timer.timeout.connect(self._paint_slice)
        self.legend = Legend(legend_colours(self.colours), self)
        self.legend.toggled.connect(self.lay_out)
        self.buttons = ZoomButtons(
            ("nearer", "farther", "fit", "follow"), button_colours(self.colours, self.colours.land), self
        )
        self.buttons.pressed.connect(self._on_button)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, True)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # For subclasses to fill

    def fit_points(self) -> Sequence[tuple[float, float]]:
        """World coordinates of everything there is to show."""
        return ()

    def standing_key(self) -> Hashable:
        """Changes when `paint_standing` would paint something else in the same view."""
        return None

    def paint_standing(self, painter: QPainter) -> None:
        """What lies still over the base map."""

    def paint_moving(self, painter: QPainter) -> None:
        """What may be elsewhere in every frame."""

    def before_frame(self) -> None:
        """Whatever has to move on before a frame is painted."""

    def toggle_follow(self) -> None:
        """The follow button, or its key."""

    def follow(self, vehicle_id: str | None) -> None:
        """Follow something, or nothing."""

    # The view

    def fit(self) -> None:
        """Show everything; the whole world where there is nothing. Waits for the first showing if need be."""
        if not self.isVisible():
            self._fit_pending = True
            return
        self.show_points(self.fit_points())

    def show_points(self, points: Sequence[tuple[float, float]]) -> None:
        """Show these points of the world inside the insets."""
        self._fit_pending = False
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            view = self.camera.fitted(
                min(xs), min(ys), max(xs), max(ys), self._clear_insets(), _MOST_FIT_ZOOM
            )
        else:
            view = self.camera.fitted(0.0, 0.1, 1.0, 0.75, self.insets, MAX_ZOOM)
        self.look(view)

    def _clear_insets(self) -> Insets:
        """The insets, and at the right also a legend that takes up much of that side."""
        left, top, right, bottom = self.insets
        if self.legend.isChecked() and self.legend.height() > 0.4 * self.height():
            right += self.legend.width()
        return (left, top, right, bottom)

    def keep_clear(self, places: Sequence[KeepClear]) -> None:
        """Name no town where these marks stand."""
        self._base.keep_clear(places)
        self.update()

    def centre_on(self, lat: float, lon: float, zoom: float | None = None) -> None:
        """Bring a place, in degrees, to the middle."""
        self._fit_pending = False
        self.look(self.camera.centred(lat, lon, zoom))

    def look(self, camera: Camera) -> None:
        """Take another view."""
        if camera != self.camera:
            self.camera = camera
            self.view_changed.emit()
            self.update()

    def move_view(self, dx: float, dy: float) -> None:
        """Pan by hand, which ends following."""
        self.follow(None)
        self._fit_pending = False
        self.look(self.camera.moved(dx, dy))

    def zoom_view(self, steps: float, at: QPointF | None) -> None:
        """Zoom by hand, about a point or about the middle."""
        self._fit_pending = False
        px, py = (self.width() / 2, self.height() / 2) if at is None else (at.x(), at.y())
        self.look(self.camera.zoomed(steps, px, py))

    def set_insets(self, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0) -> None:
        """How much of each side lies under floating cards: fitting, following, scale and legend keep clear of it."""
        self.insets = (left, top, right, bottom)
        self.lay_out()
        self.update()

    def set_colours(self, colours: MapColours) -> None:
        """Paint in another theme's colours."""
        self.colours = colours
        self._base.recolour(colours)
        self.legend.recolour(legend_colours(colours))
        self.buttons.recolour(button_colours(colours, colours.land))
        self._backdrop = self._backdrop_key = None
        self.update()

    def lay_out(self) -> None:
        """Put the buttons and the legend into their corners."""
        _, top, right, bottom = self.insets
        edge = chrome.EDGE
        self.buttons.move(self.width() - right - self.buttons.width() - edge + 5, top + edge - 5)
        size = self.legend.sizeHint()
        left = self.width() - right - size.width() - edge + 4
        self.legend.setGeometry(
            left, self.height() - bottom - size.height() - 20, size.width(), size.height()
        )

    def _on_button(self, sign: str) -> None:
        match sign:
            case "nearer":
                self.zoom_view(1.0, None)
            case "farther":
                self.zoom_view(-1.0, None)
            case "follow":
                self.toggle_follow()
            case _:
                self.follow(None)
                self.fit()

    # Painting

    def sizeHint(self) -> QSize:
        """A size at which a region can be read."""
        return QSize(960, 640)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle where it is."""
        self.camera = self.camera.resized(event.size().width(), event.size().height())
        self.lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit what was asked for before there was a size."""
        super().showEvent(event)
        self.camera = self.camera.resized(self.width(), self.height())
        self.lay_out()
        if self._fit_pending:
            self.show_points(self.fit_points())

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is painted for a map that nobody sees."""
        self._slice_timer.stop()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A window moved to a screen of another pixel ratio needs another base map."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._backdrop = self._backdrop_key = None
        super().changeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A frame around the map for those who came by key."""
        self._has_key_focus = came_by_key(event)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No focus, no frame."""
        self._has_key_focus = False
        super().focusOutEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """One frame."""
        self.before_frame()
        painter = QPainter(self)
        self._paint_backdrop(painter)
        self.paint_moving(painter)
        if self._has_key_focus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(self.colours.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_backdrop(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatioF()
        self._ask_for_base(ratio)
        key = (self.camera, self._base.version, self.insets, ratio, self.standing_key())
        if self._backdrop is not None and key == self._backdrop_key:
            painter.drawPixmap(0, 0, self._backdrop)
            return
        if key != self._last_key:
            # While the view moves every frame has its own key, and a picture kept of each would be work for nothing.
            self._last_key = key
            self._paint_still(painter, ratio)
            return
        self._backdrop = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        self._backdrop.setDevicePixelRatio(ratio)
        self._backdrop_key = key
        keeper = QPainter(self._backdrop)
        self._paint_still(keeper, ratio)
        keeper.end()
        painter.drawPixmap(0, 0, self._backdrop)

    def _paint_still(self, painter: QPainter, ratio: float) -> None:
        self._base.paint(painter, self.camera, ratio)
        self.paint_standing(painter)
        chrome.paint_scale(painter, self.camera, self.insets, self.colours)
        chrome.paint_attribution(painter, self.camera, self.insets, self.colours)

    def _ask_for_base(self, ratio: float) -> None:
        is_first = not self._base.is_painted
        self._base.ask(self.camera, ratio)
        if self._base.is_busy:
            if is_first:
                self._base.advance(_FIRST_SLICE_S)
            if not self._slice_timer.isActive():
                self._slice_timer.start(0)

    def _paint_slice(self) -> None:
        if self._base.advance(_SLICE_S):
            self.update()
        if self._base.is_busy:
            self._slice_timer.start(0)
