"""What lies over the map and is not data: scale, attribution, selection box, what is carried by a drag."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from desktop_app.widgets.canvas.ink import draw_floating_card, draw_pill, lettering, metrics_of, with_alpha
from desktop_app.widgets.canvas.scale_bar import paint_scale_bar, scale_bar_width
from desktop_app.widgets.fleet_map.camera import Camera, Insets
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.marks import StopMark
from desktop_app.widgets.fleet_map.mercator import metres_per_pixel
from desktop_app.widgets.fleet_map.routes import paint_stop
from desktop_app.widgets.fleet_map.sprites import Look, paint_vehicle
from desktop_app.widgets.fleet_map.words import STOP_WORDS

ATTRIBUTION = "Natural Earth  ·  © GeoNames, CC BY 4.0"
EDGE = 12


def paint_scale(painter: QPainter, camera: Camera, insets: Insets, colours: MapColours) -> None:
    """The scale at the bottom left, right for the latitude at the middle of the map."""
    metres = metres_per_pixel(camera.middle[0], camera.zoom)
    baseline = camera.height - insets[3] - EDGE - 2
    width = scale_bar_width(metres)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    box = QRectF(insets[0] + EDGE - 6, baseline - 22, width + 16, 29)
    draw_pill(painter, box, with_alpha(colours.surface, 0.72), None, 4)
    paint_scale_bar(
        painter, insets[0] + EDGE + 2, baseline, metres, QColor(colours.text), QColor(colours.halo)
    )


def paint_attribution(painter: QPainter, camera: Camera, insets: Insets, colours: MapColours) -> None:
    """Whose data this is, at the bottom right."""
    width = metrics_of(10).horizontalAdvance(ATTRIBUTION)
    right, bottom = camera.width - insets[2], camera.height - insets[3]
    box = QRectF(right - width - 16, bottom - 19, width + 16, 19)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    draw_pill(painter, box, with_alpha(colours.surface, 0.72), None, 4)
    painter.setFont(lettering(10))
    painter.setPen(QColor(colours.quiet))
    painter.drawText(QPointF(box.left() + 8, box.bottom() - 6), ATTRIBUTION)


def paint_card(painter: QPainter, box: QRectF, title: str, lines: Sequence[str], colours: MapColours) -> None:
    """A small floating card: a title and, under it, quieter lines."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    draw_floating_card(
        painter, box, QColor(colours.surface), QColor(colours.line), QColor(colours.shadow), 5.0
    )
    pad = 12 if lines else 8
    painter.setFont(lettering(12, QFont.Weight.DemiBold))
    painter.setPen(QColor(colours.text))
    painter.drawText(QPointF(box.left() + pad, box.top() + (19 if lines else 15.5)), title)
    painter.setFont(lettering(12))
    painter.setPen(QColor(colours.quiet))
    for index, line in enumerate(lines):
        painter.drawText(QPointF(box.left() + pad, box.top() + 37 + 18 * index), line)


def paint_card_beside(
    painter: QPainter,
    at: tuple[float, float],
    camera: Camera,
    title: str,
    lines: Sequence[str],
    colours: MapColours,
) -> None:
    """The card beside a point, on the side where there is room for it."""
    widths = [metrics_of(12, QFont.Weight.DemiBold).horizontalAdvance(title)]
    widths += [metrics_of(12).horizontalAdvance(line) for line in lines]
    width, height = max(widths) + 24, 28.0 + 18 * len(lines)
    x, y = at
    left = x + 22 if x + 22 + width < camera.width else x - 22 - width
    top = min(max(y - height / 2, 8.0), camera.height - height - 8)
    paint_card(painter, QRectF(left, top, width, height), title, lines, colours)


def paint_stop_card(
    painter: QPainter, stop: StopMark, at: QPointF, camera: Camera, colours: MapColours
) -> None:
    """What stands at a stop: its name, its number and how far it is."""
    status = STOP_WORDS[stop.status] + (", will be late" if stop.is_late and stop.status != "done" else "")
    title = stop.label or f"Stop {stop.number}"
    paint_card_beside(painter, at.toTuple(), camera, title, [f"Stop {stop.number}  ·  {status}"], colours)


def paint_box(painter: QPainter, box: QRectF, colours: MapColours) -> None:
    """The rectangle that is being drawn around vehicles."""
    painter.setPen(QPen(QColor(colours.accent), 1.2, Qt.PenStyle.DashLine))
    painter.setBrush(with_alpha(colours.accent, 0.12))
    painter.drawRect(box)


def paint_carried_stop(
    painter: QPainter, stop: StopMark, start: QPointF, now: QPointF, target: str | None, colours: MapColours
) -> None:
    """A stop on its way to a vehicle, and what dropping it here would do."""
    _paint_tether(painter, start, now, colours)
    ink = QColor(colours.accent)
    paint_stop(painter, now, stop._replace(status="planned"), ink, colours, numbered=True, is_selected=True)
    text = f"Give stop {stop.number} to {target}" if target else "Drop it on a vehicle"
    _paint_hint(painter, now, text, colours)


def paint_carried_vehicle(
    painter: QPainter, name: str, start: QPointF, now: QPointF, target: str | None, colours: MapColours
) -> None:
    """A vehicle on its way to a stop, and what dropping it here would do."""
    _paint_tether(painter, start, now, colours)
    painter.save()
    painter.translate(now)
    paint_vehicle(painter, Look("executing", "online", 0, True), None, 30, colours)
    painter.restore()
    _paint_hint(painter, now, f"Send {name} to {target}" if target else "Drop it on a stop", colours)


def _paint_tether(painter: QPainter, start: QPointF, now: QPointF, colours: MapColours) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colours.accent), 1.6, Qt.PenStyle.DashLine))
    painter.drawLine(start, now)


def _paint_hint(painter: QPainter, at: QPointF, text: str, colours: MapColours) -> None:
    width = metrics_of(12, QFont.Weight.Medium).horizontalAdvance(text) + 20
    box = QRectF(at.x() + 20, at.y() + 12, width, 26)
    draw_floating_card(painter, box, QColor(colours.surface), QColor(colours.line), QColor(colours.shadow), 5)
    painter.setFont(lettering(12, QFont.Weight.Medium))
    painter.setPen(QColor(colours.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
