"""What sync costs, gathered from a module for each part of it."""

from __future__ import annotations

from tests.benchmarks import sync_delta, sync_drain, sync_first, sync_rewind, sync_stalls
from tests.benchmarks.report import Options, Report

_PARTS = (sync_first, sync_drain, sync_rewind, sync_delta, sync_stalls)


def run(options: Options) -> Report:
    """Measure every part, one after the other."""
    measured = [part.run(options) for part in _PARTS]
    return Report(
        benchmark="sync",
        figures=[figure for figures, _ in measured for figure in figures],
        notes=[note for _, notes in measured for note in notes],
    )
