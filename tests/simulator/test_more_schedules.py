"""Whatever happens on the way, everything settles once: the second half of the schedules."""

from __future__ import annotations

import pytest

from tests.simulator.holding import SCHEDULES, hold
from tests.simulator.stage import Stage

HALF = SCHEDULES // 2
PART = HALF // 8
FIRST = HALF + 1


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_whatever_happens_on_the_way_everything_settles_once(stage: Stage, part: int) -> None:
    hold(stage, range(FIRST + part * PART, FIRST + (part + 1) * PART))
