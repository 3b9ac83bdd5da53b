"""A legend that folds: a title, and rows of a painted sample with its word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.widgets.canvas.ink import draw_floating_card, lettering, metrics_of
from desktop_app.widgets.canvas.kept_picture import KeptPicture
from desktop_app.widgets.canvas.key_focus import came_by_key

_ROW = 21
_HEAD = 30
_SAMPLE = 34
_PAD = 12

PaintSample = Callable[[QPainter], None]
"""Paints a sample around the origin, in about 26 by 20 pixels."""


class LegendRow(NamedTuple):
    """A sample and its word; a row without a sample is a small heading."""

    word: str
    paint: PaintSample | None = None


class LegendColours(NamedTuple):
    """What the legend is painted with."""

    surface: QColor
    line: QColor
    text: QColor
    quiet: QColor
    shadow: QColor
    focus: QColor


class Legend(QAbstractButton):
    """Press it to fold or unfold. `set_rows` says what it explains; it sizes itself."""

    def __init__(self, colours: LegendColours, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours
        self._rows: Sequence[LegendRow] = ()
        self._has_key_focus = False
        self._version = 0
        self._picture = KeptPicture()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(True)
        self.setText("Legend")
        self.setAccessibleName("Legend")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._refit)
        self._refit()

    def set_rows(self, rows: Sequence[LegendRow]) -> None:
        """What to explain; headings are rows without a sample."""
        if [row.word for row in rows] != [row.word for row in self._rows]:
            self._rows = rows
            self.setAccessibleDescription(", ".join(row.word for row in rows))
            self._refit()
        self._rows = rows
        self._version += 1
        self.update()

    def recolour(self, colours: LegendColours) -> None:
        """Take another theme's colours."""
        self._colours = colours
        self._version += 1
        self.update()

    def sizeHint(self) -> QSize:
        """Its size as folded or unfolded now."""
        # 4 px around for the shadow
        if not self.isChecked():
            return QSize(
                round(metrics_of(12, QFont.Weight.Medium).horizontalAdvance(self.text())) + 2 * _PAD + 26,
                _HEAD + 8,
            )
        widest = max((self._row_width(row) for row in self._rows), default=80.0)
        return QSize(round(widest) + 2 * _PAD + 8, _HEAD + _ROW * len(self._rows) + 6 + 8)

    def _row_width(self, row: LegendRow) -> float:
        words = metrics_of(12).horizontalAdvance(row.word)
        return float(words + (_SAMPLE if row.paint else 0))

    def _refit(self) -> None:
        corner = self.geometry().bottomRight()
        self.resize(self.sizeHint())
        moved = self.geometry()
        moved.moveBottomRight(corner)
        self.setGeometry(moved)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring shows for those who came by key."""
        self._has_key_focus = came_by_key(event)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No focus, no ring."""
        self._has_key_focus = False
        super().focusOutEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A picture kept until it changes: the canvas below may repaint thirty times a second."""
        key = (
            self.size(),
            self.isChecked(),
            self._has_key_focus,
            self.underMouse(),
            self._version,
            self.devicePixelRatioF(),
        )
        painter = QPainter(self)
        self._picture.paint(painter, self, key, self._paint)

    def _paint(self, painter: QPainter) -> None:
        colours = self._colours
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        card = QRectF(self.rect()).adjusted(4, 2, -4, -6)
        line = colours.focus if self._has_key_focus else colours.line
        draw_floating_card(painter, card, colours.surface, line, colours.shadow)
        painter.setFont(lettering(12, QFont.Weight.Medium))
        painter.setPen(colours.quiet if not self.underMouse() else colours.text)
        painter.drawText(QPointF(card.left() + _PAD, card.top() + 19), self.text())
        mark = QPointF(card.right() - _PAD - 4, card.top() + _HEAD / 2)
        tip = 2.2 if self.isChecked() else -2.2
        painter.setPen(
            QPen(
                colours.quiet, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            )
        )
        painter.drawPolyline(
            QPolygonF([mark + QPointF(-4, -tip), mark + QPointF(0, tip), mark + QPointF(4, -tip)])
        )
        if self.isChecked():
            for index, row in enumerate(self._rows):
                self._paint_row(painter, row, card.left() + _PAD, card.top() + _HEAD + _ROW * (index + 0.5))

    def _paint_row(self, painter: QPainter, row: LegendRow, left: float, middle: float) -> None:
        if row.paint is None:
            painter.setFont(lettering(11, QFont.Weight.DemiBold))
            painter.setPen(self._colours.quiet)
            painter.drawText(QPointF(left, middle + 5), row.word)
            return
        painter.save()
        painter.translate(left + 11, middle)
        row.paint(painter)
        painter.restore()
        painter.setFont(lettering(12))
        painter.setPen(self._colours.text)
        painter.drawText(QPointF(left + _SAMPLE, middle + 4.3), row.word)
