"""A fault planted in the product is noticed within the number of schedules that the tests play."""

from __future__ import annotations

import pytest

from tests.simulator.holding import first_caught
from tests.simulator.planted import PLANTED
from tests.simulator.stage import Stage


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_noticed(name: str) -> None:
    # The stage is set within, for some faults are in what a terminal's files are made of.
    with PLANTED[name](), Stage() as stage:
        problem = first_caught(stage)
    assert problem
    # A plant that does not fit the product any more breaks everything, and shows nothing.
    assert "TypeError" not in problem
    assert "AttributeError" not in problem
