"""How far a vehicle is taken into account may change at will, but for one with a job, which stays utilized."""

import itertools

import pytest

from services.domain.refusals import RuleViolation
from services.domain.vehicle_states import Integration, integrate


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
