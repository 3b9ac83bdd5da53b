"""The lines of the order that is being entered, as a table that takes deletions and pasted rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders.draft import DraftLine
from desktop_app.panels.orders.draft_columns import draft_columns
from desktop_app.panels.orders.pasted_rows import looks_like_rows
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable

_DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class DraftLines(RowTable):
    """`removing(product_ids)` on Delete; `pasted(text)` where rows are pasted while the lines have the focus."""

    removing = Signal(object)
    pasted = Signal(str)

    def __init__(self, context: PanelContext, currency: str, refuses: Callable[[], bool]) -> None:
        hint = "Type a product above, scan it, or paste rows of sku and quantity from a spreadsheet."
        super().__init__(
            context.theme,
            context.runner,
            draft_columns(currency, refuses),
            name="Lines of the new order",
            key=lambda line: line.product_id,
            empty=EmptyState(context.theme, "scan", "No lines yet", hint),
        )
        self.setObjectName("orders.entry.lines")

    def show_lines(self, lines: Sequence[DraftLine], select: str = "") -> None:
        """Show the lines, with the one of a product marked."""
        self.set_source(ListSource(list(lines)), first=list(lines), count=len(lines), keep_place=True)
        if select:
            self.select_key(select)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes lines away, paste adds rows."""
        if event.key() in _DELETES:
            chosen = [line.product_id for line in self.selected_rows()]
            if chosen:
                self.removing.emit(chosen)
        elif event.matches(QKeySequence.StandardKey.Paste) and looks_like_rows(
            text := QGuiApplication.clipboard().text()
        ):
            self.pasted.emit(text)
        else:
            super().keyPressEvent(event)
