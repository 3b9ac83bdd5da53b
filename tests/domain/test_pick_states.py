"""A pick task goes forward by scans, back by roll-back, and never picks more than it was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.pick_states import (
    PickEvent,
    PickState,
    ShortReason,
    advance,
    after_pick,
    missing_after_short,
    possible_events,
)
from services.domain.refusals import RuleViolation

FORWARD = ("claim", "confirm", "drop")


def test_a_task_goes_from_pending_to_staged():
    state = PickState.PENDING
    for event in FORWARD:
        state = advance(state, event)
    assert state is PickState.STAGED


def test_rolling_back_goes_through_the_same_states_in_reverse():
    states = [PickState.PENDING]
    for event in FORWARD:
        states.append(advance(states[-1], event))
    back = [states[-1]]
    for _ in FORWARD:
        back.append(advance(back[-1], "roll_back"))
    assert back == states[::-1]


def test_a_pending_task_cannot_be_rolled_back_further():
    with pytest.raises(RuleViolation):
        advance("pending", "roll_back")


@given(st.lists(st.sampled_from(PickEvent), max_size=40))
def test_roll_back_undoes_exactly_one_step_on_every_path(events: list[PickEvent]):
    state = PickState.PENDING
    for event in events:
        try:
            following = advance(state, event)
        except RuleViolation:
            continue
        if event in FORWARD:
            assert advance(following, "roll_back") is state
        state = following


@pytest.mark.parametrize("state", ["picked", "staged"])
def test_what_has_left_its_bin_is_put_back_and_not_cancelled(state: str):
    with pytest.raises(RuleViolation) as caught:
        advance(state, "cancel")
    assert "roll_back" in caught.value.details[0]["possible"]


@pytest.mark.parametrize("state", [PickState.SHORT, PickState.CANCELLED])
def test_a_short_or_cancelled_task_is_over(state: PickState):
    assert possible_events(state) == []


@given(st.integers(min_value=1, max_value=50), st.lists(st.integers(min_value=-2, max_value=20), max_size=30))
def test_no_sequence_of_picks_takes_more_than_tasked(tasked: int, quantities: list[int]):
    picked = 0
    for quantity in quantities:
        try:
            picked = after_pick(tasked, picked, quantity)
        except RuleViolation:
            continue
        assert 0 < picked <= tasked


def test_picking_more_than_tasked_is_refused_and_says_by_how_much():
    with pytest.raises(RuleViolation) as caught:
        after_pick(5, 3, 3, "B-1")
    assert caught.value.code == "over_pick"
    assert caught.value.details == [{"sku": "B-1", "tasked": 5, "picked": 3, "requested": 3}]
    assert "it would be 6" in caught.value.message


def test_all_that_was_tasked_may_be_picked_at_once_or_in_parts():
    assert after_pick(5, 0, 5) == after_pick(5, 4, 1) == 5


def test_a_pick_of_one_unit_is_possible_and_of_none_is_not():
    assert after_pick(1, 0, 1) == 1
    with pytest.raises(RuleViolation) as caught:
        after_pick(1, 0, 0)
    assert caught.value.code == "quantity_not_positive"


@pytest.mark.parametrize(("found", "missing"), [(0, 5), (4, 1)])
def test_a_short_says_how_many_are_missing(found: int, missing: int):
    assert missing_after_short(5, found, ShortReason.EMPTY_BIN) == missing


@pytest.mark.parametrize(
    ("found", "reason", "code"),
    [
        (3, "", "reason_required"),
        (3, "  ", "reason_required"),
        (5, "damaged", "invalid_value"),
        (6, "damaged", "over_pick"),
    ]
    + [(-1, "damaged", "invalid_value")],
)
def test_a_short_that_makes_no_sense_is_refused(found: int, reason: str, code: str):
    with pytest.raises(RuleViolation) as caught:
        missing_after_short(5, found, reason)
    assert caught.value.code == code


def test_there_is_a_key_from_1_to_9_for_every_reason():
    assert len(ShortReason) <= 9
