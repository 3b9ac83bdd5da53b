"""Every benchmark by its name. A module is imported only when it runs, so that each needs only its own extras."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from tests.benchmarks.report import Options, Report

BENCHMARKS: dict[str, str] = {
    "local_command": "tests.benchmarks.local_command",
    "start": "tests.benchmarks.start",
    "desktop": "tests.benchmarks.desktop",
    "sync": "tests.benchmarks.sync",
    "reconnect": "tests.benchmarks.reconnect",
}


def benchmark(name: str) -> Callable[[Options], Report]:
    """The function that runs a benchmark. Raises KeyError for a name that is none."""
    run: Callable[[Options], Report] = importlib.import_module(BENCHMARKS[name]).run
    return run
