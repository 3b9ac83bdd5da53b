"""A line of text that gives way: cut with dots where there is no room, whole on hover."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop_app.widgets.layouts import LabelRole


class ElidedLabel(QLabel):
    """A label that may become as narrow as its first letters."""

    def __init__(self, text: str = "", role: LabelRole = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role != "body":
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(
            min(super().minimumSizeHint().width(), self.fontMetrics().height() * 2), self.sizeHint().height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much as there is room for."""
        metrics, text = self.fontMetrics(), self.text()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(text if shown != text else "")
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
