"""Drops rows that a terminal does not keep: movements, events and closed work past their days.

The server sends no row older than that either (see the tables' ``kept_days``), so this changes nothing that a pull
would bring back.
"""

from __future__ import annotations

from local_db.files import Connection
from services.storage.tables import TABLES

DAY_MS = 86_400_000


def prune(cache: Connection, server_now: int) -> set[str]:
    """Drop old rows within the caller's transaction, while ``capture`` is off and nothing is provisional. Answers
    the tables it touched.

    ``server_now`` is the server's clock in ms UTC: a wrong clock at this desk must not empty its screens. A row
    without an age, such as an order that is not closed yet, is kept.
    """
    touched: set[str] = set()
    for cls in TABLES:
        spec = cls.table
        if spec.kept_days is None:
            continue
        done = cache.execute(
            f'DELETE FROM "{spec.name}" WHERE "{spec.age_column}" < ?',
            (server_now - spec.kept_days * DAY_MS,),
        )
        if done.rowcount:
            touched.add(spec.name)
    return touched
