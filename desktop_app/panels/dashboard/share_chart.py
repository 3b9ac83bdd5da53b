"""A whole in its parts: a figure, a stacked bar, and a legend with the counts. Each part has a shape as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app import formats
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, Tone
from desktop_app.widgets.marks import MARK_SIZE, paint_mark
from desktop_app.widgets.sparkline_paint import paint_sparkline

_BAR: Final = 16.0
_BAR_MOST: Final = 28.0
_LINE_MOST: Final = 32.0
_TREND: Final = 40.0


class Part(NamedTuple):
    """One part of the whole."""

    name: str
    size: int
    tone: Tone
    short: str = ""
    """What it is called where there is little room."""


class ShareChart(QWidget):
    """`show_parts("91 %", "of 12 deliveries in time", parts, trend)`."""

    def __init__(self, theme: Theme, name: str, nothing: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._nothing = theme, nothing
        self._figure, self._words = "", ""
        self._parts: tuple[Part, ...] = ()
        self._trend: tuple[float, ...] = ()
        self._trend_words = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(110)

    def show_parts(
        self,
        figure: str,
        words: str,
        parts: Sequence[Part],
        trend: Sequence[float] = (),
        trend_words: str = "",
    ) -> None:
        """Show these; ``trend`` (oldest first) stands at the right of the figure, ``trend_words`` say what it is."""
        self._figure, self._words, self._parts = figure, words, tuple(parts)
        self._trend, self._trend_words = tuple(trend), trend_words
        said = ", ".join(f"{part.name} {part.size}" for part in parts)
        self.setAccessibleDescription(f"{figure} {words}: {said}")
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the figure, the bar and the legend."""
        return QSize(260, 150)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0, SPACE_4, 0, 0)
        whole = sum(part.size for part in self._parts)
        if not whole:
            painter.setPen(theme.colour("quiet"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._nothing)
            painter.end()
            return
        top = self._paint_head(painter, box)
        bar = QRectF(box.left(), top + SPACE_8, box.width(), min(_BAR_MOST, max(_BAR, box.height() * 0.11)))
        self._paint_bar(painter, bar, whole)
        legend = QRectF(
            box.left(), bar.bottom() + SPACE_8, box.width(), box.bottom() - bar.bottom() - SPACE_8
        )
        self._paint_legend(painter, legend, whole)
        painter.end()

    def _paint_head(self, painter: QPainter, box: QRectF) -> float:
        theme = self._theme
        painter.setFont(theme.font("title"))
        metrics = QFontMetricsF(painter.font())
        height = metrics.height()
        painter.setPen(theme.colour("text"))
        painter.drawText(
            QRectF(box.left(), box.top(), box.width(), height), Qt.AlignmentFlag.AlignVCenter, self._figure
        )
        left = box.left() + metrics.horizontalAdvance(self._figure) + SPACE_8
        right = box.right()
        if len(self._trend) > 1:
            wide = min(120.0, box.width() * 0.3)
            room = QRectF(right - wide, box.top() - 2, wide, min(_TREND, height + 4))
            paint_sparkline(painter, room, self._trend, theme.colour("accent"))
            right = room.left() - SPACE_8
        painter.setFont(theme.font("label"))
        painter.setPen(theme.colour("quiet"))
        words = self._words
        if len(self._trend) > 1 and self._trend_words:
            words = f"{words}, {self._trend_words}"
        shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(
            QRectF(left, box.top() + 2, right - left, height), Qt.AlignmentFlag.AlignVCenter, shown
        )
        return box.top() + height

    def _paint_bar(self, painter: QPainter, bar: QRectF, whole: int) -> None:
        theme = self._theme
        shape = QPainterPath()
        shape.addRoundedRect(bar, 4, 4)
        painter.save()
        painter.setClipPath(shape)
        painter.setPen(Qt.PenStyle.NoPen)
        left = bar.left()
        for part in self._parts:
            wide = bar.width() * part.size / whole
            painter.setBrush(self._ink(part))
            painter.drawRect(QRectF(left, bar.top(), wide, bar.height()))
            left += wide
            if part.size and left < bar.right():
                painter.setBrush(theme.colour("surface"))
                painter.drawRect(QRectF(left - 1, bar.top(), 2, bar.height()))
        painter.restore()

    def _paint_legend(self, painter: QPainter, box: QRectF, whole: int) -> None:
        """In columns, as many as fit; every part with its mark, name, count and share."""
        theme = self._theme
        least = theme.metrics.label + 8.0
        columns = 1 if box.height() >= least * len(self._parts) else 2
        rows = -(-len(self._parts) // columns)
        line = min(_LINE_MOST, max(least, box.height() / rows))
        wide = (box.width() - (columns - 1) * SPACE_12 * 2) / columns
        painter.setFont(theme.font("label" if line < least + 4 else "body"))
        metrics = QFontMetricsF(painter.font())
        for number, part in enumerate(self._parts):
            column, place = divmod(number, rows)
            room = QRectF(box.left() + column * (wide + 2 * SPACE_12), box.top() + place * line, wide, line)
            mark = QRectF(room.left(), room.center().y() - MARK_SIZE / 2, MARK_SIZE, MARK_SIZE)
            paint_mark(painter, mark, part.tone, self._ink(part))
            share = f"{100 * part.size / whole:.0f} %"
            share_wide = metrics.horizontalAdvance("100 %") + SPACE_8
            painter.setPen(theme.colour("quiet"))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share)
            count_room = room.adjusted(0, 0, -share_wide, 0)
            count = formats.number(part.size)
            painter.setPen(theme.colour("text"))
            painter.drawText(count_room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)
            name_room = count_room.adjusted(
                MARK_SIZE + SPACE_8, 0, -metrics.horizontalAdvance(count) - SPACE_4, 0
            )
            fits = metrics.horizontalAdvance(part.name) <= name_room.width()
            name = metrics.elidedText(
                part.name if fits else part.short or part.name, Qt.TextElideMode.ElideRight, name_room.width()
            )
            painter.drawText(name_room, Qt.AlignmentFlag.AlignVCenter, name)

    def _ink(self, part: Part) -> QColor:
        return self._theme.colour("line_strong") if part.tone == "neutral" else self._theme.tone(part.tone)[0]
