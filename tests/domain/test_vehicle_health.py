"""A route goes only to a vehicle that is fit for it, and a silent or broken one raises an alert."""

import msgspec
import pytest
from msgspec.structs import replace

from services.domain.refusals import RuleViolation
from services.domain.vehicle_health import (
    Severity,
    error_alert,
    is_worth_recording,
    link_of,
    may_take_route,
    silence_alert,
    why_not,
)
from services.domain.vehicle_states import Link

MINUTE = 60_000
NOW = 1_000 * MINUTE


class Facts(msgspec.Struct, frozen=True):
    """A vehicle as the rules see it."""

    code: str
    state: str
    processing: str
    integration: str
    latitude: float | None
    longitude: float | None
    position_at: int | None
    capacity_g: int
    capacity_ml: int
    active: bool = True


VAN = Facts(
    code="V-07",
    state="idle",
    processing="idle",
    integration="utilized",
    latitude=52.5,
    longitude=-1.9,
    position_at=NOW,
    capacity_g=800_000,
    capacity_ml=6_000_000,
)


def test_a_utilized_idle_positioned_and_big_enough_vehicle_may_take_a_route():
    assert why_not(VAN, 800_000, 6_000_000) == []
    may_take_route(VAN, 800_000, 6_000_000)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, "it is out of service"),
        ({"integration": "respected"}, "it is only respected, not utilized"),
        ({"state": "charging"}, "it is charging, not idle"),
        ({"processing": "awaiting"}, "it has a job"),
        ({"latitude": None}, "its position is not known"),
        ({"capacity_g": 299_500}, "300 kg are more than its 299.5 kg"),
        ({"capacity_ml": 0}, "500 litres are more than its 0 litres"),
    ],
)
def test_a_vehicle_that_is_not_fit_says_why(change: dict[str, object], reason: str):
    unfit = replace(VAN, **change)
    assert why_not(unfit, 300_000, 500_000) == [reason]
    with pytest.raises(RuleViolation) as caught:
        may_take_route(unfit, 300_000, 500_000)
    assert caught.value.code == "vehicle_unfit"
    assert reason in caught.value.message


def test_all_reasons_are_said_at_once():
    broken = replace(VAN, state="error", integration="ignored", longitude=None)
    with pytest.raises(RuleViolation) as caught:
        may_take_route(broken)
    assert len(caught.value.details) == 3


@pytest.mark.parametrize(
    ("age_minutes", "link"),
    [
        (-3, Link.ONLINE),
        (0, Link.ONLINE),
        (4, Link.ONLINE),
        (5, Link.STALE),
        (19, Link.STALE),
        (20, Link.OFFLINE),
    ],
)
def test_a_link_grows_stale_and_then_offline_with_age(age_minutes: int, link: Link):
    assert link_of(NOW - age_minutes * MINUTE, NOW) is link


def test_a_vehicle_that_never_sent_a_position_is_offline():
    assert link_of(None, NOW) is Link.OFFLINE


def test_a_vehicle_on_the_road_may_have_another_route_after_it_and_not_instead_of_it():
    driving = replace(VAN, state="executing", processing="processing")
    assert why_not(driving, after_its_job=True) == []
    assert why_not(driving) == ["it is executing, not idle", "it has a job"]


@pytest.mark.parametrize(
    "change", [{"state": "error"}, {"state": "unavailable"}, {"latitude": None}, {"capacity_g": 1}]
)
def test_what_keeps_a_vehicle_from_driving_keeps_it_from_a_later_route_too(change: dict[str, object]):
    assert len(why_not(replace(VAN, **change), 2, after_its_job=True)) == 1


def test_an_error_raises_an_alert_with_its_reason():
    alert = error_alert(replace(VAN, state="error"), "flat tyre")
    assert alert is not None
    assert (alert.kind, alert.severity) == ("vehicle_error", Severity.DANGER)
    assert "flat tyre" in alert.message
    assert error_alert(VAN) is None


def test_a_long_silence_on_a_job_raises_an_alert_and_says_how_long():
    driving = replace(VAN, state="executing", processing="processing", position_at=NOW - 45 * MINUTE)
    alert = silence_alert(driving, NOW)
    assert alert is not None
    assert (alert.kind, alert.severity, alert.since) == (
        "vehicle_silent",
        Severity.WARNING,
        NOW - 45 * MINUTE,
    )
    assert "45 minutes" in alert.message
    assert silence_alert(driving, NOW, silent_after=60 * MINUTE) is None


def test_a_vehicle_that_never_sent_its_position_is_silent_from_the_beginning_of_its_job():
    unheard = replace(VAN, state="executing", position_at=None)
    assert silence_alert(unheard, NOW, on_job_since=NOW - 5 * MINUTE) is None
    alert = silence_alert(unheard, NOW, on_job_since=NOW - 20 * MINUTE)
    assert alert is not None
    assert "never sent its position" in alert.message


def test_the_silence_of_a_night_in_the_yard_does_not_count():
    leaving = replace(VAN, processing="processing", position_at=NOW - 600 * MINUTE)
    assert silence_alert(leaving, NOW, on_job_since=NOW - MINUTE) is None


def test_a_parked_vehicle_may_be_silent():
    assert silence_alert(replace(VAN, position_at=NOW - 600 * MINUTE), NOW) is None


@pytest.mark.parametrize(
    ("seconds", "metres", "worth"),
    [(10, 0, False), (29, 240, False), (30, 0, True), (1, 260, True), (0, 5000, False), (-60, 5000, False)],
)
def test_a_position_is_recorded_every_30_seconds_or_250_metres(seconds: int, metres: float, worth: bool):
    north = 52.5 + metres / 111_195
    assert is_worth_recording(VAN, north, -1.9, NOW + seconds * 1000) is worth


def test_the_first_position_is_always_recorded():
    assert is_worth_recording(replace(VAN, position_at=None), 52.5, -1.9, 0)
