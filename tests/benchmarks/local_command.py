"""How long it takes until an order of five lines is durable on the terminal, against bare SQL writing the same rows.

The peer is handed the very statements that the command ran, with their values, and runs them with the outbox row in one
transaction of one file, with the same driver, key and settings, synchronous=FULL. It reads and decides nothing, keeps
no before-images and needs one commit instead of two. The two take turns, command by command.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from local_db import Desk
from local_db.client_tables import OUTBOX_STEPS
from local_db.files import Connection, open_cache
from services.protocol.messages import NO_PATCHES, PullResponse, TablePatch, pack
from services.storage.cache_tables import business_statements
from services.storage.statements import statements
from services.sync.replica import Identity
from tests.benchmarks import big_site
from tests.benchmarks.report import Figure, Options, Report, percentile

_ORDERS = 600
_ORDERS_QUICK = 100
_WARM_UP = 50
_PEER = "bare transaction, same rows (ms)"
_IDENTITY = Identity(client_id="client-1", credential="secret", terminal_code="T01", epoch="epoch-1")


def run(options: Options) -> Report:
    """Measure it with encrypted files, as a desk has them, and with plain ones."""
    orders = _ORDERS_QUICK if options.quick else _ORDERS
    encrypted, rows = _measure(orders, encrypted=True)
    plain, _ = _measure(orders, encrypted=False)
    return Report(
        benchmark="local_command",
        figures=[
            _ratio("place_order_p50_ratio", encrypted),
            *_milliseconds("place_order", encrypted),
            _ratio("place_order_plain_p50_ratio", plain),
            *_milliseconds("place_order_plain", plain),
        ],
        notes=[
            f"{orders} orders of five lines each time; an order wrote {rows:.0f} rows at the median.",
            "4,000 products, 5,000 bins, 2,000 customers, 40 open routes with 12 stops at the beginning.",
            "Without 'plain': both sides' files are encrypted, as a desk's are.",
        ],
    )


class _Times(NamedTuple):
    """Milliseconds of each order, ours and the peer's."""

    ours: list[float]
    theirs: list[float]


def _measure(orders: int, *, encrypted: bool) -> tuple[_Times, float]:
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        with (
            _desk(Path(folder) / "profile", encrypted=encrypted) as desk,
            _Bare(Path(folder) / "bare", desk._store.key) as bare,
        ):
            ours, theirs, rows = _take_turns(desk, bare, orders)
    return _Times(ours, theirs), median(rows)


def _ratio(name: str, times: _Times) -> Figure:
    p50, peer_p50 = median(times.ours), median(times.theirs)
    return Figure(
        name=name,
        value=p50 / peer_p50,
        unit="ratio",
        reference=_PEER,
        reference_value=peer_p50,
        ratio=p50 / peer_p50,
    )


def _milliseconds(name: str, times: _Times) -> list[Figure]:
    return [
        Figure(
            name=f"{name}_p{round(share * 100)}_ms",
            value=(value := percentile(times.ours, share)),
            unit="ms",
            reference=_PEER,
            reference_value=(peer := percentile(times.theirs, share)),
            ratio=value / peer,
        )
        for share in (0.5, 0.99)
    ]


def _take_turns(desk: Desk, bare: _Bare, orders: int) -> tuple[list[float], list[float], list[int]]:
    """Milliseconds of each order here and there, and how many rows it wrote."""
    chance = random.Random(2)
    size = big_site.Size()
    written = _Written(desk)
    ours: list[float] = []
    theirs: list[float] = []
    rows: list[int] = []
    for n in range(orders + _WARM_UP):
        command = big_site.order(desk, chance, size)
        began = time.perf_counter()
        receipt = desk.do(command)
        ended = time.perf_counter()
        writes = written.take()
        bare_ms = bare.write(writes, _outbox_row(desk, receipt.n))
        if n >= _WARM_UP:
            ours.append((ended - began) * 1000)
            theirs.append(bare_ms)
            rows.append(sum(len(parameters) for _, parameters in writes) + 1)
    return ours, theirs, rows


@contextmanager
def _desk(folder: Path, *, encrypted: bool) -> Iterator[Desk]:
    """A desk that has pulled the big site; its clock stands before the routes begin."""
    ticks = iter(range(10**9))
    desk = Desk.open(
        folder,
        credentials=_IDENTITY,
        passphrase="benchmark" if encrypted else None,
        allow_plain=not encrypted,
        clock=lambda: big_site.NOON - 6 * 3_600_000 + next(ticks),
    )
    with desk:
        side = desk._replica
        for page in _pages():
            side.stage(pack(page))
        side.settle(
            PullResponse(patches=NO_PATCHES, more=False, cursors={"org": 1, f"site:{big_site.SITE}": 1})
        )
        yield desk.as_user(big_site.ACTOR)


def _pages() -> Iterator[list[TablePatch]]:
    for rows in big_site.rows(big_site.Size()):
        dump = statements(type(rows[0]), "sqlite").dump
        yield [TablePatch(rows[0].table.name, [list(dump(row)) for row in rows], [])]


Writes = list[tuple[str, list[tuple[Any, ...]]]]
"""Statements in order, each with its tuples."""


class _Written:
    """Listens to what each command writes into the business tables."""

    def __init__(self, desk: Desk) -> None:
        driver: Any = desk._store.cache.unit._connection
        run = driver.exec_driver_sql
        self._writes: Writes = []

        def listening(statement: str, parameters: Any = None) -> Any:
            if isinstance(parameters, list):
                self._writes.append((statement, parameters))
            return run(statement, parameters)

        driver.exec_driver_sql = listening

    def take(self) -> Writes:
        """The statements since the last time."""
        writes, self._writes = self._writes, []
        return writes


def _outbox_row(desk: Desk, n: int) -> tuple[Any, ...]:
    return desk.read.tuples("SELECT * FROM outbox.command WHERE n = ?", (n,))[0]


class _Bare:
    """One file with the same tables and indexes, and nothing else."""

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir()
        # Opened as the cache is, but every commit is on the disk: there is no outbox beside it.
        self._connection: Connection = open_cache(folder, key)
        self._connection.execute("PRAGMA synchronous = FULL")

    def __enter__(self) -> _Bare:
        connection = self._connection
        tables, indexes = business_statements()
        connection.execute("BEGIN")
        for statement in [*tables, *indexes, OUTBOX_STEPS[0][0]]:
            connection.execute(statement)
        for page in _pages():
            for patch in page:
                marks = ", ".join("?" * len(patch.puts[0]))
                connection.executemany(f'INSERT INTO "{patch.table}" VALUES ({marks})', patch.puts)
        connection.execute("COMMIT")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def write(self, writes: Writes, envelope: tuple[Any, ...]) -> float:
        """Run the same statements and write the outbox row, in one transaction; milliseconds."""
        connection = self._connection
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters in writes:
            connection.executemany(statement, parameters)
        connection.execute("INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", envelope)
        connection.execute("COMMIT")
        return (time.perf_counter() - began) * 1000
