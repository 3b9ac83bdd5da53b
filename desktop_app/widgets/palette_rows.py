"""How a row of the palette is painted: icon, title, detail, shortcut; or the heading of a group."""

from typing import Any, Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RADIUS, SPACE_8, SPACE_12, SPACE_16

# Where a row of the list keeps its item; a heading keeps none.
ITEM: Final = Qt.ItemDataRole.UserRole


class PaletteRows(QStyledItemDelegate):
    """Paints rows that keep an item under `ITEM`."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One line."""
        theme = self._theme
        item: Any = index.data(ITEM)
        box: QRect = option.rect  # type: ignore[attr-defined]
        if item is None:
            painter.setPen(theme.colour("quiet"))
            painter.setFont(theme.font("label"))
            painter.drawText(box.adjusted(SPACE_8, 4, 0, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setPen(theme.colour("focus") if theme.scheme == "contrast" else Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selection"))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        size = theme.metrics.icon
        painter.drawPixmap(
            box.left() + SPACE_8, box.center().y() - size // 2 + 1, theme.pixmap(item.icon, size, "quiet")
        )
        left, right = box.left() + SPACE_8 + size + SPACE_12, box.right() - SPACE_12
        painter.setFont(theme.font("label"))
        painter.setPen(theme.colour("quiet"))
        if item.shortcut:
            width = painter.fontMetrics().horizontalAdvance(item.shortcut)
            key_box = QRect(right - width - 8, box.center().y() - 10, width + 14, 21)
            painter.setBrush(theme.colour("hover"))
            painter.setPen(theme.colour("line"))
            painter.drawRoundedRect(key_box, 4, 4)
            painter.setPen(theme.colour("quiet"))
            painter.drawText(key_box, Qt.AlignmentFlag.AlignCenter, item.shortcut)
            right -= width + SPACE_16 + 4
        painter.setFont(theme.font("body"))
        title_width = painter.fontMetrics().horizontalAdvance(item.title)
        title = painter.fontMetrics().elidedText(item.title, Qt.TextElideMode.ElideRight, right - left)
        painter.setPen(theme.colour("text"))
        painter.drawText(
            QRect(left, box.top(), right - left, box.height()), Qt.AlignmentFlag.AlignVCenter, title
        )
        if item.detail and left + title_width + SPACE_12 < right:
            painter.setPen(theme.colour("quiet"))
            rest = QRect(
                left + title_width + SPACE_12, box.top(), right - left - title_width - SPACE_12, box.height()
            )
            detail = painter.fontMetrics().elidedText(item.detail, Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, detail)
        painter.restore()
