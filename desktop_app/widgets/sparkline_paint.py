"""Paints a trend in a few pixels: a line with its last point."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF


def paint_sparkline(
    painter: QPainter, box: QRectF, values: Sequence[float], ink: QColor, *, filled: bool = True
) -> None:
    """Draw `values` (oldest first) into `box`; nothing for fewer than two."""
    if len(values) < 2:
        return
    # Imported late: Qt's namespace is costly, and where nothing moved there is no line.
    from PySide6.QtCore import Qt

    low, high = min(values), max(values)
    span = (high - low) or 1.0
    inner = box.adjusted(1.5, 2.5, -3.5, -2.5)
    step = inner.width() / (len(values) - 1)
    points = [
        QPointF(inner.left() + i * step, inner.bottom() - (v - low) / span * inner.height())
        for i, v in enumerate(values)
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if filled:
        ground = QColor(ink)
        ground.setAlpha(28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(
            QPolygonF([QPointF(points[0].x(), box.bottom()), *points, QPointF(points[-1].x(), box.bottom())])
        )
    painter.setPen(QPen(ink, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(points[-1], 2.2, 2.2)
    painter.restore()
