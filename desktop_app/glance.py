"""The first paint of the window: its grounds and the first rows of its list, until what is behind them is there.

It paints with the same painters, columns and places as the list itself, so that nothing moves when it is lifted. It keeps
what is typed and clicked meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QRect, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RAIL_NARROW, RAIL_WIDE, STRIP_HEIGHT, TOP_BAR_HEIGHT
from desktop_app.widgets.column_title import header_height, paint_title
from desktop_app.widgets.columns import Column
from desktop_app.widgets.plain_paint import fill_rect
from desktop_app.widgets.row_painter import RowPainter

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QMainWindow

    from desktop_app.glance_layout import GlanceLayout


class SeenList(NamedTuple):
    """A list as it is about to be shown: its place, its columns there, and its first rows."""

    layout: GlanceLayout
    boxes: Sequence[tuple[int, int, Column]]
    rows: Sequence[Any]


class _Columns(NamedTuple):
    held: Sequence[tuple[int, int, Column]]

    def boxes(self) -> Sequence[tuple[int, int, Column]]:
        return self.held


class Glance(QWidget):
    """Covers the bare window. `painted` is emitted once, when the first paint has reached the screen."""

    painted = Signal()

    def __init__(self, theme: Theme, seen: SeenList | None, *, folded: bool) -> None:
        """`folded`: the rail shows icons only."""
        super().__init__()
        self._theme, self.seen = theme, seen
        self._rail = RAIL_NARROW if folded else RAIL_WIDE
        self._rows = RowPainter(theme, _Columns(seen.boxes if seen is not None else ()), first=True)
        self._is_painted = False
        self._typed: list[QKeyEvent | QMouseEvent] = []
        self.setObjectName("glance")
        self.setAccessibleName("The desk is opening")

    @property
    def shows_rows(self) -> bool:
        """Whether there are rows, and the window has the size for which their place was noted."""
        seen = self.seen
        return seen is not None and (self.width(), self.height()) == seen.layout.size

    def pass_on(self, window: QMainWindow) -> None:
        """Give what was typed and clicked to whoever has the keyboard, or is under the pointer, and be gone."""
        from desktop_app.typed_ahead import replay

        typed, self._typed = self._typed, []
        replay(window, typed)
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep it."""
        self._typed.append(event.clone())

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Keep it."""
        self._typed.append(event.clone())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep it."""
        self._typed.append(event.clone())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep it."""
        self._typed.append(event.clone())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grounds, titles, rows."""
        painter = QPainter(self)
        self._paint_frame(painter)
        if self.seen is not None and self.shows_rows:
            self._paint_inspector(painter, self.seen.layout.inspector)
            self._paint_list(painter, self.seen)
        painter.end()
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def _paint_frame(self, painter: QPainter) -> None:
        theme, rail, width, height = self._theme, self._rail, self.width(), self.height()
        fill_rect(painter, self.rect(), theme.colour("ground"))
        fill_rect(painter, QRect(0, 0, rail, height), theme.colour("rail"))
        fill_rect(painter, QRect(rail - 1, 0, 1, height), theme.colour("line"))
        fill_rect(painter, QRect(rail, 0, width - rail, TOP_BAR_HEIGHT), theme.colour("surface"))
        fill_rect(painter, QRect(rail, TOP_BAR_HEIGHT - 1, width - rail, 1), theme.colour("line"))
        strip = QRect(rail, height - STRIP_HEIGHT, width - rail, STRIP_HEIGHT)
        fill_rect(painter, strip, theme.colour("surface"))
        fill_rect(painter, QRect(rail, strip.top(), strip.width(), 1), theme.colour("line"))

    def _paint_inspector(self, painter: QPainter, left: int) -> None:
        if left:
            height = self.height() - TOP_BAR_HEIGHT - STRIP_HEIGHT
            box = QRect(left, TOP_BAR_HEIGHT, self.width() - left, height)
            fill_rect(painter, box, self._theme.colour("surface"))
            fill_rect(painter, QRect(left - 1, TOP_BAR_HEIGHT, 1, height), self._theme.colour("line"))

    def _paint_list(self, painter: QPainter, seen: SeenList) -> None:
        theme, layout = self._theme, seen.layout
        left, top, width, height = layout.table
        title_height = header_height(theme)
        fill_rect(painter, QRect(*layout.whole), theme.colour("surface"))
        painter.setClipRect(left, top - title_height, width, title_height + height)
        for at, wide, column in seen.boxes:
            box = QRect(left + at, top - title_height, wide, title_height)
            paint_title(painter, theme, column, box, layout.order)
        painter.translate(left, top)
        self._rows.for_screen(self.devicePixelRatioF())
        row_height = theme.metrics.row
        for number, row in enumerate(seen.rows[: height // row_height + 1]):
            self._rows.paint(
                painter, number, row, QRect(0, number * row_height, width, row_height), 0,
                selected=False, hovered=False, current=False, focused=False,
            )  # fmt: skip
