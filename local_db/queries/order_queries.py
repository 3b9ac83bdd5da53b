"""The list of orders: its filters, its pages, and the row that one order has in it."""

from __future__ import annotations

import msgspec

from local_db.queries.paging import Where
from local_db.reader import Reader
from local_db.search_index import like_pattern, words_query

# Before the goods have left: until then a due day that has passed makes an order late.
_STILL_HERE = "'draft', 'confirmed', 'allocated', 'partially_allocated', 'backordered', 'picking', 'picked', 'packed', 'on_hold'"


class OrderFilter(msgspec.Struct, frozen=True):
    """What the list shows. Empty fields ask for nothing; ``late_on`` is today (`YYYY-MM-DD`) where only late ones
    are asked for."""

    site_id: str = ""
    statuses: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    customer_id: str = ""
    placed_by: str = ""
    late_on: str = ""
    text: str = ""


class OrderListRow(msgspec.Struct, frozen=True):
    """An order in the list. Instants in ms UTC, money in minor units; ``wanted`` and ``ready`` are units.

    ``ready`` counts units that are picked or have left; ``backordered`` those still waiting for stock. ``mark`` is "",
    "provisional" (not confirmed by the server), "at_risk" or "attention".
    """

    id: str
    number: str
    status: str
    channel: str
    customer_id: str
    customer_name: str
    city: str
    priority: int
    placed_at: int
    due_on: str
    currency: str
    total_minor: int
    lines: int
    wanted: int
    ready: int
    backordered: int
    placed_by: str
    placed_by_name: str
    mark: str


_ORDERS: dict[str, str] = {
    "placed_at": "o.placed_at",
    "number": "o.number",
    "status": "o.status",
    "priority": "o.priority",
    "due_on": "o.due_on",
    "total": "o.total_minor",
    "customer": "o.ship_name",
    "channel": "o.channel",
}
"""The columns by which the list can be ordered, and what they are in the table."""

_KEYSETS = {name: name for name in ("placed_at", "number", "status", "priority", "due_on", "channel")} | {
    "total": "total_minor"
}
"""Where a row carries the value that it is ordered by, so that the next page can begin behind it."""

_MARK = """
CASE WHEN EXISTS (SELECT 1 FROM outbox.attention AS a WHERE a.resolved_at IS NULL AND instr(CAST(a.args AS TEXT), o.id))
     THEN 'attention'
     WHEN EXISTS (SELECT 1 FROM at_risk AS r JOIN outbox.command AS c ON c.n = r.n WHERE instr(CAST(c.args AS TEXT), o.id))
     THEN 'at_risk'
     WHEN EXISTS (SELECT 1 FROM before_order AS b WHERE b.id = o.id) THEN 'provisional' ELSE '' END
"""

# The page is chosen first, by the narrow inner query; what costs a look-up a row is asked only for what is shown.
_PAGE = f"""
SELECT o.id, o.number, o.status, o.channel, o.customer_id, coalesce(c.name, o.ship_name), o.ship_city, o.priority,
       o.placed_at, o.due_on, o.currency, o.total_minor,
       (SELECT count(*) FROM order_line AS l WHERE l.order_id = o.id),
       (SELECT coalesce(sum(l.quantity - l.cancelled), 0) FROM order_line AS l WHERE l.order_id = o.id),
       (SELECT coalesce(sum(l.picked + l.consumed), 0) FROM order_line AS l WHERE l.order_id = o.id),
       (SELECT coalesce(sum(b.quantity), 0) FROM backorder AS b WHERE b.order_id = o.id),
       o.placed_by, coalesce(u.name, ''), {_MARK}
FROM ({{page}}) AS page JOIN "order" AS o ON o.rowid = page.place
LEFT JOIN customer AS c ON c.id = o.customer_id
LEFT JOIN user AS u ON u.id = o.placed_by
ORDER BY {{order}}
"""


def order_page(
    reader: Reader,
    wanted: OrderFilter,
    *,
    limit: int = 200,
    offset: int = 0,
    after: OrderListRow | None = None,
    order: str = "placed_at",
    descending: bool = True,
) -> list[OrderListRow]:
    """One page of the list. ``after`` is the last row of the page before where it is known; ``offset`` is used where it
    is not. An order that is not one of the list's columns falls back to the newest first."""
    if order not in _ORDERS:
        order, descending = "placed_at", True
    column = _ORDERS[order]
    where = _where(wanted)
    if after is not None and order in _KEYSETS:
        where.after(f"{column}, o.id", (getattr(after, _KEYSETS[order]), after.id), descending=descending)
        offset = 0
    way = "DESC" if descending else "ASC"
    ordered = f"{column} {way}, o.id {way}"
    inner = f'SELECT o.rowid AS place FROM "order" AS o {where} ORDER BY {ordered} LIMIT ? OFFSET ?'
    return reader.rows(_PAGE.format(page=inner, order=ordered), (*where.params, limit, offset), OrderListRow)


def order_row(reader: Reader, order_id: str) -> OrderListRow | None:
    """One order as it stands in the list, or None where the desk does not know it."""
    inner = 'SELECT o.rowid AS place FROM "order" AS o WHERE o.id = ?'
    return reader.one(_PAGE.format(page=inner, order="o.id"), (order_id,), OrderListRow)


def order_count(reader: Reader, wanted: OrderFilter) -> int:
    """How many orders the filter lets through."""
    where = _where(wanted)
    return int(reader.value(f'SELECT count(*) FROM "order" AS o {where}', where.params) or 0)


def _where(wanted: OrderFilter) -> Where:
    where = Where().equal("o.site_id", wanted.site_id).among("o.status", wanted.statuses)
    where.among("o.channel", wanted.channels).equal("o.customer_id", wanted.customer_id)
    where.equal("o.placed_by", wanted.placed_by)
    if wanted.late_on:
        where.also(f"o.due_on <> '' AND o.due_on < ? AND o.status IN ({_STILL_HERE})", wanted.late_on)
    text = wanted.text.strip()
    if text:
        _add_text(where, text)
    return where


def _add_text(where: Where, text: str) -> None:
    """Any part of a number or of the number that the shop gave it, or a customer whose words begin so."""
    like = like_pattern(text)
    words = words_query(text)
    by_customer = ""
    params: list[str] = [like, like]
    if words:
        by_customer = (
            "OR o.customer_id IN (SELECT c.id FROM customer_words AS w JOIN customer AS c ON c.rowid = w.rowid "
            "WHERE customer_words MATCH ?)"
        )
        params.append(words)
    where.also(f"(o.number LIKE ? ESCAPE '\\' OR o.external_id LIKE ? ESCAPE '\\' {by_customer})", *params)
