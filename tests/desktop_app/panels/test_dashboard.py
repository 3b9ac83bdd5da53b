"""The Dashboard: figures, charts, feed and health from the cache, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_app import formats
from desktop_app.panels.dashboard.activity import two_lines
from desktop_app.panels.dashboard.cards import faces
from desktop_app.panels.dashboard.health_strip import conditions_of
from desktop_app.panels.dashboard.panel import today
from local_db.desk import Desk
from local_db.queries.dashboard_queries import Figures, Health
from services.commands import NewLine, PlaceOrder
from tests.desktop_app.fakes import FakeLink
from tests.desktop_app.panels.panel_bench import PanelBench, panel_bench
from tests.helpers.warehouse_desk import SITE, warehouse_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with warehouse_desk(tmp_path, products=80, orders=40) as desk:
        yield desk


@pytest.fixture
def at(qapp: QApplication, desk: Desk, tmp_path: Path) -> Iterator[PanelBench]:
    with panel_bench(desk, tmp_path, "dashboard") as made:
        yield made


def place(desk: Desk, quantity: int = 1) -> None:
    plenty = desk.read.value(
        "SELECT product_id FROM stock_level ORDER BY on_hand - reserved - held DESC LIMIT 1"
    )
    line = NewLine(line_id=desk.new_id(), product_id=plenty, quantity=quantity, price_minor=100)
    desk.do(
        PlaceOrder(
            site_id=SITE, order_id=desk.new_id(), number=desk.next_order_number(), customer_id="cust-001",
            currency="GBP", lines=(line,),
        )
    )  # fmt: skip


def figure(at: PanelBench, key: str) -> str:
    return next(
        label.text()
        for label in at.find(f"dashboard.{key}").findChildren(QLabel)
        if label.property("role") == "figure"
    )


def test_every_card_shows_a_figure_of_the_warehouse(at: PanelBench) -> None:
    open_tasks = at.desk.read.value("SELECT count(*) FROM pick_task WHERE status IN ('pending', 'picking')")
    assert figure(at, "to_pick") == str(open_tasks)
    assert figure(at, "vans") == "2/8"
    assert figure(at, "pending") == "0"
    assert figure(at, "late") == "0"
    assert all(figure(at, key) != "–" for key in ("orders", "fill", "low"))


def test_an_order_placed_here_is_in_the_figures_and_on_top_of_the_feed(at: PanelBench) -> None:
    before = int(figure(at, "to_pick"))
    place(at.desk)
    at.until(lambda: figure(at, "pending") == "1")
    at.until(lambda: int(figure(at, "to_pick")) > before)
    newest = at.find("dashboard.feed").events()[0]
    assert newest.kind == "order.placed"
    assert (newest.actor_name, newest.provisional) == ("Grace Okoro", True)


def test_a_storm_of_changes_is_read_a_few_times_only(at: PanelBench) -> None:
    reads: list[object] = []
    show = at.panel._show
    at.panel._show = lambda now: (reads.append(now), show(now))
    for _ in range(40):
        at.app.feed.publish({"order", "event"})
        at.until(lambda: True)
    at.settle()
    at.until(lambda: reads)
    assert 1 <= len(reads) < 10


def test_a_click_in_the_feed_leads_to_the_order(at: PanelBench) -> None:
    feed = at.find("dashboard.feed")
    number = next(n for n, event in enumerate(feed.events()) if event.kind == "order.placed")
    index = feed.model().index(number)
    feed.scrollTo(index)
    QTest.mouseClick(feed.viewport(), Qt.MouseButton.LeftButton, pos=feed.visualRect(index).center())
    at.settle()
    assert at.window.current_panel == "orders"


@pytest.mark.parametrize(("key", "panel"), [("to_pick", "picking"), ("vans", "fleet"), ("pending", "outbox")])
def test_a_card_leads_to_its_panel_by_mouse_and_by_key(at: PanelBench, key: str, panel: str) -> None:
    card = at.find(f"dashboard.{key}")
    QTest.keyClick(card, Qt.Key.Key_Return)
    at.settle()
    assert at.window.current_panel == panel


def test_new_order_opens_the_entry(at: PanelBench) -> None:
    # An order marked in the list comes back when the entry is left, so it is marked first.
    at.window.navigate("orders", "order", "order-0001")
    at.settle()
    at.window.navigate("dashboard")
    at.settle()
    QTest.mouseClick(at.find("dashboard.do.new_order"), Qt.MouseButton.LeftButton)
    at.settle()
    assert at.window.current_panel == "orders"
    assert at.find("orders.entry.customer").isVisible()


def test_the_charts_say_what_they_show_to_those_who_cannot_see_them(at: PanelBench) -> None:
    assert at.find("dashboard.orders_plot").accessibleDescription().startswith("Today: ")
    assert "Plenty" in at.find("dashboard.stock_chart").accessibleDescription()
    assert at.find("dashboard.health.alerts").accessibleName().startswith("Alerts: ")


def test_a_refused_command_turns_the_card_and_the_strip_red() -> None:
    figures = Figures(1, [1], 2, [2], 0, [0], 99.0, [99.0], 0, [0], 0, 8, [0], [1])
    link = FakeLink("attention", None, 3, 2, datetime.now(UTC))
    assert faces(figures, link)["pending"].tone == "danger"
    assert faces(figures, FakeLink("live", None, 3))["pending"].tone == "provisional"
    said = conditions_of(link, Health(1 << 20, "/x", 0, 0, 0), 9 << 30, "UTC", datetime.now(UTC))
    assert said["outbox"] == ("2 need you, 3 pending", "danger", "")
    assert said["alerts"].tone == "ok"


def test_an_old_sync_and_a_full_disk_are_told() -> None:
    now = datetime.now(UTC)
    link = FakeLink("offline", now, 0, 0, now - timedelta(hours=3))
    said = conditions_of(link, Health(5 << 20, "/x", 4, 1, 0), 100 << 20, "UTC", now)
    assert (said["sync"].words, said["sync"].tone) == ("3 h ago", "stale")
    assert said["disk"].tone == "danger"
    assert said["alerts"].words == "4 open, 1 critical"


def test_sizes_are_written_as_people_say_them() -> None:
    assert [formats.size(count) for count in (100, 5 << 20, 64 << 20, 3 << 30)] == [
        "1 kB",
        "5.0 MB",
        "64 MB",
        "3.0 GB",
    ]


def test_a_long_sentence_is_broken_between_words_and_ends_in_an_ellipsis(qapp: QApplication) -> None:
    metrics = QFontMetricsF(qapp.font())
    text = "Shipment T01-000009 is assigned, but was reported as delivered by the driver of the van"
    lines = two_lines(text, metrics, metrics.horizontalAdvance(text) / 3)
    assert len(lines) == 2
    assert text.startswith(lines[0])
    assert lines[1].endswith("…")
    assert two_lines("Short", metrics, 500) == ["Short"]


def test_the_day_begins_at_the_sites_own_midnight() -> None:
    noon_utc = int(datetime(2026, 7, 1, 12, 30, tzinfo=UTC).timestamp() * 1000)
    day = today("Europe/London", lambda: noon_utc)
    assert day.hour == 13
    assert day.date == "2026-07-01"
    assert day.start == int(datetime(2026, 6, 30, 23, 0, tzinfo=UTC).timestamp() * 1000)


def test_the_feed_is_in_the_order_of_the_ages_it_shows(at: PanelBench) -> None:
    feed = at.find("dashboard.feed")
    at.until(lambda: len(feed.events()) > 2)
    received_first_happened_last = list(feed.events())[::-1]
    feed.show_events(received_first_happened_last)
    moments = [event.at for event in feed.events()]
    assert moments == sorted(moments, reverse=True)


def test_a_card_shows_the_word_of_its_mark_where_there_is_room_and_else_on_hover(
    qtbot: QtBot, at: PanelBench
) -> None:
    from desktop_app.widgets.figure_card import FigureCard

    card = FigureCard(at.app.theme, "To reorder", "products")
    qtbot.addWidget(card)
    card.show_figure("167", tone="warning", word="Low")
    card.resize(260, 120)
    card.show()
    assert card._pill.text == "Low"
    card.resize(132, 120)
    qtbot.waitUntil(lambda: card._pill.text == "")
    assert card._pill.toolTip() == "Low"
