"""Lifts the glance off the window when the list behind it has its rows."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer

from desktop_app.main_window import MainWindow
from desktop_app.panels.catalogue import panel_spec
from desktop_app.widgets.row_table import RowTable

# Rows that take longer than this are waited for in the panel itself, which says so.
_LONGEST_MS: Final = 1_500


def lift_when_there(window: MainWindow) -> None:
    """Lift it when the first rows of the panel that is shown have come; at once for a panel without a list."""
    panel = window.panel(window.current_panel)
    name = panel_spec(window.current_panel).first_table
    table = panel.findChild(RowTable, name) if panel is not None and name else None
    if not isinstance(table, RowTable) or table.rows.is_loaded or not table.isVisible():
        window.lift_glance()
        return
    table.rows.loaded.connect(lambda _anew: window.lift_glance())
    QTimer.singleShot(_LONGEST_MS, window, window.lift_glance)
