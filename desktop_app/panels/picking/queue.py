"""The queue of pick tasks: by priority, then in walking order; what is chosen becomes a walk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.panel_context import PanelContext
from desktop_app.panels.picking.queue_columns import SORTS, queue_columns, urgent
from desktop_app.panels.picking.walk import Walk
from desktop_app.themes.tokens import SPACE_8, SPACE_16
from desktop_app.widgets.buttons import button
from desktop_app.widgets.chips import Filter, FilterChips
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import label, row
from desktop_app.widgets.row_source import ListSource
from desktop_app.widgets.row_table import RowTable
from local_db.queries.pick_tasks import PickTaskRow
from local_db.queries.picking_queries import QueueFacts, doubted_picks, offered_tasks, queue_facts

_BATCH: Final = 20


class PickQueue(QWidget):
    """The list and its filters. ``on_walk(tasks)`` is called with what the picker takes on, ``on_facts`` with the figures."""

    def __init__(
        self,
        context: PanelContext,
        on_walk: Callable[[Sequence[PickTaskRow]], object],
        on_facts: Callable[[QueueFacts], object],
    ) -> None:
        super().__init__()
        self._context, self._on_walk, self._on_facts = context, on_walk, on_facts
        self._doubted: frozenset[str] = frozenset()
        self._filters = FilterChips(
            context.theme,
            (Filter("mine", "For me", ((True, "For me"),)), Filter("urgent", "Urgent", ((True, "Urgent"),))),
        )
        self._filters.changed.connect(lambda _values: self.refresh())
        empty = EmptyState(
            context.theme,
            "check",
            "Nothing to pick",
            "New orders appear here by themselves, most urgent first.",
        )
        self.table = RowTable(
            context.theme, context.runner, queue_columns(lambda task_id: task_id in self._doubted),
            name="Picking queue", settings=context.settings, empty=empty,
            label="Loading the queue", zone=context.session.time_zone,
        )  # fmt: skip
        self.table.setObjectName("picking.queue")
        self.table.opened.connect(lambda _row: self.walk_selected())
        self._count = label("", "label")
        self._count.setObjectName("picking.queue.count")
        self._rows: list[PickTaskRow] = []
        take = button(context.theme, "Next batch", self.walk_batch, icon="pick")
        take.setObjectName("picking.claim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_8)
        layout.addLayout(row(self._filters, "stretch", self._count, margins=(SPACE_16, 0, SPACE_16, 0)))
        layout.addLayout(row(take, "stretch", margins=(SPACE_16, 0, SPACE_16, 0)))
        layout.addWidget(self.table, 1)

    def refresh(self) -> None:
        """Read the queue anew."""
        desk, session = self._context.desk, self._context.session
        site_id: str = session.site_id
        chosen = self._filters.values()
        mine: str = session.user_id if chosen.get("mine") else ""

        since = formats.midnight(session.time_zone)

        def work() -> tuple[list[PickTaskRow], QueueFacts, frozenset[str]]:
            rows = offered_tasks(desk.read, site_id, mine=mine)
            facts = queue_facts(desk.read, site_id, session.user_id, since)
            return (urgent(rows) if chosen.get("urgent") else rows), facts, doubted_picks(desk.read)

        self._context.runner.run(work, self._show, self, key="queue", label="Loading the queue")

    def walk_selected(self) -> None:
        """Take on what is selected."""
        rows = self.table.selected_rows()
        if rows:
            self._on_walk(rows)

    def walk_batch(self) -> None:
        """Take on the selected tasks, or the most urgent ones that nobody else is picking."""
        rows = self.table.selected_rows()
        if len(rows) > 1:
            self._on_walk(rows)
            return
        me: str = self._context.session.user_id
        # The goods of a pick in doubt are in somebody's hands already.
        free = [
            task
            for task in self._rows
            if (task.status == "pending" or task.assigned_to == me) and task.id not in self._doubted
        ]
        self._on_walk(free[:_BATCH])

    def show_walk(self, walk: Walk) -> None:
        """Select the task that the walk has come to."""
        if walk.task is not None:
            self.table.select_key(walk.task.id)

    def state(self) -> dict[str, object]:
        """The filters."""
        return self._filters.values()

    def restore(self, state: object) -> None:
        """The filters of last time."""
        if isinstance(state, dict):
            self._filters.restore(state)

    def _show(self, read: tuple[list[PickTaskRow], QueueFacts, frozenset[str]]) -> None:
        rows, facts, self._doubted = read
        self._rows = rows
        self.table.set_source(ListSource(rows, SORTS), first=rows[:200], count=len(rows), keep_place=True)
        units = sum(task.quantity - task.picked for task in rows)
        shown = f"{len(rows):,} task{'' if len(rows) == 1 else 's'}"
        if len(rows) < facts.tasks:
            self._count.setText(
                f"{'Filtered' if self._filters.values() else 'First'} {len(rows):,} of {facts.tasks:,} tasks"
            )
        else:
            self._count.setText(f"{shown}, {units:,} pieces")
        held = f", and {facts.held_tasks:,} of orders on hold" if facts.held_tasks else ""
        self._count.setToolTip(
            f"Shown: {shown}, {units:,} pieces. In all: {facts.tasks:,} tasks, {facts.units:,} pieces{held}."
        )
        self._on_facts(facts)
