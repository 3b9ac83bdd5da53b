"""A trend in a few pixels: a line with its last point, from zero where asked."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.themes.theme import Theme


def paint_sparkline(
    painter: QPainter, box: QRectF, values: Sequence[float], ink: QColor, *, filled: bool = True
) -> None:
    """Draw `values` (oldest first) into `box`; nothing for fewer than two."""
    if len(values) < 2:
        return
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


class Sparkline(QWidget):
    """A trend line as a widget."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        values: Sequence[float] = (),
        colour: str = "accent",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._colour = theme, colour
        self._values = list(values)
        self.setAccessibleName(f"Trend of {name}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_values(self, values: Sequence[float]) -> None:
        """Show other values, oldest first."""
        if list(values) != self._values:
            self._values = list(values)
            self.update()

    def sizeHint(self) -> QSize:
        """Low and wide."""
        return QSize(120, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        paint_sparkline(painter, QRectF(self.rect()), self._values, self._theme.colour(self._colour))
        painter.end()
