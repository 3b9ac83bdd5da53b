"""The header of a table: titles, the order in force, and which columns are shown."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.widgets.columns import Column

_HEIGHT_LESS = 2
_ARROW = 12


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
        return QSize(super().sizeHint().width(), max(28, self._theme.metrics.row - _HEIGHT_LESS))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """One title."""
        theme, column = self._theme, self._columns[logicalIndex]
        painter.fillRect(rect, theme.colour("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("line"))
        ordered = self.order is not None and self.order[0] == column.key
        pad = theme.metrics.cell_pad
        inner = rect.adjusted(pad, 0, -pad, 0)
        painter.setFont(theme.font("label_strong" if ordered else "label"))
        painter.setPen(theme.colour("text" if ordered else "quiet"))
        metrics = painter.fontMetrics()
        room = inner.width() - (_ARROW + 2 if ordered else 0)
        title = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(title)
        if column.is_right:
            left = inner.right() - width + 1
            arrow_left = left - _ARROW - 2
        else:
            left = inner.left() if column.align != "centre" else inner.center().x() - width // 2
            arrow_left = left + width + 3
        painter.drawText(
            QRect(left, rect.top(), width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, title
        )
        if ordered and self.order is not None:
            arrow = theme.pixmap("arrow-down" if self.order[1] else "arrow-up", _ARROW, "text")
            painter.drawPixmap(arrow_left, rect.center().y() - _ARROW // 2 + 1, arrow)
