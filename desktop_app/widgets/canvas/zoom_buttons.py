"""The small column of buttons at a canvas's edge: nearer, farther, everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from desktop_app.widgets.canvas.ink import draw_floating_card
from desktop_app.widgets.canvas.kept_picture import KeptPicture

Sign = Literal["nearer", "farther", "fit", "follow"]


class ButtonColours(NamedTuple):
    """What the buttons are painted with, as `#rrggbb`."""

    surface: str
    hover: str
    line: str
    text: str
    accent: str
    shadow: str
    focus: str


_NAMES: dict[Sign, tuple[str, str]] = {
    "nearer": ("Zoom in", "+"),
    "farther": ("Zoom out", "-"),
    "fit": ("Show everything", "0"),
    "follow": ("Follow the selected vehicle", "F"),
}


class ZoomButtons(QWidget):
    """Emits `pressed(sign)`. Each button has a name, a tooltip with its key, and can be reached by Tab."""

    pressed = Signal(str)

    def __init__(
        self, signs: tuple[Sign, ...], colours: ButtonColours, parent: QWidget, side: int = 34
    ) -> None:
        super().__init__(parent)
        self.colours = colours
        self._picture = KeptPicture()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5, 5, 5, 7)
        layout.setSpacing(0)
        self._buttons: dict[Sign, _SignButton] = {}
        for sign in signs:
            button = self._buttons[sign] = _SignButton(sign, side, self)
            button.clicked.connect(self._press(sign))
            layout.addWidget(button)
        self.adjustSize()

    def _press(self, sign: Sign) -> Callable[[], None]:
        return lambda: self.pressed.emit(sign)

    def set_on(self, sign: Sign, on: bool) -> None:
        """Show a button as switched on."""
        self._buttons[sign].setCheckable(True)
        self._buttons[sign].setChecked(on)

    def set_enabled(self, sign: Sign, enabled: bool) -> None:
        """Offer a button or not."""
        self._buttons[sign].setEnabled(enabled)

    def recolour(self, colours: ButtonColours) -> None:
        """Take another theme's colours."""
        self.colours = colours
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The card that carries the buttons."""
        painter = QPainter(self)
        faces = tuple(button.face() for button in self._buttons.values())
        key = (self.colours, self.size(), self.devicePixelRatioF(), faces)
        self._picture.paint(painter, self, key, self._paint_card)

    def _paint_card(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        card = QRectF(self.rect()).adjusted(5, 5, -5, -7)
        colours = self.colours
        draw_floating_card(
            painter, card, QColor(colours.surface), QColor(colours.line), QColor(colours.shadow)
        )
        for button in self._buttons.values():
            painter.save()
            painter.translate(button.pos())
            button.paint_face(painter, colours)
            painter.restore()


class _SignButton(QAbstractButton):
    def __init__(self, sign: Sign, side: int, parent: ZoomButtons) -> None:
        super().__init__(parent)
        self._sign = sign
        self._side = side
        name, key = _NAMES[sign]
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({key})")
        self.setFixedSize(side, side)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._side, self._side)

    def face(self) -> tuple[bool, bool, bool, bool]:
        """What its look depends on: pointer over it, focus, on, offered."""
        return (self.underMouse(), self.hasFocus(), self.isChecked(), self.isEnabled())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Its face is part of the kept picture of the column."""

    def paint_face(self, painter: QPainter, colours: ButtonColours) -> None:
        """The sign, on a lighter or darker ground under the pointer, with a ring when it has the focus."""
        inner = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        if self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(inner, 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inner, 4, 4)
        ink = QColor(colours.accent if self.isChecked() else colours.text)
        ink.setAlphaF(0.9 if self.isEnabled() else 0.3)
        painter.translate(QPointF(self.width() / 2, self.height() / 2))
        painter.setPen(
            QPen(ink, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        match self._sign:
            case "nearer" | "farther":
                painter.drawLine(QPointF(-5.5, 0), QPointF(5.5, 0))
                if self._sign == "nearer":
                    painter.drawLine(QPointF(0, -5.5), QPointF(0, 5.5))
            case "fit":
                for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                    corner = [
                        QPointF(sx * 6.5, sy * 2.6),
                        QPointF(sx * 6.5, sy * 6.5),
                        QPointF(sx * 2.6, sy * 6.5),
                    ]
                    painter.drawPolyline(QPolygonF(corner))
            case "follow":
                painter.drawEllipse(QPointF(0, 0), 4.6, 4.6)
                for dx, dy in ((0, -1), (1, 0), (0, 1), (-1, 0)):
                    painter.drawLine(QPointF(dx * 4.6, dy * 4.6), QPointF(dx * 7.6, dy * 7.6))
                if self.isChecked():
                    painter.setBrush(ink)
                    painter.drawEllipse(QPointF(0, 0), 1.6, 1.6)
