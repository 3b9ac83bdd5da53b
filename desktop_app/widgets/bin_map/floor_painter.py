"""Paints what stands still on a bin map: walls, shelves by how full or how busy they are, names of aisles and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QTransform

from desktop_app.widgets.bin_map.colours import BinMapColours, heat_colour
from desktop_app.widgets.bin_map.marks import BinKind, BinMark
from desktop_app.widgets.bin_map.plan import Aisle, Bay, Plan, Rect
from desktop_app.widgets.bin_map.view import PlanView
from desktop_app.widgets.canvas.ink import lettering, metrics_of, mix

LEVEL_PX = 6.0
"""From how many pixels on a level is drawn by itself; below, its bay is drawn as one."""
_LINES_FROM_SCALE = 3.0
_PLACES_FROM_SCALE = 6.5
_CODE_PX = 26.0
# From the last shelf to the middle of a cross aisle.
_CROSS_AISLE_M = 1.5
_FILL_STEPS = 10
_HEAT_STEPS = 24
# The hottest bins beyond this share of all that have any heat count as equal: one runaway must not pale the rest.
_HEAT_SHARE = 0.98

_PLACE_WORDS: dict[BinKind, str] = {"receiving": "Receiving", "staging": "Staging", "dock": "Docks"}


class Heat(NamedTuple):
    """A value per bin and what it is called."""

    values: Mapping[str, float]
    title: str
    unit: str
    top: float
    """What is painted as the greatest; bins beyond it look the same."""
    is_cut: bool
    """Whether some bins are beyond the top."""


def heat_of(values: Mapping[str, float], title: str, unit: str) -> Heat:
    """Work out where the scale of colours ends."""
    rising = sorted(value for value in values.values() if value > 0)
    top = rising[min(int(len(rising) * _HEAT_SHARE), len(rising) - 1)] if rising else 0.0
    return Heat(values, title, unit, top, bool(rising) and rising[-1] > top)


def screen_rect(rect: Rect, view: PlanView) -> QRectF:
    """A rectangle of the hall in pixels."""
    left, bottom = view.to_screen(rect.left, rect.front)
    right, top = view.to_screen(rect.right, rect.back)
    return QRectF(left, top, right - left, bottom - top)


def shows_levels(bay: Bay, view: PlanView) -> bool:
    """Whether the levels of a bay are wide enough to be told apart."""
    return (bay.rect.right - bay.rect.left) * view.scale / len(bay.bins) >= LEVEL_PX


class Floor:
    """The shelves of a plan sorted by colour once, so that a view of them is a few calls and not thousands."""

    def __init__(self, plan: Plan, colours: BinMapColours, heat: Heat | None) -> None:
        self._plan = plan
        self._colours = colours
        self._heat = heat
        self._bays = _by_colour((bay.rect, self._colour_of(bay.bins, bay)) for bay in plan.bays)
        self._levels: dict[str, list[QRectF]] | None = None
        self._marked = [
            (bay, index) for bay in plan.bays for index, mark in enumerate(bay.bins) if mark.highlight
        ]

    def paint(self, painter: QPainter, view: PlanView) -> None:
        """The hall and everything fixed in it."""
        colours, plan = self._colours, self._plan
        painter.fillRect(0, 0, view.width, view.height, QColor(colours.ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(colours.wall), 1.5))
        painter.setBrush(QColor(colours.floor))
        painter.drawRoundedRect(screen_rect(plan.bounds, view), 3, 3)
        rack = next((bay for bay in plan.bays if bay.outward and len(bay.bins) > 1), None)
        in_levels = rack is not None and shows_levels(rack, view)
        if in_levels and self._levels is None:
            self._levels = _by_colour(
                (bay.level_rect(index), self._colour_of((mark,), bay))
                for bay in plan.bays
                for index, mark in enumerate(bay.bins)
            )
        painter.save()
        painter.setTransform(_transform(view))
        painter.setPen(self._line(view))
        for colour, rects in (self._levels if in_levels and self._levels else self._bays).items():
            painter.setBrush(QColor(colour))
            painter.drawRects(rects)
        painter.restore()
        if in_levels:
            self._paint_codes(painter, view)
        self._paint_marked(painter, view)
        for aisle in plan.aisles:
            _name_aisle(painter, aisle, view, colours)
        _name_places(painter, plan, view, colours)

    def _line(self, view: PlanView) -> QPen:
        if view.scale < _LINES_FROM_SCALE:
            return QPen(Qt.PenStyle.NoPen)
        line = QPen(QColor(self._colours.shelf_line), 1)
        line.setCosmetic(True)
        return line

    def _colour_of(self, bins: tuple[BinMark, ...], bay: Bay) -> str:
        """The colour of one bin, or of several as one: the hottest of them, or how full they are on average."""
        colours = self._colours
        kind = bay.kind if len(bins) > 1 else bins[0].kind
        base = colours.pick if kind == "pick" else colours.reserve if kind == "reserve" else colours.place
        if self._heat is not None:
            value = max((self._heat.values.get(mark.id, 0.0) for mark in bins), default=0.0)
            if value <= 0 or self._heat.top <= 0:
                return base
            share = min(value / self._heat.top, 1.0) ** 0.7
            return heat_colour(round(share * _HEAT_STEPS) / _HEAT_STEPS, colours)
        known = [mark.fill for mark in bins if mark.fill is not None]
        if not known:
            return base
        fill = min(max(sum(known) / len(known), 0.0), 1.0)
        return mix(base, colours.full, round(fill * _FILL_STEPS) / _FILL_STEPS * 0.85)

    def _paint_codes(self, painter: QPainter, view: PlanView) -> None:
        """The level's name on each level, where it has room."""
        painter.setFont(lettering(10))
        painter.setPen(QColor(self._colours.quiet))
        shown = QRectF(0, 0, view.width, view.height)
        for bay in self._plan.bays:
            if not bay.outward or not screen_rect(bay.rect, view).intersects(shown):
                continue
            for index, mark in enumerate(bay.bins):
                strip = screen_rect(bay.level_rect(index), view)
                if strip.width() >= 9 and strip.height() >= _CODE_PX:
                    painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, mark.level)

    def _paint_marked(self, painter: QPainter, view: PlanView) -> None:
        ink = QColor(self._colours.highlight)
        soft = QColor(ink)
        soft.setAlphaF(0.25)
        painter.setPen(QPen(ink, 2))
        painter.setBrush(soft)
        for bay, index in self._marked:
            painter.drawRect(
                screen_rect(bay.level_rect(index) if shows_levels(bay, view) else bay.rect, view)
            )


def _by_colour(coloured: Iterable[tuple[Rect, str]]) -> dict[str, list[QRectF]]:
    found: dict[str, list[QRectF]] = {}
    for rect, colour in coloured:
        size = (rect.right - rect.left, rect.back - rect.front)
        found.setdefault(colour, []).append(QRectF(rect.left, rect.front, *size))
    return found


def _transform(view: PlanView) -> QTransform:
    left, bottom = view.to_screen(0.0, 0.0)
    return QTransform(view.scale, 0.0, 0.0, -view.scale, left, bottom)


def _name_aisle(painter: QPainter, aisle: Aisle, view: PlanView, colours: BinMapColours) -> None:
    """An aisle's name at both its ends, left of its middle, where walks run."""
    size = 12 if view.scale > 14 else 10 if view.scale > 7 else 9
    metrics = metrics_of(size, QFont.Weight.DemiBold)
    text = short_name(aisle.name)
    width, height = metrics.horizontalAdvance(text), metrics.capHeight()
    # Names of neighbours must stand clear of each other: where aisles are narrow, every second or fifth is named.
    # All by the same measure, or the names that are left out would be any.
    room, need = aisle.pitch * view.scale, metrics.horizontalAdvance("0" * len(text)) + 5
    if aisle.place % next((n for n in (1, 2, 5, 10, 20) if room * n >= need), 50):
        return
    painter.setFont(lettering(size, QFont.Weight.DemiBold))
    painter.setPen(QColor(colours.quiet))
    beside = _CROSS_AISLE_M * view.scale
    px, front = view.to_screen(aisle.x, aisle.front)
    _, back = view.to_screen(aisle.x, aisle.back)
    if beside >= height + 7:
        left = px - width - max(0.3 * view.scale, 5.0)
        painter.drawText(QPointF(left, front + height + 4), text)
        painter.drawText(QPointF(left, back - 4), text)
    else:
        # From far away there is no room between the front of the shelves and the walk: only the back is named then.
        painter.drawText(QPointF(px - width / 2, back - 4), text)


def short_name(name: str) -> str:
    """`A-03` as `03`: zones are seen by where they are."""
    return name.rpartition("-")[2] or name


def _name_places(painter: QPainter, plan: Plan, view: PlanView, colours: BinMapColours) -> None:
    """A word above each run of receiving, staging and dock places; their own numbers when near."""
    if view.scale < _PLACES_FROM_SCALE:
        return
    runs: dict[BinKind, list[Bay]] = {}
    for bay in plan.bays:
        if bay.outward == 0 and bay.kind in _PLACE_WORDS:
            runs.setdefault(bay.kind, []).append(bay)
    for kind, bays in runs.items():
        left, back = min(bay.rect.left for bay in bays), max(bay.rect.back for bay in bays)
        px, py = view.to_screen(left, back)
        painter.setPen(QColor(colours.quiet))
        painter.setFont(lettering(11 if view.scale > 8 else 9, QFont.Weight.Medium))
        painter.drawText(QPointF(px + 1, py - 4), _PLACE_WORDS[kind])
        painter.setFont(lettering(10))
        for bay in bays:
            rect = screen_rect(bay.rect, view)
            parts = bay.bins[0].code.split("-")
            text = parts[2] if len(parts) > 2 else bay.bins[0].code
            if metrics_of(10).horizontalAdvance(text) + 4 <= rect.width() and rect.height() >= 12:
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
