"""The stage of the simulator's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.stage import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A stage for the tests of one file."""
    with Stage() as made:
        yield made
