"""What became of pasted rows: how many were taken, and each that was not with its number and reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel

from desktop_app.panels.orders.pasted_rows import WrongRow
from desktop_app.panels.orders.words import count
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_12
from desktop_app.widgets.buttons import button, icon_button
from desktop_app.widgets.layouts import column, label, row

_SHOWN = 6


class PasteReport(QFrame):
    """A card above the lines; it goes when it is closed, or when the next paste is whole."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setObjectName("orders.entry.paste")
        self._wrong: Sequence[WrongRow] = ()
        self._head = label("", "strong", wrap=True)
        self._rows: QLabel = label("", "error", wrap=True, selectable=True)
        copy = button(theme, "Copy those rows", self._copy, kind="quiet", icon="copy")
        close = icon_button(theme, "close", "Close this report", self.hide)
        self.setLayout(
            column(row(self._head, "stretch", copy, close), self._rows, gap=SPACE_4, margins=SPACE_12)
        )
        self.hide()

    def show_result(self, taken: int, wrong: Sequence[WrongRow]) -> None:
        """Say it, where anything was wrong."""
        self._wrong = wrong
        self.setVisible(bool(wrong))
        if not wrong:
            return
        self._head.setText(
            f"{count(taken, 'row')} taken, {count(len(wrong), 'row')} not taken. The rest of the order is as it was."
        )
        lines = [f"Row {each.row}  “{each.text}”: {each.why}" for each in wrong[:_SHOWN]]
        if len(wrong) > _SHOWN:
            lines.append(f"and {len(wrong) - _SHOWN} more")
        self._rows.setText("\n".join(lines))

    def text(self) -> str:
        """What it says."""
        return f"{self._head.text()}\n{self._rows.text()}"

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(each.text.replace("  ", "\t") for each in self._wrong))
