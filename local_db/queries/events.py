"""What happened: the activity feed and a thing's own history."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from local_db.queries.paging import Where
from local_db.reader import Reader


class EventRow(msgspec.Struct, frozen=True):
    """A fact in words. ``payload`` is JSON; instants in ms UTC."""

    id: str
    site_id: str
    kind: str
    subject: str
    subject_id: str
    text: str
    payload: str
    command_id: str
    actor_id: str
    actor_name: str
    terminal_id: str
    at: int
    received_at: int
    provisional: bool


_EVENT = """
SELECT e.id, e.site_id, e.kind, e.subject, e.subject_id, e.text, e.payload, e.command_id, e.actor_id,
       coalesce(u.name, ''), e.terminal_id, e.at, e.received_at,
       EXISTS (SELECT 1 FROM before_event AS b WHERE b.id = e.id)
FROM event AS e LEFT JOIN user AS u ON u.id = e.actor_id
"""


def events(
    reader: Reader,
    *,
    site_id: str = "",
    subject_id: str = "",
    kinds: Sequence[str] = (),
    limit: int = 100,
    after: tuple[int, str] | None = None,
) -> list[EventRow]:
    """Events, the newest first. ``after``: (received_at, id) of the last row of the page before."""
    where = Where().equal("e.site_id", site_id).equal("e.subject_id", subject_id).among("e.kind", kinds)
    where.after("e.received_at, e.id", after, descending=True)
    sql = f"{_EVENT} {where} ORDER BY e.received_at DESC, e.id DESC LIMIT ?"
    return reader.rows(sql, (*where.params, limit), EventRow)
