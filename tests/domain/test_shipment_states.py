"""A shipment is delivered, or fails and is retried or comes back; before departure it is only unloaded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.refusals import RuleViolation
from services.domain.shipment_states import (
    IN_TRANSIT,
    OPEN,
    FailReason,
    ShipmentEvent,
    ShipmentState,
    advance,
    possible_events,
)

S = ShipmentState


def follow(*events: str) -> ShipmentState:
    state = S.CREATED
    for event in events:
        state = advance(state, event)
    return state


LEFT = ("assign", "load", "depart")


def test_a_shipment_goes_from_created_to_delivered():
    assert follow(*LEFT, "arrive", "deliver") is S.DELIVERED


def test_a_failed_delivery_is_tried_again_without_departing_again():
    assert follow(*LEFT, "arrive", "fail", "retry") is S.EN_ROUTE
    assert follow(*LEFT, "fail", "retry", "arrive", "deliver") is S.DELIVERED


def test_a_failed_delivery_comes_back_and_is_received():
    assert follow(*LEFT, "arrive", "fail", "return", "receive") is S.RETURNED


def test_a_customer_can_send_a_delivery_back():
    assert follow(*LEFT, "arrive", "deliver", "return", "receive") is S.RETURNED


@pytest.mark.parametrize("events", [(), ("assign",), ("assign", "load")])
def test_a_shipment_can_be_cancelled_until_it_departs(events: tuple[str, ...]):
    assert follow(*events, "cancel") is S.CANCELLED


@pytest.mark.parametrize("state", sorted(IN_TRANSIT | {S.DELIVERED, S.RETURNED}))
def test_a_shipment_that_departed_cannot_be_cancelled_or_unloaded(state: ShipmentState):
    for event in ("cancel", "unload", "assign"):
        with pytest.raises(RuleViolation):
            advance(state, event)


def test_nothing_departs_that_is_not_loaded():
    for events in ((), ("assign",)):
        with pytest.raises(RuleViolation):
            follow(*events, "depart")


def test_nothing_is_delivered_that_has_not_arrived():
    with pytest.raises(RuleViolation) as caught:
        follow(*LEFT, "deliver")
    assert caught.value.details[0]["possible"] == ["arrive", "fail"]


def test_it_can_be_moved_to_another_vehicle_before_it_is_loaded():
    assert follow("assign", "assign") is S.ASSIGNED
    assert follow("assign", "unassign") is S.CREATED
    assert follow("assign", "load", "unload", "unassign") is S.CREATED


@given(st.lists(st.sampled_from(ShipmentEvent), max_size=40))
def test_units_in_transit_go_up_and_down_by_turns_on_every_path(events: list[ShipmentEvent]):
    """Departure or a customer's return puts units in transit; delivery or receipt takes them out; nothing else does."""
    state = S.CREATED
    for event in events:
        try:
            following = advance(state, event)
        except RuleViolation:
            continue
        change = (following in IN_TRANSIT) - (state in IN_TRANSIT)
        if event in ("depart",) or (event == "return" and state is S.DELIVERED):
            assert change == 1
        elif event in ("deliver", "receive"):
            assert change == -1
        else:
            assert change == 0
        state = following


def test_closed_shipments_leave_nothing_to_do_in_the_warehouse():
    assert possible_events("returned") == possible_events("cancelled") == []
    assert set(ShipmentState) - OPEN == {S.DELIVERED, S.RETURNED, S.CANCELLED}


def test_there_is_a_key_from_1_to_9_for_every_reason():
    assert len(FailReason) <= 9
