"""Money is read exactly or refused; nothing is rounded unless somebody asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.money import exponent, format_money, order_total, parse_money
from services.domain.refusals import RuleViolation

CURRENCIES = st.sampled_from(["GBP", "EUR", "JPY", "KWD", "CLF"])


@given(st.integers(min_value=-(10**14), max_value=10**14), CURRENCIES)
def test_what_is_shown_is_read_back(minor: int, currency: str):
    assert parse_money(format_money(minor, currency), currency) == minor
    shown = format_money(minor, currency, decimal_mark=",", group_mark=".")
    assert parse_money(shown, currency, decimal_mark=",") == minor


@pytest.mark.parametrize(
    ("currency", "decimals"), [("GBP", 2), ("INR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)]
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, decimals: int):
    assert exponent(currency) == decimals


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12", 1200),
        ("12.5", 1250),
        (" 12.50 ", 1250),
        ("1,234.50", 123450),
        ("1 234.50", 123450),
        ("1'234'567.00", 123456700),
        ("1234567", 123456700),
        ("-0.01", -1),
        ("+3.00", 300),
        ("2.500000", 250),
    ],
)
def test_amounts_are_read_as_people_and_spreadsheets_write_them(text: str, minor: int):
    assert parse_money(text, "GBP") == minor


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1,23.4", "1,2345", "1.2.3", "--1", "1e3", "NaN", "£5", ".", "5.", ".5", "1,234,", "9" * 29],
)
def test_what_is_no_amount_is_refused_by_naming_the_field(text: str):
    with pytest.raises(RuleViolation) as caught:
        parse_money(text, "GBP", field="UnitPrice")
    assert caught.value.code == "invalid_value"
    assert caught.value.details[0]["field"] == "UnitPrice"
    assert "UnitPrice" in caught.value.message


def test_more_decimals_than_the_currency_has_are_refused_unless_rounding_is_asked_for():
    with pytest.raises(RuleViolation) as caught:
        parse_money("1.005", "GBP")
    assert "2 decimals of GBP" in caught.value.message
    assert parse_money("1.005", "GBP", rounded=True) == 101
    assert parse_money("1.0049", "GBP", rounded=True) == 100
    assert parse_money("-1.005", "GBP", rounded=True) == -101


def test_an_amount_beyond_what_is_kept_is_refused():
    with pytest.raises(RuleViolation) as caught:
        parse_money("1000000000000.01", "GBP")
    assert "more than this system keeps" in caught.value.message


@pytest.mark.parametrize("currency", ["", "gbp", "GB", "POUND"])
def test_what_is_no_currency_is_refused(currency: str):
    with pytest.raises(RuleViolation) as caught:
        parse_money("1", currency)
    assert caught.value.details[0]["field"] == "currency"


def test_an_order_costs_the_sum_of_price_times_quantity():
    assert order_total([(250, 3), (99, 10)]) == 1740
    assert order_total([]) == 0
