"""What is due sooner is picked sooner, and a promised day is a working day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.days import start_of
from services.domain.priorities import pick_priority, promised_on, worker_for_zone

NOW = start_of("2026-03-10") + 9 * 3_600_000
NOON = 12 * 60


@pytest.mark.parametrize(
    ("due_on", "priority"),
    [
        ("2026-03-09", 1),
        ("2026-03-10", 2),
        ("2026-03-11", 3),
        ("2026-03-12", 4),
        ("2026-03-13", 5),
        ("2026-03-16", 5),
        ("2026-03-17", 6),
        ("", 5),
    ],
)
def test_the_sooner_an_order_is_due_the_sooner_it_is_picked(due_on: str, priority: int):
    assert pick_priority(5, due_on, NOW) == priority


@given(st.integers(min_value=1, max_value=9), st.dates().map(str))
def test_a_priority_stays_between_first_and_last(order_priority: int, due_on: str):
    assert 1 <= pick_priority(order_priority, due_on, NOW) <= 9


@given(st.integers(min_value=1, max_value=8), st.dates().map(str))
def test_of_two_orders_due_the_same_day_the_more_urgent_is_never_behind(order_priority: int, due_on: str):
    assert pick_priority(order_priority, due_on, NOW) <= pick_priority(order_priority + 1, due_on, NOW)


def test_a_zone_keeps_its_worker_in_whatever_order_the_team_comes():
    assert worker_for_zone("A", ["u1", "u2", "u3"]) == worker_for_zone("A", ["u3", "u1", "u2"])
    assert {worker_for_zone(zone, ["u1", "u2", "u3"]) for zone in "ABCDEFGHIJ"} == {"u1", "u2", "u3"}
    assert worker_for_zone("A", []) == ""


@pytest.mark.parametrize(
    ("placed_on", "minute", "promised"),
    [
        ("2026-03-10", NOON - 1, "2026-03-11"),
        ("2026-03-10", NOON, "2026-03-12"),
        ("2026-03-13", NOON - 1, "2026-03-16"),
        ("2026-03-13", NOON, "2026-03-17"),
        ("2026-03-14", 0, "2026-03-17"),
    ],
)
def test_the_promise_counts_working_days_from_the_cut_off(placed_on: str, minute: int, promised: str):
    assert promised_on(placed_on, minute, cutoff_minute=NOON) == promised


def test_holidays_and_a_site_that_works_on_saturdays_are_respected():
    assert promised_on("2026-03-10", 0, cutoff_minute=NOON, closed_on=["2026-03-11"]) == "2026-03-12"
    assert promised_on("2026-03-13", 0, cutoff_minute=NOON, working_days=range(6)) == "2026-03-14"
    assert promised_on("2026-03-10", 0, cutoff_minute=NOON, lead_days=0) == "2026-03-10"


def test_a_site_that_never_works_is_an_error():
    with pytest.raises(ValueError):
        promised_on("2026-03-10", 0, cutoff_minute=NOON, working_days=())
