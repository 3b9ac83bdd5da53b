"""A scale bar: a round length in metres or kilometres, drawn as long as it is on the canvas."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from desktop_app.widgets.canvas.ink import draw_haloed, lettering, metrics_of


def round_length(most_m: float) -> float:
    """The largest of 1, 2, 5, 10, 20, 50 ... metres (or a tenth, a hundredth) that is not longer than `most_m`."""
    power = math.floor(math.log10(most_m))
    for digit in (5, 2, 1):
        length = float(digit * 10.0**power)
        if length <= most_m * (1 + 1e-9):
            return length
    return float(10.0**power)


def length_text(metres: float) -> str:
    """A length as a person reads it: `500 m`, `20 km`."""
    if metres >= 1000:
        return f"{metres / 1000:,.0f} km"
    return f"{metres:g} m"


def scale_bar_width(metres_per_pixel: float, most_px: float = 120) -> float:
    """How wide the bar will be, in pixels."""
    return round_length(most_px * metres_per_pixel) / metres_per_pixel


def paint_scale_bar(
    painter: QPainter,
    left: float,
    baseline: float,
    metres_per_pixel: float,
    ink: QColor,
    halo: QColor,
    most_px: float = 120,
) -> QRectF:
    """Draw the bar with its length above; answers the space it took."""
    metres = round_length(most_px * metres_per_pixel)
    width = round(metres / metres_per_pixel)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    shape = QPolygonF(
        [
            QPointF(left, baseline - 5),
            QPointF(left, baseline),
            QPointF(left + width, baseline),
            QPointF(left + width, baseline - 5),
        ]
    )
    for colour, thickness in ((halo, 4.0), (ink, 2.0)):
        painter.setPen(
            QPen(
                colour, thickness, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin
            )
        )
        painter.drawPolyline(shape)
    text = length_text(metres)
    font = lettering(11, QFont.Weight.Medium)
    text_width = metrics_of(11, QFont.Weight.Medium).horizontalAdvance(text)
    draw_haloed(painter, QPointF(left + (width - text_width) / 2, baseline - 6), text, font, ink, halo)
    return QRectF(left, baseline - 18, max(width, text_width), 20)
