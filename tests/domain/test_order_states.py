"""An order goes from draft to closed by the table, remembers what a hold interrupted, and follows its lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.line_quantities import LineQuantities
from services.domain.order_states import (
    BEFORE_SHIPPING,
    FINAL,
    HAS_LEFT,
    TRANSITIONS,
    OrderEvent,
    OrderState,
    advance,
    order_state_from_lines,
    possible_events,
)
from services.domain.refusals import RuleViolation

S = OrderState


def line(ordered: int, **quantities: int) -> LineQuantities:
    return LineQuantities(ordered=ordered, **quantities)


def test_an_order_goes_all_the_way_from_draft_to_closed():
    state = S.DRAFT
    for event in ("confirm", "reserve_all", "release", "finish_picking", "pack", "ship", "deliver", "close"):
        state = advance(state, event)
    assert state is S.CLOSED


@pytest.mark.parametrize(
    ("event", "state"),
    [("reserve_all", S.ALLOCATED), ("reserve_some", S.PARTIALLY_ALLOCATED), ("reserve_none", S.BACKORDERED)],
)
def test_reserving_ends_in_one_of_three_states(event: str, state: OrderState):
    assert advance("confirmed", event) is state


def test_a_backordered_order_is_not_released_to_the_pickers():
    with pytest.raises(RuleViolation) as caught:
        advance("backordered", "release")
    assert caught.value.code == "wrong_state"


def test_a_refusal_names_the_state_what_was_wanted_and_what_is_possible():
    with pytest.raises(RuleViolation) as caught:
        advance("picked", "deliver")
    detail = caught.value.details[0]
    assert (detail["current"], detail["wanted"]) == ("picked", "deliver")
    assert detail["possible"] == ["reopen_picking", "pack", "hold", "cancel"] == possible_events("picked")
    assert "The order is picked, so it cannot deliver." in caught.value.message
    assert "reopen picking, pack, hold, cancel" in caught.value.message


@pytest.mark.parametrize("state", BEFORE_SHIPPING)
def test_a_hold_before_shipping_remembers_where_to_return(state: OrderState):
    assert advance(state, "hold") is S.ON_HOLD
    assert advance(S.ON_HOLD, "resume", held_from=state) is state


@pytest.mark.parametrize("state", sorted(HAS_LEFT | {S.DRAFT, S.ON_HOLD, S.CANCELLED}))
def test_what_is_not_between_confirmed_and_shipped_cannot_be_held(state: OrderState):
    with pytest.raises(RuleViolation):
        advance(state, "hold")


@pytest.mark.parametrize("held_from", [None, "shipped", "on_hold", "draft"])
def test_resuming_without_a_state_to_return_to_is_a_programming_error(held_from: str | None):
    with pytest.raises(ValueError):
        advance("on_hold", "resume", held_from=held_from)


@pytest.mark.parametrize("state", [S.DRAFT, *BEFORE_SHIPPING, S.ON_HOLD])
def test_an_order_can_be_cancelled_until_it_ships(state: OrderState):
    assert advance(state, "cancel") is S.CANCELLED


@pytest.mark.parametrize("state", sorted(HAS_LEFT))
def test_an_order_that_has_left_cannot_be_cancelled_and_the_refusal_points_to_a_return(state: OrderState):
    with pytest.raises(RuleViolation) as caught:
        advance(state, "cancel")
    assert caught.value.code == "already_shipped"
    assert "return" in caught.value.message


@pytest.mark.parametrize("state", [S.PARTIALLY_SHIPPED, S.SHIPPED, S.DELIVERED, S.CLOSED])
def test_after_shipping_an_order_can_only_come_back_by_a_return(state: OrderState):
    assert advance(state, "return") is S.RETURNED


def test_nothing_leads_out_of_a_final_state():
    assert all(not possible_events(state) for state in FINAL)


def test_every_state_but_the_first_can_be_reached():
    reached = {target for moves in TRANSITIONS.values() for target in moves.values()}
    assert reached == set(OrderState) - {S.DRAFT}


@given(st.lists(st.sampled_from(OrderEvent), max_size=40))
def test_no_path_leads_from_shipped_back_into_the_warehouse(events: list[OrderEvent]):
    state, held_from, has_left = S.DRAFT, None, False
    for event in events:
        try:
            following = advance(state, event, held_from=held_from)
        except RuleViolation:
            continue
        held_from = state if event is OrderEvent.HOLD else held_from
        state = following
        has_left = has_left or state in HAS_LEFT
        if has_left:
            assert state in HAS_LEFT


@pytest.mark.parametrize(
    ("lines", "released", "packed", "state"),
    [
        ([line(5, reserved=5, allocated=5), line(2, reserved=2)], False, False, S.ALLOCATED),
        ([line(5, reserved=3)], False, False, S.PARTIALLY_ALLOCATED),
        ([line(5), line(2, reserved=2)], False, False, S.PARTIALLY_ALLOCATED),
        ([line(5)], False, False, S.BACKORDERED),
        ([line(5)], True, False, S.BACKORDERED),
        ([line(5, reserved=5, allocated=5)], True, False, S.PICKING),
        ([line(5, reserved=5, allocated=5, picked=2)], False, False, S.PICKING),
        ([line(5, reserved=5, allocated=5, picked=5)], True, False, S.PICKED),
        # The two missing ones are nowhere: the rest does not wait for them.
        ([line(5, reserved=3, allocated=3, picked=3)], True, False, S.PICKED),
        ([line(5, reserved=5, allocated=5, picked=5)], True, True, S.PACKED),
        ([line(5, consumed=5)], True, True, S.SHIPPED),
        ([line(5, consumed=3)], True, True, S.PARTIALLY_SHIPPED),
        ([line(5, consumed=3, cancelled=2)], True, True, S.SHIPPED),
        ([line(5, consumed=5, delivered=4)], True, True, S.SHIPPED),
        ([line(5, consumed=5, delivered=5)], True, True, S.DELIVERED),
        ([line(5, consumed=5, delivered=4, returned=1)], True, True, S.DELIVERED),
        ([line(5, consumed=5, returned=5)], True, True, S.RETURNED),
        ([line(5, cancelled=5)], False, False, S.CANCELLED),
        ([line(1, reserved=1)], False, False, S.ALLOCATED),
        ([line(2, reserved=1)], False, False, S.PARTIALLY_ALLOCATED),
        ([line(1, reserved=1, allocated=1, picked=1)], False, False, S.PICKED),
        ([line(2, reserved=2, allocated=2, picked=1)], False, False, S.PICKING),
        ([line(2, consumed=1)], True, True, S.PARTIALLY_SHIPPED),
        ([line(2, consumed=2, delivered=1, returned=1)], True, True, S.DELIVERED),
        ([line(1, consumed=1, delivered=1)], True, True, S.DELIVERED),
        ([line(5, cancelled=5), line(1, reserved=1)], False, False, S.ALLOCATED),
    ],
)
def test_the_state_of_an_order_follows_from_its_lines(
    lines: list[LineQuantities], released: bool, packed: bool, state: OrderState
):
    assert order_state_from_lines("confirmed", lines, released=released, packed=packed) is state


@pytest.mark.parametrize("decided", [S.DRAFT, S.ON_HOLD, S.CANCELLED, S.CLOSED])
def test_what_a_person_decided_is_not_overruled_by_the_lines(decided: OrderState):
    assert order_state_from_lines(decided, [line(5, reserved=5)], released=True) is decided
