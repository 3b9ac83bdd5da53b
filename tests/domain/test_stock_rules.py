"""The one rule of stock, and what it says about promises, colours and counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.stock_rules import (
    Band,
    Crossing,
    available,
    band,
    count_result,
    crossing,
    found_beyond_books,
    is_low,
    overpromised,
)

UNITS = st.integers(min_value=0, max_value=200)


def test_available_is_what_is_there_less_all_that_is_spoken_for():
    assert available(on_hand=100, reserved=30, held=5, leased=15) == 50


@given(UNITS, UNITS, UNITS, UNITS)
def test_taking_back_what_is_overpromised_makes_the_rest_certain(
    on_hand: int, reserved: int, held: int, leased: int
):
    back = overpromised(on_hand, reserved, held, leased)
    assert 0 <= back <= reserved
    left = available(on_hand, reserved - back, held, leased)
    assert left >= 0 or back == reserved
    assert back == 0 or left <= 0


def test_what_somebody_holds_beyond_the_books_was_found():
    assert found_beyond_books(recorded=3, taken=5) == 2
    assert found_beyond_books(recorded=5, taken=5) == 0


@pytest.mark.parametrize(
    ("units", "colour"),
    [(0, Band.RED), (49, Band.RED), (50, Band.YELLOW), (100, Band.YELLOW), (101, Band.GREEN)],
)
def test_bands_are_green_above_100_yellow_from_50_and_red_below(units: int, colour: Band):
    assert band(units) is colour


def test_at_the_reorder_point_the_band_is_red_however_much_there_is():
    assert band(500, reorder_point=500) is Band.RED
    assert band(501, reorder_point=500) is Band.GREEN


def test_the_limits_of_the_bands_are_settings():
    assert band(20, green_above=10, red_below=5) is Band.GREEN
    assert band(7, green_above=10, red_below=5) is Band.YELLOW


def test_a_reorder_point_of_zero_is_none():
    assert not is_low(0, 0)
    assert is_low(10, 10)
    assert is_low(1, 1)
    assert not is_low(11, 10)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (12, 11, Crossing.NONE),
        (11, 10, Crossing.LOW),
        (10, 9, Crossing.NONE),
        (9, 0, Crossing.OUT),
        (11, 0, Crossing.OUT),
        (0, -3, Crossing.NONE),
        (0, 5, Crossing.NONE),
        (5, 11, Crossing.RECOVERED),
        (0, 20, Crossing.RECOVERED),
        (11, 20, Crossing.NONE),
    ],
)
def test_people_are_told_when_the_reorder_point_is_crossed_and_only_then(
    before: int, after: int, said: Crossing
):
    assert crossing(before, after, reorder_point=10) is said


def test_without_a_reorder_point_running_out_is_still_said():
    assert crossing(1, 0, reorder_point=0) is Crossing.OUT
    assert crossing(0, 1, reorder_point=0) is Crossing.RECOVERED


@given(
    UNITS,
    st.lists(st.integers(min_value=-30, max_value=30), max_size=30),
    st.integers(min_value=1, max_value=60),
)
def test_low_and_recovered_come_by_turns(start: int, changes: list[int], reorder_point: int):
    level, low = start, is_low(start, reorder_point)
    for change in changes:
        said = crossing(level, level + change, reorder_point)
        level += change
        assert (said is Crossing.RECOVERED) == (low and not is_low(level, reorder_point))
        if not low and is_low(level, reorder_point):
            assert said in (Crossing.LOW, Crossing.OUT)
        low = is_low(level, reorder_point)


@given(UNITS, UNITS, UNITS)
def test_an_approved_count_keeps_the_moves_made_since(recorded: int, counted: int, now: int):
    result = count_result(now, recorded, counted)
    assert result.on_hand == now + result.variance >= 0
    assert result.variance == counted - recorded or result.on_hand == 0


def test_a_count_of_a_bin_that_nobody_touched_makes_it_what_was_counted():
    result = count_result(on_hand_now=10, recorded_then=10, counted=7)
    assert (result.variance, result.on_hand) == (-3, 7)
