"""How long a cold start takes until the first real rows are on the screen, against an empty PySide6 window.

Both are processes of their own, started in turns, offscreen; the time runs from before the process exists to its saying
that it has painted. The desk has somebody signed in and reopens its Inventory panel, on caches of 100,000 and of a million
products.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import msgspec
import sqlcipher3
from sqlalchemy import MetaData, create_engine

from local_db.desk import Desk
from services.storage.schema import business_tables
from services.storage.statements import statements
from services.storage.tables import Product, Site, StockLevel, User
from services.sync.replica import Identity
from tests.benchmarks.report import Figure, Options, Report

_SITE, _PERSON = "site-1", "user-1"
_ROUNDS, _ROUNDS_QUICK = 9, 3
_MILLION, _HUNDRED_THOUSAND = 1_000_000, 100_000


def run(options: Options) -> Report:
    """Measure both sizes, the desk and the empty window by turns."""
    rounds = _ROUNDS_QUICK if options.quick else _ROUNDS
    figures, notes = [], []
    sizes = (("usable", _HUNDRED_THOUSAND),) if options.quick else (
        ("usable", _HUNDRED_THOUSAND), ("usable_million", _MILLION))  # fmt: skip
    for name, products in sizes:
        with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
            profile = Path(folder) / "profile"
            _prepare(profile, products)
            bytecode = Path(folder) / "bytecode"
            ours: list[float] = []
            theirs: list[float] = []
            heavy: set[str] = set()
            # As on any day but the first: the program's bytecode is there.
            _start(bytecode, "desk", str(profile))
            for _ in range(rounds):
                theirs.append(_start(bytecode, "empty")[0])
                seconds, words = _start(bytecode, "desk", str(profile))
                ours.append(seconds)
                heavy |= set(words)
        ratio = median(ours) / median(theirs)
        figures.append(
            Figure(
                name=f"{name}_ratio", value=ratio, unit="ratio", reference="empty PySide6 window (s)",
                reference_value=median(theirs), ratio=ratio,
            )
        )  # fmt: skip
        figures.append(Figure(name=f"{name}_s", value=median(ours), unit="s"))
        notes.append(
            f"{products:,} products cached; imported before the first paint: {', '.join(sorted(heavy)) or 'none of the heavy'}."
        )
    return Report(benchmark="start", figures=figures, notes=[f"Medians of {rounds} starts each.", *notes])


def _start(bytecode: Path, *words: str) -> tuple[float, list[str]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.start_child", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        seconds = time.perf_counter() - begun
        process.stdout.read()
    if not said or said[0] != "painted":
        raise RuntimeError(f"{' '.join(words)} did not paint: exit code {process.returncode}")
    return seconds, said[1].split(",") if len(said) > 1 else []


def _prepare(folder: Path, products: int) -> None:
    """A profile with somebody signed in, as they left it yesterday."""
    folder.mkdir()
    image = folder / "image.db"
    _write_image(image, products)
    identity = Identity(client_id="client-1", credential="secret", terminal_code="T01", epoch="epoch-1")
    with Desk.open(folder, credentials=identity, allow_plain=True) as desk:
        desk._replica.adopt_snapshot(image, {"org": 1, f"site:{_SITE}": 1})
        desk._replica.take_identity(identity, ["org", f"site:{_SITE}"])
        session = {"user_id": _PERSON, "username": "ann", "seen_at": time.time_ns() // 1_000_000}
        desk.keep_secret("session", msgspec.json.encode(session).decode())
    settings = {"settings": {"theme": "light"}, "state": {"window": {"panel": "inventory"}}}
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    image.unlink(missing_ok=True)


def _write_image(image: Path, products: int) -> None:
    engine = create_engine(f"sqlite:///{image}", module=sqlcipher3.dbapi2)
    metadata = MetaData()
    business_tables(metadata, unique=False)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for row in (
            Site(_SITE, "LEI", "Leicester", "Europe/London", "GBP", 52.6, -1.1, "fifo"),
            User(_PERSON, "ann", "Ann", "", "supervisor", ""),
        ):
            sql = statements(type(row), "sqlite")
            connection.exec_driver_sql(sql.upsert, [sql.dump(row)])
        for start in range(0, products, 50_000):
            numbers = range(start, min(start + 50_000, products))
            sql = statements(Product, "sqlite")
            connection.exec_driver_sql(
                sql.upsert,
                [
                    sql.dump(
                        Product(f"prod-{n:08d}", f"SKU{n:07d}", f"Product number {n}", f"group {n % 40}", "ea", "", 100 + n % 900,
                                "GBP", 250, 500, 20, 100)
                    )
                    for n in numbers
                ],
            )  # fmt: skip
            level = statements(StockLevel, "sqlite")
            connection.exec_driver_sql(
                level.upsert,
                [
                    level.dump(StockLevel(f"level-{n:08d}", _SITE, f"prod-{n:08d}", n % 250, n % 7))
                    for n in numbers
                ],
            )
    engine.dispose()
