"""The day as rows of blocks along the clock: what is planned, what is done, what is late, and where now is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from desktop_app import formats
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_8, SPACE_12

BlockKind = Literal["planned", "next", "done", "failed"]

_HEADER: Final = 26
_NAME_WIDTH: Final = 116
_BLOCK_LEAST: Final = 9.0
_HOUR_LEAST: Final = 46.0
_STEPS_H: Final = (1, 2, 3, 4, 6, 12)
_EDGE: Final = 22.0
_TAG_ROOM: Final = 40.0
_TICK_MS: Final = 30_000
_HOUR_MS: Final = 3_600_000


class Block(NamedTuple):
    """One thing in the day of a row, from ``start`` to ``end`` in ms UTC."""

    id: str
    start: int
    end: int
    kind: BlockKind = "planned"
    late: bool = False
    tip: str = ""


class DayRow(NamedTuple):
    """A row: who, what it is about in a quiet word, its span as a soft bar, and its blocks in order."""

    id: str
    name: str
    note: str
    span: tuple[int, int] | None
    blocks: tuple[Block, ...]


class DayTimeline(QAbstractScrollArea):
    """`row_chosen(id)` and `block_chosen(row id, block id)` say what was clicked, or chosen by the arrow keys."""

    row_chosen = Signal(str)
    block_chosen = Signal(str, str)

    def __init__(self, theme: Theme, name: str, *, zone: str = "UTC", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, ZoneInfo(zone)
        self._rows: tuple[DayRow, ...] = ()
        self._first, self._last = 0, _HOUR_MS
        self._now = 0
        self._chosen_row, self._chosen_block = "", ""
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.viewport().update)
        theme.changed.connect(self._lay_out)

    def show_rows(self, rows: Sequence[DayRow], now: int) -> None:
        """Show these rows; the hours follow from what they span and from ``now`` (ms UTC)."""
        self._rows, self._now = tuple(rows), now
        moments = [now]
        for row in rows:
            if row.span is not None:
                moments += row.span
            moments += [moment for block in row.blocks for moment in (block.start, block.end)]
        self._first = min(moments) // _HOUR_MS * _HOUR_MS
        self._last = max(-(-max(moments) // _HOUR_MS) * _HOUR_MS, self._first + 4 * _HOUR_MS)
        blocks = sum(len(row.blocks) for row in rows)
        self.setAccessibleDescription(f"{len(rows)} rows, {blocks} stops")
        self._lay_out()

    def choose(self, row_id: str, block_id: str = "") -> None:
        """Mark a row, and one of its blocks, without a signal; bring the row into sight."""
        if (row_id, block_id) == (self._chosen_row, self._chosen_block):
            return
        moved = row_id != self._chosen_row
        self._chosen_row, self._chosen_block = row_id, block_id
        if moved:
            self._show_row(self._number_of(row_id))
        self.viewport().update()

    def height_for(self, rows: int) -> int:
        """How high it is with so many rows in sight."""
        return _HEADER + rows * self._row_height() + 2

    @property
    def rows(self) -> tuple[DayRow, ...]:
        """What is shown."""
        return self._rows

    def block_box(self, row_id: str, block_id: str) -> QRectF:
        """Where a block stands in the viewport; empty where it is not shown."""
        number = self._number_of(row_id)
        for block in self._rows[number].blocks if number >= 0 else ():
            if block.id == block_id:
                return self._box(block, number)
        return QRectF()

    # -- Qt ----------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Room for five rows."""
        return QSize(640, self.height_for(5))

    def minimumSizeHint(self) -> QSize:
        """Room for two."""
        return QSize(320, self.height_for(2))

    def event(self, event: QEvent) -> bool:
        """The now-line moves only while somebody sees it."""
        if event.type() == QEvent.Type.Show:
            self._timer.start()
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """What lies under the pointer, in words."""
        if isinstance(event, QHelpEvent):
            found = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), found[1].tip if found and found[1] else "", self.viewport())
            return True
        if event.type() == QEvent.Type.Resize:
            self._lay_out()
        return super().viewportEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        shape = (
            Qt.CursorShape.PointingHandCursor if self._at(event.position()) else Qt.CursorShape.ArrowCursor
        )
        self.viewport().setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row or a block."""
        found = self._at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._take(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go from row to row, Left and Right from block to block."""
        number = self._number_of(self._chosen_row)
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down if self._rows:
                step = -1 if event.key() == Qt.Key.Key_Up else 1
                self._take(self._rows[min(max(number + step, 0), len(self._rows) - 1)], None)
            case Qt.Key.Key_Left | Qt.Key.Key_Right if number >= 0 and self._rows[number].blocks:
                blocks = self._rows[number].blocks
                place = next((n for n, block in enumerate(blocks) if block.id == self._chosen_block), -1)
                place += -1 if event.key() == Qt.Key.Key_Left else 1
                self._take(self._rows[number], blocks[min(max(place, 0), len(blocks) - 1)])
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), self._theme.colour("surface"))
        height, top = self._row_height(), self.verticalScrollBar().value()
        self._paint_hours(painter)
        painter.setClipRect(0, _HEADER, self.viewport().width(), self.viewport().height() - _HEADER)
        first = max(0, top // height)
        last = min(len(self._rows), (top + self.viewport().height()) // height + 1)
        for number in range(first, last):
            self._paint_row(painter, number)
        painter.setClipping(False)
        self._paint_now(painter)
        painter.end()

    # -- painting ----------------------------------------------------------------------------------------------

    def _paint_hours(self, painter: QPainter) -> None:
        theme, width = self._theme, self.viewport().width()
        painter.setFont(theme.font("label"))
        hours = (self._last - self._first) / _HOUR_MS
        per_hour = (width - _NAME_WIDTH - 2 * _EDGE) / hours
        step = next((step for step in _STEPS_H if step * per_hour >= _HOUR_LEAST), _STEPS_H[-1])
        local = datetime.fromtimestamp(self._first / 1000, self._zone)
        local = local.replace(minute=0) + timedelta(hours=(-local.hour) % step)
        while (at := int(local.timestamp() * 1000)) <= self._last:
            x = self._x(at)
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawLine(QPointF(x, _HEADER), QPointF(x, self.viewport().height()))
            # Where the tag of now stands, it says the time better.
            if abs(x - self._x(max(self._now, _now_ms()))) > _TAG_ROOM:
                painter.setPen(theme.colour("quiet"))
                painter.drawText(
                    QRectF(x - 30, 0, 60, _HEADER), Qt.AlignmentFlag.AlignCenter, f"{local:%H:%M}"
                )
            local += timedelta(hours=step)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QPointF(0, _HEADER - 0.5), QPointF(width, _HEADER - 0.5))

    def _paint_row(self, painter: QPainter, number: int) -> None:
        theme, row = self._theme, self._rows[number]
        top, height = self._top(number), self._row_height()
        chosen = row.id == self._chosen_row
        if chosen:
            painter.fillRect(QRectF(0, top, self.viewport().width(), height), theme.colour("selection"))
            painter.fillRect(QRectF(0, top, 3, height), theme.colour("accent"))
        painter.setFont(theme.font("label_strong"))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(SPACE_12, top, _NAME_WIDTH, height), Qt.AlignmentFlag.AlignVCenter, row.name)
        used = QFontMetricsF(theme.font("label_strong")).horizontalAdvance(row.name) + SPACE_8
        painter.setFont(theme.font("label"))
        painter.setPen(theme.colour("quiet"))
        room = QRectF(SPACE_12 + used, top, _NAME_WIDTH - SPACE_12 - used, height)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, row.note)
        if row.span is not None:
            bar = QRectF(
                self._x(row.span[0]), top + height / 2 - 1.5, self._x(row.span[1]) - self._x(row.span[0]), 3
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line_strong" if chosen else "line"))
            painter.drawRoundedRect(bar, 1.5, 1.5)
        for block in row.blocks:
            self._paint_block(painter, block, self._box(block, number))

    def _paint_block(self, painter: QPainter, block: Block, box: QRectF) -> None:
        theme = self._theme
        ink, fill, outline = self._inks(block)
        painter.setPen(QPen(outline, 1.4))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 3, 3)
        if block.id == self._chosen_block:
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-2.5, -2.5, 2.5, 2.5), 5, 5)
        middle = box.center()
        painter.setPen(
            QPen(ink, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        if block.kind == "failed":
            painter.drawLine(middle + QPointF(-2.2, -2.2), middle + QPointF(2.2, 2.2))
            painter.drawLine(middle + QPointF(-2.2, 2.2), middle + QPointF(2.2, -2.2))
        elif block.kind == "done":
            painter.drawPolyline(
                [middle + QPointF(-2.6, 0.2), middle + QPointF(-0.8, 2.2), middle + QPointF(2.8, -2.2)]
            )
        elif block.late:
            painter.drawLine(middle + QPointF(0, -3.4), middle + QPointF(0, 0.8))
            painter.drawPoint(middle + QPointF(0, 3.4))

    def _inks(self, block: Block) -> tuple[QColor, QColor, QColor]:
        """What stands in a block, its filling, and its edge: late is amber, whatever else it is."""
        theme = self._theme
        surface = theme.colour("surface")
        if block.kind == "failed":
            return theme.colour("on_danger"), theme.colour("danger"), theme.colour("danger")
        if block.kind == "done":
            tone = theme.colour("warning" if block.late else "ok")
            return surface, tone, tone
        if block.late:
            return theme.colour("warning"), theme.colour("warning_soft"), theme.colour("warning")
        if block.kind == "next":
            return theme.colour("on_accent"), theme.colour("accent"), theme.colour("accent")
        return theme.colour("quiet"), surface, theme.colour("quiet")

    def _paint_now(self, painter: QPainter) -> None:
        now = max(self._now, _now_ms())
        if not self._first <= now <= self._last:
            return
        theme, x = self._theme, self._x(now)
        painter.setPen(QPen(theme.colour("danger"), 1.5))
        painter.drawLine(QPointF(x, _HEADER - 5), QPointF(x, self.viewport().height()))
        painter.setFont(theme.font("label_strong"))
        words = f"{datetime.fromtimestamp(now / 1000, self._zone):%H:%M}"
        wide = QFontMetricsF(painter.font()).horizontalAdvance(words) + 12
        left = min(max(x - wide / 2, _NAME_WIDTH), self.viewport().width() - wide)
        tag = QRectF(left, 3, wide, _HEADER - 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("danger"))
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(theme.colour("on_danger"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, words)

    # -- geometry ----------------------------------------------------------------------------------------------

    def _row_height(self) -> int:
        return max(24, self._theme.metrics.row - 8)

    def _x(self, at: int) -> float:
        room = self.viewport().width() - _NAME_WIDTH - 2 * _EDGE
        return _NAME_WIDTH + _EDGE + (at - self._first) / max(1, self._last - self._first) * room

    def _top(self, number: int) -> float:
        return _HEADER + number * self._row_height() - self.verticalScrollBar().value()

    def _box(self, block: Block, number: int) -> QRectF:
        left, right = self._x(block.start), self._x(block.end)
        wide = max(right - left, _BLOCK_LEAST)
        height = min(self._row_height() - 10, 16)
        return QRectF(left, self._top(number) + (self._row_height() - height) / 2, wide, height)

    def _number_of(self, row_id: str) -> int:
        return next((number for number, row in enumerate(self._rows) if row.id == row_id), -1)

    def _at(self, point: QPointF) -> tuple[DayRow, Block | None] | None:
        if point.y() < _HEADER:
            return None
        number = math.floor((point.y() - _HEADER + self.verticalScrollBar().value()) / self._row_height())
        if not 0 <= number < len(self._rows):
            return None
        row = self._rows[number]
        hit = [
            block for block in row.blocks if self._box(block, number).adjusted(-2, -4, 2, 4).contains(point)
        ]
        return row, (hit[-1] if hit else None)

    def _take(self, row: DayRow, block: Block | None) -> None:
        self.choose(row.id, block.id if block else "")
        if block is not None:
            self.block_chosen.emit(row.id, block.id)
        else:
            self.row_chosen.emit(row.id)

    def _show_row(self, number: int) -> None:
        if number < 0:
            return
        bar, height = self.verticalScrollBar(), self._row_height()
        room = self.viewport().height() - _HEADER
        if number * height < bar.value():
            bar.setValue(number * height)
        elif (number + 1) * height > bar.value() + room:
            bar.setValue((number + 1) * height - room)

    def _lay_out(self) -> None:
        content = len(self._rows) * self._row_height()
        room = max(0, self.viewport().height() - _HEADER)
        self.verticalScrollBar().setRange(0, max(0, content - room))
        self.verticalScrollBar().setPageStep(room)
        self.verticalScrollBar().setSingleStep(self._row_height())
        self.viewport().update()


def _now_ms() -> int:
    return int(formats.moment(datetime.now().astimezone()).timestamp() * 1000)
