"""A line shows how far its promised part has come, and waits only when nothing of it is promised."""

import pytest

from services.domain.line_quantities import LineQuantities
from services.domain.line_states import TRANSITIONS, LineState, advance, line_state, possible_events
from services.domain.refusals import RuleViolation


def test_a_line_goes_from_open_to_consumed():
    state = LineState.OPEN
    for event in ("reserve", "allocate", "pick", "depart"):
        state = advance(state, event)
    assert state is LineState.CONSUMED


def test_a_short_line_is_allocated_elsewhere_or_else_backordered():
    short = advance("allocated", "short")
    assert advance(short, "reallocate") is LineState.ALLOCATED
    assert advance(short, "backorder") is LineState.BACKORDERED


def test_a_backordered_line_is_reserved_when_stock_comes():
    assert advance("backordered", "reserve") is LineState.RESERVED


def test_a_put_back_reverses_the_pick():
    assert advance(advance("allocated", "pick"), "put_back") is LineState.ALLOCATED


@pytest.mark.parametrize("state", [LineState.CONSUMED, LineState.CANCELLED])
def test_nothing_leads_out_of_a_line_that_left_or_was_cancelled(state: LineState):
    assert possible_events(state) == []


def test_a_line_that_left_cannot_be_cancelled():
    with pytest.raises(RuleViolation) as caught:
        advance("consumed", "cancel")
    assert caught.value.code == "wrong_state"


def test_every_state_can_be_reached():
    assert {target for moves in TRANSITIONS.values() for target in moves.values()} == set(LineState)


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
