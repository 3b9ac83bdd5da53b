"""A route takes stops while it is open; a stop is done, fails and is retried, or is skipped."""

import pytest

from services.domain.refusals import RuleViolation
from services.domain.route_states import (
    ACCEPTS_STOPS,
    RouteState,
    StopState,
    advance_route,
    advance_stop,
    possible_route_events,
    possible_stop_events,
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


def test_a_stop_goes_from_planned_to_done():
    assert advance_stop(advance_stop("planned", "arrive"), "complete") is StopState.DONE


def test_a_failed_stop_is_retried_and_a_skipped_one_restored():
    assert advance_stop(advance_stop("planned", "fail"), "retry") is StopState.PLANNED
    assert advance_stop(advance_stop("planned", "skip"), "restore") is StopState.PLANNED


def test_a_stop_is_not_done_before_the_vehicle_is_there():
    with pytest.raises(RuleViolation) as caught:
        advance_stop("planned", "complete")
    assert (
        caught.value.details[0]["possible"] == possible_stop_events("planned") == ["arrive", "fail", "skip"]
    )


def test_a_finished_route_and_a_done_stop_are_over():
    assert possible_route_events("finished") == possible_stop_events("done") == []
