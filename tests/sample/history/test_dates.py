"""Instants as order files write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sample.history.dates import DateOrder, parse_instant

MOMENT = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


def instant(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


@pytest.mark.parametrize(
    "written",
    [
        "2010-12-01 08:26:00",
        "2010-12-01T08:26:00Z",
        "2010-12-01T08:26",
        "2010-12-01T09:26:00+01:00",
        "2010-12-01 08:26:00.000",
        "2010/12/01 08:26",
        "01/12/2010 08:26",
        "1/12/10 8:26",
        "1/12/2010 8:26 AM",
        "01.12.2010 08:26",
        "01.12.2010, 08.26",
        "1 Dec 2010 08:26",
        "1-Dec-2010 08:26",
        "1 December 2010 08:26",
        "Dec 1, 2010 08:26",
        "Wed, 01 Dec 2010 08:26:00 GMT",
        "20101201T082600Z",
        "20101201082600",
        "40513.3513888889",
        "1291191960",
        "1291191960000",
    ],
)
def test_an_instant_is_read_whichever_way_it_is_written(written: str):
    assert parse_instant(written, UTC) == instant(MOMENT)


def test_a_date_without_a_time_is_the_start_of_its_day():
    assert parse_instant("2010-12-01", UTC) == instant(datetime(2010, 12, 1, tzinfo=UTC))


def test_noon_and_midnight_of_a_twelve_hour_clock_are_not_mixed_up():
    assert parse_instant("2010-12-01 12:10 AM", UTC) == instant(datetime(2010, 12, 1, 0, 10, tzinfo=UTC))
    assert parse_instant("2010-12-01 12:10 pm", UTC) == instant(datetime(2010, 12, 1, 12, 10, tzinfo=UTC))


def test_the_order_of_day_and_month_decides_what_is_open_and_nothing_else():
    assert parse_instant("3/4/2011", UTC, day_first=False) == instant(datetime(2011, 3, 4, tzinfo=UTC))
    assert parse_instant("3/4/2011", UTC, day_first=True) == instant(datetime(2011, 4, 3, tzinfo=UTC))
    assert parse_instant("3.4.2011", UTC, day_first=False) == instant(datetime(2011, 4, 3, tzinfo=UTC))
    assert parse_instant("2011-03-04", UTC, day_first=True) == instant(datetime(2011, 3, 4, tzinfo=UTC))


def test_a_time_without_a_zone_was_noted_at_the_site():
    london = ZoneInfo("Europe/London")
    assert parse_instant("2011-07-01 12:00", london) == instant(datetime(2011, 7, 1, 11, tzinfo=UTC))
    assert parse_instant("2011-07-01T12:00Z", london) == instant(datetime(2011, 7, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "is missing"),
        ("yesterday", "is not a date"),
        ("2011-02-30", "is not a date in the order year-month-day"),
        ("31/13/2011", "is not a date in the order day/month/year"),
        ("1 Foo 2011", "no month of that name"),
        ("1204-01-01", "outside the years"),
        ("99999", "is not a date"),
        ("2011-01-01 25:00", "is not a date"),
        ("2011-01-01 13:00 PM", "is not a time of day"),
        ("2011-01-01T10:00+99:00", "zone"),
        ("2011-01-01" * 20, "too long"),
    ],
)
def test_what_is_not_a_date_says_why(written: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        parse_instant(written, UTC)


def test_one_date_past_the_twelfth_decides_the_order_of_a_whole_file():
    order = DateOrder()
    for text in ("12/1/2010 8:26", "12/2/2010 9:00", "12/13/2010 9:00"):
        order.feed(text)
    assert order.day_first() is False
    order = DateOrder()
    for text in ("1/12/2010", "13/12/2010"):
        order.feed(text)
    assert order.day_first() is True


def test_dates_that_never_pass_the_twelfth_are_read_so_that_they_lie_close_together():
    order = DateOrder()
    for day in range(1, 13):
        order.feed(f"12/{day}/2010 8:26")
    assert order.ambiguous
    assert order.day_first() is False


def test_without_any_evidence_the_day_comes_first():
    order = DateOrder()
    order.feed("3/4/2011")
    assert order.day_first() is True


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 31)))
def test_the_two_orders_of_the_same_date_give_the_same_instant(moment: datetime):
    british = moment.strftime("%d/%m/%Y %H:%M:%S")
    american = moment.strftime("%m/%d/%Y %H:%M:%S")
    assert parse_instant(british, UTC, day_first=True) == parse_instant(american, UTC, day_first=False)


@given(st.text(max_size=70))
def test_any_text_is_an_instant_or_is_refused_with_a_reason(text: str):
    reason = ""
    try:
        instant = parse_instant(text, UTC)
    except ValueError as error:
        instant, reason = None, str(error)
    assert (instant is None) == bool(reason)
    order = DateOrder()
    order.feed(text)
    order.day_first()
