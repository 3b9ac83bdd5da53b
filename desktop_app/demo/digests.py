"""Databases compared table by table: a digest for each row, whatever file it lies in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from services.storage.retention import DAY_MS, kept
from services.storage.row import Row, columns_of
from services.storage.tables import TABLES

Digests = dict[str, dict[str, str]]
"""Table -> row id -> digest of the row."""

Query = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a SELECT and answers its rows."""


class Difference(NamedTuple):
    """What is not alike in one table."""

    table: str
    missing: list[str]
    surplus: list[str]
    different: list[str]

    def __str__(self) -> str:
        return (
            f"{self.table}: {len(self.missing)} missing, {len(self.surplus)} too many, "
            f"{len(self.different)} different {(self.missing + self.surplus + self.different)[:3]}"
        )


def digest_all(query: Query, now: int) -> Digests:
    """Digests of every business table; rows older than terminals keep them are left out."""
    return {cls.table.name: _digest(cls, query, now) for cls in TABLES}


def differences(truth: Digests, other: Digests) -> list[Difference]:
    """Where another database differs from the server's."""
    found = []
    for table, rows in truth.items():
        theirs = other.get(table, {})
        missing = sorted(rows.keys() - theirs.keys())
        surplus = sorted(theirs.keys() - rows.keys())
        different = sorted(row_id for row_id in rows.keys() & theirs.keys() if rows[row_id] != theirs[row_id])
        if missing or surplus or different:
            found.append(Difference(table, missing, surplus, different))
    return found


def _digest(cls: type[Row], query: Query, now: int) -> dict[str, str]:
    columns = columns_of(cls)
    selected = ", ".join(f'"{name}"' for name in columns)
    sql = f'SELECT {selected} FROM "{cls.table.name}" AS r'
    # Rows at the edge of what terminals keep may be here and not there; a day's margin leaves them out.
    condition = kept(cls, now + DAY_MS, "{}")
    if condition is not None:
        sql += f" WHERE {condition[0].format(*condition[1])}"
    return {row[0]: hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:16] for row in query(sql)}
