"""Chooses which towns and countries are named in a view, so that no two names touch, and paints them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from desktop_app.widgets.canvas.ink import draw_haloed, lettering, metrics_of
from desktop_app.widgets.fleet_map.base_map_file import Country, Towns
from desktop_app.widgets.fleet_map.clipping import Rect
from desktop_app.widgets.fleet_map.colours import MapColours

_MOST_CANDIDATES = 420
_AIR = 5.0
_DOTS_SPARED = 60


class Label(NamedTuple):
    """A name and where it stands, in pixels; `dot` is the town's dot and its radius, None for a country."""

    text: str
    pixels: int
    weight: QFont.Weight
    baseline: QPointF
    box: QRectF
    dot: tuple[float, float, float] | None


class Occupied:
    """Boxes already taken, looked up by a coarse grid, so that placing n names takes about n steps."""

    def __init__(self, cell: float = 96.0) -> None:
        self._cell = cell
        self._boxes: dict[tuple[int, int], list[QRectF]] = {}

    def is_free(self, box: QRectF) -> bool:
        """Whether no box touches this one."""
        return not any(box.intersects(other) for key in self._keys(box) for other in self._boxes.get(key, ()))

    def take(self, box: QRectF) -> None:
        """Mark the box as taken."""
        for key in self._keys(box):
            self._boxes.setdefault(key, []).append(box)

    def _keys(self, box: QRectF) -> Iterator[tuple[int, int]]:
        columns = range(int(box.left() // self._cell), int(box.right() // self._cell) + 1)
        for row in range(int(box.top() // self._cell), int(box.bottom() // self._cell) + 1):
            for column in columns:
                yield column, row


def place_towns(towns: Towns, view: Rect, scale: float, zoom: float, occupied: Occupied) -> Iterator[Label]:
    """The names that fit, most important first; `view` in world coordinates is the part painted."""
    left, top, right, bottom = view
    inside = (
        (towns.x > left)
        & (towns.x < right)
        & (towns.y > top)
        & (towns.y < bottom)
        & (towns.from_zoom <= zoom)
    )
    candidates = np.flatnonzero(inside)[:_MOST_CANDIDATES].tolist()
    dots = Occupied()
    for index in candidates[:_DOTS_SPARED]:
        x, y = (towns.x[index] - left) * scale, (towns.y[index] - top) * scale
        dots.take(QRectF(x - 4, y - 4, 8, 8))
    for index in candidates:
        x, y = (towns.x[index] - left) * scale, (towns.y[index] - top) * scale
        size, weight, radius = _importance(int(towns.population[index]), bool(towns.capital[index]), zoom)
        dot = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
        if not occupied.is_free(dot.adjusted(-2, -2, 2, 2)):
            continue
        metrics = metrics_of(size, weight)
        width, ascent, height = (
            metrics.horizontalAdvance(towns.names[index]),
            metrics.capHeight(),
            metrics.capHeight(),
        )
        places = (
            (x + radius + 4, y + ascent / 2),
            (x - radius - 4 - width, y + ascent / 2),
            (x - width / 2, y - radius - 5),
            (x - width / 2, y + radius + 5 + ascent),
        )
        # First where the name covers no other important town, then wherever there is room.
        for (at_x, at_y), sparing in ((place, sparing) for sparing in (True, False) for place in places):
            box = QRectF(at_x - _AIR, at_y - height - _AIR, width + 2 * _AIR, height + 2 * _AIR)
            text_box = QRectF(at_x, at_y - height, width, height)
            if occupied.is_free(box) and not (sparing and not dots.is_free(text_box)):
                occupied.take(box)
                occupied.take(dot)
                yield Label(towns.names[index], size, weight, QPointF(at_x, at_y), box, (x, y, radius))
                break


def place_countries(
    countries: list[Country], view: Rect, scale: float, zoom: float, occupied: Occupied
) -> Iterator[Label]:
    """Names of countries that are wide enough to carry them; none when the view is inside one country."""
    if not 2.2 <= zoom <= 7.0:
        return
    left, top, right, bottom = view
    for country in countries:
        if not (left < country.x < right and top < country.y < bottom):
            continue
        text = country.name.upper()
        size = 11 if zoom < 4 else 12
        width = metrics_of(size, QFont.Weight.Medium, 1.6).horizontalAdvance(text)
        if (country.area**0.5) * scale < width * 0.9:
            continue
        x, y = (country.x - left) * scale, (country.y - top) * scale
        box = QRectF(x - width / 2 - 8, y - size, width + 16, 2 * size)
        if occupied.is_free(box):
            occupied.take(box)
            yield Label(text, size, QFont.Weight.Medium, QPointF(x - width / 2, y + size * 0.35), box, None)


def paint_label(painter: QPainter, label: Label, colours: MapColours) -> None:
    """Dot and name of one place."""
    halo = QColor(colours.halo)
    if label.dot is None:
        font = lettering(label.pixels, label.weight, 1.6)
        draw_haloed(painter, label.baseline, label.text, font, QColor(colours.country_text), halo)
        return
    x, y, radius = label.dot
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(halo)
    painter.drawEllipse(QPointF(x, y), radius + 1.2, radius + 1.2)
    painter.setBrush(QColor(colours.town_dot))
    painter.drawEllipse(QPointF(x, y), radius, radius)
    font = lettering(label.pixels, label.weight)
    draw_haloed(painter, label.baseline, label.text, font, QColor(colours.town_text), halo)


def _importance(population: int, capital: bool, zoom: float) -> tuple[int, QFont.Weight, float]:
    near = 1 if zoom >= 8.5 else 0
    if population >= 1_000_000 or (capital and population >= 300_000):
        return 13 + near, QFont.Weight.DemiBold, 2.8
    if population >= 150_000:
        return 12 + near, QFont.Weight.Medium, 2.3
    if population >= 40_000:
        return 11 + near, QFont.Weight.Normal, 2.0
    return 11, QFont.Weight.Normal, 1.6
