"""Curves as tables, and names of countries."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sample.countries import country_code, country_name
from services.sample.curve_shape import (
    PRICE_BANDS,
    PROBABILITIES,
    QUANTITIES,
    at_probability,
    interpolate,
    mean_of,
    price_band,
    quantiles,
    usual_quantity,
)
from services.sample.curves import MEASURED
from services.sample.generator.prices import PRICES, shop_price
from services.sample.generator.vocabulary import abroad


def test_quantiles_are_values_that_were_there():
    table = quantiles(list(range(101)))
    assert table[0] == 0
    assert table[PROBABILITIES.index(0.5)] == 50
    assert table[-1] == 100
    assert quantiles([]) == (0.0,) * len(PROBABILITIES)


def test_a_table_is_read_on_straight_lines_and_never_beyond_its_ends():
    assert interpolate((0, 1, 3), (10, 20, 40), 2) == 30
    assert interpolate((0, 1, 3), (10, 20, 40), -5) == 10
    assert interpolate((0, 1, 3), (10, 20, 40), 9) == 40
    assert mean_of(PROBABILITIES) == pytest.approx(0.5)


@given(st.integers(1, 100_000))
def test_a_quantity_counts_as_the_usual_one_nearest_by_proportion(quantity: int):
    position = usual_quantity(quantity)
    best = min(QUANTITIES, key=lambda usual: max(quantity, usual) / min(quantity, usual))
    chosen = QUANTITIES[position]
    assert max(quantity, chosen) / min(quantity, chosen) == pytest.approx(
        max(quantity, best) / min(quantity, best)
    )


def test_every_usual_quantity_counts_as_itself():
    assert [QUANTITIES[usual_quantity(quantity)] for quantity in QUANTITIES] == list(QUANTITIES)


def test_price_bands_include_their_upper_bound():
    assert [price_band(bound) for bound in PRICE_BANDS] == list(range(len(PRICE_BANDS)))
    assert price_band(PRICE_BANDS[-1] + 1) == len(PRICE_BANDS)


@given(st.floats(0, 200_000))
def test_a_shop_price_is_the_nearest_that_a_shop_writes(minor: float):
    price = shop_price(minor)
    place = bisect_left(PRICES, minor)
    assert price in PRICES
    assert abs(price - minor) <= min(
        abs(near - minor) for near in PRICES[max(0, place - 1) : place + 1] or PRICES[-1:]
    )


def test_the_measured_curves_are_whole():
    assert len(MEASURED.quantity) == len(MEASURED.band_demand) == len(PRICE_BANDS) + 1
    for shares in (*MEASURED.quantity, MEASURED.walk_in_quantity, MEASURED.pack, MEASURED.trade.hours):
        assert sum(shares) == pytest.approx(1.0, abs=0.005)
    for table in (MEASURED.trade.lines, MEASURED.walk_in.lines, MEASURED.price, MEASURED.customer_orders):
        assert list(table) == sorted(table)
        assert at_probability(table, 1.0) == table[-1]
    assert sum(MEASURED.dirt.kinds.values()) == pytest.approx(1.0, abs=1e-4)
    assert all(country_name(code) and code in {"GB", *abroad()} for code in MEASURED.countries if code)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        ("USA", "US"),
        ("Deutschland", "DE"),
        ("de", "DE"),
        ("  Channel   Islands ", "JE"),
        ("Unspecified", ""),
        ("European Community", ""),
        ("", ""),
    ],
)
def test_countries_are_known_by_their_names(name: str, code: str):
    assert country_code(name) == code


def test_a_country_comes_back_under_its_english_name():
    assert country_name("GB") == "United Kingdom"
    assert country_code(country_name("AE")) == "AE"
    assert country_name("XX") == ""
