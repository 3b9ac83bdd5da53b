"""What a person feels while a long outage is made up for: stalls of the UI thread, and how long a command waits."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from local_db import Desk
from services.commands import ReceiveStock
from services.storage.collector import collect_seldom
from tests.benchmarks import big_site, sync_site
from tests.benchmarks.report import Figure, Options, percentile
from tests.helpers.running_server import server_process, server_settings

_COMMANDS, _COMMANDS_QUICK = 10_000, 500
_ROUNDS, _ROUNDS_QUICK = 5, 1
_TICK_S = 0.005
_BETWEEN_COMMANDS_S = 0.1
_QUIET_S = 5.0
_DEADLINE_S = 600.0
_MOST_MS = {"ui_stall_p99_ms": 16.0, "ui_stall_max_ms": 50.0, "writer_stall_ms": 250.0}


def run(options: Options) -> tuple[list[Figure], list[str]]:
    """The figures, and what one must know to read them."""
    commands = _COMMANDS_QUICK if options.quick else _COMMANDS
    rounds = _ROUNDS_QUICK if options.quick else _ROUNDS
    stalls: list[list[float]] = []
    waits: list[list[float]] = []
    quiet: list[float] = []
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as name:
        folder = Path(name)
        ready = sync_site.prepare(server_settings(folder / "server"), folder, commands)
        # As the window does once it is painted.
        collect_seldom()
        for number in range(rounds):
            at = folder / f"round-{number}"
            settings = server_settings(sync_site.copied(folder / "server", at / "server"))
            profile = sync_site.copied(ready.profile, at / "profile")
            with server_process(settings) as server, sync_site.opened(profile, server.base_url) as desk:
                with _person(desk, number) as waited:
                    time.sleep(_QUIET_S)
                quiet.append(max(waited))
                with _ticking() as late, _person(desk, number + 100) as waited:
                    desk.sync(timeout=_DEADLINE_S)
                stalls.append(late)
                waits.append(waited)
    values = {
        "ui_stall_p99_ms": median(percentile(late, 0.99) for late in stalls),
        "ui_stall_max_ms": median(max(late) for late in stalls),
        "writer_stall_ms": median(max(waited) for waited in waits),
    }
    figures = [
        Figure(
            name=name, value=value, unit="ms", reference="goal", reference_value=_MOST_MS[name],
            ratio=value / _MOST_MS[name],
        )
        for name, value in values.items()
    ]  # fmt: skip
    return figures, [
        f"Stalls: while {commands:,} commands are drained; medians of {rounds} rounds. The UI thread is one that wants to "
        f"run every {_TICK_S * 1000:.0f} ms, and a person gives a command every {_BETWEEN_COMMANDS_S * 1000:.0f} ms; "
        f"without a drain the longest command took {median(quiet):.0f} ms.",
    ]


@contextmanager
def _ticking() -> Iterator[list[float]]:
    """A thread that wants to run every few milliseconds, as an event loop does; how late it was each time, in ms."""
    late: list[float] = []

    def tick() -> None:
        began = time.perf_counter()
        time.sleep(_TICK_S)
        late.append((time.perf_counter() - began - _TICK_S) * 1000)

    with _repeated(tick):
        yield late


@contextmanager
def _person(desk: Desk, seed: int) -> Iterator[list[float]]:
    """A person who gives a command now and then; milliseconds that each took."""
    waited: list[float] = []
    chance = random.Random(seed)

    def give() -> None:
        began = time.perf_counter()
        desk.do(
            ReceiveStock(
                site_id=big_site.SITE,
                product_id=big_site.product_id(chance.randrange(4000)),
                location_id=big_site.bin_id(0),
                quantity=1,
            )
        )
        waited.append((time.perf_counter() - began) * 1000)
        time.sleep(_BETWEEN_COMMANDS_S)

    with _repeated(give):
        yield waited


@contextmanager
def _repeated(step: Callable[[], None]) -> Iterator[None]:
    """A thread that does a step again and again while the block lasts; an error of it is raised at the end."""
    ending = threading.Event()
    problems: list[Exception] = []

    def work() -> None:
        try:
            while not ending.is_set():
                step()
        except Exception as problem:
            problems.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
    if problems:
        raise problems[0]
