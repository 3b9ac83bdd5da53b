"""Numbers as people and spreadsheets write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sample.history.numbers import parse_number, sniff_decimal_mark


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2.55", "2.55"),
        ("-2.55", "-2.55"),
        ("0.001", "0.001"),
        ("12", "12"),
        ("2,55", "2.55"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,23,456.00", "123456"),
        (".5", "0.5"),
        ("£2.55", "2.55"),
        ("-£2.55", "-2.55"),
        ("£-2.55", "-2.55"),
        ("2.55 €", "2.55"),
        ("EUR 2.55", "2.55"),
        ("2.55 GBP", "2.55"),
        ("(5.00)", "-5"),
        ("5-", "-5"),
        ("\u22125", "-5"),
        ("+5", "5"),
        ("1E+2", "100"),
        ("0,125", "0.125"),
    ],
)
def test_a_number_is_read_whichever_way_it_is_written(written: str, value: str):
    assert parse_number(written) == Decimal(value)


def test_a_number_that_could_be_either_follows_the_decimal_mark_of_its_column():
    assert parse_number("1,234", ".") == 1234
    assert parse_number("1,234", ",") == Decimal("1.234")
    assert parse_number("1.234", ".") == Decimal("1.234")
    assert parse_number("1.234", ",") == 1234


@pytest.mark.parametrize(
    "written",
    ["", "abc", "12a", "1..2", "--5", "(5", "5)", "-5-", "(-5)", "1,2,3", "1.2.3,4,5", "NaN", "Infinity"],
)
def test_what_is_not_a_number_says_so(written: str):
    with pytest.raises(ValueError, match=r"is not a number|mixes thousands"):
        parse_number(written)


def test_a_number_of_a_thousand_digits_is_refused_before_it_is_worked_out():
    with pytest.raises(ValueError, match="too long"):
        parse_number("9" * 1000)


def test_the_decimal_mark_of_a_column_is_the_one_its_clear_values_use():
    assert sniff_decimal_mark(["1,234", "2,5", "1,99"]) == ","
    assert sniff_decimal_mark(["1,234", "2.5"]) == "."
    assert sniff_decimal_mark(["1,234", "7"]) == "."
    assert sniff_decimal_mark(["1,234", "7"], likely=",") == ","


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3))
def test_a_number_written_in_german_and_in_english_is_the_same(value: Decimal):
    english = f"{value:,.3f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert parse_number(english, ".") == value == parse_number(german, ",")


@given(st.text(max_size=50))
def test_any_text_is_a_number_or_is_refused_with_a_reason(text: str):
    reason = ""
    try:
        value = parse_number(text)
    except ValueError as error:
        value, reason = None, str(error)
    assert bool(reason) if value is None else value.is_finite()
