"""Paints the title of a column, with an arrow on the one that orders."""

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QFontMetrics, QPainter

from desktop_app.themes.theme import Theme
from desktop_app.widgets.columns import Column
from desktop_app.widgets.plain_paint import cut, fill_rect, write_in

_HEIGHT_LESS = 2
_ARROW = 12


def header_height(theme: Theme) -> int:
    """A little lower than a row."""
    return max(28, theme.metrics.row - _HEIGHT_LESS)


def paint_title(
    painter: QPainter, theme: Theme, column: Column, rect: QRect, order: tuple[str, bool] | None
) -> None:
    """One title in `rect`; `order` is (key, descending) of the column that orders."""
    fill_rect(painter, rect, theme.colour("surface"))
    fill_rect(painter, QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("line"))
    ordered = order is not None and order[0] == column.key
    pad = theme.metrics.cell_pad
    inner = rect.adjusted(pad, 0, -pad, 0)
    font = theme.font("label_strong" if ordered else "label")
    metrics = QFontMetrics(font)
    title = cut(metrics, column.title, inner.width() - (_ARROW + 2 if ordered else 0))
    width = metrics.horizontalAdvance(title)
    if column.is_right:
        left = inner.right() - width + 1
        arrow_left = left - _ARROW - 2
    else:
        left = inner.left() if column.align != "centre" else inner.center().x() - width // 2
        arrow_left = left + width + 3
    box = QRectF(left, rect.top(), width + 2, rect.height())
    write_in(painter, box, title, font, theme.colour("text" if ordered else "quiet"))
    if ordered and order is not None:
        arrow = theme.pixmap("arrow-down" if order[1] else "arrow-up", _ARROW, "text")
        painter.drawPixmap(arrow_left, rect.center().y() - _ARROW // 2 + 1, arrow)
