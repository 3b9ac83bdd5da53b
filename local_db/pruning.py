"""Drops rows that a terminal does not keep: movements, events and closed work past their days.

The server sends no row older than that either (see services.storage.retention), so this changes nothing that a pull
would bring back.
"""

from __future__ import annotations

from local_db.files import Connection
from services.storage.retention import kept
from services.storage.tables import TABLES


def prune(cache: Connection, server_now: int, most: int) -> tuple[set[str], bool]:
    """Drop at most so many old rows of each table, within the caller's transaction, while ``capture`` is off.

    Only while nothing is pending: provisional rows are dated by this desk's clock, and what belongs to them would go by
    it. ``server_now`` is the server's clock in ms UTC: a wrong clock at this desk must not empty its screens. A row
    without an age, such as an order that is not closed yet, is kept. Answers the tables it touched, and whether no old
    row is left.
    """
    touched: set[str] = set()
    # What belongs to a row goes before it, for afterwards nothing says any more how old that was.
    for cls in reversed(TABLES):
        condition = kept(cls, server_now, "?")
        if condition is None:
            continue
        sql, limits = condition
        dropped = cache.execute(
            f'DELETE FROM "{cls.table.name}" WHERE rowid IN (SELECT r.rowid FROM "{cls.table.name}" AS r '
            f"WHERE NOT ({sql}) LIMIT ?)",
            (*limits, most),
        ).rowcount
        if dropped:
            touched.add(cls.table.name)
        if dropped >= most:
            # Its parents stay as well: they say how old the rest is.
            return touched, False
    return touched, True
