"""The first rows of the queue of pick tasks, before the panel is there."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.first_rows import Asked
from desktop_app.panels.picking.queue_columns import SORTS, queue_columns, urgent
from desktop_app.widgets.columns import Column
from desktop_app.widgets.row_source import ListSource
from local_db.queries.pick_tasks import PickTaskRow
from local_db.queries.picking_queries import offered_tasks


def columns(_asked: Asked) -> Sequence[Column]:
    """The columns of the queue; which picks are in doubt is known once the panel is there."""
    return queue_columns(lambda _task_id: False)


def rows(asked: Asked) -> Sequence[PickTaskRow] | None:
    """The rows; None in terminal mode, which has no queue."""
    if asked.state.get("terminal"):
        return None
    chosen = asked.state.get("queue") or {}
    tasks = offered_tasks(asked.reader, asked.site_id, mine=asked.actor_id if chosen.get("mine") else "")
    source = ListSource(urgent(tasks) if chosen.get("urgent") else tasks, SORTS)
    if asked.order is not None:
        source = source.sorted(*asked.order)
    return source.page(0, asked.limit, None)
