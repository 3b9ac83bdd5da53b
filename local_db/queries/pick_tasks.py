"""Pick tasks, as a picker walks them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_db.queries.paging import Where
from local_db.reader import Reader


class PickTaskRow(msgspec.Struct, frozen=True):
    """A pick task with the words a picker needs; bin positions in metres, instants in ms UTC."""

    id: str
    site_id: str
    order_id: str
    order_number: str
    line_id: str
    product_id: str
    sku: str
    product_name: str
    location_id: str
    location_code: str
    x_m: float
    y_m: float
    lot: str
    wave_id: str
    quantity: int
    picked: int
    status: str
    priority: int
    pick_sequence: int
    due_on: str
    assigned_to: str
    assigned_name: str
    claimed_at: int | None
    picked_at: int | None
    short_reason: str
    provisional: bool


_TASK = """
SELECT t.id, t.site_id, t.order_id, coalesce(o.number, ''), t.line_id, t.product_id, coalesce(p.sku, ''),
       coalesce(p.name, ''), t.location_id, coalesce(l.code, ''), coalesce(l.x_m, 0.0), coalesce(l.y_m, 0.0), t.lot,
       t.wave_id, t.quantity, t.picked, t.status, t.priority, t.pick_sequence, t.due_on, t.assigned_to,
       coalesce(u.name, ''), t.claimed_at, t.picked_at, t.short_reason,
       EXISTS (SELECT 1 FROM before_pick_task AS b WHERE b.id = t.id)
FROM pick_task AS t
LEFT JOIN "order" AS o ON o.id = t.order_id
LEFT JOIN product AS p ON p.id = t.product_id
LEFT JOIN location AS l ON l.id = t.location_id
LEFT JOIN user AS u ON u.id = t.assigned_to
"""


def pick_tasks(
    reader: Reader,
    *,
    site_id: str = "",
    status: Sequence[str] = ("pending", "picking"),
    order_id: str = "",
    wave_id: str = "",
    assigned_to: str = "",
    limit: int = 500,
) -> list[PickTaskRow]:
    """Pick tasks by priority, then in walking order."""
    where = Where().equal("t.site_id", site_id).among("t.status", status).equal("t.order_id", order_id)
    where.equal("t.wave_id", wave_id).equal("t.assigned_to", assigned_to)
    sql = f"{_TASK} {where} ORDER BY t.priority, t.due_on, t.pick_sequence, t.id LIMIT ?"
    return reader.rows(sql, (*where.params, limit), PickTaskRow)


def pick_task(reader: Reader, task_id: str) -> PickTaskRow | None:
    """One pick task, or None."""
    return reader.one(f"{_TASK} WHERE t.id = ?", (task_id,), PickTaskRow)
