"""Counts: variances that wait for a supervisor's decision, and bins that wait to be counted."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.doing import Doer
from desktop_app.panel_context import PanelContext
from desktop_app.panels.inventory import deeds
from desktop_app.panels.inventory.columns import ALL_COUNTS
from desktop_app.panels.inventory.words import RECOUNT_REASONS
from desktop_app.themes.tokens import SPACE_8
from desktop_app.widgets.buttons import action_button
from desktop_app.widgets.chips import Filter, FilterChips
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import body_margins, holder, label, row
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.stock_story_queries import CountRow, counts_open

_FILTERS = (
    Filter("status", "State", (("counted", "To approve"), ("queued", "To count"))),
    Filter("differs", "Only with a variance", (("differs", "Only with a variance"),)),
)


class CountsPage(QWidget):
    """`opened(count)` is Enter on a row: the count is to be entered, or looked at."""

    opened = Signal(object)

    def __init__(self, context: PanelContext, doer: Doer) -> None:
        super().__init__()
        self._context, self._doer = context, doer
        self._all: list[CountRow] = []
        theme = context.theme
        self.chips = FilterChips(theme, _FILTERS)
        self.chips.setObjectName("inventory.counts.filters")
        self.chips.restore({})
        self.chips.changed.connect(lambda _values: self._show())
        self._words = label("", "label")
        self._words.setObjectName("inventory.counts.figures")
        self.table = RowTable(
            theme, context.runner, ALL_COUNTS, name="Counts", settings=context.settings, label="Loading counts",
            empty=EmptyState(theme, "count", "No counts wait", "Short picks and Ctrl+Shift+C put bins on this list."),
            zone=context.session.time_zone,
        )  # fmt: skip
        self.table.setObjectName("inventory.counts.table")
        self.table.set_context_actions(
            context.actions, ("inventory.approve", "inventory.reject", "-", "inventory.count")
        )
        self.table.opened.connect(self.opened)
        self.table.selection_changed.connect(context.actions.refresh)
        again = action_button(theme, context.actions, "inventory.reject", text="Count again")
        approve = action_button(theme, context.actions, "inventory.approve", text="Approve", kind="primary")
        head = QVBoxLayout()
        left, _top, right, bottom = body_margins()
        head.setContentsMargins(left, SPACE_8, right, bottom)
        head.addLayout(row(self.chips, "stretch", self._words, SPACE_8, again, approve))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder(head))
        whole.addWidget(self.table, 1)

    @property
    def decidable(self) -> list[CountRow]:
        """The selected counts that wait for a decision."""
        return [each for each in self.table.selected_rows() if each.status == "counted"]

    def refresh(self) -> None:
        """Read the list anew."""
        read, site_id = self._context.desk.read, self._doer.site_id
        self._context.runner.run(lambda: counts_open(read, site_id), self._take, self, key="counts")

    def approve(self) -> None:
        """Post the variances of the selected counts."""
        chosen, site_id = self.decidable, self._doer.site_id
        if chosen:
            self._doer.perform(lambda: deeds.approve(site_id, chosen))

    def reject(self) -> None:
        """Ask why, then have the bins counted again."""
        chosen, site_id = self.decidable, self._doer.site_id
        if chosen:
            what = ", ".join(f"{each.sku} at {each.location_code}" for each in chosen[:4])
            ReasonDialog(
                self._context.theme, "Count again", what, RECOUNT_REASONS,
                lambda reason, note: self._doer.perform(
                    lambda: deeds.reject(site_id, chosen, f"{reason}: {note}"[:180] if note else reason)
                ),
                self,
            ).open()  # fmt: skip

    def _take(self, rows: list[CountRow]) -> None:
        self._all = rows
        self._show()

    def _show(self) -> None:
        wanted = self.chips.values()
        rows = [
            each
            for each in self._all
            if wanted.get("status") in (None, each.status) and ("differs" not in wanted or each.variance)
        ]
        self.table.set_source(ListSource(rows), first=rows[:200], count=len(rows), keep_place=True)
        counted = [each for each in self._all if each.status == "counted"]
        worth = sum(each.value or 0 for each in counted)
        currency = next((each.currency for each in counted), "")
        total = f", together {formats.money(worth, currency)}" if counted else ""
        self._words.setText(f"{len(counted):,} to approve{total}; {len(self._all) - len(counted):,} to count")
        self._context.actions.refresh()
