"""Stock is counted in whole units, and a pack stands for as many as it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.quantities import MAX_QUANTITY, Packs, in_packs, parse_quantity, scanned_units
from services.domain.refusals import RuleViolation


@pytest.mark.parametrize(
    ("text", "units"), [("6", 6), (" 6 ", 6), ("6.0", 6), ("6.", 6), ("+6", 6), ("0012", 12)]
)
def test_whole_numbers_are_read_as_spreadsheets_write_them(text: str, units: int):
    assert parse_quantity(text) == units


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not a whole number"),
        ("6.5", "is not a whole number"),
        ("six", "is not a whole number"),
        ("1e3", "is not a whole number"),
        ("٦", "is not a whole number"),
        ("0", "is less than 1"),
        ("-3", "-3 is less than 1"),
        ("1000001", "is more than 1000000"),
        ("9" * 40, "is not a whole number"),
    ],
)
def test_what_is_no_quantity_is_refused_by_naming_field_and_problem(text: str, problem: str):
    with pytest.raises(RuleViolation) as caught:
        parse_quantity(text, field="qty")
    assert caught.value.details[0]["field"] == "qty"
    assert problem in caught.value.details[0]["problem"]


def test_a_count_or_a_cancellation_may_go_lower_where_the_caller_says_so():
    assert parse_quantity("0", lowest=0) == 0
    assert parse_quantity("-12", lowest=-MAX_QUANTITY) == -12


def test_a_scan_of_a_pack_stands_for_its_units_times_the_count_in_the_barcode():
    assert scanned_units(12) == 12
    assert scanned_units(1, 24) == 24
    assert scanned_units(12, 2) == 24


def test_a_quantity_is_shown_in_packs_with_the_rest_as_single_units():
    assert in_packs(29, [6, 12]) == [Packs(12, 2), Packs(1, 5)]
    assert in_packs(0, [6]) == []


@given(
    st.integers(min_value=0, max_value=10_000), st.lists(st.integers(min_value=1, max_value=200), max_size=5)
)
def test_packs_add_up_to_the_quantity(quantity: int, sizes: list[int]):
    packs = in_packs(quantity, sizes)
    assert sum(pack.size * pack.count for pack in packs) == quantity
    assert all(pack.count > 0 for pack in packs)
    assert [pack.size for pack in packs] == sorted({pack.size for pack in packs}, reverse=True)


def test_a_pack_of_nothing_is_an_error():
    with pytest.raises(ValueError):
        in_packs(5, [0])
