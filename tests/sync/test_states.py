"""The state machine as a table."""

from __future__ import annotations

import pytest

from services.sync.states import (
    CUT_SHORT,
    RESTING,
    TRANSITIONS,
    WORKING,
    Event,
    ImpossibleStep,
    State,
    Wake,
    follow,
)


def test_every_state_is_a_resting_or_a_working_one_or_stopped() -> None:
    assert {*RESTING, *WORKING, State.STOPPED} == set(State)


def test_every_event_leads_somewhere_and_every_state_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(Event)
    reached = {target for moves in TRANSITIONS.values() for target in moves.values()}
    assert reached == set(State)


def test_from_every_state_but_stopped_a_round_can_begin_and_everything_can_stop() -> None:
    for state in State:
        assert follow(state, Event.STOP) is State.STOPPED
        if state is not State.STOPPED:
            assert follow(state, Event.PUSH) is State.PUSHING


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.IDLE, Event.SETTLE),
        (State.PUSHING, Event.FINISH),
        (State.PULLING, Event.FINISH),
        (State.PULLING, Event.FETCH_IMAGE),
        (State.STOPPED, Event.PUSH),
        (State.STOPPED, Event.LOSE_LINK),
    ],
)
def test_nothing_finishes_that_was_not_settled_and_nothing_stirs_when_stopped(
    state: State, event: Event
) -> None:
    with pytest.raises(ImpossibleStep, match=str(state)):
        follow(state, event)


def test_every_rest_says_what_cuts_it_short() -> None:
    assert set(CUT_SHORT) == set(RESTING)
    assert all(Wake.ASKED in reasons for reasons in CUT_SHORT.values())


def test_work_at_the_desk_does_not_knock_at_a_server_that_does_not_answer() -> None:
    assert Wake.LOCAL_COMMAND in CUT_SHORT[State.IDLE]
    for state in (State.WAITING, State.OFFLINE, State.BARRED, State.UPGRADE_REQUIRED):
        assert Wake.LOCAL_COMMAND not in CUT_SHORT[state]
