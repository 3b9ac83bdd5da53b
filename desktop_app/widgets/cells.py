"""Paints the cells of a table from its rows: one pass, nothing asked of a model, texts laid out once."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QStaticText

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import Tone
from desktop_app.widgets.columns import MARK_TONES, Column
from desktop_app.widgets.marks import paint_mark, paint_pill
from desktop_app.widgets.sparkline import paint_sparkline

# Laid-out texts kept; a screenful is some four hundred.
_TEXTS_KEPT: Final = 4_000
_MARK: Final = 10.0
_UNIT_GAP: Final = 3.0


class CellPainter:
    """Knows how to paint each kind of column in the present theme. `forget` after a switch of theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._kinds: dict[str, Callable[[QPainter, QRectF, Column, Any], None]] = {
            "text": self._text,
            "number": self._number,
            "money": self._number,
            "age": self._age,
            "pill": self._pill,
            "spark": self._spark,
            "bar": self._bar,
            "provisional": self._mark,
        }
        self.forget()

    def forget(self) -> None:
        """Drop everything that depends on theme and density."""
        theme = self._theme
        self._texts: dict[tuple[str, int, bool], tuple[QStaticText, float]] = {}
        self._body, self._strong = theme.font("body"), theme.font("strong")
        self._metrics = {False: QFontMetricsF(self._body), True: QFontMetricsF(self._strong)}
        self._half = self._metrics[False].height() / 2
        self._pad = theme.metrics.cell_pad
        self._ink, self._quiet = theme.colour("text"), theme.colour("quiet")

    def paint(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        """One cell into `box`."""
        self._kinds[column.kind](painter, box, column, row)

    def paint_placeholder(self, painter: QPainter, box: QRectF, column: Column, index: int) -> None:
        """A soft bar where the row is not here yet."""
        if column.kind == "provisional":
            return
        share = 0.35 + ((index * 7 + len(column.key) * 13) % 40) / 100
        width = max(12.0, (box.width() - 2 * self._pad) * share)
        left = box.right() - self._pad - width if column.is_right else box.left() + self._pad
        painter.fillRect(QRectF(left, box.center().y() - 4, width, 8), self._theme.colour("hover"))

    def _text(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        text = column.text(row)
        if text:
            self._put(
                painter,
                box,
                text,
                self._ink_of(column, row),
                column.strong,
                column.is_right,
                column.align == "centre",
            )

    def _number(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        unit_width = 0.0
        if column.unit:
            static, unit_width = self._laid_out(column.unit, int(box.width()), False)
            painter.setFont(self._body)
            painter.setPen(self._quiet)
            painter.drawStaticText(
                QPointF(box.right() - self._pad - unit_width, box.center().y() - self._half), static
            )
            unit_width += _UNIT_GAP
        inner = box.adjusted(0, 0, -unit_width, 0) if unit_width else box
        self._put(
            painter, inner, column.text(row), self._ink_of(column, row), column.strong, column.is_right, False
        )

    def _age(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        self._put(painter, box, column.text(row), self._quiet, False, column.is_right, False)

    def _pill(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        value: tuple[str, Tone] | None = column.value(row)
        if value is not None:
            room = box.width() - self._pad - 4
            paint_pill(
                painter, self._theme, box.left() + self._pad - 2, box.center().y(), value[0], value[1], room
            )

    def _spark(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        tone = column.tone(row) if column.tone else None
        ink = self._theme.tone(tone)[0] if tone else self._theme.colour("accent")
        values = column.value(row)
        if values:
            paint_sparkline(painter, box.adjusted(self._pad, 5, -self._pad, -5), values, ink, filled=False)

    def _bar(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        value = column.value(row)
        if value is None:
            return
        part, whole = value
        tone = column.tone(row) if column.tone else None
        ink = self._theme.tone(tone)[0] if tone else self._theme.colour("accent")
        text_width = 46.0
        track = QRectF(
            box.left() + self._pad,
            box.center().y() - 3,
            max(8.0, box.width() - 2 * self._pad - text_width),
            6,
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("line"))
        painter.drawRoundedRect(track, 3, 3)
        share = min(1.0, max(0.0, part / whole)) if whole else 0.0
        if share > 0:
            painter.setBrush(ink)
            painter.drawRoundedRect(
                QRectF(track.left(), track.top(), max(6.0, track.width() * share), 6), 3, 3
            )
        painter.restore()
        self._put(painter, box, f"{round(share * 100)} %", self._quiet, False, True, False)

    def _mark(self, painter: QPainter, box: QRectF, column: Column, row: Any) -> None:
        tone = MARK_TONES.get(column.value(row) or "")
        if tone is not None:
            centre = box.center()
            square = QRectF(centre.x() - _MARK / 2 + 2, centre.y() - _MARK / 2, _MARK, _MARK)
            paint_mark(painter, square, tone, self._theme.tone(tone)[0])

    def _ink_of(self, column: Column, row: Any) -> QColor:
        if column.tone is not None:
            tone = column.tone(row)
            if tone is not None:
                return self._theme.tone(tone)[0]
        return self._quiet if column.quiet else self._ink

    def _put(
        self, painter: QPainter, box: QRectF, text: str, ink: QColor, strong: bool, right: bool, centred: bool
    ) -> None:
        room = box.width() - 2 * self._pad
        static, width = self._laid_out(text, int(room), strong)
        if right:
            left = box.right() - self._pad - width
        elif centred:
            left = box.center().x() - width / 2
        else:
            left = box.left() + self._pad
        painter.setFont(self._strong if strong else self._body)
        painter.setPen(ink)
        painter.drawStaticText(QPointF(left, box.center().y() - self._half), static)

    def _laid_out(self, text: str, room: int, strong: bool) -> tuple[QStaticText, float]:
        found = self._texts.get((text, room, strong))
        if found is not None:
            return found
        if len(self._texts) >= _TEXTS_KEPT:
            self._texts.clear()
        metrics = self._metrics[strong]
        width = metrics.horizontalAdvance(text)
        shown = text
        if width > room:
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(shown)
        static = QStaticText(shown)
        static.setTextFormat(Qt.TextFormat.PlainText)
        static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        static.prepare(font=self._strong if strong else self._body)
        self._texts[(text, room, strong)] = static, width
        return static, width
