"""PostgreSQL's advisory locks by name, taken in one order by everybody, so that nobody waits in a circle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection


def take_locks(connection: Connection, names: Iterable[str]) -> None:
    """Hold the locks of these names until the transaction ends."""
    keys = sorted({_key(name) for name in names})
    if keys:
        connection.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", (keys,)
        ).fetchall()


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
