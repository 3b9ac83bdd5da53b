"""The list that opens below a field as one types: painted rows, chosen by the keys of the field or by a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RADIUS, SPACE_4, SPACE_8, SPACE_12, Tone
from desktop_app.widgets.toast import paint_float

_SHADOW: Final = 8
_LEAST_WIDTH: Final = 560
_MOST_ROWS: Final = 9


class SuggestRow(NamedTuple):
    """One suggestion: its code, its words, and at the right a figure with its tone and a quieter note."""

    code: str
    words: str
    figure: str = ""
    tone: Tone | None = None
    note: str = ""


class SuggestPopup(QWidget):
    """Floats over the window below its field and never takes the focus. `clicked(number)` is a click on a row."""

    clicked = Signal(int)

    def __init__(self, theme: Theme, field: QWidget) -> None:
        super().__init__(field.window())
        self._theme, self._field = theme, field
        self._rows: list[SuggestRow] = []
        self._foot = ""
        self.current = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.hide()

    def show_rows(self, rows: Sequence[SuggestRow], foot: str, *, marked: bool = True) -> None:
        """Show these, the first one marked unless nobody asked for them; `foot` is the line below, which also says so where
        there are none."""
        self._rows, self._foot, self.current = list(rows[:_MOST_ROWS]), foot, 0 if marked else -1
        self._place()
        self.show()
        self.raise_()
        self.update()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def step(self, by: int) -> None:
        """Mark another row; past the end it goes on at the other."""
        if self._rows:
            self.current = (max(self.current, -1 if by > 0 else 0) + by) % len(self._rows)
            self.update()

    def row_words(self) -> str:
        """The marked row as a sentence, for screen readers."""
        return (
            " ".join(part for part in self._rows[self.current] if part)
            if self._rows and self.current >= 0
            else self._foot
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The mark follows the pointer."""
        number = self._number_at(event.position().y())
        if number is not None and number != self.current:
            self.current = number
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose; the focus stays where it is."""
        number = self._number_at(event.position().y())
        if number is not None:
            self.clicked.emit(number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the rows and the foot."""
        theme = self._theme
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        paint_float(painter, theme, box, _SHADOW)
        height = self._row_height()
        codes = QFontMetricsF(theme.font("strong"))
        code_width = min(
            box.width() * 0.4, max((codes.horizontalAdvance(row.code) for row in self._rows), default=0.0)
        )
        for number, row in enumerate(self._rows):
            area = QRectF(
                box.left() + SPACE_4, box.top() + SPACE_4 + number * height, box.width() - SPACE_8, height
            )
            self._paint_row(painter, area, row, code_width, number == self.current)
        foot = QRectF(
            box.left() + SPACE_12,
            box.bottom() - self._foot_height(),
            box.width() - 2 * SPACE_12,
            self._foot_height(),
        )
        if self._rows:
            painter.setPen(theme.colour("line"))
            painter.drawLine(QPointF(box.left() + 1, foot.top()), QPointF(box.right() - 1, foot.top()))
        painter.setPen(theme.colour("quiet"))
        painter.setFont(theme.font("label"))
        shown = painter.fontMetrics().elidedText(self._foot, Qt.TextElideMode.ElideRight, int(foot.width()))
        painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def _paint_row(
        self, painter: QPainter, area: QRectF, row: SuggestRow, code_width: float, marked: bool
    ) -> None:
        theme = self._theme
        if marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selection"))
            painter.drawRoundedRect(area, RADIUS - 2, RADIUS - 2)
        middle = Qt.AlignmentFlag.AlignVCenter
        inner = area.adjusted(SPACE_8, 0, -SPACE_8, 0)
        right = inner.right()
        for text, role, colour in (
            (row.note, "body", theme.colour("quiet")),
            (row.figure, "strong", theme.tone(row.tone)[0] if row.tone else theme.colour("text")),
        ):
            if text:
                painter.setFont(theme.font(role))  # type: ignore[arg-type]
                painter.setPen(colour)
                wide = max(72.0, QFontMetricsF(painter.font()).horizontalAdvance(text))
                painter.drawText(
                    QRectF(right - wide, area.top(), wide, area.height()),
                    middle | Qt.AlignmentFlag.AlignRight,
                    text,
                )
                right -= wide + SPACE_12
        self._put(
            painter, QRectF(inner.left(), area.top(), code_width, area.height()), row.code, "strong", "text"
        )
        left = inner.left() + code_width + SPACE_12
        self._put(painter, QRectF(left, area.top(), right - left, area.height()), row.words, "body", "text")

    def _put(self, painter: QPainter, box: QRectF, text: str, role: str, colour: str) -> None:
        painter.setFont(self._theme.font(role))  # type: ignore[arg-type]
        painter.setPen(self._theme.colour(colour))
        shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _place(self) -> None:
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = self._field.mapTo(window, QPoint(0, self._field.height()))
        inside = self._row_height() * len(self._rows) + self._foot_height() + (SPACE_8 if self._rows else 0)
        height = round(inside + 2 * _SHADOW)
        width = min(max(self._field.width(), _LEAST_WIDTH) + 2 * _SHADOW, window.width() - corner.x())
        top = corner.y() - _SHADOW + SPACE_4
        if top + height > window.height():
            top = max(0, corner.y() - self._field.height() - height + _SHADOW)
        self.setGeometry(corner.x() - _SHADOW, top, width, height)

    def _number_at(self, y: float) -> int | None:
        number = int((y - _SHADOW - SPACE_4) // self._row_height())
        return number if 0 <= number < len(self._rows) else None

    def _row_height(self) -> int:
        return self._theme.metrics.hit + 2

    def _foot_height(self) -> int:
        return self._theme.metrics.label + 18
