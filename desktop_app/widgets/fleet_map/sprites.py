"""The sheet of vehicle pictures: each look turned to 72 headings beforehand, so that drawing only copies.

A moving vehicle is an arrow; a standing one a disc with a nose for its heading and a sign for its state. The link is
told by shape: online is solid, stale stands in a ring that fades and empties with the age of its report, offline is
hollow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QConicalGradient, QFont, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from desktop_app.widgets.canvas.ink import lettering, with_alpha
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.fleet import FADES, HEADINGS, NO_HEADING
from desktop_app.widgets.fleet_map.marks import LINKS, STATES, Link, VehicleState

_SPRITES = HEADINGS + 1
_KINDS_AT_FIRST = 8
# Qt paints no farther than 32,767 pixels from a pixmap's corner.
_TALLEST = 32_000


class Look(NamedTuple):
    """What distinguishes one row of the sheet from another."""

    state: VehicleState
    link: Link
    fade: int
    is_selected: bool


def look_of(kind: int) -> Look:
    """The look behind the number that Fleet.classify gives a vehicle."""
    kind, selected = divmod(kind, 2)
    kind, fade = divmod(kind, FADES)
    state, link = divmod(kind, len(LINKS))
    return Look(STATES[state], LINKS[link], fade, bool(selected))


def state_colour(state: VehicleState, colours: MapColours) -> str:
    """The colour of a vehicle's state."""
    match state:
        case "executing":
            return colours.accent
        case "charging":
            return colours.info
        case "error":
            return colours.danger
        case _:
            return colours.quiet


class SpriteSheet:
    """73 sprites (72 headings, and none) for each look, painted when the look first occurs. `side` is in pixels.

    Sprites stand below each other: then the bytes of one lie together, and copying thousands of them costs a fifth less
    than from a wide sheet.
    """

    def __init__(self, side: int, ratio: float, colours: MapColours) -> None:
        self._ratio = ratio
        self._side = side
        self._colours = colours
        self._first_of: dict[int, int] = {}
        self.device_side = math.ceil(side * ratio)
        self.per_column = _TALLEST // self.device_side
        self._capacity = 0
        self.pixmap = QPixmap()
        self._grow()

    def first(self, kind: int) -> int:
        """The index of the kind's sprite of heading 0, the others following it; painted now if the kind is new."""
        first = self._first_of.get(kind)
        if first is None:
            first = self._first_of[kind] = len(self._first_of) * _SPRITES
            while first + _SPRITES > self._capacity:
                self._grow()
            self._paint(first, look_of(kind))
        return first

    def _grow(self) -> None:
        self._capacity = max(2 * self._capacity, _KINDS_AT_FIRST * _SPRITES)
        columns = math.ceil(self._capacity / self.per_column)
        height = min(self._capacity, self.per_column) * self.device_side
        larger = QPixmap(columns * self.device_side, height)
        larger.fill(Qt.GlobalColor.transparent)
        if not self.pixmap.isNull():
            painter = QPainter(larger)
            painter.drawPixmap(0, 0, self.pixmap)
            painter.end()
        self.pixmap = larger

    def _paint(self, first: int, look: Look) -> None:
        painter = QPainter(self.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for step in range(_SPRITES):
            column, line = divmod(first + step, self.per_column)
            left, top = column * self.device_side, line * self.device_side
            painter.save()
            painter.setClipRect(left, top, self.device_side, self.device_side)
            painter.translate(left + self.device_side / 2, top + self.device_side / 2)
            painter.scale(self._ratio, self._ratio)
            heading = None if step == NO_HEADING else step * 360.0 / HEADINGS
            paint_vehicle(painter, look, heading, self._side, self._colours)
            painter.restore()
        painter.end()


def paint_vehicle(
    painter: QPainter, look: Look, heading: float | None, side: float, colours: MapColours
) -> None:
    """One vehicle around the origin, in a square of `side` pixels."""
    unit = side / 30.0
    ink = QColor(state_colour(look.state, colours))
    ground = QColor(colours.surface)
    if look.link == "stale":
        _paint_ring(painter, look.fade, unit, QColor(colours.quiet))
    if look.is_selected:
        painter.setPen(QPen(QColor(colours.text), 2.0 * max(unit, 0.6)))
        painter.setBrush(with_alpha(colours.accent, 0.18))
        painter.drawEllipse(QPointF(0, 0), 13.2 * unit, 13.2 * unit)
    painter.save()
    if heading is not None:
        painter.rotate(heading)
    moves = look.state == "executing" and heading is not None
    shape = _arrow(unit) if moves else _disc(unit, has_nose=heading is not None)
    outline = QPen(
        ground,
        2.6 * max(unit, 0.6),
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.RoundCap,
        Qt.PenJoinStyle.RoundJoin,
    )
    painter.strokePath(shape, outline)
    if look.link == "offline":
        painter.fillPath(shape, ground)
        inside = QPen(
            ink,
            1.7 * max(unit, 0.6),
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
            Qt.PenJoinStyle.RoundJoin,
        )
        painter.strokePath(shape, inside)
    else:
        painter.fillPath(shape, ink)
    painter.restore()
    if unit > 0.7 and not moves:
        _SIGNS[look.state](painter, unit, ink if look.link == "offline" else ground)


def _paint_ring(painter: QPainter, fade: int, unit: float, ink: QColor) -> None:
    span = 360.0 * (1.0 - fade / FADES)
    fading = QConicalGradient(QPointF(0, 0), 90.0)
    fading.setColorAt(0.0, with_alpha(ink.name(), 0.25))
    fading.setColorAt(min(span / 360.0, 0.999), ink)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(fading, 2.2 * max(unit, 0.6), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    radius = 12.6 * unit
    painter.drawArc(QRectF(-radius, -radius, 2 * radius, 2 * radius), 90 * 16, round(span * 16))


def _arrow(unit: float) -> QPainterPath:
    path = QPainterPath()
    points = ((0.0, -10.0), (7.2, 8.2), (0.0, 4.4), (-7.2, 8.2))
    path.addPolygon(QPolygonF([QPointF(x * unit, y * unit) for x, y in points]))
    path.closeSubpath()
    return path


def _disc(unit: float, *, has_nose: bool) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), 7.4 * unit, 7.4 * unit)
    if has_nose:
        nose = QPainterPath()
        points = ((0.0, -11.4), (4.4, -5.2), (-4.4, -5.2))
        nose.addPolygon(QPolygonF([QPointF(x * unit, y * unit) for x, y in points]))
        nose.closeSubpath()
        path = path.united(nose)
    return path


def _dot(painter: QPainter, unit: float, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(QPointF(0, 0), 2.6 * unit, 2.6 * unit)


def _play(painter: QPainter, unit: float, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    points = ((-2.6, -4.0), (4.4, 0.0), (-2.6, 4.0))
    painter.drawPolygon(QPolygonF([QPointF(x * unit, y * unit) for x, y in points]))


def _bolt(painter: QPainter, unit: float, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    points = ((1.2, -5.4), (-3.4, 0.9), (-0.5, 0.9), (-1.2, 5.4), (3.4, -0.9), (0.5, -0.9))
    painter.drawPolygon(QPolygonF([QPointF(x * unit, y * unit) for x, y in points]))


def _bar(painter: QPainter, unit: float, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(QRectF(-4.2 * unit, -1.3 * unit, 8.4 * unit, 2.6 * unit), unit, unit)


def _letter(text: str) -> Callable[[QPainter, float, QColor], None]:
    def paint(painter: QPainter, unit: float, ink: QColor) -> None:
        painter.setFont(lettering(round(11 * unit), QFont.Weight.Bold))
        painter.setPen(ink)
        side = 16 * unit
        painter.drawText(QRectF(-side / 2, -side / 2, side, side), Qt.AlignmentFlag.AlignCenter, text)

    return paint


_SIGNS: dict[VehicleState, Callable[[QPainter, float, QColor], None]] = {
    "executing": _play,
    "idle": _dot,
    "charging": _bolt,
    "error": _letter("!"),
    "unavailable": _bar,
    "unknown": _letter("?"),
}
