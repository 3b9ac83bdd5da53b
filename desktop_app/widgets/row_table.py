"""The table of every panel: any number of rows, painted from a page cache, kept still while the data move."""

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtCore import QItemSelectionModel as Selection
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtGui import QResizeEvent as ResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QToolTip, QWidget

from desktop_app.actions import ActionRegistry
from desktop_app.settings import Settings
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.widgets.columns import Column
from desktop_app.widgets.row_model import RowModel
from desktop_app.widgets.row_painter import RowPainter
from desktop_app.widgets.row_source import RowSource, SortedSource
from desktop_app.widgets.table_columns import TableColumns
from desktop_app.widgets.table_header import TableHeader
from desktop_app.widgets.table_text import MOST_ROWS, rows_as_text

AnyIndex = QModelIndex | QPersistentModelIndex


class RowTable(QTableView):
    """A list of rows from a RowSource.

    `current_changed(row | None)` follows the one row that the inspector shows, `selection_changed()` the set,
    `opened(row)` is Enter or a double click, `order_changed(key, descending)` a click on a header. Selection and
    current row are kept by key across refreshes, orders and filters.
    """

    current_changed = Signal(object)
    selection_changed = Signal()
    opened = Signal(object)
    order_changed = Signal(str, bool)

    def __init__(
        self,
        theme: Theme,
        runner: TaskRunner,
        columns: Sequence[Column],
        *,
        name: str,
        key: Callable[[Any], Hashable] = attrgetter("id"),
        settings: Settings | None = None,
        empty: QWidget | None = None,
        label: str = "Loading rows",
        multi: bool = True,
        zone: str = "UTC",
        parent: QWidget | None = None,
    ) -> None:
        """`name` tells screen readers what is listed and keys the remembered columns; `empty` shows when no rows are."""
        super().__init__(parent)
        self._theme, self._runner, self._zone, self._empty = theme, runner, zone, empty
        self._surface = QWidget()
        self.name = name
        self.rows = RowModel(runner, columns, key, label)
        self.rows.setParent(self)
        self.header = TableHeader(theme, self.rows.columns, self)
        self.columns = TableColumns(theme, self.header, self.rows.columns, settings, name)
        self._painter = RowPainter(theme, self.columns)
        self._hover = -1
        # The keys of the selected rows by number, as far as they are known, and that of the current row.
        self._kept: dict[int, Hashable] = {}
        self._kept_current: Hashable | None = None
        self._sought: Hashable | None = None
        self._is_new_source = True
        self._restoring = False
        self._told: object = None
        self._registry: ActionRegistry | None = None
        self._context_ids: tuple[str, ...] = ()
        self._set_up(multi)
        self.columns.restore()

    # -- rows ------------------------------------------------------------------------------------------------

    def set_source(
        self,
        source: RowSource,
        *,
        first: Sequence[Any] | None = None,
        count: int | None = None,
        keep_place: bool = False,
    ) -> None:
        """Show another source: another filter or search. The order in force is kept.

        `first` (the first page's rows) and `count` paint at once, without a trip.
        """
        order = self.header.order
        if order is not None and isinstance(source, SortedSource):
            source = source.sorted(*order)
        if not keep_place:
            self.verticalScrollBar().setValue(0)
            self.rows.show_rows(0, self._rows_in_view())
        self._is_new_source = True
        self.rows.set_source(source, first, count)

    def refresh(self) -> None:
        """The data may have changed: fetch what is visible again; only what differs is repainted."""
        self.rows.refresh()

    def row_count(self) -> int:
        """How many rows the source has."""
        return self.rows.rowCount()

    # -- selection -------------------------------------------------------------------------------------------

    def current_row(self) -> Any | None:
        """The row that the inspector shows."""
        return self.rows.row(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def selected_rows(self) -> list[Any]:
        """The selected rows that are in the cache, from the top."""
        numbers = (number for top, bottom in self.selected_spans() for number in range(top, bottom + 1))
        return [row for row in map(self.rows.row, numbers) if row is not None]

    def selected_count(self) -> int:
        """How many rows are selected, cached or not."""
        return sum(bottom - top + 1 for top, bottom in self.selected_spans())

    def selected_spans(self) -> list[tuple[int, int]]:
        """The selected runs of rows, first and last number, from the top."""
        selection = self.selectionModel().selection()
        return sorted((selection.at(n).top(), selection.at(n).bottom()) for n in range(selection.size()))

    def select_key(self, key: Hashable) -> bool:
        """Select and show the cached row with `key`, and answer whether it is there.

        If it is not, it is selected when a page brings it.
        """
        number = self.rows.find(key)
        self._sought = key if number is None else None
        if number is not None:
            self.select_number(number)
        return number is not None

    def select_number(self, number: int) -> None:
        """Select and show the row with this number."""
        if 0 <= number < self.row_count():
            flags = Selection.SelectionFlag.ClearAndSelect | Selection.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.rows.index(number, 0), flags)

    # -- order, menus, copying ---------------------------------------------------------------------------------

    def order_by(self, key: str, descending: bool = False) -> None:
        """Order by a column, as a click on its header does."""
        source = self.rows.source
        self.header.show_order((key, descending))
        if isinstance(source, SortedSource):
            self.verticalScrollBar().setValue(0)
            self.rows.show_rows(0, self._rows_in_view())
            self._is_new_source = True
            self.rows.set_source(source.sorted(key, descending))
        self.columns.remember()
        self.order_changed.emit(key, descending)

    def set_context_actions(self, registry: ActionRegistry, action_ids: Sequence[str]) -> None:
        """The declared actions of the right click, "-" for a line; the row under the pointer is made current first."""
        self._registry, self._context_ids = registry, tuple(action_ids)

    def copy(self) -> None:
        """Copy the selected rows, with the titles of the visible columns, as tab-separated text."""
        spans, source, cached = self.selected_spans(), self.rows.source, dict(self.rows.cached())
        columns = [column for _left, _width, column in self.columns.boxes() if column.title]
        if spans and source is not None:
            self._runner.run(
                lambda: rows_as_text(source, spans, cached, columns),
                QGuiApplication.clipboard().setText,
                self,
                label="Copying rows",
                key="copy",
            )

    # -- Qt ----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible rows in one pass; the model is asked nothing."""
        painter, area = QPainter(self._surface), event.rect()
        painter.fillRect(area, self._theme.colour("surface"))
        height, offset, count = self._row_height(), self.verticalOffset(), self.rows.rowCount()
        first = max(0, (offset + area.top()) // height)
        last = min(count - 1, (offset + area.bottom()) // height)
        if last >= first:
            self._painter.for_screen(self.devicePixelRatioF())
            bottom = (offset + self._surface.height()) // height
            self.rows.show_rows(max(0, offset // height), min(count - 1, bottom))
            selection, current, focused = self.selectionModel(), self.currentIndex().row(), self.hasFocus()
            width, left = self._surface.width(), -self.header.offset()
            for number in range(first, last + 1):
                self._painter.paint(
                    painter,
                    number,
                    self.rows.row(number),
                    QRect(0, number * height - offset, width, height),
                    left,
                    selected=selection.isSelected(self.rows.index(number, 0)),
                    hovered=number == self._hover,
                    current=number == current,
                    focused=focused,
                )
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Take the rows' height and inks of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._painter.dress()
            self._set_row_height()
            self.columns.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the first and the last row, Enter opens, Ctrl+C copies; letters are the panel's."""
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._open_index(self.currentIndex())
        elif key == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy()
        elif key == Qt.Key.Key_Home and plain:
            self.select_number(0)
        elif key == Qt.Key.Key_End and plain:
            self.select_number(self.row_count() - 1)
        elif event.text().isprintable() and event.text() and key != Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Nothing becomes current by the focus alone, as Qt would have it: the inspector would open unasked."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)
        else:
            QWidget.focusInEvent(self, event)
            self._surface.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the row under the pointer."""
        super().mouseMoveEvent(event)
        self._set_hover((self.verticalOffset() + event.position().toPoint().y()) // self._row_height())

    def viewportEvent(self, event: QEvent) -> bool:
        """Tips are made only when somebody waits for one."""
        if event.type() == QEvent.Type.Leave:
            self._set_hover(-1)
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            row = self.rows.row(index.row()) if index.isValid() else None
            text = "" if row is None else self.rows.columns[index.column()].tip_text(row, self._zone)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: ResizeEvent) -> None:
        """Give the stretching column what is left."""
        super().resizeEvent(event)
        self.columns.fit(self._surface.width())
        if self._empty is not None:
            self._empty.setGeometry(self._surface.rect())

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """Tell who follows the current row."""
        super().currentChanged(current, previous)
        if not self._restoring:
            self._keep_selection()
            self._tell_current()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell who follows the set."""
        super().selectionChanged(selected, deselected)
        if not self._restoring:
            self._keep_selection()
            self.selection_changed.emit()
        self._surface.update()

    # -- inside --------------------------------------------------------------------------------------------------

    def _set_up(self, multi: bool) -> None:
        mode = QAbstractItemView.SelectionMode
        # A viewport made here is known to Python: asking Qt for its own makes PySide look through every widget class.
        # Every pixel of it is painted here, so a scroll may move what is on screen and paint only what came in.
        self._surface.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setViewport(self._surface)
        self.setAccessibleName(self.name)
        self.setModel(self.rows)
        self.setHorizontalHeader(self.header)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(20)
        self._set_row_height()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self._surface.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(mode.ExtendedSelection if multi else mode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_context_menu)
        self.doubleClicked.connect(self._open_index)
        self.header.sectionClicked.connect(self._on_header_click)
        self.columns.changed.connect(self._on_columns)
        self.rows.loaded.connect(self._on_loaded)
        if self._empty is not None:
            self._empty.setParent(self._surface)
            self._empty.hide()

    def _on_columns(self) -> None:
        self._painter.forget()
        self._surface.update()

    def _on_loaded(self, anew: bool) -> None:
        if anew:
            self._restore_selection()
        if self._sought is not None and self.select_key(self._sought):
            self._sought = None
        if self._empty is not None:
            self._empty.setVisible(self.rows.rowCount() == 0)
            self._empty.setGeometry(self._surface.rect())
        self._surface.update()
        self._tell_current()

    def _keep_selection(self) -> None:
        """Note whose rows are selected, so that they can be found where they have moved to."""
        self._kept = {}
        if self.selected_count() <= MOST_ROWS:
            for top, bottom in self.selected_spans():
                for number in range(top, bottom + 1):
                    row = self.rows.row(number)
                    if row is not None:
                        self._kept[number] = self.rows.key(row)
        current = self.current_row()
        self._kept_current = None if current is None else self.rows.key(current)

    def _restore_selection(self) -> None:
        """Put the selection where its rows are now. Of another source only known rows stay selected."""
        kept, model, flag = set(self._kept.values()), self.selectionModel(), Selection.SelectionFlag
        add, drop, current = QItemSelection(), QItemSelection(), QModelIndex()
        last = self.rows.columnCount() - 1
        for number, row in self.rows.cached():
            key, index = self.rows.key(row), self.rows.index(number, 0)
            if key in kept:
                add.select(index, self.rows.index(number, last))
            elif number in self._kept:
                drop.select(index, self.rows.index(number, last))
            if key == self._kept_current:
                current = index
        self._restoring = True
        if self._is_new_source:
            model.clearSelection()
        model.select(drop, flag.Deselect)
        model.select(add, flag.Select)
        if current.isValid() or self._is_new_source:
            model.setCurrentIndex(current, flag.NoUpdate)
        self._restoring = self._is_new_source = False
        self._keep_selection()

    def _tell_current(self) -> None:
        """Tell the current row once for each state of it, so that the inspector follows changes but not repaints."""
        row = self.current_row()
        if row is not self._told and row != self._told:
            self._told = row
            self.current_changed.emit(row)

    def _open_index(self, index: QModelIndex) -> None:
        row = self.rows.row(index.row()) if index.isValid() else None
        if row is not None:
            self.opened.emit(row)

    def _on_header_click(self, section: int) -> None:
        column = self.rows.columns[section]
        if column.sortable and isinstance(self.rows.source, SortedSource):
            self.order_by(column.key, self.header.order == (column.key, False))

    def _show_context_menu(self, at: QPoint) -> None:
        registry = self._registry
        if registry is not None and self.indexAt(at).isValid():
            menu = QMenu(self)
            for action_id in self._context_ids:
                if action_id == "-":
                    menu.addSeparator()
                else:
                    menu.addAction(registry.qaction(action_id))
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self._surface.mapToGlobal(at))

    def _row_height(self) -> int:
        return self._theme.metrics.row

    def _set_row_height(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._row_height())
        self.verticalScrollBar().setSingleStep(self._row_height())

    def _rows_in_view(self) -> int:
        return max(1, self._surface.height() // self._row_height() + 1)

    def _set_hover(self, number: int) -> None:
        if number != self._hover:
            height, offset = self._row_height(), self.verticalOffset()
            for each in (number, self._hover):
                if each >= 0:
                    self._surface.update(0, each * height - offset, self._surface.width(), height)
            self._hover = number
