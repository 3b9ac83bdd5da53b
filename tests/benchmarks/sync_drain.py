"""Ten thousand commands of an outage go up to a server process, their outcomes come down, and all is settled."""

from __future__ import annotations

import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from services.protocol.messages import MAX_COMMANDS_PER_PUSH
from services.server.settings import Settings
from services.storage.cache_tables import business_statements
from services.storage.collector import collect_seldom
from services.storage.tables import TABLES
from tests.benchmarks import sync_site
from tests.benchmarks.report import Figure, Options
from tests.benchmarks.sync_site import Prepared
from tests.helpers.postgres import postgres_cluster
from tests.helpers.running_server import server_process, server_settings

_COMMANDS, _COMMANDS_QUICK = 10_000, 500
_ROUNDS, _ROUNDS_QUICK = 5, 1
_MOST_S = {"sqlite": 8.0, "postgres": 15.0}
_DEADLINE_S = 600.0

Batches = list[list[tuple[str, list[tuple[Any, ...]]]]]
"""Transactions, each of statements with the rows they write."""


def run(options: Options) -> tuple[list[Figure], list[str]]:
    """The figures, and what one must know to read them."""
    commands = _COMMANDS_QUICK if options.quick else _COMMANDS
    rounds = _ROUNDS_QUICK if options.quick else _ROUNDS
    # The desktop does so when it starts; the server is a process of its own and does too.
    collect_seldom()
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        ours, bare, rows = _on_sqlite(folder / "sqlite", commands, rounds)
        meeting_place = folder / "cluster"
        meeting_place.mkdir()
        with postgres_cluster(meeting_place, is_durable=True) as cluster:
            on_postgres = _on_postgres(folder / "postgres", cluster, commands, rounds)
    figures = [
        _figure("drain_10k_sqlite_s", ours, "sqlite"),
        _figure("drain_10k_postgres_s", on_postgres, "postgres"),
        Figure(
            name="drain_ratio",
            value=median(bare) / median(ours),
            unit="ratio",
            reference="bare sqlite3, same rows (s)",
            reference_value=median(bare),
            ratio=median(bare) / median(ours),
        ),
    ]
    return figures, [
        f"Drain: {commands:,} commands, 40 % orders of five lines, 40 % picks, 20 % receipts; medians of {rounds}.",
        f"The bare peer writes {rows:,} rows as they are in the end: the server's in batches of a push, then the desk's.",
    ]


def _figure(name: str, seconds: list[float], goal: str) -> Figure:
    return Figure(
        name=name,
        value=median(seconds),
        unit="s",
        reference="goal",
        reference_value=_MOST_S[goal],
        ratio=median(seconds) / _MOST_S[goal],
    )


def _on_sqlite(folder: Path, commands: int, rounds: int) -> tuple[list[float], list[float], int]:
    """Seconds of each drain, and of the bare peer by turns with it; how many rows the peer wrote."""
    folder.mkdir()
    ready = sync_site.prepare(server_settings(folder / "server"), folder, commands)
    ours: list[float] = []
    bare: list[float] = []
    rows = 0
    for number in range(rounds):
        at = folder / f"round-{number}"
        server = sync_site.copied(folder / "server", at / "server")
        ours.append(_drained(ready, sync_site.copied(ready.profile, at / "profile"), server_settings(server)))
        batches = _written(folder / "server", server, commands)
        rows = sum(len(values) for batch in batches for _, values in batch)
        bare.append(_bare(at / "bare.db", folder / "server", batches))
    return ours, bare, rows


def _on_postgres(folder: Path, cluster: str, commands: int, rounds: int) -> list[float]:
    folder.mkdir()
    import psycopg

    with psycopg.connect(cluster, autocommit=True) as connection:
        info = connection.info
        address = f"postgresql+psycopg://{info.user}@{info.host}:{info.port}/"
        connection.execute("CREATE DATABASE prepared")
        ready = sync_site.prepare(
            server_settings(folder / "server", database_url=address + "prepared"), folder, commands
        )
        seconds = []
        for number in range(rounds):
            name = f"round_{uuid.uuid4().hex}"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE prepared")
            settings = server_settings(folder / f"server-{number}", database_url=address + name)
            profile = sync_site.copied(ready.profile, folder / f"profile-{number}")
            seconds.append(_drained(ready, profile, settings))
        return seconds


def _drained(ready: Prepared, profile: Path, settings: Settings) -> float:
    """Seconds from the link's return until all is settled."""
    with server_process(settings) as server, sync_site.opened(profile, server.base_url) as desk:
        assert desk.link.pending == ready.commands
        began = time.perf_counter()
        desk.sync(timeout=_DEADLINE_S)
        seconds = time.perf_counter() - began
        assert desk.link.pending == 0
        assert desk.read.value("SELECT count(*) FROM outbox.outcome") == ready.commands
    return seconds


def _written(before: Path, after: Path, commands: int) -> Batches:
    """The rows that differ between two states of the server, in as many batches as there were pushes, and then those of
    the business tables once more in one, for the desk."""
    pushes = max(1, commands // MAX_COMMANDS_PER_PUSH)
    batches: Batches = [[] for _ in range(pushes + 1)]
    with closing(sqlite3.connect(_database(after))) as connection:
        connection.execute("ATTACH DATABASE ? AS old", (str(_database(before)),))
        for table, statement in _upserts(connection).items():
            rows = connection.execute(
                f'SELECT * FROM main."{table}" EXCEPT SELECT * FROM old."{table}"'
            ).fetchall()
            for number in range(pushes):
                if share := rows[number::pushes]:
                    batches[number].append((statement, share))
            if rows and table in {cls.table.name for cls in TABLES}:
                batches[-1].append((statement, rows))
    return batches


def _upserts(connection: sqlite3.Connection) -> dict[str, str]:
    tables = connection.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' "
        "AND name NOT LIKE '%_search%' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    found = {}
    for (table,) in tables:
        width = len(connection.execute(f'SELECT * FROM main."{table}" LIMIT 0').description)
        found[table] = f'INSERT OR REPLACE INTO "{table}" VALUES ({", ".join("?" * width)})'
    return found


def _bare(path: Path, server: Path, batches: Batches) -> float:
    """Seconds for writing the batches, each in a transaction that is on the disk when it ends; the last one into a file
    with a terminal's tables and indexes."""
    with _copy_of_server(path, server) as connection, _empty_cache(path.with_suffix(".cache")) as cache:
        began = time.perf_counter()
        for batch in batches[:-1]:
            _write(connection, batch)
        _write(cache, batches[-1])
        return time.perf_counter() - began


def _write(connection: sqlite3.Connection, batch: list[tuple[str, list[tuple[Any, ...]]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement, rows in batch:
        connection.executemany(statement, rows)
    connection.execute("COMMIT")


@contextmanager
def _copy_of_server(path: Path, server: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with closing(sqlite3.connect(_database(server))) as source:
            source.backup(connection)
        yield _set(connection)


@contextmanager
def _empty_cache(path: Path) -> Iterator[sqlite3.Connection]:
    tables, indexes = business_statements()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in [*tables, *indexes]:
            connection.execute(statement)
        yield _set(connection)


def _set(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _database(folder: Path) -> Path:
    (found,) = folder.glob("*.db")
    return found
