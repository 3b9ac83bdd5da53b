"""The generated order book has the measured shape, and its dirt is found by the reader of real ones."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest

from services.sample.curve_shape import Curves
from services.sample.curves import MEASURED
from services.sample.generator.history_rows import history_lines, write_history
from services.sample.generator.open_orders import MOST_LINES, make_open_orders
from services.sample.generator.order_book import FIRST_NUMBER, make_order_book
from services.sample.history import HistoryLine, HistoryReader, LineKind, read_history
from services.sample.history.measure import measure

from .conftest import DAYS, LAST_DAY, ZONE, Business


@pytest.fixture(scope="module")
def file(business: Business, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "sample.csv.gz"
    write_history(business.orders, path, ZONE)
    return path


@pytest.fixture(scope="module")
def read_back(file: Path) -> tuple[HistoryReader, list[HistoryLine]]:
    reader = read_history([file])
    return reader, list(reader)


@pytest.fixture(scope="module")
def found(read_back: tuple[HistoryReader, list[HistoryLine]]) -> Curves:
    return measure(read_back[1])


def test_orders_are_numbered_by_time_and_fall_into_the_days_asked_for(business: Business):
    numbers = [int(order.number.removeprefix("C")) for order in business.orders]
    assert numbers == list(range(FIRST_NUMBER, FIRST_NUMBER + len(numbers)))
    times = [order.ordered_at for order in business.orders]
    assert times == sorted(times)
    span_days = (times[-1] - times[0]) / 86_400_000
    assert DAYS - 8 < span_days < DAYS


def test_every_row_is_found_again_as_the_kind_that_was_made(
    business: Business, read_back: tuple[HistoryReader, list[HistoryLine]]
):
    reader, lines = read_back
    made = list(history_lines(business.orders))
    assert reader.report.refused == 0
    assert len(made) == len(lines)
    differing = [(one, other) for one, other in zip(made, lines, strict=True) if one.kind is not other.kind]
    assert differing == []
    assert {line.kind for line in made} == set(LineKind)
    assert sum(line.amount for line in made) == reader.report.amounts["GBP"]


def test_the_generated_order_sizes_are_the_measured_ones(found: Curves):
    # Middle quantiles: the ends of a distribution are a few orders' own.
    for channel, real, tolerance in (
        (found.trade, MEASURED.trade, 0.12),
        (found.walk_in, MEASURED.walk_in, 0.25),
    ):
        assert channel.lines[6:14] == pytest.approx(real.lines[6:14], rel=tolerance, abs=1)


def test_the_generated_hours_and_weekdays_are_the_measured_ones(found: Curves):
    assert found.trade.hours == pytest.approx(MEASURED.trade.hours, abs=0.012)
    assert found.trade.weekdays == pytest.approx(MEASURED.trade.weekdays, abs=0.05)
    assert found.walk_in.hours == pytest.approx(MEASURED.walk_in.hours, abs=0.05)
    assert found.walk_in_orders == pytest.approx(MEASURED.walk_in_orders, abs=0.012)
    assert found.trade.weekdays[5] == 0


def test_the_generated_days_are_as_busy_as_the_measured_ones(found: Curves):
    assert found.orders_a_day == pytest.approx(MEASURED.orders_a_day, rel=0.02)
    assert found.open_days == pytest.approx(MEASURED.open_days, abs=0.06)
    assert found.day_factor[3:13] == pytest.approx(MEASURED.day_factor[3:13], rel=0.03)
    assert found.month_factor[12] > found.month_factor[1]


def test_the_generated_popularity_is_the_measured_one(found: Curves):
    assert found.popularity == pytest.approx(MEASURED.popularity, abs=0.015)


def test_the_generated_prices_are_the_measured_ones(found: Curves):
    assert found.price[2:14] == pytest.approx(MEASURED.price[2:14], rel=0.2)
    assert found.walk_in_price == pytest.approx(MEASURED.walk_in_price, rel=0.03)
    assert found.band_demand[:6] == pytest.approx(MEASURED.band_demand[:6], abs=0.35)
    assert found.band_demand[6] < 0.4


def test_the_generated_quantities_are_the_measured_ones(found: Curves):
    # The dearer a band, the fewer its lines, and its products whose packs decide; the last has next to none.
    for band, tolerance in enumerate((0.03, 0.03, 0.03, 0.03, 0.05, 0.09)):
        assert found.quantity[band] == pytest.approx(MEASURED.quantity[band], abs=tolerance), band
    assert found.walk_in_quantity == pytest.approx(MEASURED.walk_in_quantity, abs=0.01)
    assert found.in_packs == pytest.approx(MEASURED.in_packs, abs=0.05)


def test_the_generated_customers_come_back_as_often_as_the_measured_ones(found: Curves):
    assert found.customer_orders[:14] == pytest.approx(MEASURED.customer_orders[:14], abs=1)
    assert found.customers_per_order == pytest.approx(MEASURED.customers_per_order, rel=0.1)
    assert found.repeat == pytest.approx(MEASURED.repeat, abs=0.1)
    assert found.countries["GB"] == pytest.approx(MEASURED.countries["GB"], abs=0.04)


def test_the_generated_book_is_as_dirty_as_the_measured_one(found: Curves):
    dirt, real = found.dirt, MEASURED.dirt
    for kind, share in real.kinds.items():
        assert dirt.kinds[kind] == pytest.approx(share, rel=0.15, abs=2e-5), kind
    assert dirt.blank_customers == pytest.approx(real.blank_customers, abs=0.05)
    assert dirt.blank_descriptions == pytest.approx(real.blank_descriptions, rel=0.1)
    assert dirt.repeated == pytest.approx(real.repeated, rel=0.1)
    assert dirt.other_spelling == pytest.approx(real.other_spelling, rel=0.2)
    assert dirt.other_description == pytest.approx(real.other_description, rel=0.2)
    assert found.cancellations == pytest.approx(MEASURED.cancellations, rel=0.05)
    assert found.cancelled_lines[:11] == pytest.approx(MEASURED.cancelled_lines[:11], abs=1)


def test_a_cancellation_takes_back_no_more_than_was_sold(business: Business):
    sold: Counter[tuple[str, str]] = Counter()
    for order in business.orders:
        for line in order.lines:
            if line.kind is LineKind.SALE:
                sold[order.customer_code, line.sku] += line.quantity
    for order in business.orders:
        for line in order.lines:
            if line.kind is LineKind.CANCELLATION:
                assert line.quantity < 0
                assert -line.quantity <= sold[order.customer_code, line.sku]


def test_expected_sales_are_near_those_of_the_book(business: Business):
    sold = sum(
        line.quantity for order in business.orders for line in order.lines if line.kind is LineKind.SALE
    )
    assert sold / DAYS == pytest.approx(sum(product.units_a_day for product in business.products), rel=0.1)


def test_a_file_of_the_book_has_the_same_bytes_every_time(business: Business, file: Path, tmp_path: Path):
    again = tmp_path / "again.csv.gz"
    assert write_history(business.orders, again, ZONE) == sum(len(order.lines) for order in business.orders)
    assert again.read_bytes() == file.read_bytes()


def test_a_clean_book_can_be_made(business: Business):
    clean = msgspec.structs.replace(
        MEASURED,
        cancellations=0.0,
        walk_in_orders=0.0,
        dirt=msgspec.structs.replace(
            MEASURED.dirt,
            kinds={kind.value: 0.0 for kind in LineKind},
            repeated=0,
            other_spelling=0,
            other_description=0,
        ),
    )
    orders = make_order_book(
        1,
        business.products,
        business.customers,
        clean,
        last_day=LAST_DAY,
        days=20,
        timezone=ZONE,
        orders_a_day=5,
    )
    assert {line.kind for order in orders for line in order.lines} == {LineKind.SALE}
    assert not any(order.walk_in for order in orders)


def test_a_tiny_business_can_be_made(business: Business):
    orders = make_order_book(
        1,
        business.products[:3],
        business.customers[:1],
        MEASURED,
        last_day=LAST_DAY,
        days=1,
        timezone=ZONE,
        orders_a_day=1,
    )
    assert orders


def test_orders_of_today_are_of_named_customers_and_due_on_a_working_day(business: Business):
    friday = date(2026, 5, 29)
    orders = make_open_orders(
        7,
        business.products,
        business.customers,
        MEASURED,
        day=friday,
        count=80,
        timezone=ZONE,
        first_number=900_001,
    )
    codes = {customer.code for customer in business.customers}
    assert len(orders) == 80
    assert [order.number for order in orders] == [str(900_001 + n) for n in range(80)]
    assert all(order.customer_code in codes for order in orders)
    assert all(1 <= len(order.lines) <= MOST_LINES for order in orders)
    assert {line.kind for order in orders for line in order.lines} == {LineKind.SALE}
    # Placed on a Friday before the cut-off: Monday; after it: Tuesday.
    assert {order.due_on for order in orders} <= {"2026-06-01", "2026-06-02"}


def test_there_are_orders_to_show_on_a_day_without_trade_too(business: Business):
    saturday = date(2026, 5, 30)
    orders = make_open_orders(
        7,
        business.products,
        business.customers,
        MEASURED,
        day=saturday,
        count=10,
        timezone=ZONE,
        first_number=1,
    )
    assert len(orders) == 10
