"""What the Dashboard asks: figures of now, the day by hour, the usual day, bands, deliveries, health."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db.desk import Desk
from local_db.queries import dashboard_queries as queries
from local_db.queries.dashboard_queries import DAY_MS, HOUR_MS, Day
from services.commands import NewLine, PlaceOrder
from services.domain.stock_rules import band
from tests.helpers.warehouse_desk import SITE, warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=40) as desk:
        yield desk


def a_day(desk: Desk) -> Day:
    """The 24 hours that end soon, as a day of a site whose clock makes it one: all that the warehouse did is in it."""
    now = time.time_ns() // 1_000_000
    start = now - 47 * HOUR_MS // 2
    date = desk.read.value("SELECT strftime('%Y-%m-%d', ? / 1000, 'unixepoch')", (now,))
    return Day(start=start, now=now, offset=-(start % DAY_MS), date=str(date))


def place(desk: Desk, quantity: int, product: str = "prod-0003") -> None:
    line = NewLine(line_id=desk.new_id(), product_id=product, quantity=quantity, price_minor=100)
    desk.do(
        PlaceOrder(
            site_id=SITE, order_id=desk.new_id(), number=desk.next_order_number(), customer_id="cust-001",
            currency="GBP", lines=(line,),
        )
    )  # fmt: skip


def test_orders_are_counted_by_the_hour_at_which_they_were_placed(desk: Desk) -> None:
    day = a_day(desk)
    before = queries.figures(desk.read, SITE, day)
    assert before.orders_today == 40
    place(desk, 1)
    after = queries.figures(desk.read, SITE, a_day(desk))
    assert after.orders_today == 41
    hours = queries.charts(desk.read, SITE, a_day(desk)).orders_by_hour
    assert sum(hours) == 41
    assert hours[23] >= 1


def test_what_is_to_be_picked_ends_its_trend(desk: Desk) -> None:
    day = a_day(desk)
    figures = queries.figures(desk.read, SITE, day)
    open_tasks = desk.read.value("SELECT count(*) FROM pick_task WHERE status IN ('pending', 'picking')")
    assert figures.to_pick == figures.to_pick_trend[-1] == open_tasks
    moment = day.start + 22 * HOUR_MS
    assert figures.to_pick_trend[22] == desk.read.value(
        "SELECT count(*) FROM pick_task WHERE created_at <= ? AND coalesce(picked_at, 9e18) > ?",
        (moment, moment),
    )
    picks = queries.charts(desk.read, SITE, a_day(desk)).picks_by_hour
    assert sum(picks) == desk.read.value("SELECT count(*) FROM pick_task WHERE picked > 0")


def test_a_backorder_lowers_the_fill_rate(desk: Desk) -> None:
    before = queries.figures(desk.read, SITE, a_day(desk)).fill_rate
    place(desk, 900)
    after = queries.figures(desk.read, SITE, a_day(desk)).fill_rate
    assert before is not None
    assert after is not None
    assert after < before


def test_vans_that_are_out_are_those_whose_route_is_under_way(desk: Desk) -> None:
    figures = queries.figures(desk.read, SITE, a_day(desk))
    assert figures.vans == 8
    assert figures.vans_out == desk.read.value("SELECT count(*) FROM route WHERE status = 'under_way'") > 0
    assert figures.vans_trend[0] == 0


def test_an_order_that_should_have_left_yesterday_is_late(desk: Desk) -> None:
    day = a_day(desk)
    assert queries.figures(desk.read, SITE, day).late == 0
    line = NewLine(line_id=desk.new_id(), product_id="prod-0003", quantity=1, price_minor=100)
    desk.do(
        PlaceOrder(
            site_id=SITE, order_id=desk.new_id(), number=desk.next_order_number(), customer_id="cust-001",
            currency="GBP", lines=(line,), due_on="2020-01-02",
        )
    )  # fmt: skip
    figures = queries.figures(desk.read, SITE, day)
    assert (figures.late, figures.late_trend[-1]) == (1, 1)


def test_the_usual_day_is_the_mean_of_the_days_with_orders_and_leaves_today_out(desk: Desk) -> None:
    day = a_day(desk)
    assert queries.usual_day(desk.read, SITE, day) == []
    later = Day(day.start + 2 * DAY_MS, day.now + 2 * DAY_MS, day.offset, day.date)
    usual = queries.usual_day(desk.read, SITE, later)
    assert sum(usual) == pytest.approx(40)
    months_later = Day(day.start + 60 * DAY_MS, day.now + 60 * DAY_MS, day.offset, day.date)
    assert queries.usual_day(desk.read, SITE, months_later) == []


def test_bands_agree_with_the_rule_of_the_domain(desk: Desk) -> None:
    counted = {"green": 0, "yellow": 0, "red": 0, "out": 0}
    for available, reorder_point in desk.read.tuples(
        """SELECT l.on_hand - l.reserved - l.held - l.leased, p.reorder_point
        FROM stock_level AS l JOIN product AS p ON p.id = l.product_id"""
    ):
        counted["out" if available <= 0 else band(available, reorder_point).value] += 1
    bands = queries.stock_bands(desk.read, SITE)
    assert {"green": bands.green, "yellow": bands.yellow, "red": bands.red, "out": bands.out} == counted


def test_stops_of_the_vans_that_are_out_are_each_counted_once(desk: Desk) -> None:
    day = a_day(desk)
    today = queries.deliveries_today(desk.read, SITE, day)
    stops = desk.read.value(
        "SELECT count(*) FROM stop AS t JOIN route AS r ON r.id = t.route_id WHERE r.status = 'under_way'"
    )
    assert today.on_time + today.late + today.failed + today.ahead + today.overdue == stops > 0
    tomorrow = Day(day.start, day.now + DAY_MS, day.offset, day.date)
    overdue = queries.deliveries_today(desk.read, SITE, tomorrow)
    assert overdue.ahead == 0
    assert overdue.overdue == today.ahead + today.overdue


def test_health_names_the_file_and_counts_open_alerts(desk: Desk) -> None:
    kept = queries.health(desk.read, SITE)
    assert Path(kept.database_path).exists()
    assert kept.database_bytes > 100_000
    assert kept.alerts == desk.read.value("SELECT count(*) FROM alert WHERE status = 'open'")
    assert queries.free_bytes(kept.database_path) > 0


def test_what_is_counted_by_the_hour_is_found_by_index(desk: Desk) -> None:
    for sql, params in (
        (
            "SELECT count(*) FROM event WHERE site_id = ? AND kind IN ('order.placed') AND at >= ? AND at < ?",
            (SITE, 0, 1),
        ),
        ("SELECT created_at, picked_at FROM pick_task WHERE site_id = ? AND picked_at >= ?", (SITE, 0)),
    ):
        plan = [row[3] for row in desk.read.tuples(f"EXPLAIN QUERY PLAN {sql}", params)]
        assert all("COVERING INDEX ix_read_" in step for step in plan), plan
