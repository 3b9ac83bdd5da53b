"""Paints land, coast, borders and towns into a pixmap larger than the view, a few milliseconds at a time.

Panning and zooming draw the pixmap moved or stretched, and a new one is painted in slices between events; so no frame
ever waits for a coast.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from desktop_app.widgets.canvas.paths import path_of, segments_path
from desktop_app.widgets.fleet_map.base_map_file import BaseMapFile, Cell, Level, ring_successors
from desktop_app.widgets.fleet_map.camera import Camera
from desktop_app.widgets.fleet_map.clipping import Floats, Ints, Rect, clip_rings, clip_segments
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.mercator import world_pixels
from desktop_app.widgets.fleet_map.town_labels import Occupied, paint_label, place_countries, place_towns

Flags = npt.NDArray[np.bool_]

# How much of the view's size is painted beyond each side, and how much of that must be left before repainting starts.
_OVERSCAN = 0.25
_LEFT_OVER = 0.08
_LABELS_A_STEP = 8


KeepClear = tuple[float, float, float, float, float]
"""World x and y of a mark, and the pixels it takes to each side, above and below"""


@dataclass(frozen=True)
class _Sheet:
    """A painted pixmap and the part of the world on it."""

    pixmap: QPixmap
    view: Rect
    zoom: float
    is_stale: bool = False

    def covers(self, view: Rect) -> bool:
        return (
            self.view[0] <= max(view[0], 0.0)
            and self.view[1] <= max(view[1], 0.0)
            and self.view[2] >= min(view[2], 1.0)
            and self.view[3] >= min(view[3], 1.0)
        )


class BaseLayer:
    """The cached base map under the fleet."""

    def __init__(self, base_map: BaseMapFile, colours: MapColours) -> None:
        self._map = base_map
        self._colours = colours
        self._sheet: _Sheet | None = None
        self._next: _Sheet | None = None
        self._steps: Iterator[None] | None = None
        self._clear: list[KeepClear] = []
        self.version = 0
        """Grows whenever what `paint` shows has changed."""

    def recolour(self, colours: MapColours) -> None:
        """Forget what was painted in other colours."""
        self._colours = colours
        self._sheet = self._next = self._steps = None
        self.version += 1

    def keep_clear(self, places: Sequence[KeepClear]) -> None:
        """Name no town where these marks stand."""
        if list(places) != self._clear:
            self._clear = list(places)
            self._next = self._steps = None
            if self._sheet is not None:
                # What is painted stays on show until it is painted anew, but no longer counts as right.
                self._sheet = replace(self._sheet, is_stale=True)

    def ask(self, camera: Camera, ratio: float) -> None:
        """Begin to paint for this view, unless what is painted, or being painted, still serves it."""
        wanted = _grown(_view(camera), _LEFT_OVER)
        for sheet in (self._next, self._sheet):
            if (
                sheet
                and not sheet.is_stale
                and sheet.zoom == camera.zoom
                and sheet.covers(wanted)
                and sheet.pixmap.devicePixelRatio() == ratio
            ):
                if sheet is self._sheet:
                    self._next = self._steps = None
                return
        view = _grown(_view(camera), _OVERSCAN)
        width = round((view[2] - view[0]) * camera.scale * ratio)
        height = round((view[3] - view[1]) * camera.scale * ratio)
        pixmap = QPixmap(width, height)
        pixmap.setDevicePixelRatio(ratio)
        self._next = _Sheet(pixmap, view, camera.zoom)
        self._steps = self._paint_steps(self._next)

    @property
    def is_busy(self) -> bool:
        """Whether a new pixmap is being painted."""
        return self._steps is not None

    @property
    def is_painted(self) -> bool:
        """Whether there is anything to show yet."""
        return self._sheet is not None

    def advance(self, seconds: float) -> bool:
        """Paint on for about so long; True when the new pixmap has just become the one shown."""
        if self._steps is None:
            return False
        until = time.perf_counter() + seconds
        for _ in self._steps:
            if time.perf_counter() >= until:
                return False
        self._sheet, self._next, self._steps = self._next, None, None
        self.version += 1
        return True

    def paint(self, painter: QPainter, camera: Camera, ratio: float) -> None:
        """Draw the base map as far as it is painted; where it is not, plain land and sea."""
        sheet = self._sheet
        if sheet is None or not sheet.covers(_view(camera)):
            self._paint_rough(painter, camera)
        if sheet is None:
            return
        scale = camera.scale
        x, y = (sheet.view[0] - camera.left) * scale, (sheet.view[1] - camera.top) * scale
        if sheet.zoom == camera.zoom:
            # On whole device pixels, so that text stays as sharp as it was painted.
            painter.drawPixmap(QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio), sheet.pixmap)
            return
        width, height = (sheet.view[2] - sheet.view[0]) * scale, (sheet.view[3] - sheet.view[1]) * scale
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawPixmap(QRectF(x, y, width, height), sheet.pixmap, QRectF(sheet.pixmap.rect()))

    def _paint_rough(self, painter: QPainter, camera: Camera) -> None:
        painter.fillRect(0, 0, camera.width, camera.height, QColor(self._colours.sea))
        level = self._map.levels[0]
        for key in self._map.cells_in(level, _view(camera)):
            path = _land_path(self._map.cell(key), _view(camera), camera.scale)
            painter.fillPath(path, QColor(self._colours.land))

    def _paint_steps(self, sheet: _Sheet) -> Iterator[None]:
        level = self._map.level_at(sheet.zoom)
        scale = world_pixels(sheet.zoom)
        sheet.pixmap.fill(QColor(self._colours.sea))
        yield
        keys = self._map.cells_in(level, sheet.view)
        for key in keys:
            cell = self._map.cell(key)
            yield
            path = _land_path(cell, sheet.view, scale)
            yield
            with _painting(sheet.pixmap) as painter:
                painter.fillPath(path, QColor(self._colours.land))
            yield
        for key in keys:
            yield from self._stroke_cell(sheet, level, self._map.cell(key), scale)
        yield from self._name_places(sheet, scale)

    def _stroke_cell(self, sheet: _Sheet, level: Level, cell: Cell, scale: float) -> Iterator[None]:
        coast = _coast_path(cell, sheet.view, scale)
        borders = _border_path(cell, sheet.view, scale)
        yield
        width = 0.8 if level.number < 2 else 1.0
        with _painting(sheet.pixmap) as painter:
            painter.strokePath(coast, QPen(QColor(self._colours.coast), width))
            if not borders.isEmpty():
                pen = QPen(QColor(self._colours.border), 1.0)
                if sheet.zoom > 4:
                    pen.setDashPattern([5.0, 3.0])
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                painter.strokePath(borders, pen)
        yield

    def _name_places(self, sheet: _Sheet, scale: float) -> Iterator[None]:
        occupied = Occupied()
        for x, y, half_width, above, below in self._clear:
            px, py = (x - sheet.view[0]) * scale, (y - sheet.view[1]) * scale
            occupied.take(QRectF(px - half_width, py - above, 2 * half_width, above + below))
        towns = list(place_towns(self._map.towns, sheet.view, scale, sheet.zoom, occupied))
        countries = list(place_countries(self._map.countries, sheet.view, scale, sheet.zoom, occupied))
        yield
        labels = countries + towns[::-1]
        for first in range(0, len(labels), _LABELS_A_STEP):
            with _painting(sheet.pixmap) as painter:
                for label in labels[first : first + _LABELS_A_STEP]:
                    paint_label(painter, label, self._colours)
            yield


class _painting:
    """A painter that is open only within one step, since the pixmap may be shown between steps."""

    def __init__(self, pixmap: QPixmap) -> None:
        self._painter = QPainter(pixmap)

    def __enter__(self) -> QPainter:
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        return self._painter

    def __exit__(self, *_: object) -> None:
        self._painter.end()


def _view(camera: Camera) -> Rect:
    scale = camera.scale
    return (camera.left, camera.top, camera.left + camera.width / scale, camera.top + camera.height / scale)


def _grown(view: Rect, share: float) -> Rect:
    dx, dy = (view[2] - view[0]) * share, (view[3] - view[1]) * share
    return (view[0] - dx, view[1] - dy, view[2] + dx, view[3] + dy)


def _land_path(cell: Cell, view: Rect, scale: float) -> QPainterPath:
    points, lengths = clip_rings(cell.land, cell.land_lengths, _padded(view, scale))
    return path_of(_to_pixels(points, view, scale), _ring_starts(points, lengths))


def _coast_path(cell: Cell, view: Rect, scale: float) -> QPainterPath:
    end = cell.land[ring_successors(cell.land_lengths)]
    # Each cell strokes only its own square: the overlap belongs to the neighbour.
    rect = _meet(cell.bounds, _padded(view, scale))
    start, end, _ = clip_segments(cell.land[cell.coast], end[cell.coast], rect)
    # Edges of the world itself are no coast.
    real = ~(((start[:, 1] >= 1.0 - 1e-6) & (end[:, 1] >= 1.0 - 1e-6)) | (_on_side(start) & _on_side(end)))
    return segments_path(_to_pixels(start[real], view, scale), _to_pixels(end[real], view, scale))


def _on_side(points: Floats) -> Flags:
    return (points[:, 0] < 1e-6) | (points[:, 0] > 1 - 1e-6)


def _border_path(cell: Cell, view: Rect, scale: float) -> QPainterPath:
    if len(cell.borders) < 2:
        return QPainterPath()
    inner = np.ones(len(cell.borders), dtype=bool)
    inner[np.cumsum(cell.border_lengths) - 1] = False
    first = np.flatnonzero(inner)
    start, end, _ = clip_segments(cell.borders[first], cell.borders[first + 1], _padded(view, scale))
    return segments_path(_to_pixels(start, view, scale), _to_pixels(end, view, scale))


def _ring_starts(points: Floats, lengths: Ints) -> Flags:
    starts = np.zeros(len(points), dtype=bool)
    ends = np.cumsum(lengths)
    starts[(ends - lengths)[lengths > 0]] = True
    return starts


def _to_pixels(points: Floats, view: Rect, scale: float) -> Floats:
    return (points - (view[0], view[1])) * scale


def _padded(view: Rect, scale: float) -> Rect:
    pad = 4.0 / scale
    return (view[0] - pad, view[1] - pad, view[2] + pad, view[3] + pad)


def _meet(first: Rect, second: Rect) -> Rect:
    return (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )
