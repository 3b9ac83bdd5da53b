"""The header of a table: titles, the order in force, and which columns are shown."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.widgets.column_title import header_height, paint_title
from desktop_app.widgets.columns import Column


class TableHeader(QHeaderView):
    """Paints titles in the quiet ink, with an arrow on the column that orders."""

    def __init__(self, theme: Theme, columns: tuple[Column, ...], parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._columns = theme, columns
        self.order: tuple[str, bool] | None = None
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def show_order(self, order: tuple[str, bool] | None) -> None:
        """Mark the column that orders, and whether descending."""
        self.order = order
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """A little lower than a row."""
        return QSize(super().sizeHint().width(), header_height(self._theme))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """One title."""
        paint_title(painter, self._theme, self._columns[logicalIndex], rect, self.order)
