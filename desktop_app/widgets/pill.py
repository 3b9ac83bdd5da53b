"""A status as a pill: shape, word and tone."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import Tone
from desktop_app.widgets.marks import paint_pill, pill_height, pill_width


class Pill(QWidget):
    """`Pill(theme, "Picked", "ok")`; `show_status` changes it."""

    def __init__(
        self, theme: Theme, text: str = "", tone: Tone = "neutral", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text, self.tone = text, tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        theme.changed.connect(self.updateGeometry)

    def show_status(self, text: str, tone: Tone, tip: str = "") -> None:
        """Show another status; `tip` is the longer word on hover."""
        self.setToolTip(tip)
        if (text, tone) != (self.text, self.tone):
            self.text, self.tone = text, tone
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as its word."""
        return QSize(pill_width(self._theme, self.text), pill_height(self._theme) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        paint_pill(painter, self._theme, 0, self.height() / 2, self.text, self.tone, self.width())
        painter.end()
