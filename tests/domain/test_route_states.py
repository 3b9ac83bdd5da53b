"""A route takes stops while it is open, and ends once it has departed."""

import pytest

from services.domain.refusals import RuleViolation
from services.domain.route_states import (
    ACCEPTS_STOPS,
    RouteState,
    advance_route,
)


def test_a_route_goes_from_open_to_finished():
    state = RouteState.OPEN
    for event in ("lock", "depart", "finish"):
        state = advance_route(state, event)
    assert state is RouteState.FINISHED


def test_only_an_open_route_takes_stops_and_a_locked_one_can_be_opened_again():
    assert {RouteState.OPEN} == ACCEPTS_STOPS
    assert advance_route("locked", "unlock") is RouteState.OPEN


@pytest.mark.parametrize("state", ["under_way", "finished"])
def test_a_route_that_departed_cannot_be_cancelled(state: str):
    with pytest.raises(RuleViolation):
        advance_route(state, "cancel")
