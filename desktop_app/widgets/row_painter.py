"""Paints a table's rows: ground, hairline, cells, and the marks of what is selected and current."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from desktop_app.themes.theme import Theme
from desktop_app.widgets.cells import CellPainter, Drawing
from desktop_app.widgets.columns import Column
from desktop_app.widgets.plain_paint import fill_rect

# Rows kept laid out: a few screens.
_KEPT: Final = 256
_STRIPE: Final = 3


class Arranged(Protocol):
    """Columns in the places where they are shown."""

    def boxes(self) -> Sequence[tuple[int, int, Column]]:
        """Left, width and column, in a row's own coordinates."""
        ...


class RowPainter:
    """Keeps the rows laid out that were painted last."""

    def __init__(self, theme: Theme, columns: Arranged, *, first: bool = False) -> None:
        """`first`: it paints the first rows of the program, once, and asks for nothing of Qt's own namespace."""
        self._theme, self._columns = theme, columns
        self._cells = CellPainter(theme, first=first)
        self._fill = fill_rect if first else QPainter.fillRect
        self._drawings: dict[int, tuple[Any, list[Drawing]]] = {}
        self._ratio = 1.0

    def forget(self) -> None:
        """The columns were arranged anew."""
        self._drawings.clear()

    def dress(self) -> None:
        """The theme changed."""
        self._cells.forget()
        self._drawings.clear()

    def for_screen(self, ratio: float) -> None:
        """Paint for a screen of this pixel ratio."""
        if ratio != self._ratio:
            self._ratio = ratio
            self._cells.forget(ratio)
            self._drawings.clear()

    def paint(
        self,
        painter: QPainter,
        number: int,
        row: Any | None,
        box: QRect,
        left: int,
        *,
        selected: bool,
        hovered: bool,
        current: bool,
        focused: bool,
    ) -> None:
        """Row `number` into `box`, its cells moved to `left`; a placeholder where `row` is None."""
        theme, top, width, height = self._theme, box.top(), box.width(), box.height()
        if selected or hovered:
            self._fill(painter, box, theme.colour("selection" if selected else "hover"))
        self._fill(painter, QRect(0, top + height - 1, width, 1), theme.colour("line"))
        if row is None:
            self._cells.paint_placeholder(painter, self._columns.boxes(), number, left, top)
        else:
            self._cells.paint(painter, self._laid_out(number, row), left, top)
        if current and selected:
            painter.fillRect(0, top, _STRIPE, height - 1, theme.colour("accent"))
        if current and focused:
            self._paint_focus(painter, QRect(1, top + 1, width - 3, height - 4))

    def _paint_focus(self, painter: QPainter, box: QRect) -> None:
        # Imported late: nothing has the focus in the first paint, and Qt's namespace is costly.
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QPen

        painter.setPen(QPen(self._theme.colour("focus"), 2 if self._theme.scheme == "contrast" else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)

    def _laid_out(self, number: int, row: Any) -> list[Drawing]:
        known = self._drawings.get(number)
        if known is not None and known[0] is row:
            return known[1]
        if len(self._drawings) >= _KEPT:
            self._drawings.clear()
        made = self._cells.lay_out(self._columns.boxes(), row)
        self._drawings[number] = row, made
        return made
