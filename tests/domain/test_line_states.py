"""A line shows how far its promised part has come, and waits only when nothing of it is promised."""

import pytest

from services.domain.line_quantities import LineQuantities
from services.domain.line_states import LineState, line_state


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (LineQuantities(5), LineState.BACKORDERED),
        (LineQuantities(5, reserved=5), LineState.RESERVED),
        (LineQuantities(5, reserved=5, allocated=3), LineState.RESERVED),
        (LineQuantities(5, reserved=3, allocated=3), LineState.ALLOCATED),
        (LineQuantities(5, reserved=5, allocated=5, picked=4), LineState.ALLOCATED),
        (LineQuantities(5, reserved=5, allocated=5, picked=5), LineState.PICKED),
        (LineQuantities(5, consumed=5), LineState.CONSUMED),
        (LineQuantities(5, consumed=3), LineState.BACKORDERED),
        (LineQuantities(5, consumed=3, cancelled=2), LineState.CONSUMED),
        (LineQuantities(5, cancelled=5), LineState.CANCELLED),
    ],
)
def test_the_state_of_a_line_follows_from_its_quantities(line: LineQuantities, state: LineState):
    assert line_state(line) is state


def test_a_line_nobody_has_looked_at_yet_is_open():
    assert line_state(LineQuantities(5), tried=False) is LineState.OPEN
