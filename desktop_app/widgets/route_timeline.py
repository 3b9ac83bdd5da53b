"""The routes of a day on one clock: planned against actual, and a stop that can be given to another vehicle by hand.

It knows no storage: rows are plain data, and what a person does is told by signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QToolTip, QWidget

from desktop_app.themes.tokens import LIGHT, Colours
from desktop_app.widgets.canvas.key_focus import came_by_key

HEAD_WIDTH = 148
AXIS_HEIGHT = 26
ROW_HEIGHT = 30
_LEAST_HOURS = 1.0
_LEAST_BLOCK = 8.0

StopStatus = Literal["planned", "next", "done", "failed"]


class TimelineStop(NamedTuple):
    """A stop in time. `starts_at` and `ends_at` are the plan; `arrived_at` and `left_at` what happened, where it has."""

    id: str
    number: int
    starts_at: datetime
    ends_at: datetime
    status: StopStatus = "planned"
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    is_late: bool = False
    label: str = ""


class TimelineRow(NamedTuple):
    """A vehicle and its stops in order; `note` stands in quiet letters under its name."""

    id: str
    label: str
    stops: Sequence[TimelineStop]
    note: str = ""


class Block(NamedTuple):
    """A stop where it is drawn: the box of what happened or will, and that of the plan where the two differ."""

    row: int
    stop: TimelineStop
    box: QRectF
    plan: QRectF | None


class RouteTimeline(QAbstractScrollArea):
    """Signals carry ids; an empty one in `stop_hovered` says that no stop is under the pointer.

    `stop_dropped_on_row(stop_id, row_id, index)`: a stop was dragged to a row, to stand before its index-th stop.
    """

    stop_hovered = Signal(str)
    stop_selected = Signal(str)
    row_selected = Signal(str)
    stop_activated = Signal(str)
    stop_dropped_on_row = Signal(str, str, int)

    def __init__(
        self, parent: QWidget | None = None, *, colours: Colours = LIGHT, zone: tzinfo = UTC
    ) -> None:
        super().__init__(parent)
        self.colours = colours
        self.zone = zone
        self.rows: Sequence[TimelineRow] = ()
        self.now: datetime | None = None
        self.first, self.last = _usual_day(datetime(2000, 1, 1, tzinfo=UTC))
        self.selected_row: str | None = None
        self.selected_stop: str | None = None
        self.hovered: Block | None = None
        self.dragged: Block | None = None
        self.pointer = QPointF()
        self.has_key_focus = False
        self._pressed: tuple[QPointF, Block | None] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Timeline of the day")

    # What is shown

    def set_rows(self, rows: Sequence[TimelineRow]) -> None:
        """Replace all rows."""
        self.rows = rows
        self.hovered = self.dragged = None
        stops = sum(len(row.stops) for row in rows)
        self.setAccessibleDescription(f"{len(rows):,} vehicles, {stops:,} stops")
        self._refit()

    def set_window(self, first: datetime, last: datetime) -> None:
        """Show this part of the day. Raises ValueError if it is not at least an hour."""
        if last - first < timedelta(hours=_LEAST_HOURS):
            raise ValueError("a timeline shows at least an hour")
        self.first, self.last = first, last
        self.viewport().update()

    def fit_day(self) -> None:
        """Show the time from the first stop to the last, with half an hour around."""
        times = [time for row in self.rows for stop in row.stops for time in _times_of(stop)]
        if times:
            air = timedelta(minutes=30)
            first, last = min(times) - air, max(times) + air
            self.set_window(first, max(last, first + timedelta(hours=_LEAST_HOURS)))

    def set_now(self, now: datetime | None) -> None:
        """Where the line of now stands; None for another day than today."""
        self.now = now
        self.viewport().update()

    def set_zone(self, zone: tzinfo) -> None:
        """The site's zone, in which times of day are written."""
        self.zone = zone
        self.viewport().update()

    def set_colours(self, colours: Colours) -> None:
        """Paint in another theme's colours."""
        self.colours = colours
        self.viewport().update()

    def set_selection(self, row_id: str | None = None, stop_id: str | None = None) -> None:
        """Select a row or a stop, without a signal, and scroll to it."""
        self.selected_row, self.selected_stop = row_id, stop_id
        for number, row in enumerate(self.rows):
            if row.id == row_id or any(stop.id == stop_id for stop in row.stops):
                self._scroll_to(number)
                break
        self.viewport().update()

    # Where things are

    def x_of(self, moment: datetime) -> float:
        """The pixel of a moment."""
        share = (moment - self.first) / (self.last - self.first)
        return HEAD_WIDTH + share * (self.viewport().width() - HEAD_WIDTH)

    def moment_at(self, x: float) -> datetime:
        """The moment under a pixel."""
        return self.first + (self.last - self.first) * (
            (x - HEAD_WIDTH) / (self.viewport().width() - HEAD_WIDTH)
        )

    def top_of(self, row: int) -> float:
        """The upper edge of a row, as scrolled now."""
        return AXIS_HEIGHT + row * ROW_HEIGHT - self.verticalScrollBar().value()

    def row_at(self, y: float) -> int | None:
        """The row under a pixel."""
        row = int((y - AXIS_HEIGHT + self.verticalScrollBar().value()) // ROW_HEIGHT)
        return row if y >= AXIS_HEIGHT and 0 <= row < len(self.rows) else None

    def blocks_of(self, row: int) -> list[Block]:
        """A row's stops where they are drawn."""
        middle = self.top_of(row) + ROW_HEIGHT / 2
        blocks = []
        for stop in self.rows[row].stops:
            begins = stop.arrived_at or stop.starts_at
            ends = stop.left_at or begins + (stop.ends_at - stop.starts_at)
            plan = self._box(stop.starts_at, stop.ends_at, middle) if begins != stop.starts_at else None
            blocks.append(Block(row, stop, self._box(begins, ends, middle), plan))
        return blocks

    def _box(self, begins: datetime, ends: datetime, middle: float) -> QRectF:
        left = self.x_of(begins)
        return QRectF(left, middle - 9, max(self.x_of(ends) - left, _LEAST_BLOCK), 18)

    def block_at(self, at: QPointF) -> Block | None:
        """The stop under a point; of overlapping ones the later, which is drawn on top."""
        row = self.row_at(at.y())
        if row is None or at.x() < HEAD_WIDTH:
            return None
        hits = (b for b in reversed(self.blocks_of(row)) if b.box.adjusted(-2, -4, 2, 4).contains(at))
        return next(hits, None)

    def drop_place(self) -> tuple[int, int] | None:
        """Where the dragged stop would go now: row, and before which of its stops; None where it cannot."""
        row = self.row_at(self.pointer.y())
        if row is None or self.dragged is None or row == self.dragged.row:
            return None
        moment = self.moment_at(self.pointer.x())
        stops = self.rows[row].stops
        index = sum((stop.arrived_at or stop.starts_at) <= moment for stop in stops)
        # Never before what is already done.
        done = max(
            (n for n, stop in enumerate(stops, start=1) if stop.status in ("done", "failed")), default=0
        )
        return row, max(index, done)

    # Painting and events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Rows, blocks, clock and line of now."""
        from desktop_app.widgets.route_timeline_paint import paint_timeline

        painter = QPainter(self.viewport())
        paint_timeline(painter, self)
        painter.end()

    def sizeHint(self) -> QSize:
        """Five rows."""
        return QSize(900, AXIS_HEIGHT + 5 * ROW_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another number of rows fits."""
        self._refit()
        super().resizeEvent(event)

    def _refit(self) -> None:
        room = self.viewport().height() - AXIS_HEIGHT
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, len(self.rows) * ROW_HEIGHT - room))
        bar.setPageStep(max(room, ROW_HEIGHT))
        bar.setSingleStep(ROW_HEIGHT)
        self.viewport().update()

    def _scroll_to(self, row: int) -> None:
        bar = self.verticalScrollBar()
        room = self.viewport().height() - AXIS_HEIGHT
        if self.top_of(row) < AXIS_HEIGHT:
            bar.setValue(row * ROW_HEIGHT)
        elif self.top_of(row) + ROW_HEIGHT > self.viewport().height():
            bar.setValue((row + 1) * ROW_HEIGHT - room)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click, or the beginning of a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = (event.position(), self.block_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover, or carry a stop that is still to be done."""
        self.pointer = event.position()
        if self._pressed is not None and self.dragged is None:
            start, block = self._pressed
            is_far = (self.pointer - start).manhattanLength() >= QApplication.startDragDistance()
            if is_far and block is not None and block.stop.status in ("planned", "next"):
                self.dragged = block
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        if self.dragged is None:
            self._hover(self.block_at(self.pointer))
        self.viewport().update()

    def _hover(self, block: Block | None) -> None:
        before = self.hovered.stop.id if self.hovered else ""
        self.hovered = block
        if (block.stop.id if block else "") != before:
            self.stop_hovered.emit(block.stop.id if block else "")
            shape = Qt.CursorShape.PointingHandCursor if block else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what was clicked, or give a dragged stop to the row under it."""
        self.pointer = event.position()
        place, dragged, pressed = self.drop_place(), self.dragged, self._pressed
        self.dragged, self._pressed = None, None
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        if dragged is not None:
            if place is not None:
                self.stop_dropped_on_row.emit(dragged.stop.id, self.rows[place[0]].id, place[1])
        elif pressed is not None:
            self._choose(self.block_at(self.pointer), self.row_at(self.pointer.y()))
        self.viewport().update()

    def _choose(self, block: Block | None, row: int | None) -> None:
        self.selected_stop = block.stop.id if block else None
        self.selected_row = self.rows[row].id if row is not None else None
        if block is not None:
            self.stop_selected.emit(block.stop.id)
        elif row is not None:
            self.row_selected.emit(self.rows[row].id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a stop."""
        block = self.block_at(event.position())
        if block is not None:
            self.stop_activated.emit(block.stop.id)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under a pointer that has left."""
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl stretch the hours around the pointer."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        factor = 0.8 ** (event.angleDelta().y() / 120)
        held = self.moment_at(max(event.position().x(), float(HEAD_WIDTH)))
        first, last = held - (held - self.first) * factor, held + (self.last - held) * factor
        if timedelta(hours=_LEAST_HOURS) <= last - first <= timedelta(hours=36):
            self.set_window(first, last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go from row to row, Left and Right from stop to stop, Enter opens, Escape lets go."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step_row(step[key])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step_stop(step[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected_stop is not None:
            self.stop_activated.emit(self.selected_stop)
        elif key == Qt.Key.Key_Escape and (self.dragged is not None or self.selected_stop is not None):
            self.dragged = self._pressed = self.selected_stop = None
            self.viewport().update()
        else:
            super().keyPressEvent(event)

    def _step_row(self, step: int) -> None:
        ids = [row.id for row in self.rows]
        if ids:
            at = ids.index(self.selected_row) + step if self.selected_row in ids else 0
            self.set_selection(ids[min(max(at, 0), len(ids) - 1)])
            self.row_selected.emit(self.selected_row)

    def _step_stop(self, step: int) -> None:
        row = next((row for row in self.rows if row.id == self.selected_row), None)
        if row is None or not row.stops:
            return
        ids = [stop.id for stop in row.stops]
        at = ids.index(self.selected_stop) + step if self.selected_stop in ids else 0
        self.set_selection(row.id, ids[min(max(at, 0), len(ids) - 1)])
        self.stop_selected.emit(self.selected_stop)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A frame for those who came by key."""
        self.has_key_focus = came_by_key(event)
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No focus, no frame."""
        self.has_key_focus = False
        self.viewport().update()
        super().focusOutEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """What stands at a stop, when the pointer rests on it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            block = self.block_at(QPointF(event.pos()))
            text = describe(block.stop, self.zone) if block else ""
            QToolTip.showText(event.globalPos() if block else QPoint(), text, self.viewport())
            return True
        return super().viewportEvent(event)


def describe(stop: TimelineStop, zone: tzinfo) -> str:
    """A stop in words: who, when it was planned, when it was, how late."""

    def clock(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%H:%M")

    lines = [
        f"{stop.number}  {stop.label}".rstrip(),
        f"Planned {clock(stop.starts_at)} to {clock(stop.ends_at)}",
    ]
    if stop.arrived_at is not None:
        minutes = round((stop.arrived_at - stop.starts_at).total_seconds() / 60)
        late = f", {minutes} min late" if minutes > 0 else f", {-minutes} min early" if minutes < 0 else ""
        lines.append(f"Arrived {clock(stop.arrived_at)}{late}")
    elif stop.is_late:
        lines.append("Will be late")
    if stop.status == "failed":
        lines.append("Failed")
    return "\n".join(lines)


def _times_of(stop: TimelineStop) -> list[datetime]:
    return [t for t in (stop.starts_at, stop.ends_at, stop.arrived_at, stop.left_at) if t is not None]


def _usual_day(day: datetime) -> tuple[datetime, datetime]:
    return day.replace(hour=6), day.replace(hour=20)
