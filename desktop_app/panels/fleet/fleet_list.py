"""The floating list of vans: state, age of the link, how far the route has come, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app import formats
from desktop_app.panels.fleet.picture import Picture, VehicleView
from desktop_app.panels.fleet.words import LINKS, STATES
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12
from desktop_app.widgets.chips import Filter, FilterChips
from desktop_app.widgets.layouts import holder, label, line
from desktop_app.widgets.marks import MARK_SIZE, paint_mark, paint_pill, pill_width
from desktop_app.widgets.search_field import SearchField

AnyIndex = QModelIndex | QPersistentModelIndex
_BAR: Final = 4.0
_FILTERS: Final = (
    Filter("road", "On the road", ((True, "On the road"),)),
    Filter("late", "Late", ((True, "Late"),)),
    Filter("trouble", "Alerts", ((True, "Alerts"),)),
)


class FleetList(QFrame):
    """`chosen(vehicle id)` as the current row changes by hand, `opened(vehicle id)` by Enter or a double click."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("fleet.list")
        self.setAccessibleName("Vehicles")
        self._theme = theme
        self._picture: Picture | None = None
        self._quiet = False
        self.search_field = SearchField(theme, "Van, driver or route")
        self.search_field.setObjectName("fleet.search")
        self.search_field.searched.connect(lambda _text: self._show())
        self.chips = FilterChips(theme, _FILTERS)
        self.chips.changed.connect(lambda _values: self._show())
        self._sums = label("", "label")
        self._sums.setObjectName("fleet.sums")
        self.model = VehicleModel()
        self.model.setParent(self)
        self.view = QListView()
        self.view.setObjectName("fleet.vehicles")
        self.view.setAccessibleName("Vehicles")
        self.view.setModel(self.model)
        self.view.setItemDelegate(_VehicleDelegate(theme, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.view.activated.connect(lambda index: self._open(index))
        self.search_field.left_down.connect(self.view.setFocus)
        self._nothing = label("No van fits. Clear the search or the filters.", "quiet", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setContentsMargins(SPACE_12, SPACE_12, SPACE_12, SPACE_12)
        self._nothing.hide()
        self._lay_out()

    def show_picture(self, picture: Picture) -> None:
        """Show the fleet; the chosen vehicle stays chosen."""
        self._picture = picture
        self._show()

    def choose(self, vehicle_id: str) -> None:
        """Choose a vehicle without a signal, and bring it into sight."""
        number = self.model.number_of(vehicle_id)
        self._quiet = True
        if number >= 0:
            index = self.model.index(number)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        else:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())
        self._quiet = False

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(SPACE_12, SPACE_12, SPACE_12, SPACE_8)
        head.setSpacing(SPACE_8)
        head.addWidget(self.search_field)
        head.addWidget(self.chips)
        head.addWidget(self._sums)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        whole.addWidget(holder(head))
        whole.addWidget(line())
        whole.addWidget(self.view, 1)
        whole.addWidget(self._nothing)

    def _show(self) -> None:
        picture = self._picture
        if picture is None:
            return
        rows = fitting(picture.vehicles, self.search_field.text(), self.chips.values())
        current = self.model.view_at(self.view.currentIndex())
        self.model.show_views(rows, picture.now)
        if current is not None:
            self.choose(current.id)
        out = sum(view.route is not None and view.route.status == "under_way" for view in picture.vehicles)
        newest = max((view.place.at or 0 for view in picture.vehicles if view.place is not None), default=0)
        age = f", newest position {formats.ago(newest)}" if newest else ", no positions yet"
        self._sums.setText(f"{len(picture.vehicles)} vans, {out} out{age}")
        self._sums.setToolTip("Positions come live while the link is up, else from the last sync.")
        self._nothing.setVisible(not rows)
        if not picture.vehicles:
            self._nothing.setText("No vans yet. Add them under Admin.")

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        view = self.model.view_at(current)
        if view is not None and not self._quiet:
            self.chosen.emit(view.id)

    def _open(self, index: QModelIndex) -> None:
        view = self.model.view_at(index)
        if view is not None:
            self.opened.emit(view.id)


def fitting(views: Sequence[VehicleView], text: str, filters: dict[str, Any]) -> list[VehicleView]:
    """The vehicles that fit a search and the filters, in the same order."""
    words = text.lower().split()
    found = []
    for view in views:
        route = view.route
        heap = f"{view.row.code} {view.row.registration} {view.row.driver_name} {route.number if route else ''}".lower()
        if (
            all(word in heap for word in words)
            and (not filters.get("road") or (route is not None and route.status == "under_way"))
            and (not filters.get("late") or view.late)
            and (not filters.get("trouble") or view.alerts)
        ):
            found.append(view)
    return found


class VehicleModel(QAbstractListModel):
    """The vehicles that fit, in the picture's order."""

    def __init__(self) -> None:
        super().__init__()
        self._views: list[VehicleView] = []
        self.now = 0

    def show_views(self, views: Sequence[VehicleView], now: int) -> None:
        """Show these; where only their content changed, nothing moves."""
        self.now = now
        if [view.id for view in views] == [view.id for view in self._views]:
            self._views = list(views)
            if views:
                self.dataChanged.emit(self.index(0), self.index(len(views) - 1))
            return
        self.beginResetModel()
        self._views = list(views)
        self.endResetModel()

    def view_at(self, index: AnyIndex) -> VehicleView | None:
        """The vehicle at an index."""
        return self._views[index.row()] if index.isValid() and index.row() < len(self._views) else None

    def number_of(self, vehicle_id: str) -> int:
        """The row of a vehicle, -1 if it is not shown."""
        return next((number for number, view in enumerate(self._views) if view.id == vehicle_id), -1)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many fit."""
        return 0 if parent.isValid() else len(self._views)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for screen readers and tooltips."""
        view = self.view_at(index)
        if view is None or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        return in_words(view)


def in_words(view: VehicleView) -> str:
    """A vehicle as one sentence."""
    said = [view.row.code, STATES.get(view.row.state, (view.row.state, "neutral"))[0]]
    at = view.place.at if view.place else None
    said.append(
        f"{LINKS[view.link.value][0].lower()}, last position {formats.ago(at)}" if at else "never located"
    )
    if view.route is not None:
        said.append(f"route {view.route.number}, {view.done} of {len(view.stops)} stops")
    if view.late:
        said.append(f"{view.late} stops late")
    return ", ".join(said)


class _VehicleDelegate(QStyledItemDelegate):
    """Two lines a van: who and how fresh; route, bar, and what is wrong."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Two lines and their air."""
        return QSize(200, max(self._theme.metrics.hit, 2 * self._theme.metrics.body + 26))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one van."""
        view = index.model().view_at(index)  # type: ignore[attr-defined]
        if view is None:
            return
        theme, box = self._theme, QRectF(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("selection"))
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), theme.colour("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.colour("hover"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        inner = box.adjusted(SPACE_12, SPACE_8 - 1, -SPACE_12, -SPACE_8)
        top = QRectF(inner.left(), inner.top(), inner.width(), inner.height() / 2)
        low = QRectF(inner.left(), inner.center().y(), inner.width(), inner.height() / 2)
        self._paint_top(painter, view, top)
        self._paint_low(painter, view, low)
        painter.restore()

    def _paint_top(self, painter: QPainter, view: VehicleView, box: QRectF) -> None:
        theme = self._theme
        tone = STATES.get(view.row.state, ("", "neutral"))[1]
        mark = QRectF(box.left(), box.center().y() - MARK_SIZE / 2, MARK_SIZE, MARK_SIZE)
        paint_mark(painter, mark, tone, theme.tone(tone)[0])
        left = box.left() + MARK_SIZE + SPACE_8
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text"))
        painter.drawText(
            QRectF(left, box.top(), 120, box.height()), Qt.AlignmentFlag.AlignVCenter, view.row.code
        )
        left += QFontMetricsF(painter.font()).horizontalAdvance(view.row.code) + SPACE_8
        age = formats.age(view.place.at) if view.place is not None else "never"
        painter.setFont(theme.font("label"))
        metrics = QFontMetricsF(painter.font())
        wide = metrics.horizontalAdvance(age)
        link_tone = LINKS[view.link.value][1]
        fresh = view.link.value == "online"
        painter.setPen(theme.colour("quiet") if fresh else theme.tone(link_tone)[0])
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, age)
        dot = QRectF(box.right() - wide - SPACE_4 - 8, box.center().y() - 4, 8, 8)
        paint_mark(painter, dot, link_tone, theme.tone(link_tone)[0])
        room = QRectF(left, box.top(), dot.left() - left - SPACE_4, box.height())
        painter.setPen(theme.colour("quiet"))
        driver = metrics.elidedText(
            view.row.driver_name or "no driver", Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, driver)

    def _paint_low(self, painter: QPainter, view: VehicleView, box: QRectF) -> None:
        theme = self._theme
        left: float = box.left() + MARK_SIZE + SPACE_8
        right: float = box.right()
        pill: tuple[str, Any] | None = None
        if view.row.state == "error":
            pill = ("Error", "danger")
        elif view.alerts:
            pill = ("Alert", "danger")
        elif view.late:
            pill = (f"{view.late} late", "warning")
        elif view.row.provisional:
            pill = ("Pending", "provisional")
        if pill is not None:
            wide = pill_width(theme, pill[0])
            paint_pill(painter, theme, right - wide, box.center().y() + 1, pill[0], pill[1])
            right -= wide + SPACE_8
        painter.setFont(theme.font("label"))
        metrics = QFontMetricsF(painter.font())
        if view.route is None:
            words = STATES.get(view.row.state, (view.row.state, "neutral"))[0] + ", no route"
            painter.setPen(theme.colour("quiet"))
            painter.drawText(
                QRectF(left, box.top(), right - left, box.height()), Qt.AlignmentFlag.AlignVCenter, words
            )
            return
        painter.setPen(theme.colour("text"))
        painter.drawText(
            QRectF(left, box.top(), 90, box.height()), Qt.AlignmentFlag.AlignVCenter, view.route.number
        )
        left += max(34.0, metrics.horizontalAdvance(view.route.number)) + SPACE_8
        count = f"{view.done}/{len(view.stops)}" if view.stops else "empty"
        count_width = metrics.horizontalAdvance(count)
        painter.setPen(theme.colour("quiet"))
        room = QRectF(right - count_width, box.top(), count_width + 1, box.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, count)
        bar = QRectF(left, box.center().y() - _BAR / 2 + 1, right - count_width - SPACE_8 - left, _BAR)
        if bar.width() > 8:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line"))
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
            if view.stops and view.done:
                done = QRectF(bar)
                done.setWidth(bar.width() * view.done / len(view.stops))
                painter.setBrush(theme.colour("warning" if view.late else "accent"))
                painter.drawRoundedRect(done, _BAR / 2, _BAR / 2)
