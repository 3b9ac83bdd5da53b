"""Routes, stops and depots on the map: where they lie, how they are painted, and which stop is under a point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from desktop_app.widgets.canvas.ink import draw_haloed, lettering, metrics_of, mix, with_alpha
from desktop_app.widgets.fleet_map.camera import Camera
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.marks import DepotMark, RouteMark, StopMark
from desktop_app.widgets.fleet_map.mercator import project

_NUMBERS_FROM_ZOOM = 9.0
_DOTS_FROM_ZOOM = 7.0


class _Leg(NamedTuple):
    """A straight piece of a route, in world coordinates."""

    start: tuple[float, float]
    end: tuple[float, float]
    is_done: bool


class _Laid(NamedTuple):
    """A route with its world coordinates worked out once."""

    mark: RouteMark
    stops: list[tuple[float, float]]
    legs: list[_Leg]
    colour: int


class RouteLayer:
    """All routes and depots. `emphasise` brings some routes forward and lets the others step back."""

    def __init__(self) -> None:
        self._routes: list[_Laid] = []
        self._depots: list[tuple[DepotMark, float, float]] = []
        self._strong: frozenset[str] = frozenset()
        self.stop_selected: str | None = None
        self.version = 0

    def replace_routes(self, routes: Sequence[RouteMark]) -> None:
        """Take another set of routes."""
        self._routes = [_lay(route, index) for index, route in enumerate(routes)]
        self.version += 1

    def replace_depots(self, depots: Sequence[DepotMark]) -> None:
        """Take another set of depots."""
        self._depots = [(depot, *project(depot.lat, depot.lon)) for depot in depots]
        self.version += 1

    def emphasise(self, route_ids: Iterable[str], stop_id: str | None) -> None:
        """Bring these routes, and the route of this stop, to the front."""
        strong = frozenset(route_ids)
        if stop_id is not None:
            strong |= {
                laid.mark.id for laid in self._routes for stop in laid.mark.stops if stop.id == stop_id
            }
        if (strong, stop_id) != (self._strong, self.stop_selected):
            self._strong, self.stop_selected = strong, stop_id
            self.version += 1

    def routes_of(self, vehicle_ids: Iterable[str]) -> set[str]:
        """Ids of the routes that these vehicles drive."""
        wanted = set(vehicle_ids)
        return {laid.mark.id for laid in self._routes if laid.mark.vehicle_id in wanted}

    @property
    def has_routes(self) -> bool:
        """Whether there is any route to explain in the legend."""
        return bool(self._routes)

    @property
    def has_depots(self) -> bool:
        """Whether there is any depot."""
        return bool(self._depots)

    def world_points(self) -> Iterator[tuple[float, float]]:
        """Every stop and depot in world coordinates."""
        for laid in self._routes:
            yield from laid.stops
        for _, x, y in self._depots:
            yield x, y

    def depot_spaces(self) -> list[tuple[float, float, float, float, float]]:
        """World x and y of each depot, and the pixels its mark and name take to each side, above and below."""
        half_widths = [_label_width(depot.label) / 2 for depot, _, _ in self._depots]
        return [
            (x, y, max(half, 11.0) + 3, 14.0, 30.0 if half else 14.0)
            for (_, x, y), half in zip(self._depots, half_widths, strict=True)
        ]

    def points_of(self, route_ids: Iterable[str]) -> list[tuple[float, float]]:
        """World coordinates of these routes' stops and ends."""
        wanted = set(route_ids)
        points: list[tuple[float, float]] = []
        for laid in self._routes:
            if laid.mark.id in wanted:
                points += laid.stops
                points += [end for leg in laid.legs for end in (leg.start, leg.end)]
        return points

    def stop_at(self, camera: Camera, px: float, py: float, reach: float) -> StopMark | None:
        """The stop under a point, of routes in front first; only stops that are large enough to be seen."""
        best: tuple[bool, float, StopMark] | None = None
        for laid in self._routes:
            strong = laid.mark.id in self._strong
            if not self._shows_stops(strong, camera.zoom):
                continue
            for stop, world in zip(laid.mark.stops, laid.stops, strict=True):
                x, y = camera.to_screen(*world)
                distance = math.hypot(x - px, y - py)
                if distance <= reach and (best is None or (strong, -distance) > (best[0], -best[1])):
                    best = (strong, distance, stop)
        return best[2] if best else None

    def screen_of_stop(self, camera: Camera, stop_id: str) -> tuple[float, float] | None:
        """Where a stop is shown, in pixels."""
        for laid in self._routes:
            for stop, world in zip(laid.mark.stops, laid.stops, strict=True):
                if stop.id == stop_id:
                    return camera.to_screen(*world)
        return None

    def _shows_stops(self, strong: bool, zoom: float) -> bool:
        return strong or (not self._strong and zoom >= _DOTS_FROM_ZOOM)

    def paint(self, painter: QPainter, camera: Camera, colours: MapColours) -> None:
        """Routes behind, then those in front, then depots."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        behind = [laid for laid in self._routes if laid.mark.id not in self._strong]
        front = [laid for laid in self._routes if laid.mark.id in self._strong]
        for laid in behind:
            ink = with_alpha(colours.quiet, 0.22) if self._strong else self._quiet_ink(laid, colours)
            _paint_legs(painter, camera, laid, ink, 1.3)
        if not self._strong and camera.zoom >= _DOTS_FROM_ZOOM:
            for laid in behind:
                self._paint_stops(painter, camera, colours, laid, numbered=camera.zoom >= _NUMBERS_FROM_ZOOM)
        for laid in front:
            _paint_legs(painter, camera, laid, QColor(colours.halo), 6.0, whole=True)
            _paint_legs(painter, camera, laid, self._ink(laid, colours), 2.6)
            _paint_chevrons(painter, camera, laid, self._ink(laid, colours), QColor(colours.halo))
        for laid in front:
            self._paint_stops(painter, camera, colours, laid, numbered=True)
        for depot, x, y in self._depots:
            paint_depot(painter, QPointF(*camera.to_screen(x, y)), depot.label, colours)

    def _ink(self, laid: _Laid, colours: MapColours) -> QColor:
        if len(self._strong) <= 1:
            return QColor(colours.accent)
        return QColor(colours.routes[laid.colour % len(colours.routes)])

    def _quiet_ink(self, laid: _Laid, colours: MapColours) -> QColor:
        return QColor(mix(colours.routes[laid.colour % len(colours.routes)], colours.land, 0.35))

    def _paint_stops(
        self, painter: QPainter, camera: Camera, colours: MapColours, laid: _Laid, *, numbered: bool
    ) -> None:
        strong = laid.mark.id in self._strong
        ink = self._ink(laid, colours) if strong else self._quiet_ink(laid, colours)
        # Last stops first, so that those due soonest lie on top.
        for stop, world in reversed(list(zip(laid.mark.stops, laid.stops, strict=True))):
            x, y = camera.to_screen(*world)
            if -20 < x < camera.width + 20 and -20 < y < camera.height + 20:
                is_selected = stop.id == self.stop_selected
                paint_stop(
                    painter, QPointF(x, y), stop, ink, colours, numbered=numbered, is_selected=is_selected
                )


def _lay(route: RouteMark, index: int) -> _Laid:
    stops = [project(stop.lat, stop.lon) for stop in route.stops]
    points = list(stops)
    done = [stop.status in ("done", "failed") for stop in route.stops]
    if route.start is not None:
        points.insert(0, project(*route.start))
    else:
        done = done[1:]
    if route.end is not None:
        points.append(project(*route.end))
        done.append(False)
    legs = [_Leg(a, b, is_done) for a, b, is_done in zip(points, points[1:], done, strict=False)]
    return _Laid(route, stops, legs, index)


def _paint_legs(
    painter: QPainter, camera: Camera, laid: _Laid, ink: QColor, width: float, *, whole: bool = False
) -> None:
    """Legs to come are solid, those done are dotted."""
    for is_done in (True, False):
        pen = QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        if is_done and not whole:
            pen.setDashPattern([0.1, 2.4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        line = QPolygonF()
        for leg in laid.legs:
            if leg.is_done is is_done:
                start = QPointF(*camera.to_screen(*leg.start))
                if line.isEmpty() or line.last() != start:
                    if not line.isEmpty():
                        painter.drawPolyline(line)
                    line = QPolygonF([start])
                line.append(QPointF(*camera.to_screen(*leg.end)))
        if not line.isEmpty():
            painter.drawPolyline(line)


def _paint_chevrons(painter: QPainter, camera: Camera, laid: _Laid, ink: QColor, halo: QColor) -> None:
    """A small arrow head in the middle of each leg to come that is long enough to carry one."""
    for leg in laid.legs:
        (ax, ay), (bx, by) = camera.to_screen(*leg.start), camera.to_screen(*leg.end)
        if leg.is_done or math.hypot(bx - ax, by - ay) < 70:
            continue
        painter.save()
        painter.translate((ax + bx) / 2, (ay + by) / 2)
        painter.rotate(math.degrees(math.atan2(by - ay, bx - ax)))
        head = QPolygonF([QPointF(-4.5, -5), QPointF(5.5, 0), QPointF(-4.5, 5), QPointF(-2.2, 0)])
        painter.setPen(QPen(halo, 1.6))
        painter.setBrush(ink)
        painter.drawPolygon(head)
        painter.restore()


def paint_stop(
    painter: QPainter,
    at: QPointF,
    stop: StopMark,
    ink: QColor,
    colours: MapColours,
    *,
    numbered: bool,
    is_selected: bool,
) -> None:
    """A stop by its status: planned an open circle, next a filled pin, done a small tick, failed a square cross."""
    ground = QColor(colours.surface)
    if is_selected:
        painter.setPen(QPen(QColor(colours.text), 2.0))
        painter.setBrush(with_alpha(colours.accent, 0.2))
        painter.drawEllipse(at, 15.0, 15.0)
    if not numbered:
        if stop.status == "done":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(at, 1.7, 1.7)
        else:
            painter.setPen(QPen(ink, 1.3))
            painter.setBrush(ground)
            painter.drawEllipse(at, 2.7, 2.7)
        return
    match stop.status:
        case "done":
            painter.setPen(QPen(ground, 1.5))
            painter.setBrush(QColor(colours.ok))
            painter.drawEllipse(at, 7.0, 7.0)
            _paint_strokes(painter, at, ground, ((-2.8, 0.2, -0.8, 2.4), (-0.8, 2.4, 3.0, -2.2)))
        case "failed":
            painter.setPen(QPen(ground, 1.5))
            painter.setBrush(QColor(colours.danger))
            painter.drawRoundedRect(QRectF(at.x() - 7, at.y() - 7, 14, 14), 3, 3)
            _paint_strokes(
                painter, at, QColor(colours.on_danger), ((-2.6, -2.6, 2.6, 2.6), (-2.6, 2.6, 2.6, -2.6))
            )
        case "next":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(ink.name(), 0.22))
            painter.drawEllipse(at, 15.5, 15.5)
            painter.setPen(QPen(ground, 2.0))
            painter.setBrush(ink)
            painter.drawEllipse(at, 11.0, 11.0)
            _paint_number(painter, at, stop.number, 12, QColor(colours.on_accent))
        case _:
            painter.setPen(QPen(ground, 3.4))
            painter.drawEllipse(at, 8.8, 8.8)
            painter.setPen(QPen(ink, 1.7))
            painter.setBrush(ground)
            painter.drawEllipse(at, 8.8, 8.8)
            _paint_number(painter, at, stop.number, 11, QColor(colours.text))
    if stop.is_late and stop.status in ("planned", "next"):
        _paint_late(painter, at + QPointF(8.5, -8.5), colours)


def _paint_strokes(
    painter: QPainter, at: QPointF, ink: QColor, strokes: Iterable[tuple[float, float, float, float]]
) -> None:
    painter.setPen(QPen(ink, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for x1, y1, x2, y2 in strokes:
        painter.drawLine(at + QPointF(x1, y1), at + QPointF(x2, y2))


def _paint_number(painter: QPainter, at: QPointF, number: int, pixels: int, ink: QColor) -> None:
    text = str(number)
    pixels = pixels if number < 100 else pixels - 2
    metrics = metrics_of(pixels, QFont.Weight.DemiBold)
    painter.setFont(lettering(pixels, QFont.Weight.DemiBold))
    painter.setPen(ink)
    painter.drawText(
        QPointF(at.x() - metrics.horizontalAdvance(text) / 2, at.y() + metrics.capHeight() / 2), text
    )


def _paint_late(painter: QPainter, at: QPointF, colours: MapColours) -> None:
    """A triangle: will not be there in time."""
    painter.setPen(QPen(QColor(colours.surface), 1.2))
    painter.setBrush(QColor(colours.warning))
    painter.drawPolygon(QPolygonF([at + QPointF(0, -5), at + QPointF(5.2, 4), at + QPointF(-5.2, 4)]))


def _label_width(label: str) -> float:
    return float(metrics_of(12, QFont.Weight.DemiBold).horizontalAdvance(label))


def paint_depot(painter: QPainter, at: QPointF, label: str, colours: MapColours) -> None:
    """A house on a dark tile, and its name below."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colours.surface), 2.0))
    painter.setBrush(QColor(colours.text))
    painter.drawRoundedRect(QRectF(at.x() - 10, at.y() - 10, 20, 20), 5, 5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.surface))
    roof = (
        (-6.0, -0.6),
        (0.0, -5.8),
        (6.0, -0.6),
        (6.0, 5.4),
        (2.2, 5.4),
        (2.2, 1.2),
        (-2.2, 1.2),
        (-2.2, 5.4),
        (-6.0, 5.4),
    )
    painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in roof]))
    if label:
        font = lettering(12, QFont.Weight.DemiBold)
        width = _label_width(label)
        draw_haloed(
            painter,
            at + QPointF(-width / 2, 25),
            label,
            font,
            QColor(colours.text),
            QColor(colours.halo),
            halo_width=1.8,
        )
