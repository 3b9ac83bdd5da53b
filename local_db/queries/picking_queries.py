"""The Picking panel's questions: which tasks there are, for which walk, and what the hall looks like."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_db.queries.pick_tasks import PickTaskRow, pick_tasks
from local_db.reader import Reader


class BinRow(msgspec.Struct, frozen=True):
    """A bin with its place in metres."""

    id: str
    code: str
    zone: str
    aisle: str
    kind: str
    x_m: float
    y_m: float
    bay: str = ""


class StockTaskRow(msgspec.Struct, frozen=True):
    """Work on stock that no order line asked for. Instants in ms UTC."""

    id: str
    kind: str
    product_id: str
    sku: str
    product_name: str
    from_location_id: str
    from_code: str
    to_location_id: str
    to_code: str
    lot: str
    quantity: int
    priority: int
    note: str
    order_number: str
    created_at: int
    provisional: bool


class CountRow(msgspec.Struct, frozen=True):
    """A bin that is to be counted. ``requested_at`` in ms UTC."""

    id: str
    location_id: str
    location_code: str
    product_id: str
    sku: str
    product_name: str
    lot: str
    reason: str
    requested_at: int
    provisional: bool


class QueueFacts(msgspec.Struct, frozen=True):
    """How much there is to pick, orders on hold apart, and what one person has picked since a moment."""

    tasks: int
    units: int
    held_tasks: int
    my_picks: int
    my_units: int


def queue_facts(reader: Reader, site_id: str, user_id: str, since: int) -> QueueFacts:
    """The queue of a site in figures; ``since`` in ms UTC."""
    tasks, units, held = reader.tuples(
        """SELECT sum(o.status IS NOT 'on_hold'), sum((t.quantity - t.picked) * (o.status IS NOT 'on_hold')),
        sum(o.status IS 'on_hold') FROM pick_task AS t LEFT JOIN "order" AS o ON o.id = t.order_id
        WHERE t.site_id = ? AND t.status IN ('pending', 'picking')""",
        (site_id,),
    )[0]
    picks, picked = reader.tuples(
        "SELECT count(*), sum(picked) FROM pick_task WHERE site_id = ? AND picked_at >= ? AND assigned_to = ?",
        (site_id, since, user_id),
    )[0]
    return QueueFacts(int(tasks or 0), int(units or 0), int(held or 0), picks, int(picked or 0))


def offered_tasks(
    reader: Reader,
    site_id: str,
    *,
    mine: str = "",
    order_id: str = "",
    wave_id: str = "",
    zone: str = "",
    limit: int = 500,
) -> list[PickTaskRow]:
    """Open tasks of orders that are not on hold; ``mine`` keeps those of one person, and those that are nobody's."""
    rows = pick_tasks(reader, site_id=site_id, order_id=order_id, wave_id=wave_id, limit=limit)
    held = set(
        reader.values("""SELECT id FROM "order" WHERE site_id = ? AND status = 'on_hold'""", (site_id,))
    )
    return [
        row
        for row in rows
        if row.order_id not in held
        and (not mine or row.assigned_to in ("", mine) or row.status == "pending")
        and (not zone or row.location_code.split("-")[0] == zone)
    ]


def done_in_walk(reader: Reader, task_ids: Sequence[str]) -> set[str]:
    """Which of these tasks need nobody any more."""
    marks = ", ".join("?" * len(task_ids))
    sql = f"SELECT id FROM pick_task WHERE id IN ({marks}) AND status NOT IN ('pending', 'picking')"
    return set(reader.values(sql, tuple(task_ids))) if task_ids else set()


def doubted_picks(reader: Reader) -> frozenset[str]:
    """The tasks with a pick that is kept and not decided on yet, though it does not fit what is known here."""
    return frozenset(
        reader.values(
            """SELECT json_extract(CAST(c.args AS TEXT), '$.task_id') FROM at_risk AS r
            JOIN outbox.command AS c ON c.n = r.n CROSS JOIN cache_meta AS m
            WHERE c.n > m.last_n AND c.name IN ('ConfirmPick', 'ShortPick')"""
        )
    )


def waves(reader: Reader, site_id: str) -> list[tuple[str, str]]:
    """Waves with open tasks: (id, number), the newest first."""
    return reader.tuples(
        """SELECT w.id, w.number FROM wave AS w WHERE w.site_id = ? AND w.id IN (SELECT t.wave_id FROM pick_task AS t
        WHERE t.site_id = ? AND t.status IN ('pending', 'picking')) ORDER BY w.released_at DESC LIMIT 20""",
        (site_id, site_id),
    )


def hall(reader: Reader, site_id: str) -> list[BinRow]:
    """Every bin of a site that is in use."""
    sql = "SELECT id, code, zone, aisle, kind, x_m, y_m, bay FROM location WHERE site_id = ? AND active = 1 ORDER BY code, id"
    return reader.rows(sql, (site_id,), BinRow)


def order_by_number(reader: Reader, site_id: str, number: str) -> str | None:
    """The id of the order with this number, or None."""
    found = reader.value('SELECT id FROM "order" WHERE number = ? AND site_id = ?', (number, site_id))
    return None if found is None else str(found)


def stock_tasks(reader: Reader, site_id: str, *, limit: int = 300) -> list[StockTaskRow]:
    """Open put-backs, put-aways, replenishments and exceptions, the most urgent first."""
    return reader.rows(
        """SELECT t.id, t.kind, t.product_id, coalesce(p.sku, ''), coalesce(p.name, ''), t.from_location_id,
        coalesce(f.code, ''), t.to_location_id, coalesce(d.code, ''), t.lot, t.quantity, t.priority, t.note,
        coalesce(o.number, ''), t.created_at, EXISTS (SELECT 1 FROM before_stock_task AS b WHERE b.id = t.id)
        FROM stock_task AS t LEFT JOIN product AS p ON p.id = t.product_id
        LEFT JOIN location AS f ON f.id = t.from_location_id LEFT JOIN location AS d ON d.id = t.to_location_id
        LEFT JOIN "order" AS o ON o.id = t.order_id
        WHERE t.site_id = ? AND t.status = 'open' ORDER BY t.priority, t.created_at, t.id LIMIT ?""",
        (site_id, limit),
        StockTaskRow,
    )


def counts_due(reader: Reader, site_id: str, *, limit: int = 300) -> list[CountRow]:
    """Bins that are queued to be counted, the oldest request first."""
    return reader.rows(
        """SELECT c.id, c.location_id, coalesce(l.code, ''), c.product_id, coalesce(p.sku, ''), coalesce(p.name, ''),
        c.lot, c.reason, c.requested_at, EXISTS (SELECT 1 FROM before_cycle_count AS b WHERE b.id = c.id)
        FROM cycle_count AS c LEFT JOIN location AS l ON l.id = c.location_id
        LEFT JOIN product AS p ON p.id = c.product_id
        WHERE c.site_id = ? AND c.status = 'queued' ORDER BY c.requested_at, c.id LIMIT ?""",
        (site_id, limit),
        CountRow,
    )
