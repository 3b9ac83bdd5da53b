"""The activity feed: what happened, who did it, how long ago. A click leads to what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app import formats
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12
from local_db.queries.events import EventRow
from services.domain.permissions import TERMINAL_ACTOR

AnyIndex = QModelIndex | QPersistentModelIndex
_AGE_MS: Final = 15_000
_ICON: Final = 16

_ICONS: Final[Mapping[str, tuple[str, str]]] = {
    "order.cancelled": ("close", "danger"), "order.held": ("hold", "warning"), "order": ("order", "accent"),
    "pick.short": ("warning", "warning"), "pick": ("pick", "accent"), "wave": ("pick", "accent"),
    "shipment.delivered": ("check", "ok"), "shipment.failed": ("warning", "danger"), "shipment": ("box", "quiet"),
    "route": ("van", "accent"), "stop": ("pin", "quiet"), "vehicle": ("van", "quiet"), "stock": ("stock", "quiet"),
    "count": ("count", "quiet"), "alert": ("bell", "warning"), "customer": ("customer", "quiet"),
    "product": ("tag", "quiet"), "replenishment": ("stock", "quiet"), "user": ("person", "quiet"),
}  # fmt: skip


class ActivityFeed(QListView):
    """`opened(event)` by a click or Enter."""

    opened = Signal(object)

    def __init__(self, theme: Theme, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dashboard.feed")
        self.setAccessibleName("Activity")
        self._model = _EventModel(zone)
        self._model.setParent(self)
        self.setModel(self._model)
        self.setItemDelegate(_EventDelegate(theme, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)
        self._timer = QTimer(self)
        self._timer.setInterval(_AGE_MS)
        self._timer.timeout.connect(self.viewport().update)
        self._timer.start()

    def show_events(self, events: Sequence[EventRow]) -> None:
        """Show these, the newest first by the time that stands beside them: what an offline desk did comes in later."""
        events = sorted(events, key=lambda event: event.at, reverse=True)
        self._model.show_events(events)

    def events(self) -> tuple[EventRow, ...]:
        """What is shown."""
        return self._model.events

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self._model.events[index.row()])


class _EventModel(QAbstractListModel):
    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone
        self.events: tuple[EventRow, ...] = ()

    def show_events(self, events: Sequence[EventRow]) -> None:
        """Show these."""
        if tuple(events) != self.events:
            self.beginResetModel()
            self.events = tuple(events)
            self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many."""
        return 0 if parent.isValid() else len(self.events)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for screen readers and tooltips."""
        event = self.events[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{event.text}, {who(event)}, {formats.ago(event.at)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{event.text}\n{who(event)}, {formats.full_time(event.at, self._zone)}"
        return None


def who(event: EventRow) -> str:
    """Who did it, by name; Holdfast itself where nobody did."""
    return event.actor_name or (
        "Holdfast" if event.actor_id in ("", "system", TERMINAL_ACTOR) else "Somebody"
    )


class _EventDelegate(QStyledItemDelegate):
    """An icon, the sentence in up to two lines, and who and when below."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Two lines of the sentence and one below."""
        return QSize(200, round(3.75 * self._theme.metrics.body + 2 * SPACE_8 + 4))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one event."""
        event: EventRow = index.model().events[index.row()]  # type: ignore[attr-defined]
        theme, box, state = self._theme, QRectF(option.rect), option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.colour("hover"))
        icon, colour = _ICONS.get(event.kind) or _ICONS.get(event.kind.split(".")[0], ("info", "quiet"))
        painter.drawPixmap(
            round(box.left() + SPACE_12), round(box.top() + SPACE_8 + 2), theme.pixmap(icon, _ICON, colour)
        )
        left, right = box.left() + SPACE_12 + _ICON + SPACE_8 + 2, box.right() - SPACE_12
        foot = theme.metrics.label + 6.0
        words = QRectF(left, box.top() + SPACE_8, right - left, box.height() - foot - SPACE_8 - SPACE_4)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text"))
        metrics = QFontMetricsF(painter.font())
        for number, text in enumerate(two_lines(event.text, metrics, words.width())):
            place = QRectF(
                words.left(), words.top() + number * metrics.height(), words.width(), metrics.height()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        low = QRectF(left, box.bottom() - foot - SPACE_4, right - left, foot)
        painter.setFont(theme.font("label"))
        painter.setPen(theme.colour("quiet"))
        age = formats.ago(event.at)
        painter.drawText(low, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, age)
        room = low.width() - QFontMetricsF(painter.font()).horizontalAdvance(age) - SPACE_8
        name = ("Pending, " if event.provisional else "") + who(event)
        shown = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(low, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(theme.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.restore()


def two_lines(text: str, metrics: QFontMetricsF, width: float) -> list[str]:
    """A sentence in at most two lines, broken between words; what does not fit ends in an ellipsis."""
    words = text.split()
    taken = 0
    while taken < len(words) and metrics.horizontalAdvance(" ".join(words[: taken + 1])) <= width:
        taken += 1
    taken = max(1, taken)
    lines = [" ".join(words[:taken])]
    if taken < len(words):
        lines.append(metrics.elidedText(" ".join(words[taken:]), Qt.TextElideMode.ElideRight, width))
    return lines
