"""Whatever happens on the way, everything settles once: the first quarter of the schedules (see holding.py)."""

from __future__ import annotations

import pytest

from tests.simulator.holding import PARTS, hold, seeds
from tests.simulator.stage import Stage


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_on_the_way_everything_settles_once(stage: Stage, part: int) -> None:
    hold(stage, seeds(0, part))
