"""Asks for a reason once, by a key from 1 to 9."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RADIUS, SPACE_4, SPACE_8, SPACE_12

_MOST = 9
_CAP = 22


class ReasonPicker(QWidget):
    """Up to nine reasons as rows, `picked(code)`. The keys work while the focus is anywhere inside."""

    picked = Signal(str)

    def __init__(
        self, theme: Theme, reasons: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        """`reasons` are (code, words). Raises ValueError for none, or more than nine."""
        super().__init__(parent)
        if not 1 <= len(reasons) <= _MOST:
            raise ValueError(f"a person is asked to choose among 1 to {_MOST} reasons, not {len(reasons)}")
        self._codes = [code for code, _words in reasons]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_4)
        for number, (code, words) in enumerate(reasons, 1):
            choice = _Reason(theme, str(number), words)
            choice.clicked.connect(lambda _checked=False, code=code: self.picked.emit(code))
            layout.addWidget(choice)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Reason")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 to 9 choose."""
        if not self.take_key(event):
            super().keyPressEvent(event)

    def take_key(self, event: QKeyEvent) -> bool:
        """Choose by `event` if it is one of the digits; for the dialog around."""
        digit = event.key() - Qt.Key.Key_1
        if 0 <= digit < len(self._codes) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.picked.emit(self._codes[digit])
            return True
        return False


class _Reason(QAbstractButton):
    """One reason with its key in front."""

    def __init__(self, theme: Theme, key: str, words: str) -> None:
        super().__init__()
        self._theme, self._key = theme, key
        self.setText(words)
        self.setAccessibleName(f"{words}, key {key}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + _CAP + 3 * SPACE_12, max(36, self._theme.metrics.hit))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(
            QPen(theme.colour("focus" if self.hasFocus() else "line"), 1.5 if self.hasFocus() else 1)
        )
        painter.setBrush(
            theme.colour("pressed" if self.isDown() else "hover" if self.underMouse() else "surface")
        )
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        cap = QRectF(SPACE_8, (self.height() - _CAP) / 2, _CAP, _CAP)
        painter.setPen(QPen(theme.colour("line_strong"), 1))
        painter.setBrush(theme.colour("neutral_soft"))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font("label_strong"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)
        painter.setFont(theme.font("body"))
        room = box.adjusted(SPACE_8 + _CAP + SPACE_12, 0, -SPACE_8, 0)
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
