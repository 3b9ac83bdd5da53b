"""Taking back ten thousand provisional commands, against bare SQL that restores as many rows."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from local_db import before_images
from local_db.files import Connection, open_cache, transaction
from services.storage.cache_tables import business_statements
from services.storage.row import columns_of
from services.storage.tables import TABLES
from tests.benchmarks import sync_site
from tests.benchmarks.report import Figure, Options
from tests.helpers.running_server import server_settings

_COMMANDS, _COMMANDS_QUICK = 10_000, 500
_ROUNDS, _ROUNDS_QUICK = 5, 1
_MOST_RATIO = 2.0

Restores = list[tuple[str, list[tuple[Any, ...]]]]
"""Statements with the rows that they restore or remove."""


def run(options: Options) -> tuple[list[Figure], list[str]]:
    """The figures, and what one must know to read them."""
    commands = _COMMANDS_QUICK if options.quick else _COMMANDS
    rounds = _ROUNDS_QUICK if options.quick else _ROUNDS
    ours: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        ready = sync_site.prepare(server_settings(folder / "server"), folder, commands)
        rows = 0
        for number in range(rounds):
            at = folder / f"round-{number}"
            with sync_site.opened(sync_site.copied(ready.profile, at), None) as desk:
                cache = desk._store.cache.connection
                restores = _restores(cache)
                rows = sum(len(values) for _, values in restores)
                with closing(_peer(at / "bare", desk._store.key, cache)) as peer:
                    bare.append(_restored(peer, restores))
                ours.append(_rewound(cache))
    ratio = median(ours) / median(bare)
    figure = Figure(
        name="rewind_10k_ratio",
        value=ratio,
        unit="ratio",
        reference="bare SQL, as many rows (s)",
        reference_value=median(bare),
        ratio=ratio / _MOST_RATIO,
    )
    return [figure], [
        f"Rewind: {commands:,} commands, {rows:,} rows, {median(ours):.2f} s; its ratio column is against the goal of 2. "
        "The peer has the indexes, but no search and no triggers, and is handed the rows; both files are encrypted."
    ]


def _rewound(cache: Connection) -> float:
    began = time.perf_counter()
    with transaction(cache):
        before_images.rewind(cache)
    return time.perf_counter() - began


def _restores(cache: Connection) -> Restores:
    """What has to be done to each row that pending commands touched."""
    found: Restores = []
    for cls in TABLES:
        table, shadow = cls.table.name, before_images.shadow_name(cls)
        new = cache.execute(f'SELECT row_number FROM "{shadow}" WHERE existed = 0').fetchall()
        names = columns_of(cls)[1:]
        listed = ", ".join(f'"{name}"' for name in (*names, "row_number"))
        old = cache.execute(f'SELECT {listed} FROM "{shadow}" WHERE existed = 1').fetchall()
        found.append((f'DELETE FROM "{table}" WHERE rowid = ?', new))
        updates = ", ".join(f'"{name}" = ?' for name in names)
        found.append((f'UPDATE "{table}" SET {updates} WHERE rowid = ?', old))
    return [(statement, rows) for statement, rows in found if rows]


def _peer(folder: Path, key: str, cache: Connection) -> Connection:
    """A file of its own with the same rows under the same numbers, and their indexes."""
    folder.mkdir()
    peer = open_cache(folder, key)
    tables, indexes = business_statements()
    with transaction(peer):
        for statement in [*tables, *indexes]:
            peer.execute(statement)
        for cls in TABLES:
            names = ", ".join(f'"{name}"' for name in ("rowid", *columns_of(cls)))
            rows = cache.execute(f'SELECT {names} FROM "{cls.table.name}"')
            marks = ", ".join("?" * (len(columns_of(cls)) + 1))
            peer.executemany(f'INSERT INTO "{cls.table.name}" ({names}) VALUES ({marks})', rows)
    return peer


def _restored(peer: Connection, restores: Restores) -> float:
    began = time.perf_counter()
    with transaction(peer):
        for statement, rows in restores:
            peer.executemany(statement, rows)
    return time.perf_counter() - began
