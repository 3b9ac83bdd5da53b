"""A trend in a few pixels, as a widget."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.widgets.sparkline_paint import paint_sparkline


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
