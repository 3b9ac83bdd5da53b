"""The stops of one van in driving order: number, place, estimate, and how each stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app import formats
from desktop_app.panels.fleet.picture import StopView
from desktop_app.panels.fleet.words import STOPS, minutes
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_8, SPACE_12
from desktop_app.widgets.marks import paint_pill, pill_width

AnyIndex = QModelIndex | QPersistentModelIndex
_DISC = 20.0


class StopList(QListView):
    """`chosen(stop id)` as the current row changes by hand."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fleet.stops")
        self.setAccessibleName("Stops")
        self._model = _StopModel(zone)
        self._model.setParent(self)
        self._quiet = False
        self.setModel(self._model)
        self.setItemDelegate(_StopDelegate(theme, zone, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current)

    def sizeHint(self) -> QSize:
        """As high as its stops: what holds it may give it less."""
        least = self._model.rowCount() * self.sizeHintForRow(0) if self._model.rowCount() else 0
        return QSize(200, least + 2 * self.frameWidth() + SPACE_8)

    def minimumSizeHint(self) -> QSize:
        """One stop."""
        return QSize(120, max(0, self.sizeHintForRow(0)))

    def show_stops(self, stops: Sequence[StopView], chosen: str) -> None:
        """Show these stops, one of them chosen; without one, the next is brought into sight."""
        self._quiet = True
        self._model.show_stops(stops)
        self.updateGeometry()
        number = next((n for n, stop in enumerate(stops) if stop.row.id == chosen), -1)
        self.setCurrentIndex(self._model.index(number) if number >= 0 else QModelIndex())
        if number < 0:
            self.clearSelection()
            number = next((n for n, stop in enumerate(stops) if not stop.is_over), -1)
        if number >= 0:
            self.scrollTo(self._model.index(number))
        self._quiet = False

    def stops(self) -> tuple[StopView, ...]:
        """What is shown."""
        return self._model.stops

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            self.chosen.emit(self._model.stops[current.row()].row.id)


class _StopModel(QAbstractListModel):
    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone
        self.stops: tuple[StopView, ...] = ()

    def show_stops(self, stops: Sequence[StopView]) -> None:
        """Show these."""
        if [stop.row.id for stop in stops] == [stop.row.id for stop in self.stops]:
            self.stops = tuple(stops)
            if stops:
                self.dataChanged.emit(self.index(0), self.index(len(stops) - 1))
            return
        self.beginResetModel()
        self.stops = tuple(stops)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many stops."""
        return 0 if parent.isValid() else len(self.stops)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for screen readers and tooltips."""
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        return stop_in_words(self.stops[index.row()], index.row() + 1, self._zone)


def stop_in_words(stop: StopView, number: int, zone: str) -> str:
    """A stop as one sentence."""
    row = stop.row
    said = [f"{number}. {row.name}", f"order {row.order_number}", STOPS[stop.status][0].lower()]
    if row.completed_at is not None:
        said.append(f"at {formats.clock(row.completed_at, zone)}, planned {formats.clock(row.eta, zone)}")
    else:
        said.append(f"expected {formats.clock(row.eta, zone)}")
    if stop.late:
        said.append(f"{minutes(stop.late_ms)} late")
    return ", ".join(said)


class _StopDelegate(QStyledItemDelegate):
    """A numbered disc, the customer, the time at the right; below, where it is and what is wrong."""

    def __init__(self, theme: Theme, zone: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Two lines."""
        return QSize(200, max(self._theme.metrics.hit, 2 * self._theme.metrics.body + 20))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one stop."""
        stops = index.model().stops  # type: ignore[attr-defined]
        stop, theme = stops[index.row()], self._theme
        box, state = QRectF(option.rect), option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.colour("hover"))
        self._paint_disc(painter, stop, index.row(), len(stops), box)
        left, right = box.left() + SPACE_12 + _DISC + SPACE_12, box.right() - SPACE_12
        top = QRectF(left, box.top() + 4, right - left, box.height() / 2 - 4)
        low = QRectF(left, box.center().y(), right - left, box.height() / 2 - 4)
        moment = formats.clock(stop.row.completed_at or stop.row.eta, self._zone)
        painter.setFont(theme.font("label_strong" if stop.status == "next" else "label"))
        wide = QFontMetricsF(painter.font()).horizontalAdvance(moment) + 2
        painter.setPen(theme.colour("quiet" if stop.is_over else "text"))
        painter.drawText(top, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, moment)
        painter.setFont(theme.font("strong" if stop.status == "next" else "body"))
        room = QRectF(top.left(), top.top(), top.width() - wide - SPACE_8, top.height())
        self._write(painter, room, stop.row.name or stop.row.city or "Unknown place")
        words, tone = self._what(stop)
        if words:
            pill = pill_width(theme, words)
            paint_pill(painter, theme, right - pill, low.center().y(), words, tone)
            low.setRight(right - pill - SPACE_8)
        painter.setFont(theme.font("label"))
        painter.setPen(theme.colour("quiet"))
        self._write(painter, low, ", ".join(part for part in (stop.row.order_number, stop.row.city) if part))
        painter.restore()

    def _what(self, stop: StopView) -> tuple[str, Any]:
        if stop.status == "failed":
            return "Failed", "danger"
        if stop.late:
            return f"{minutes(stop.late_ms)} late", "warning"
        if stop.row.provisional:
            return "Pending", "provisional"
        return ("Next", "accent") if stop.status == "next" else ("", "neutral")

    def _paint_disc(self, painter: QPainter, stop: StopView, number: int, count: int, box: QRectF) -> None:
        theme = self._theme
        disc = QRectF(box.left() + SPACE_12, box.center().y() - _DISC / 2, _DISC, _DISC)
        painter.setPen(QPen(theme.colour("line_strong"), 1.5))
        middle = disc.center().x()
        if number > 0:
            painter.drawLine(middle, box.top(), middle, disc.top())  # type: ignore[call-overload]
        if number < count - 1:
            painter.drawLine(middle, disc.bottom(), middle, box.bottom())  # type: ignore[call-overload]
        tone = STOPS[stop.status][1]
        filled = stop.status != "planned"
        ink = theme.colour("quiet") if not filled else theme.tone(tone)[0]
        painter.setPen(QPen(ink, 1.4))
        painter.setBrush(ink if filled else theme.colour("surface"))
        painter.drawEllipse(disc)
        painter.setFont(theme.font("label_strong"))
        painter.setPen(theme.colour("surface") if filled else theme.colour("text"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(number + 1))

    def _write(self, painter: QPainter, room: QRectF, text: str) -> None:
        shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
