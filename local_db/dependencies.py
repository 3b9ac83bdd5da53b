"""Which pending commands a command builds on: the server parks them together where it cannot settle the first."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from local_db.files import Connection

_ID = re.compile(rb'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')


def depends_on(cache: Connection, args: bytes) -> tuple[int, ...]:
    """The pending commands that made what these arguments name, in order."""
    named = msgspec.json.encode([match.decode() for match in _ID.findall(args)]).decode()
    found = cache.execute(
        "SELECT DISTINCT n FROM made WHERE id IN (SELECT value FROM json_each(?)) ORDER BY n", (named,)
    ).fetchall()
    return tuple(n for (n,) in found)


def keep_makers(cache: Connection, n: int, made: Iterable[str]) -> None:
    """Command ``n`` made these rows; written within the transaction that holds its effects."""
    # A row that was removed and made again keeps its first maker, on which the second depends anyhow.
    cache.executemany("INSERT OR IGNORE INTO made (id, n) VALUES (?, ?)", [(row_id, n) for row_id in made])


def forget_makers(cache: Connection) -> None:
    """Provisional effects are being taken back; replay will say again who made what."""
    cache.execute("DELETE FROM made")
