"""The table of every panel: any number of rows, painted from a page cache, kept still while the data move."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QToolTip, QWidget

from desktop_app.actions import ActionRegistry
from desktop_app.settings import Settings
from desktop_app.task_runner import TaskRunner, report_progress
from desktop_app.themes.theme import Theme
from desktop_app.widgets.cells import CellPainter
from desktop_app.widgets.columns import Column
from desktop_app.widgets.row_model import PAGE_ROWS, RowModel
from desktop_app.widgets.row_source import RowSource, SortedSource
from desktop_app.widgets.table_header import TableHeader

# What a clipboard and a spreadsheet still take without complaint.
MOST_COPIED: Final = 100_000
_LEAST_COLUMN: Final = 40
# Declared widths are meant for this size of type; other densities widen in proportion.
_WIDTHS_FOR: Final = 13

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
        """`name` says what it lists to screen readers and keys its remembered columns; `empty` shows when no rows are."""
        super().__init__(parent)
        self._theme, self._runner, self._settings, self._zone = theme, runner, settings, zone
        self._cells = CellPainter(theme)
        self._empty = empty
        self._hover = -1
        self._kept_keys: set[Hashable] = set()
        self._kept_current: Hashable | None = None
        self._restoring = False
        self._widths: dict[str, int] = {}
        self._told: object = None
        self._registry: ActionRegistry | None = None
        self._context_ids: tuple[str, ...] = ()
        self.name = name
        self.rows = RowModel(runner, columns, key, label)
        self.rows.setParent(self)
        self.header = TableHeader(theme, self.rows.columns, self)
        self._set_up(multi)
        self._restore_columns()

    # -- rows ----------------------------------------------------------------------------------------------------

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
        self.rows.set_source(source, first, count)

    def refresh(self) -> None:
        """The data may have changed: fetch what is visible again; only what differs is repainted."""
        self.rows.refresh()

    def row_count(self) -> int:
        """How many rows the source has."""
        return self.rows.rowCount()

    # -- selection -----------------------------------------------------------------------------------------------

    def current_row(self) -> Any | None:
        """The row that the inspector shows."""
        return self.rows.row(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def selected_rows(self) -> list[Any]:
        """The selected rows that are in the cache, from the top."""
        found: list[Any] = []
        for top, bottom in self._spans():
            found.extend(
                row
                for number in range(top, bottom + 1)
                if (row := self.rows.row(number)) is not None
            )
        return found

    def selected_count(self) -> int:
        """How many rows are selected, cached or not."""
        return sum(bottom - top + 1 for top, bottom in self._spans())

    def select_key(self, key: Hashable) -> bool:
        """Select and show the cached row with `key`, and answer whether it is there.

        If it is not, it is selected when a page brings it.
        """
        self._kept_keys, self._kept_current = {key}, key
        number = self.rows.find(key)
        if number is None:
            return False
        self.select_number(number)
        return True

    def select_number(self, number: int) -> None:
        """Select and show the row with this number."""
        if 0 <= number < self.row_count():
            self.selectionModel().setCurrentIndex(
                self.rows.index(number, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )

    # -- order, columns, menus --------------------------------------------------------------------------------------

    def order_by(self, key: str, descending: bool = False) -> None:
        """Order by a column, as a click on its header does."""
        source = self.rows.source
        self.header.show_order((key, descending))
        if isinstance(source, SortedSource):
            self.verticalScrollBar().setValue(0)
            self.rows.show_rows(0, self._rows_in_view())
            self.rows.set_source(source.sorted(key, descending))
        self._remember_columns()
        self.order_changed.emit(key, descending)

    def set_context_actions(self, registry: ActionRegistry, action_ids: Sequence[str]) -> None:
        """The declared actions of the right click; the row under the pointer is made current first."""
        self._registry, self._context_ids = registry, tuple(action_ids)

    def copy(self) -> None:
        """Copy the selected rows, with the titles of the visible columns, as tab-separated text."""
        spans = self._spans()
        source = self.rows.source
        if not spans or source is None:
            return
        columns = [self.rows.columns[i] for i in self._visible_columns() if self.rows.columns[i].title]
        cached = dict(self.rows.cached())
        total = min(MOST_COPIED, sum(last - first + 1 for first, last in spans))

        def work() -> str:
            lines = ["\t".join(column.title for column in columns)]
            for first, last in spans:
                at = first
                while at <= last and len(lines) <= total:
                    row = cached.get(at)
                    rows = [row] if row is not None else source.page(at, min(PAGE_ROWS, last - at + 1), None)
                    if not rows:
                        break
                    lines.extend("\t".join(_flat(column.text(each)) for column in columns) for each in rows)
                    at += len(rows)
                    report_progress(len(lines) / (total + 1))
            return "\n".join(lines[: total + 1]) + "\n"

        self._runner.run(work, QGuiApplication.clipboard().setText, self, label="Copying rows", key="copy")

    # -- Qt ----------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible rows in one pass; the model is asked nothing."""
        painter = QPainter(self.viewport())
        area = event.rect()
        painter.fillRect(area, self._theme.colour("surface"))
        height = self._row_height()
        offset = self.verticalOffset()
        count = self.rows.rowCount()
        first = max(0, (offset + area.top()) // height)
        last = min(count - 1, (offset + area.bottom()) // height)
        if last >= first:
            self.rows.show_rows(
                max(0, offset // height), min(count - 1, (offset + self.viewport().height()) // height)
            )
            columns = self._column_boxes(area)
            for number in range(first, last + 1):
                self._paint_row(painter, number, number * height - offset, height, columns)
        painter.end()

    def _paint_row(
        self, painter: QPainter, number: int, top: int, height: int, columns: list[tuple[int, int, Column]]
    ) -> None:
        theme, width = self._theme, self.viewport().width()
        index = self.rows.index(number, 0)
        selected = self.selectionModel().isSelected(index)
        if selected:
            painter.fillRect(0, top, width, height, theme.colour("selection"))
        elif number == self._hover:
            painter.fillRect(0, top, width, height, theme.colour("hover"))
        painter.fillRect(0, top + height - 1, width, 1, theme.colour("line"))
        row = self.rows.row(number)
        for left, wide, column in columns:
            box = QRectF(left, top, wide, height - 1)
            if row is None:
                self._cells.paint_placeholder(painter, box, column, number)
            else:
                self._cells.paint(painter, box, column, row)
        if number == self.currentIndex().row():
            if selected:
                painter.fillRect(0, top, 3, height - 1, theme.colour("accent"))
            if self.hasFocus():
                painter.setPen(QPen(theme.colour("focus"), 2 if theme.scheme == "contrast" else 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRect(1, top + 1, width - 3, height - 4))

    def changeEvent(self, event: QEvent) -> None:
        """Take the rows' height and inks of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._cells.forget()
            self._set_row_height()
            self._fit_columns()
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the first and the last row, Enter opens, Ctrl+C copies; typing is the panel's."""
        key, modifiers = event.key(), event.modifiers()
        if (
            key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and not modifiers & Qt.KeyboardModifier.ControlModifier
        ):
            row = self.current_row()
            if row is not None:
                self.opened.emit(row)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key == Qt.Key.Key_Home and not modifiers:
            self.select_number(0)
        elif key == Qt.Key.Key_End and not modifiers:
            self.select_number(self.row_count() - 1)
        elif event.text().isprintable() and event.text() and key != Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the stretching column what is left."""
        super().resizeEvent(event)
        self._stretch()
        if self._empty is not None:
            self._empty.setGeometry(self.viewport().rect())

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
        self.viewport().update()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _set_up(self, multi: bool) -> None:
        mode = QAbstractItemView.SelectionMode
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
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(mode.ExtendedSelection if multi else mode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_context_menu)
        self.doubleClicked.connect(self._open_index)
        self.header.sectionClicked.connect(self._on_header_click)
        self.header.sectionResized.connect(self._on_resized)
        self.header.sectionMoved.connect(lambda *_: self._remember_columns())
        self.header.customContextMenuRequested.connect(self._show_column_menu)
        self.rows.loaded.connect(self._on_loaded)
        if self._empty is not None:
            self._empty.setParent(self.viewport())
            self._empty.hide()

    def _on_loaded(self, anew: bool) -> None:
        if anew:
            self._restore_selection()
        if self._empty is not None:
            self._empty.setVisible(self.rows.rowCount() == 0)
            self._empty.setGeometry(self.viewport().rect())
        self.viewport().update()
        self._tell_current()

    def _keep_selection(self) -> None:
        self._kept_keys = (
            {self.rows.key(row) for row in self.selected_rows()}
            if self.selected_count() < MOST_COPIED
            else set()
        )
        current = self.current_row()
        self._kept_current = None if current is None else self.rows.key(current)

    def _restore_selection(self) -> None:
        """Put the selection where its rows are now; what left the cache is no longer selected."""
        if not self._kept_keys and self._kept_current is None:
            return
        chosen, current = QItemSelection(), QModelIndex()
        last = self.rows.columnCount() - 1
        for number, row in self.rows.cached():
            key = self.rows.key(row)
            if key in self._kept_keys:
                chosen.select(self.rows.index(number, 0), self.rows.index(number, last))
            if key == self._kept_current:
                current = self.rows.index(number, 0)
        self._restoring = True
        try:
            model = self.selectionModel()
            model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            model.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
        finally:
            self._restoring = False

    def _tell_current(self) -> None:
        """Tell the current row once for each state of it, so that the inspector follows changes but not repaints."""
        row = self.current_row()
        if row is not self._told and row != self._told:
            self._told = row
            self.current_changed.emit(row)

    def _spans(self) -> list[tuple[int, int]]:
        """The selected runs of rows, first and last, from the top."""
        selection = self.selectionModel().selection()
        return sorted((selection.at(n).top(), selection.at(n).bottom()) for n in range(selection.size()))

    def _open_index(self, index: QModelIndex) -> None:
        row = self.rows.row(index.row())
        if row is not None:
            self.opened.emit(row)

    def _on_header_click(self, section: int) -> None:
        column = self.rows.columns[section]
        if column.sortable and isinstance(self.rows.source, SortedSource):
            order = self.header.order
            self.order_by(column.key, order is not None and order == (column.key, False))

    def _show_context_menu(self, at: QPoint) -> None:
        if self._registry is None or not self.indexAt(at).isValid():
            return
        menu = QMenu(self)
        for action_id in self._context_ids:
            if action_id == "-":
                menu.addSeparator()
            else:
                menu.addAction(self._registry.qaction(action_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(at))

    def _show_column_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for number, column in enumerate(self.rows.columns):
            if not column.title:
                continue
            entry = menu.addAction(column.title)
            entry.setCheckable(True)
            entry.setChecked(not self.isColumnHidden(number))
            entry.toggled.connect(lambda shown, number=number: self.show_column(number, shown))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.header.mapToGlobal(at))

    def show_column(self, number: int, shown: bool) -> None:
        """Show or hide a column; the last one stays."""
        if shown or len(self._visible_columns()) > 1:
            self.setColumnHidden(number, not shown)
            self._stretch()
            self._remember_columns()

    def _visible_columns(self) -> list[int]:
        order = sorted(range(len(self.rows.columns)), key=self.header.visualIndex)
        return [number for number in order if not self.isColumnHidden(number)]

    def _column_boxes(self, area: QRect) -> list[tuple[int, int, Column]]:
        boxes = []
        for number in self._visible_columns():
            left, wide = self.header.sectionViewportPosition(number), self.header.sectionSize(number)
            if left + wide >= area.left() and left <= area.right():
                boxes.append((left, wide, self.rows.columns[number]))
        return boxes

    def _on_resized(self, number: int, _old: int, new: int) -> None:
        if not self._restoring:
            self._widths[self.rows.columns[number].key] = round(new / self._grown())
            self._stretch()
            self._remember_columns()

    def _fit_columns(self) -> None:
        """Give every column its width at the present size of type."""
        self._restoring, before = True, self._restoring
        for number, column in enumerate(self.rows.columns):
            self.header.resizeSection(number, round(self._widths.get(column.key, column.width) * self._grown()))
        self._restoring = before
        self._stretch()

    def _grown(self) -> float:
        return self._theme.metrics.body / _WIDTHS_FOR

    def _stretch(self) -> None:
        stretching = [number for number in self._visible_columns() if self.rows.columns[number].stretch]
        if not stretching:
            return
        others = sum(self.header.sectionSize(n) for n in self._visible_columns() if n not in stretching)
        least = sum(self._least(n) for n in stretching)
        spare = max(0, self.viewport().width() - others - least)
        self._restoring, before = True, self._restoring
        for number in stretching:
            self.header.resizeSection(number, self._least(number) + spare // len(stretching))
        self._restoring = before

    def _least(self, number: int) -> int:
        return max(_LEAST_COLUMN, round(self.rows.columns[number].width * self._grown()))

    def _row_height(self) -> int:
        return self._theme.metrics.row

    def _set_row_height(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._row_height())
        self.verticalScrollBar().setSingleStep(self._row_height())

    def _rows_in_view(self) -> int:
        return max(1, self.viewport().height() // self._row_height() + 1)

    def _set_hover(self, number: int) -> None:
        if number != self._hover:
            height, offset = self._row_height(), self.verticalOffset()
            for each in (number, self._hover):
                if each >= 0:
                    self.viewport().update(0, each * height - offset, self.viewport().width(), height)
            self._hover = number

    def _remember_columns(self) -> None:
        if self._settings is None or self._restoring:
            return
        order = self.header.order
        self._settings.remember(
            f"table:{self.name}",
            {
                "widths": dict(self._widths),
                "hidden": [c.key for n, c in enumerate(self.rows.columns) if self.isColumnHidden(n)],
                "order": [
                    self.rows.columns[n].key
                    for n in sorted(range(len(self.rows.columns)), key=self.header.visualIndex)
                ],
                "sort": list(order) if order is not None else None,
            },
        )

    def _restore_columns(self) -> None:
        kept = self._settings.state(f"table:{self.name}") if self._settings is not None else None
        state: Mapping[str, Any] = kept if isinstance(kept, Mapping) else {}
        widths, hidden = state.get("widths"), state.get("hidden")
        self._widths = {str(k): int(w) for k, w in widths.items()} if isinstance(widths, Mapping) else {}
        self._restoring = True
        for number, column in enumerate(self.rows.columns):
            self.setColumnHidden(number, column.key in hidden if hidden is not None else column.hidden)
        keys = [column.key for column in self.rows.columns]
        for place, key in enumerate(key for key in state.get("order") or () if key in keys):
            self.header.moveSection(self.header.visualIndex(keys.index(key)), place)
        sort = state.get("sort")
        if isinstance(sort, list) and len(sort) == 2 and sort[0] in keys:
            self.header.show_order((str(sort[0]), bool(sort[1])))
        self._restoring = False
        self._fit_columns()


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")
