"""What waits for the server's word, and what waits for a person."""

from __future__ import annotations

from typing import Any

import msgspec

from local_db.reader import Reader


class OutboxRow(msgspec.Struct, frozen=True):
    """A durable command. ``issued_at`` in ms UTC.

    ``status``: provisional, at_risk (it no longer fits what is known here; the server decides), or once it is settled
    the outcome: applied, adjusted, rejected, parked.
    """

    n: int
    id: str
    name: str
    v: int
    args: bytes
    actor_id: str
    actor_name: str
    issued_at: int
    status: str
    code: str
    message: str
    details: str


class AttentionRow(msgspec.Struct, frozen=True):
    """A command that was refused, taken for less, or parked, with what was meant and why. Instants in ms UTC."""

    id: int
    n: int
    command_id: str
    name: str
    v: int
    args: bytes
    actor_id: str
    actor_name: str
    issued_at: int
    status: str
    code: str
    message: str
    details: str
    raised_at: int
    resolved_at: int | None
    resolved_by: str
    resolution: str

    @property
    def detail_list(self) -> list[dict[str, Any]]:
        """The details as data: the lines, skus, fields or rows at fault."""
        return msgspec.json.decode(self.details, type=list[dict[str, Any]])

    @property
    def arguments(self) -> dict[str, Any]:
        """The command's arguments as it was given."""
        return msgspec.json.decode(self.args, type=dict[str, Any])


_COMMAND = """
SELECT c.n, c.id, c.name, c.v, c.args, c.actor_id, coalesce(u.name, ''), c.issued_at,
       CASE WHEN c.n <= m.last_n THEN coalesce(o.status, 'applied') WHEN r.n IS NULL THEN 'provisional' ELSE 'at_risk'
       END, CASE WHEN c.n <= m.last_n THEN coalesce(o.code, '') ELSE coalesce(r.code, '') END,
       CASE WHEN c.n <= m.last_n THEN coalesce(o.message, '') ELSE coalesce(r.message, '') END,
       CASE WHEN c.n <= m.last_n THEN coalesce(o.details, '[]') ELSE coalesce(r.details, '[]') END
FROM outbox.command AS c
CROSS JOIN cache_meta AS m
LEFT JOIN outbox.outcome AS o ON o.n = c.n
LEFT JOIN at_risk AS r ON r.n = c.n
LEFT JOIN user AS u ON u.id = c.actor_id
"""

_ATTENTION = """
SELECT a.id, a.n, a.command_id, a.name, a.v, a.args, a.actor_id, coalesce(u.name, ''), a.issued_at, a.status, a.code,
       a.message, a.details, a.raised_at, a.resolved_at, a.resolved_by, a.resolution
FROM outbox.attention AS a LEFT JOIN user AS u ON u.id = a.actor_id
"""


def outbox(reader: Reader, *, settled: bool = False, limit: int = 1000) -> list[OutboxRow]:
    """Pending commands in order; with ``settled`` those that are done instead, the newest first."""
    if settled:
        return reader.rows(f"{_COMMAND} WHERE c.n <= m.last_n ORDER BY c.n DESC LIMIT ?", (limit,), OutboxRow)
    return reader.rows(f"{_COMMAND} WHERE c.n > m.last_n ORDER BY c.n LIMIT ?", (limit,), OutboxRow)


def pending_count(reader: Reader) -> int:
    """How many commands wait for the server's word."""
    count: int = reader.value("SELECT count(*) FROM outbox.command WHERE n > (SELECT last_n FROM cache_meta)")
    return count


def needs_attention(reader: Reader, *, resolved: bool = False, limit: int = 500) -> list[AttentionRow]:
    """What a person has to look at, the newest first; with ``resolved`` what they have looked at."""
    state = "IS NOT NULL" if resolved else "IS NULL"
    sql = f"{_ATTENTION} WHERE a.resolved_at {state} ORDER BY a.raised_at DESC, a.id DESC LIMIT ?"
    return reader.rows(sql, (limit,), AttentionRow)
