"""Other work on the floor: put-backs, replenishments, exceptions, and bins to be counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtWidgets import QInputDialog, QVBoxLayout, QWidget

from desktop_app.doing import ScannerDoer
from desktop_app.panel_context import PanelContext
from desktop_app.scanner import ScanTarget
from desktop_app.themes.tokens import SPACE_8, SPACE_16
from desktop_app.widgets.buttons import button
from desktop_app.widgets.columns import Column, mark_column
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import label, row
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.picking_queries import CountRow, StockTaskRow, counts_due, stock_tasks
from services.commands import CancelStockTask, CountStock, MoveStock

_KINDS: Final = {
    "put_back": ("Put back", "info"),
    "putaway": ("Put away", "info"),
    "replenishment": ("Replenish", "neutral"),
    "exception": ("Look into", "warning"),
}
_TASKS: Final = (
    mark_column(lambda task: "provisional" if task.provisional else ""),
    Column("kind", "Work", lambda task: _KINDS.get(task.kind, (task.kind, "neutral")), "pill", width=104),
    Column("sku", "SKU", lambda task: task.sku, width=84, strong=True),
    Column("quantity", "Units", lambda task: task.quantity, "number", width=56),
    Column("from_code", "From", lambda task: task.from_code, width=96),
    Column("to_code", "To", lambda task: task.to_code, width=96),
    Column("note", "Why", lambda task: task.note, width=180, stretch=True, quiet=True),
)
_COUNTS: Final = (
    mark_column(lambda count: "provisional" if count.provisional else ""),
    Column("location_code", "Bin", lambda count: count.location_code, width=104, strong=True),
    Column("sku", "SKU", lambda count: count.sku, width=84),
    Column("reason", "Why", lambda count: count.reason, width=160, stretch=True, quiet=True),
    Column("requested_at", "Asked", lambda count: count.requested_at, "age", width=76),
)


class SideWork(QWidget):
    """Two short lists with what to do about the selected row."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._doer = ScannerDoer(context, self)
        theme = context.theme
        no_tasks = EmptyState(theme, "check", "No other work", "Put-backs and replenishments appear here.")
        no_counts = EmptyState(theme, "check", "No bin to count", "Short picks and cycle counts appear here.")
        self.tasks = _table(context, _TASKS, "Work on stock", no_tasks)
        self.counts = _table(context, _COUNTS, "Bins to count", no_counts)
        self.tasks.setObjectName("picking.side.tasks")
        self.counts.setObjectName("picking.side.counts")
        done = button(theme, "Done", self.finish, kind="primary", icon="check")
        done.setObjectName("picking.side.done")
        drop = button(theme, "Not needed", self._drop)
        count = button(theme, "Enter the count", self._count, kind="primary", icon="count")
        count.setObjectName("picking.side.count")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_8)
        edge = (SPACE_16, 0, SPACE_16, 0)
        layout.addLayout(
            row(label("Put back, replenish, look into", "section"), "stretch", done, drop, margins=edge)
        )
        layout.addWidget(self.tasks, 3)
        layout.addLayout(row(label("Count", "section"), "stretch", count, margins=edge))
        layout.addWidget(self.counts, 2)

    def refresh(self) -> None:
        """Read both lists anew."""
        desk = self._context.desk
        site_id = self._doer.site_id

        def work() -> tuple[list[StockTaskRow], list[CountRow]]:
            with desk.read.snapshot():
                return stock_tasks(desk.read, site_id), counts_due(desk.read, site_id)

        self._context.runner.run(work, self._show, self, key="side")

    def scan_targets(self) -> Sequence[ScanTarget]:
        """While the lists are open, a bin selects its row."""
        if not self.isVisible():
            return ()
        return (ScanTarget("bin of other work", lambda scan: scan.kind == "bin", self._on_bin),)

    def finish(self) -> None:
        """The selected task was done as it stands."""
        task: StockTaskRow | None = self.tasks.current_row()
        if task is None:
            self._context.toasts.show("Choose a task first.", "neutral")
        elif not task.to_location_id:
            self._doer.do(
                CancelStockTask(site_id=self._doer.site_id, task_id=task.id, reason="looked into"),
                "Looked into",
            )
        else:
            self._doer.do(
                MoveStock(
                    site_id=self._doer.site_id, product_id=task.product_id, from_location_id=task.from_location_id,
                    to_location_id=task.to_location_id, quantity=task.quantity, lot=task.lot, task_id=task.id,
                ),
                f"{task.quantity} {task.sku} at {task.to_code}",
            )  # fmt: skip

    def _drop(self) -> None:
        task: StockTaskRow | None = self.tasks.current_row()
        if task is not None:
            self._doer.do(
                CancelStockTask(site_id=self._doer.site_id, task_id=task.id, reason="not needed"),
                "Task dropped",
            )

    def _count(self) -> None:
        count: CountRow | None = self.counts.current_row()
        if count is None:
            self._context.toasts.show("Choose a bin first.", "neutral")
            return
        counted, given = QInputDialog.getInt(
            self, "Count", f"How many {count.sku} are in {count.location_code}?", 0, 0, 1_000_000
        )
        if given:
            self._doer.do(
                CountStock(
                    site_id=self._doer.site_id, count_id=count.id, product_id=count.product_id,
                    location_id=count.location_id, counted=counted, lot=count.lot,
                ),
                f"{counted} {count.sku} counted at {count.location_code}",
            )  # fmt: skip

    def _on_bin(self, scan: Any) -> None:
        for table, code in ((self.tasks, "from_code"), (self.counts, "location_code")):
            for number, found in table.rows.cached():
                if getattr(found, code) == scan.code:
                    table.select_number(number)
                    self._context.scanner.good(scan.code)
                    return
        self._context.scanner.bad(f"No work at {scan.code}")

    def _show(self, lists: tuple[list[StockTaskRow], list[CountRow]]) -> None:
        tasks, counts = lists
        self.tasks.set_source(ListSource(tasks), first=tasks[:200], count=len(tasks), keep_place=True)
        self.counts.set_source(ListSource(counts), first=counts[:200], count=len(counts), keep_place=True)


def _table(context: PanelContext, columns: Sequence[Column], name: str, empty: EmptyState) -> RowTable:
    return RowTable(
        context.theme, context.runner, columns, name=name, settings=context.settings, empty=empty, multi=False,
        zone=context.session.time_zone,
    )  # fmt: skip
