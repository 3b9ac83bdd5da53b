"""How long a cold start takes until the first real rows are on the screen, against an empty PySide6 window.

Both are processes of their own, started in turns, offscreen; the time runs from before the process exists to its saying
that it has painted, and for the desk also to its saying that the window is whole and answers to keys and scans. The desk
has somebody signed in and reopens its Inventory panel, on caches of 100,000 and of a million products, by the code of
`holdfast desk`. It was started, used and closed once before, as on any day but the first.
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
            whole: list[float] = []
            theirs: list[float] = []
            heavy: set[str] = set()
            _start(bytecode, "desk", str(profile))
            for _ in range(rounds):
                theirs.append(_start(bytecode, "empty")["painted"][0])
                said = _start(bytecode, "desk", str(profile))
                ours.append(said["painted"][0])
                whole.append(said["ready"][0])
                heavy |= set(said["painted"][1])
        empty = median(theirs)
        interactive = name.replace("usable", "interactive")
        for figure, seconds in ((name, median(ours)), (interactive, median(whole))):
            figures.append(
                Figure(
                    name=f"{figure}_ratio", value=seconds / empty, unit="ratio", reference="empty PySide6 window (s)",
                    reference_value=empty, ratio=seconds / empty,
                )
            )  # fmt: skip
            figures.append(Figure(name=f"{figure}_s", value=seconds, unit="s"))
        notes.append(
            f"{products:,} products cached; imported before the first paint: {', '.join(sorted(heavy)) or 'none of the heavy'}."
        )
    return Report(benchmark="start", figures=figures, notes=[f"Medians of {rounds} starts each.", *notes])


def _start(bytecode: Path, *words: str) -> dict[str, tuple[float, list[str]]]:
    """When (seconds) the child said what, with the words that it added."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.start_child", *words]
    heard: dict[str, tuple[float, list[str]]] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            word, *more = line.split()
            heard[word] = time.perf_counter() - begun, more[0].split(",") if more else []
    missing = {"painted", "ready"} - heard.keys() if words[0] == "desk" else {"painted"} - heard.keys()
    if missing:
        raise RuntimeError(f"{' '.join(words)} never said {missing}: exit code {process.returncode}")
    return heard


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
    window = {"panel": "inventory", "box": [0, 0, 1280, 800]}
    settings = {"settings": {"theme": "light"}, "state": {"window": window}}
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
