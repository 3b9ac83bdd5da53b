"""One seed, from the first step to the verdict."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.simulator.invariants import Violation
from tests.simulator.schedule import Schedule, as_text
from tests.simulator.stage import Stage
from tests.simulator.world import World

_LOGGERS = ("services", "local_db", "holdfast")
_ENGINE = "services.sync.engine"


@dataclass(frozen=True)
class Verdict:
    """What became of a run. ``problem``: what must hold and did not, in words; empty where all held."""

    schedule: Schedule
    problem: str
    commands: int
    faults: Counter[str]

    @property
    def replay(self) -> str:
        """The command that does exactly this run again."""
        only = "" if self.schedule.kept is None else f" --only {as_text(self.schedule.kept)}"
        return f"python -m tests.simulator --replay {self.schedule.seed}{only}"


def run(stage: Stage, schedule: Schedule) -> Verdict:
    """Play a schedule. An error of the product is a violation like any other."""
    setting = stage.setting(schedule.terminals)
    setting.reset()
    stage.tidy()
    world = None
    problem = ""
    with _quiet() as overheard:
        try:
            world = World(schedule, setting, overheard)
            world.play()
        except Violation as violation:
            problem = str(violation)
        except Exception:
            problem = f"An error that nobody expected:\n{traceback.format_exc()}"
        if world is not None:
            for terminal in world.terminals:
                terminal.leave()
    return Verdict(schedule, problem, world.commands if world else 0, world.faults if world else Counter())


class _Ear(logging.Handler):
    """Keeps what the engine logs of faults of this program; they are never meant."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        if record.name == _ENGINE and record.exc_info:
            self.heard.append("".join(traceback.format_exception(*record.exc_info)))


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """What the product logs of faults that were meant would drown what was not: only that is kept, in a list."""
    ear = _Ear()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(logger.propagate, logger.level) for logger in loggers]
    for logger in loggers:
        logger.propagate = False
        logger.setLevel(logging.ERROR)
        logger.addHandler(ear)
    try:
        yield ear.heard
    finally:
        for logger, (propagate, level) in zip(loggers, before, strict=True):
            logger.removeHandler(ear)
            logger.propagate = propagate
            logger.setLevel(level)
