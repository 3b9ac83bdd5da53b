"""Drops rows that a terminal does not keep: movements, events and closed work past their days.

The server sends no row older than that either (see services.storage.retention), so this changes nothing that a pull
would bring back.
"""

from __future__ import annotations

from local_db.files import Connection
from services.storage.retention import kept
from services.storage.tables import TABLES


def prune(cache: Connection, server_now: int) -> set[str]:
    """Drop old rows within the caller's transaction, while ``capture`` is off and nothing is provisional. Answers
    the tables it touched.

    ``server_now`` is the server's clock in ms UTC: a wrong clock at this desk must not empty its screens. A row
    without an age, such as an order that is not closed yet, is kept.
    """
    touched: set[str] = set()
    # What belongs to a row goes before it, for afterwards nothing says any more how old that was.
    for cls in reversed(TABLES):
        condition = kept(cls, server_now, "?")
        if condition is None:
            continue
        sql, limits = condition
        if cache.execute(f'DELETE FROM "{cls.table.name}" AS r WHERE NOT ({sql})', limits).rowcount:
            touched.add(cls.table.name)
    return touched
