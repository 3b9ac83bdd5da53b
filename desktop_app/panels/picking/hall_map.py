"""The hall with the path of the walk: bins, the line through the aisles, numbered stops, where one stands."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.picking.walk import Walk
from local_db.queries.picking_queries import BinRow, hall


class HallMap(QWidget):
    """Draws the bins of the site once, and the walk over them."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._bins: list[BinRow] = []
        self._walk = Walk()
        from desktop_app.widgets.empty_state import EmptyState

        self.map = EmptyState(context.theme, "route", "The hall", "")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.map)
        desk = context.desk
        site_id: str = context.session.site_id  # type: ignore[attr-defined]
        context.runner.run(lambda: hall(desk.read, site_id), self._show_hall, self, label="Drawing the hall")

    def is_staging(self, code: str) -> bool:
        """Whether this is the code of a staging place."""
        return any(place.code == code and place.kind == "staging" for place in self._bins)

    def show_walk(self, walk: Walk) -> None:
        """Draw the path of a walk."""
        self._walk = walk

    def _show_hall(self, bins: list[BinRow]) -> None:
        self._bins = bins
        self.show_walk(self._walk)
