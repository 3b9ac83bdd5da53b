"""One seed, from the first step to the verdict."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.simulator.invariants import Violation
from tests.simulator.schedule import Schedule, as_text, generate
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
    happened: Counter[str]
    """What came about and is no fault, such as orders that were certain offline."""
    digest: str
    """Of the server's rows at the end, where asked for: the same run has the same."""
    taken: tuple[int, ...]
    """The steps that were taken, by their place in the whole run."""

    @property
    def replay(self) -> str:
        """The command that does exactly this run again."""
        schedule = self.schedule
        only = "" if schedule.kept is None else f" --only {as_text(schedule.kept)}"
        if schedule.terminals != generate(schedule.seed).terminals:
            only += f" --terminals {schedule.terminals}"
        return f"python -m tests.simulator --replay {schedule.seed}{only}"


def run(
    stage: Stage, schedule: Schedule, tell: Callable[[str], None] | None = None, *, digest: bool = False
) -> Verdict:
    """Play a schedule. An error of the product is a violation like any other. ``tell`` hears of every step."""
    setting = stage.setting(schedule.terminals)
    setting.reset()
    stage.tidy()
    world = None
    problem = told = ""
    with _quiet() as overheard:
        try:
            world = World(schedule, setting, overheard, tell)
            world.play()
            told = world.digest() if digest else ""
        except Violation as violation:
            problem = str(violation)
        except Exception:
            problem = f"An error that nobody expected:\n{traceback.format_exc()}"
        if world is not None:
            for terminal in world.terminals:
                terminal.leave()
    if world is None:
        return Verdict(schedule, problem, 0, Counter(), Counter(), told, ())
    taken = tuple(world.taken)
    verdict = Verdict(schedule, problem, world.commands, world.faults, world.happened, told, taken)
    world.fall_apart()
    return verdict


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
