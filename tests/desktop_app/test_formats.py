"""Numbers, money and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop_app import formats

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(12345, 0, "12,345"), (-3, 0, "−3"), (97.44, 1, "97.4"), (None, 0, "–"), (0, 0, "0")],
)
def test_numbers_are_grouped_and_a_missing_one_is_a_dash(
    value: float | None, digits: int, written: str
) -> None:
    assert formats.number(value, digits) == written


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (123450, "GBP", "£1,234.50"),
        (-5, "EUR", "−€0.05"),
        (500, "JPY", "¥500"),
        (1234, "KWD", "KWD 1.234"),
        (None, "GBP", "–"),
    ],
)
def test_money_knows_its_currency_and_its_minor_unit(minor: int | None, currency: str, written: str) -> None:
    assert formats.money(minor, currency) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "now"),
        (12, "12 s"),
        (60 * 4 + 59, "4 min"),
        (3600 * 3, "3 h"),
        (86400 * 2, "2 d"),
        (86400 * 40, "12 Oct 2026"),
        (-300, "in 5 min"),
    ],
)
def test_an_age_is_told_in_one_unit(seconds: int, written: str) -> None:
    assert formats.age(NOW - timedelta(seconds=seconds), NOW) == written


def test_an_instant_may_be_milliseconds_as_the_rows_carry_it() -> None:
    assert formats.age(int(NOW.timestamp() * 1000) - 240_000, NOW) == "4 min"


def test_ago_does_not_follow_what_is_no_span() -> None:
    assert formats.ago(NOW - timedelta(minutes=4), NOW) == "4 min ago"
    assert formats.ago(NOW, NOW) == "now"
    assert formats.ago(NOW + timedelta(minutes=5), NOW) == "in 5 min"
    assert formats.ago(NOW - timedelta(days=40), NOW) == "12 Oct 2026"


def test_times_are_shown_in_the_zone_of_the_site() -> None:
    summer = datetime(2026, 7, 1, 8, 41, 5, tzinfo=UTC)
    assert formats.full_time(summer, "Europe/London") == "Wed 01 Jul 2026, 09:41:05 BST"
    assert formats.clock(summer, "Europe/London") == "1 Jul 09:41"


@pytest.mark.parametrize(
    ("value", "written"), [(940, "940"), (1180, "1.2k"), (2000, "2k"), (1_240_000, "1.2M")]
)
def test_badges_write_large_numbers_short(value: int, written: str) -> None:
    assert formats.compact_number(value) == written
