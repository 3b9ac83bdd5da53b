"""Good or bad after a scan, to be seen from three metres: a wide frame, a large mark, and what to do."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.themes.theme import Theme

_GOOD_MS: Final = 650
_BAD_MS: Final = 2_200
_FRAME: Final = 14
_BAND: Final = 96
_MARK: Final = 52.0


class Flash(QWidget):
    """Lies over the window and lets every click through."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._good, self._words = True, ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)

    def flash(self, good: bool, words: str) -> None:
        """Show it; a bad one stays longer, for it has to be read."""
        self._good, self._words = good, words
        self.setGeometry(self.parentWidget().rect())
        self.setAccessibleName(f"{'Good' if good else 'Wrong'}: {words}")
        self.show()
        self.raise_()
        self.update()
        self._timer.start(_GOOD_MS if good else _BAD_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window whatever its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, band, mark and words."""
        theme = self._theme
        ground, ink = theme.colour("good_flash" if self._good else "bad_flash"), theme.colour("on_flash")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(ground, _FRAME)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        half = _FRAME / 2
        painter.drawRect(QRectF(self.rect()).adjusted(half, half, -half, -half))
        band = QRectF(0, self.height() - _BAND, self.width(), _BAND)
        painter.fillRect(band, ground)
        mark = QRectF(40, band.center().y() - _MARK / 2, _MARK, _MARK)
        painter.setPen(
            QPen(ink, 8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        if self._good:
            painter.drawPolyline(
                [
                    mark.topLeft() + _at(0.04, 0.55),
                    mark.topLeft() + _at(0.38, 0.9),
                    mark.topLeft() + _at(0.98, 0.12),
                ]
            )
        else:
            painter.drawLine(mark.topLeft() + _at(0.1, 0.1), mark.topLeft() + _at(0.9, 0.9))
            painter.drawLine(mark.topLeft() + _at(0.9, 0.1), mark.topLeft() + _at(0.1, 0.9))
        font = theme.font("terminal")
        painter.setFont(font)
        words = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width() - 180)
        painter.drawText(band.adjusted(124, 0, -40, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


def _at(x: float, y: float) -> QPointF:
    """A point of the mark, in shares of its size."""
    return QPointF(x * _MARK, y * _MARK)
