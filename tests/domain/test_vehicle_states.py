"""A vehicle's axes move independently, and a vehicle with a job stays utilized."""

import itertools

import pytest

from services.domain.refusals import RuleViolation
from services.domain.vehicle_states import (
    Integration,
    Processing,
    VehicleState,
    advance,
    advance_processing,
    integrate,
)


def test_a_vehicle_works_charges_and_works_again():
    state = VehicleState.UNKNOWN
    for event in ("appear", "start", "finish", "charge", "unplug", "start"):
        state = advance(state, event)
    assert state is VehicleState.EXECUTING


@pytest.mark.parametrize("state", list(VehicleState))
def test_any_vehicle_may_fail_or_get_lost(state: VehicleState):
    assert advance(state, "fail") is VehicleState.ERROR
    assert advance(state, "lose") is VehicleState.UNKNOWN


def test_a_charging_or_broken_vehicle_does_not_start():
    for state in ("charging", "error", "unavailable", "unknown", "executing"):
        with pytest.raises(RuleViolation):
            advance(state, "start")


def test_a_vehicle_at_work_is_not_withdrawn():
    with pytest.raises(RuleViolation):
        advance("executing", "withdraw")


def test_a_job_is_accepted_begun_and_finished():
    state = Processing.IDLE
    for event in ("accept", "begin", "wait", "begin", "finish"):
        state = advance_processing(state, event)
    assert state is Processing.IDLE


def test_a_second_job_is_not_accepted_before_the_first_is_finished():
    for state in ("awaiting", "processing"):
        with pytest.raises(RuleViolation):
            advance_processing(state, "accept")


@pytest.mark.parametrize(("one", "other"), list(itertools.product(Integration, Integration)))
def test_a_vehicle_without_a_job_may_take_any_level(one: Integration, other: Integration):
    assert integrate(one, other, "idle") is other


@pytest.mark.parametrize("processing", ["awaiting", "processing"])
def test_a_vehicle_with_a_job_stays_utilized(processing: str):
    with pytest.raises(RuleViolation) as caught:
        integrate("utilized", "ignored", processing)
    assert caught.value.code == "wrong_state"
    assert integrate("utilized", "utilized", processing) is Integration.UTILIZED
    assert integrate("respected", "utilized", processing) is Integration.UTILIZED
