"""Anything that can be done to a few rows of a cache, for tests that take it back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from local_db.cache_schema import create_cache
from local_db.files import Connection, open_cache
from services.storage.row import Row, columns_of
from services.storage.tables import Customer, Event, Product, Setting, Stock

TABLES: tuple[type[Row], ...] = (Product, Customer, Stock, Event, Setting)
IDS = [f"id-{n}" for n in range(6)]

tables = st.sampled_from(TABLES)
ids = st.sampled_from(IDS)
values = st.one_of(
    st.integers(-(2**53), 2**53),
    st.text(max_size=6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
steps = st.one_of(
    st.tuples(st.just("upsert"), tables, ids, values),
    st.tuples(st.just("insert"), tables, ids, values),
    st.tuples(st.just("replace"), tables, ids, values),
    st.tuples(st.just("update"), tables, ids, values),
    st.tuples(st.just("update all"), tables, ids, values),
    st.tuples(st.just("rename"), tables, ids, ids),
    st.tuples(st.just("delete"), tables, ids, values),
    st.tuples(st.just("delete all"), tables, ids, values),
)


def apply_step(cache: Connection, step: tuple[str, type[Row], str, Any]) -> None:
    """Do one of ``steps``."""
    kind, cls, row_id, value = step
    table, names = cls.table.name, columns_of(cls)
    listed = ", ".join(f'"{name}"' for name in names)
    row = (row_id, *[value] * (len(names) - 1))
    marks = ", ".join("?" * len(names))
    last = f'"{names[-1]}"'
    match kind:
        case "upsert":
            sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names[1:])
            cache.execute(
                f'INSERT INTO "{table}" ({listed}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}',
                row,
            )
        case "insert":
            cache.execute(f'INSERT OR IGNORE INTO "{table}" ({listed}) VALUES ({marks})', row)
        case "replace":
            cache.execute(f'INSERT OR REPLACE INTO "{table}" ({listed}) VALUES ({marks})', row)
        case "update":
            cache.execute(f'UPDATE "{table}" SET {last} = ? WHERE id = ?', (value, row_id))
        case "update all":
            cache.execute(f'UPDATE OR REPLACE "{table}" SET {last} = ?', (value,))
        case "rename":
            cache.execute(f'UPDATE OR REPLACE "{table}" SET id = ? WHERE id = ?', (value, row_id))
        case "delete":
            cache.execute(f'DELETE FROM "{table}" WHERE id = ?', (row_id,))
        case "delete all":
            cache.execute(f'DELETE FROM "{table}"')


@contextmanager
def empty_cache() -> Iterator[Connection]:
    """A cache without rows, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, closing(open_cache(Path(folder), "")) as cache:
        create_cache(cache, "outbox")
        yield cache
