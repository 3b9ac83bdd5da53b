"""A field to search as one types: quick for the eye, sparing with queries."""

from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.themes.theme import Theme

# A key is held this long for the next one; below what the eye notices.
_REST_MS: Final = 8


class SearchField(QLineEdit):
    """`searched(text)` after each rest in typing, `entered(text)` on Enter; Escape clears; Down leaves to the list."""

    searched = Signal(str)
    entered = Signal(str)
    left_down = Signal()

    def __init__(self, theme: Theme, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(False)
        self._dress()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST_MS)
        self._timer.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(lambda _text: self._timer.start())
        self.returnPressed.connect(lambda: self.entered.emit(self.text().strip()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears first, then leaves; Down goes to what was found."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Leave room for the glass at the new size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, with a glass in front of the text."""
        super().paintEvent(event)
        painter = QPainter(self)
        size = self._theme.metrics.icon - 2
        painter.drawPixmap(10, round((self.height() - size) / 2), self._theme.pixmap("search", size))
        painter.end()

    def _dress(self) -> None:
        self.setTextMargins(self._theme.metrics.icon + 6, 0, 0, 0)
