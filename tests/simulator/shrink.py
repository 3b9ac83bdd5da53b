"""Makes a failing run as small as it can be: without faults that do not matter, then commands, then terminals."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tests.simulator.run import Verdict
from tests.simulator.schedule import FAULT, KEEP, SYNC, WAIT, WORK, Schedule

Play = Callable[[Schedule], Verdict]

_MOST_RUNS = 600


def shrink(verdict: Verdict, play: Play, most_runs: int = _MOST_RUNS) -> Verdict:
    """The verdict on the smallest run found that breaks the same sentence. ``play`` plays a run."""
    return _Shrinking(verdict, play, most_runs).smallest()


class _Shrinking:
    def __init__(self, verdict: Verdict, play: Play, most_runs: int) -> None:
        self._best = verdict
        self._sentence = _sentence(verdict)
        self._play = play
        self._left = most_runs

    def smallest(self) -> Verdict:
        """Until nothing more can be left out."""
        self._try(self._best.schedule.only(self._best.taken))
        size = -1
        while size != len(self._best.schedule.steps) and self._left > 0:
            size = len(self._best.schedule.steps)
            for kinds in ((FAULT,), (WORK,), (SYNC, WAIT, KEEP)):
                self._drop_steps(kinds)
            self._drop_terminals()
        return self._best

    def _drop_steps(self, kinds: tuple[str, ...]) -> None:
        """Leave out ever smaller parts of the steps of these kinds (delta debugging, Zeller and Hildebrandt 2002)."""
        part = max(1, len(self._droppable(kinds)) // 2)
        while self._left > 0:
            position = 0
            while position < len(droppable := self._droppable(kinds)) and self._left > 0:
                dropped = set(droppable[position : position + part])
                schedule = self._best.schedule
                if not self._try(schedule.only([i for i in schedule.indexes if i not in dropped])):
                    position += part
            if part == 1:
                return
            part //= 2

    def _droppable(self, kinds: tuple[str, ...]) -> list[int]:
        schedule = self._best.schedule
        return [
            index for index, step in zip(schedule.indexes, schedule.steps, strict=True) if step.kind in kinds
        ]

    def _drop_terminals(self) -> None:
        """The terminals with the highest numbers, where nothing happens any more."""
        schedule = self._best.schedule
        wanted = max(2, 1 + max((step.who for step in schedule.steps), default=0))
        if wanted < schedule.terminals:
            self._try(replace(schedule, terminals=wanted, offsets=schedule.offsets[:wanted]))

    def _try(self, schedule: Schedule) -> bool:
        self._left -= 1
        verdict = self._play(schedule)
        if _sentence(verdict) != self._sentence:
            return False
        self._best = verdict
        return True


def _sentence(verdict: Verdict) -> str:
    """What is broken, whichever terminal and row it shows at."""
    lines = verdict.problem.splitlines() or [""]
    return re.sub(r"\d+", "N", lines[0] if lines[0].startswith("Broken") else lines[-1])
