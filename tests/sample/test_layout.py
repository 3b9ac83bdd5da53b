"""A hall that somebody could walk through."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.labels import LabelKind, bin_code, label_kind
from services.sample.layout import AISLE_PITCH_M, BAY_WIDTH_M, Hall, back_of, golden, plan_hall, walk_m

KINDS = {"pick", "reserve", "receiving", "staging", "dock"}


@pytest.fixture(scope="module")
def hall() -> Hall:
    return plan_hall(3000, 700, 900)


def test_a_hall_for_three_thousand_products_has_a_few_thousand_bins(hall: Hall):
    assert 3000 < len(hall.bins) < 7000
    assert {bin_.kind for bin_ in hall.bins} == KINDS


@given(st.integers(1, 12_000), st.integers(0, 3000), st.integers(0, 3000))
def test_a_hall_has_the_bins_asked_for_and_no_two_alike(pick: int, shelves: int, pallets: int):
    hall = plan_hall(pick, shelves, pallets)
    assert len(hall.of_kind("pick")) >= pick
    assert len(hall.of_kind("reserve")) >= shelves + pallets
    assert len({bin_.code for bin_ in hall.bins}) == len(hall.bins)
    assert {bin_.kind for bin_ in hall.bins} == KINDS


def test_a_hall_too_large_to_number_says_so():
    with pytest.raises(ValueError, match="aisles, more than"):
        plan_hall(200_000, 0, 0)


def test_every_code_scans_as_a_bin_and_says_where_it_is(hall: Hall):
    for bin_ in hall.bins:
        assert label_kind(bin_.code) is LabelKind.BIN
        code = bin_code(bin_.code)
        assert code is not None
        assert (code.zone, code.aisle, code.bay, code.level) == (bin_.zone, bin_.aisle, bin_.bay, bin_.level)


def test_bins_of_one_bay_stand_above_each_other_and_neighbours_a_bay_apart(hall: Hall):
    aisle = [bin_ for bin_ in hall.bins if bin_.aisle == "05" and bin_.zone != "R"]
    by_bay = {bay: {(b.x_m, b.y_m) for b in aisle if b.bay == bay} for bay in {b.bay for b in aisle}}
    assert all(len(places) == 1 for places in by_bay.values())
    left = sorted(next(iter(places))[1] for bay, places in by_bay.items() if int(bay) % 2 == 1)
    assert all(after - before == pytest.approx(BAY_WIDTH_M) for before, after in pairwise(left))


def test_facing_bays_have_an_aisle_between_them(hall: Hall):
    places = {bin_.bay: bin_ for bin_ in hall.bins if bin_.aisle == "05" and bin_.zone != "R"}
    assert 1.0 < places["02"].x_m - places["01"].x_m < AISLE_PITCH_M
    assert places["02"].y_m == places["01"].y_m


def test_no_two_bays_are_in_one_place(hall: Hall):
    bays: dict[tuple[float, float], tuple[str, str, str]] = {}
    for bin_ in hall.bins:
        assert bays.setdefault((bin_.x_m, bin_.y_m), (bin_.zone, bin_.aisle, bin_.bay)) == (
            bin_.zone,
            bin_.aisle,
            bin_.bay,
        )


def test_the_pick_sequence_is_a_walk_up_one_aisle_and_down_the_next(hall: Hall):
    picks = hall.of_kind("pick")
    assert [bin_.pick_sequence for bin_ in hall.bins] == list(range(1, len(hall.bins) + 1))
    steps = [abs(a.y_m - b.y_m) + abs(a.x_m - b.x_m) for a, b in pairwise(picks)]
    # Across the aisle and one bay on, or around the end of the shelves into the next aisle.
    assert max(steps) < AISLE_PITCH_M + 2 * BAY_WIDTH_M


def test_aisles_near_packing_are_zone_a_and_the_far_ones_zone_c(hall: Hall):
    def mean_distance(zone: str) -> float:
        far = [abs(bin_.x_m - hall.packing_x_m) for bin_ in hall.of_kind("pick") if bin_.zone == zone]
        return sum(far) / len(far)

    assert mean_distance("A") < mean_distance("B") < mean_distance("C")


def test_golden_shelves_near_packing_come_first(hall: Hall):
    ranked = golden(hall.bins)
    assert {bin_.level for bin_ in ranked[:8]} <= {"2", "3"}
    assert ranked[0].effort_m < ranked[len(ranked) // 2].effort_m < ranked[-1].effort_m


def test_the_way_between_aisles_goes_by_the_nearer_cross_aisle(hall: Hall):
    back = back_of(hall)
    assert walk_m(1.5, 5.0, 1.5, 9.0, back) == pytest.approx(4.0)
    assert walk_m(1.5, 2.0, 4.5, 2.0, back) == pytest.approx(3.0 + 4.0)
    assert walk_m(1.5, back - 2, 4.5, back - 2, back) == pytest.approx(3.0 + 4.0)


@given(
    st.integers(0, 17),
    st.floats(0, 29),
    st.integers(0, 17),
    st.floats(0, 29),
    st.integers(0, 17),
    st.floats(0, 29),
)
def test_no_detour_is_shorter_than_the_way(a: int, ya: float, b: int, yb: float, c: int, yc: float):
    def way(one: tuple[int, float], other: tuple[int, float]) -> float:
        return walk_m(one[0] * AISLE_PITCH_M, one[1], other[0] * AISLE_PITCH_M, other[1], 29.0)

    here, there, between = (a, ya), (b, yb), (c, yc)
    assert way(here, there) == pytest.approx(way(there, here))
    assert way(here, there) <= way(here, between) + way(between, there) + 1e-9
