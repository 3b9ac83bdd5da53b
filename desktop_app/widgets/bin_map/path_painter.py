"""Paints a pick path: the way along the aisles, its stops by number and status, and where the picker stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF

from desktop_app.widgets.bin_map.colours import BinMapColours
from desktop_app.widgets.bin_map.lanes import keep_right
from desktop_app.widgets.bin_map.marks import PickStop, StopStatus
from desktop_app.widgets.bin_map.plan import Plan
from desktop_app.widgets.bin_map.view import PlanView
from desktop_app.widgets.canvas.ink import draw_haloed, lettering, metrics_of, with_alpha

_NUMBERS_FROM_SCALE = 7.5
_NUMBERED_FROM_FAR = 3
_RANK: dict[StopStatus, int] = {"done": 0, "short": 1, "planned": 2, "next": 3}


class Path(NamedTuple):
    """A walk: corners in metres, its stops, and where the picker stands on it (None: at its beginning)."""

    line: Sequence[tuple[float, float]]
    stops: Sequence[PickStop]
    picker: tuple[float, float] | None


class Badge(NamedTuple):
    """Stops of one bay under one mark."""

    at: QPointF
    stops: tuple[PickStop, ...]
    status: StopStatus


def badges(plan: Plan, stops: Sequence[PickStop], view: PlanView) -> list[Badge]:
    """Stops gathered by bay, those most in need of attention last; a stop whose bin is not on the plan is left out."""
    by_place: dict[tuple[float, float], list[PickStop]] = {}
    for stop in stops:
        face = plan.face_of(stop.bin_id)
        if face is not None:
            by_place.setdefault(face, []).append(stop)
    found = []
    for face, there in by_place.items():
        there.sort(key=lambda stop: stop.number)
        status = max((stop.status for stop in there), key=_RANK.__getitem__)
        found.append(Badge(QPointF(*view.to_screen(*face)), tuple(there), status))
    return sorted(found, key=lambda badge: (_RANK[badge.status], -badge.stops[0].number))


def paint_path(painter: QPainter, path: Path, plan: Plan, view: PlanView, colours: BinMapColours) -> None:
    """The line and then the stops. The picker is painted apart, since it moves."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    points = [QPointF(*view.to_screen(x, y)) for x, y in path.line]
    marks = badges(plan, path.stops, view)
    width = min(max(view.scale * 0.16, 1.8), 4.5)
    aside = min(max(view.scale * 0.22, width * 0.9), 9.0)
    gone, to_come = _split(points, _walked_to(path, points, marks, view))
    gone, to_come = keep_right(gone, aside), keep_right(to_come, aside)
    _stroke(painter, gone, with_alpha(colours.quiet, 0.75), width * 0.8, dotted=True)
    _stroke(painter, to_come, QColor(colours.floor), width + 2.4, dotted=False)
    _stroke(painter, to_come, QColor(colours.accent), width, dotted=False)
    _paint_arrows(painter, to_come, width, colours)
    radius = min(max(view.scale * 0.52, 6.5), 12.0)
    for badge in marks:
        _paint_tie(painter, badge, to_come, colours, width)
    # From far away only the next few carry their numbers; the others are dots.
    soonest = min(
        (stop.number for badge in marks for stop in badge.stops if stop.status in ("next", "planned")),
        default=0,
    )
    for badge in marks:
        is_far = view.scale < _NUMBERS_FROM_SCALE and badge.stops[0].number > soonest + _NUMBERED_FROM_FAR
        if is_far and badge.status == "planned":
            _paint_dot(painter, badge.at, colours)
        else:
            paint_badge(painter, badge, radius, colours)


def _paint_dot(painter: QPainter, at: QPointF, colours: BinMapColours) -> None:
    painter.setPen(QPen(QColor(colours.accent), 1.5))
    painter.setBrush(QColor(colours.surface))
    painter.drawEllipse(at, 3.0, 3.0)


def picker_radius(view: PlanView) -> float:
    """How large the picker is drawn, in pixels."""
    return min(max(view.scale * 0.7, 8.0), 13.0)


def _walked_to(path: Path, points: Sequence[QPointF], marks: Sequence[Badge], view: PlanView) -> float:
    """Pixels along the line to where the picker is: at the picker, or at the last stop that is done."""
    done = [badge.at for badge in marks if all(stop.status in ("done", "short") for stop in badge.stops)]
    farthest = max((_along(points, at, from_=0.0) for at in done), default=0.0)
    if path.picker is None:
        return farthest
    return max(
        _along(points, QPointF(*view.to_screen(*path.picker)), from_=max(farthest - 1.0, 0.0)), farthest
    )


def _along(points: Sequence[QPointF], at: QPointF, from_: float) -> float:
    """How far along the line the point nearest to `at` is, looking only from `from_` on; the first of equally near ones."""
    best, best_way, walked = math.inf, from_, 0.0
    for a, b in pairwise(points):
        leg = b - a
        length = math.hypot(leg.x(), leg.y())
        if length > 0 and walked + length >= from_:
            share = min(max(QPointF.dotProduct(at - a, leg) / (length * length), 0.0), 1.0)
            share = max(share, (from_ - walked) / length)
            aside = at - (a + leg * share)
            distance = math.hypot(aside.x(), aside.y())
            if distance < best - 0.5:
                best, best_way = distance, walked + share * length
        walked += length
    return best_way


def _split(points: Sequence[QPointF], way: float) -> tuple[list[QPointF], list[QPointF]]:
    walked = 0.0
    for index, (a, b) in enumerate(pairwise(points)):
        length = math.hypot(b.x() - a.x(), b.y() - a.y())
        if walked + length >= way and length > 0:
            cut = a + (b - a) * ((way - walked) / length)
            return [*points[: index + 1], cut], [cut, *points[index + 1 :]]
        walked += length
    return list(points), []


def _stroke(painter: QPainter, points: Sequence[QPointF], ink: QColor, width: float, *, dotted: bool) -> None:
    if len(points) < 2:
        return
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    pen = QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    if dotted:
        pen.setDashPattern([0.1, 2.6])
    painter.strokePath(path, pen)


def _paint_arrows(painter: QPainter, points: Sequence[QPointF], width: float, colours: BinMapColours) -> None:
    """A small arrow head on each leg that is long enough, and on very long ones several."""
    painter.setPen(QPen(QColor(colours.floor), 1.4))
    painter.setBrush(QColor(colours.accent))
    size = width + 2.6
    for a, b in pairwise(points):
        leg = b - a
        length = math.hypot(leg.x(), leg.y())
        heads = int(length // 90) if length >= 46 else 0
        for number in range(max(heads, 1 if length >= 46 else 0)):
            at = a + leg * ((number + 0.5) / max(heads, 1))
            painter.save()
            painter.translate(at)
            painter.rotate(math.degrees(math.atan2(leg.y(), leg.x())))
            painter.drawPolygon(QPolygonF([QPointF(-size, -size), QPointF(size, 0), QPointF(-size, size)]))
            painter.restore()


def _paint_tie(
    painter: QPainter, badge: Badge, points: Sequence[QPointF], colours: BinMapColours, width: float
) -> None:
    """A short line from the path into the shelf."""
    if len(points) < 2 or badge.status in ("done", "short"):
        return
    level = [p for a, b in pairwise(points) if (p := _beside(a, b, badge.at)) is not None]
    if level:
        nearest = min(level, key=lambda p: abs(p.x() - badge.at.x()))
        painter.setPen(QPen(QColor(colours.accent), width * 0.7))
        painter.drawLine(nearest, badge.at)


def _beside(a: QPointF, b: QPointF, at: QPointF) -> QPointF | None:
    """The point of an upright leg level with `at`."""
    is_upright = abs(a.x() - b.x()) < 0.5
    if is_upright and min(a.y(), b.y()) - 0.5 <= at.y() <= max(a.y(), b.y()) + 0.5:
        return QPointF(a.x(), at.y())
    return None


def badge_text(stops: Sequence[PickStop]) -> str:
    """`7`, `7-9` for neighbours in the walk, `7+` for others."""
    numbers = [stop.number for stop in stops if stop.status not in ("done", "short")] or [
        s.number for s in stops
    ]
    if len(numbers) == 1:
        return str(numbers[0])
    is_run = numbers[-1] - numbers[0] == len(numbers) - 1
    return f"{numbers[0]}–{numbers[-1]}" if is_run else f"{numbers[0]}+"


def paint_badge(painter: QPainter, badge: Badge, radius: float, colours: BinMapColours) -> None:
    """A stop by its status: to pick an open ring with its number, next a large filled one, done a tick, short a mark."""
    floor = QColor(colours.floor)
    match badge.status:
        case "done":
            _paint_sign(
                painter,
                badge.at,
                radius * 0.62,
                QColor(colours.ok),
                floor,
                ((-0.45, 0.05, -0.1, 0.4), (-0.1, 0.4, 0.5, -0.35)),
            )
        case "short":
            _paint_sign(
                painter,
                badge.at,
                radius * 0.7,
                QColor(colours.warning),
                floor,
                ((0.0, -0.5, 0.0, 0.12), (0.0, 0.5, 0.0, 0.52)),
            )
        case "next":
            radius *= 1.35
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(colours.accent, 0.2))
            painter.drawEllipse(badge.at, radius * 1.75, radius * 1.75)
            _paint_number(painter, badge, radius, QColor(colours.accent), floor, QColor(colours.on_accent))
        case _:
            _paint_number(
                painter, badge, radius, QColor(colours.surface), QColor(colours.accent), QColor(colours.text)
            )


def _paint_number(
    painter: QPainter, badge: Badge, radius: float, fill: QColor, line: QColor, ink: QColor
) -> None:
    text = badge_text(badge.stops)
    pixels = round(radius * (1.15 if len(text) < 3 else 1.0))
    metrics = metrics_of(pixels, QFont.Weight.DemiBold)
    width = max(metrics.horizontalAdvance(text) + radius * 0.8, 2 * radius)
    box = QRectF(badge.at.x() - width / 2, badge.at.y() - radius, width, 2 * radius)
    painter.setPen(QPen(line, 1.6))
    painter.setBrush(fill)
    painter.drawRoundedRect(box, radius, radius)
    painter.setFont(lettering(pixels, QFont.Weight.DemiBold))
    painter.setPen(ink)
    left = badge.at.x() - metrics.horizontalAdvance(text) / 2
    painter.drawText(QPointF(left, badge.at.y() + metrics.capHeight() / 2), text)


def _paint_sign(
    painter: QPainter,
    at: QPointF,
    radius: float,
    fill: QColor,
    ink: QColor,
    strokes: Sequence[tuple[float, float, float, float]],
) -> None:
    painter.setPen(QPen(ink, 1.2))
    painter.setBrush(fill)
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(ink, max(radius * 0.28, 1.2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for x1, y1, x2, y2 in strokes:
        painter.drawLine(at + QPointF(x1, y1) * radius, at + QPointF(x2, y2) * radius)


def paint_picker(painter: QPainter, at: QPointF, radius: float, colours: BinMapColours) -> None:
    """A person in a disc: here one stands."""
    painter.setPen(QPen(QColor(colours.floor), 2.0))
    painter.setBrush(QColor(colours.text))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.floor))
    painter.drawEllipse(at + QPointF(0, -0.32 * radius), 0.26 * radius, 0.26 * radius)
    shoulders = QRectF(at.x() - 0.46 * radius, at.y() + 0.02 * radius, 0.92 * radius, 0.9 * radius)
    painter.drawChord(shoulders, 0, 180 * 16)


def paint_packing(painter: QPainter, at: QPointF, label: str, colours: BinMapColours) -> None:
    """Where the walk begins and ends."""
    painter.setPen(QPen(QColor(colours.floor), 2.0))
    painter.setBrush(QColor(colours.quiet))
    painter.drawRoundedRect(QRectF(at.x() - 7, at.y() - 7, 14, 14), 3, 3)
    painter.setBrush(QColor(colours.floor))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRect(QRectF(at.x() - 3, at.y() - 3, 6, 6))
    if label:
        width = metrics_of(11, QFont.Weight.Medium).horizontalAdvance(label)
        font = lettering(11, QFont.Weight.Medium)
        draw_haloed(
            painter,
            QPointF(at.x() - width / 2, at.y() + 20),
            label,
            font,
            QColor(colours.text),
            QColor(colours.floor),
        )
