"""How tests play schedules, and how many."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulator.run import run
from tests.simulator.schedule import COMMANDS, FAULTS, generate
from tests.simulator.shrink import shrink
from tests.simulator.stage import Stage

SCHEDULES = 2000
"""How many schedules the tests play, and within how many a planted fault must be noticed."""
FILES = 4
"""How many test files share them: a file is played by one process, and those with many tests are begun first."""
PARTS = 25
"""How many tests a file has."""


def seeds(file: int, part: int) -> range:
    """The schedules of one test of one file, both counted from 0."""
    each = SCHEDULES // FILES // PARTS
    first = 1 + (file * PARTS + part) * each
    return range(first, first + each)


def hold(stage: Stage, seeds: Iterable[int]) -> None:
    """Play the schedules of these seeds; the first that breaks something fails the test, made small."""
    for seed in seeds:
        verdict = run(stage, generate(seed))
        if verdict.problem:
            small = shrink(verdict, lambda smaller: run(stage, smaller))
            raise AssertionError(
                f"{verdict.problem}\n\nReplay it:  {verdict.replay}\nSmaller:    {small.replay}\n{small.problem}"
            )
        assert verdict.commands >= COMMANDS, f"seed {seed} has too few commands"
        assert verdict.faults.total() >= FAULTS, f"seed {seed} has too few faults"


def first_caught(stage: Stage) -> str:
    """What is found broken first; empty where all schedules hold."""
    verdicts = (run(stage, generate(seed)) for seed in range(1, SCHEDULES + 1))
    return next((verdict.problem for verdict in verdicts if verdict.problem), "")
