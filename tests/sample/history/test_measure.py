"""The shape of an order book is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build_spec import measure_history
from services.sample.curve_shape import PROBABILITIES, QUANTITIES, Curves
from services.sample.curves import MEASURED
from services.sample.history import read_history
from services.sample.history.measure import measure

from .conftest import Write


def test_a_small_book_is_measured_as_it_is(write: Write):
    path = write(
        "1,A100,MUG,6,2011-01-03 10:00,2.00,55,United Kingdom",
        "1,B200,JUG,1,2011-01-03 10:00,8.00,55,United Kingdom",
        "2,A100,MUG,12,2011-01-04 11:00,2.00,55,United Kingdom",
        "3,A100,MUG,6,2011-01-04 11:00,2.00,56,Germany",
        "4,A100,MUG,1,2011-01-06 15:00,4.00,,United Kingdom",
        "C5,A100,MUG,-6,2011-01-06 15:00,2.00,55,United Kingdom",
    )
    curves = measure(read_history([path]))
    assert curves.walk_in_orders == 0.25
    assert curves.walk_in_price == 2.0
    assert curves.trade.hours[10] == pytest.approx(1 / 3, abs=1e-4)
    assert curves.trade.weekdays[0] == pytest.approx(1 / 3, abs=1e-4)
    assert curves.open_days == 0.75
    assert curves.orders_a_day == pytest.approx(4 / 3, abs=0.01)
    assert curves.quantity[2][QUANTITIES.index(6)] == pytest.approx(2 / 3, abs=1e-4)
    assert curves.repeat == 0.5
    assert curves.cancellations == 0.25
    assert curves.countries == {"GB": 0.75, "DE": 0.25, "": 0.0}
    assert curves.dirt.kinds["cancellation"] == pytest.approx(1 / 6, abs=1e-5)
    assert curves.trade.lines[0] == 1
    assert curves.trade.lines[-1] == 2
    assert len(curves.price) == len(PROBABILITIES)


def test_a_history_without_named_customers_says_what_is_missing(write: Write):
    with pytest.raises(ValueError, match="no sale to a named customer"):
        measure(read_history([write("1,A100,MUG,6,2011-01-03,2,,UK")]))


def test_the_script_prints_curves_and_names_what_it_refused(write: Write, capsys: pytest.CaptureFixture[str]):
    path = write("1,A100,MUG,6,2011-01-03,2,55,UK", "2,A100,MUG,x,2011-01-03,2,55,UK")
    assert measure_history.main([str(path)]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["customers_per_order"] == 1.0
    assert "orders.csv, row 3: quantity: is not a number" in printed.err


def test_the_script_says_what_is_wrong_with_a_file(capsys: pytest.CaptureFixture[str]):
    assert measure_history.main(["/nowhere/orders.csv"]) == 2
    assert "orders.csv: cannot be opened" in capsys.readouterr().err


@pytest.mark.real_data
def test_the_curves_of_the_sample_are_those_of_the_real_book(real_data: Path):
    files = sorted((real_data / "orders-uci-online-retail").glob("*.csv.gz"))
    assert_alike(measure(read_history(files)), MEASURED)


def assert_alike(found: Curves, stored: Curves) -> None:
    """The stored numbers are rounded, and small shares left out."""
    assert found.popularity == stored.popularity
    assert found.customer_orders == stored.customer_orders
    assert found.band_demand == stored.band_demand
    for one, other in zip(found.quantity, stored.quantity, strict=True):
        assert one == pytest.approx(other, abs=3e-4)
    assert found.trade.hours == pytest.approx(stored.trade.hours, abs=1e-4)
    assert found.dirt.kinds == stored.dirt.kinds
