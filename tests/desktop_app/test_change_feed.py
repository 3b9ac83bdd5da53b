"""The change feed joins what comes together, and panels refresh only when stale and visible."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.change_feed import ChangeFeed, FreshView


@pytest.fixture
def feed(qapp: Any) -> ChangeFeed:
    return ChangeFeed()


def test_changes_from_any_thread_arrive_as_one_on_the_ui_thread(qtbot: QtBot, feed: ChangeFeed) -> None:
    told: list[tuple[frozenset[str], str]] = []
    feed.changed.connect(lambda tables: told.append((tables, threading.current_thread().name)))

    def publish() -> None:
        for table in ("stock", "sales_order", "stock"):
            feed.publish({table})

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()
    feed.publish({"route"})
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(frozenset({"stock", "sales_order", "route"}), threading.main_thread().name)]


def test_what_comes_later_is_told_later(qtbot: QtBot, feed: ChangeFeed) -> None:
    told: list[frozenset[str]] = []
    feed.changed.connect(told.append)
    feed.publish({"stock"})
    qtbot.waitUntil(lambda: len(told) == 1)
    feed.publish({"stock"})
    feed.publish(())
    qtbot.waitUntil(lambda: len(told) == 2)


@pytest.fixture
def view(qtbot: QtBot, feed: ChangeFeed) -> tuple[QWidget, FreshView, list[int]]:
    widget, refreshed = QWidget(), list[int]()
    qtbot.addWidget(widget)
    return widget, FreshView(widget, feed, {"stock"}, lambda: refreshed.append(1)), refreshed


def test_the_first_show_refreshes(qtbot: QtBot, view: tuple[QWidget, FreshView, list[int]]) -> None:
    widget, fresh, refreshed = view
    assert fresh.is_stale
    widget.show()
    qtbot.waitUntil(lambda: refreshed == [1])
    assert not fresh.is_stale


def test_hidden_it_waits_and_shown_again_it_refreshes_once(
    qtbot: QtBot, feed: ChangeFeed, view: tuple[QWidget, FreshView, list[int]]
) -> None:
    widget, fresh, refreshed = view
    widget.show()
    qtbot.waitUntil(lambda: refreshed == [1])
    widget.hide()
    for _ in range(3):
        with qtbot.waitSignal(feed.changed):
            feed.publish({"stock"})
    assert (refreshed, fresh.is_stale) == ([1], True)
    widget.show()
    qtbot.waitUntil(lambda: refreshed == [1, 1])


def test_other_tables_are_not_its_business(
    qtbot: QtBot, feed: ChangeFeed, view: tuple[QWidget, FreshView, list[int]]
) -> None:
    widget, fresh, refreshed = view
    widget.show()
    qtbot.waitUntil(lambda: refreshed == [1])
    with qtbot.waitSignal(feed.changed):
        feed.publish({"vehicle"})
    assert (refreshed, fresh.is_stale) == ([1], False)


def test_a_view_that_is_gone_is_not_refreshed(qtbot: QtBot, feed: ChangeFeed) -> None:
    import shiboken6

    widget, refreshed = QWidget(), list[int]()
    FreshView(widget, feed, {"stock"}, lambda: refreshed.append(1))
    shiboken6.delete(widget)
    with qtbot.waitSignal(feed.changed):
        feed.publish({"stock"})
    assert refreshed == []
