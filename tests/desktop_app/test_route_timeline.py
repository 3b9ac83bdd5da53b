"""The day's timeline: blocks stand where their times are, and a stop can be given to another vehicle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.themes.tokens import DARK
from desktop_app.widgets.route_timeline import (
    AXIS_HEIGHT,
    HEAD_WIDTH,
    RouteTimeline,
    TimelineRow,
    TimelineStop,
    describe,
)

SEVEN = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return SEVEN + timedelta(hours=hours)


def stop(id_: str, number: int, hours: float, **more: object) -> TimelineStop:
    return TimelineStop(id_, number, at(hours), at(hours + 0.25), **more)  # type: ignore[arg-type]


ROWS = [
    TimelineRow(
        "van-1",
        "Van 1",
        [
            stop("a1", 1, 1, status="done", arrived_at=at(1.5), left_at=at(1.75), label="The Old Forge"),
            stop("a2", 2, 3, status="next", is_late=True),
            stop("a3", 3, 5),
        ],
        "1/3",
    ),
    TimelineRow("van-2", "Van 2", [stop("b1", 1, 2, status="done", arrived_at=at(2)), stop("b2", 2, 6)]),
    TimelineRow("van-3", "Van 3", []),
]


@pytest.fixture
def timeline(qtbot: QtBot) -> Iterator[RouteTimeline]:
    widget = RouteTimeline()
    qtbot.addWidget(widget)
    widget.resize(HEAD_WIDTH + 1000, 200)
    widget.set_rows(ROWS)
    widget.set_window(SEVEN, at(10))
    widget.show()
    yield widget
    widget.hide()


def middle(timeline: RouteTimeline, stop_id: str) -> QPoint:
    for row in range(len(timeline.rows)):
        for block in timeline.blocks_of(row):
            if block.stop.id == stop_id:
                return block.box.center().toPoint()
    raise AssertionError(stop_id)


def drag(timeline: RouteTimeline, start: QPoint, end: QPoint) -> None:
    view = timeline.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_a_moment_stands_at_its_share_of_the_day(timeline: RouteTimeline) -> None:
    room = timeline.viewport().width() - HEAD_WIDTH
    assert timeline.x_of(SEVEN) == HEAD_WIDTH
    assert timeline.x_of(at(5)) == pytest.approx(HEAD_WIDTH + room / 2)
    assert timeline.moment_at(timeline.x_of(at(3.3))) == pytest.approx(at(3.3), abs=timedelta(seconds=1))


def test_a_done_stop_stands_where_it_happened_and_its_plan_beside_it(timeline: RouteTimeline) -> None:
    done, late, _ = timeline.blocks_of(0)
    assert done.box.left() == pytest.approx(timeline.x_of(at(1.5)))
    assert done.plan is not None
    assert done.plan.left() == pytest.approx(timeline.x_of(at(1)))
    assert late.plan is None


def test_a_stop_can_be_hovered_and_selected(timeline: RouteTimeline, qtbot: QtBot) -> None:
    said: list[str] = []
    timeline.stop_hovered.connect(said.append)
    QTest.mouseMove(timeline.viewport(), middle(timeline, "a3"))
    QTest.mouseMove(timeline.viewport(), QPoint(HEAD_WIDTH + 5, AXIS_HEIGHT + 80))
    assert said == ["a3", ""]
    with qtbot.waitSignal(timeline.stop_selected) as chosen:
        QTest.mouseClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=middle(timeline, "b2"))
    assert chosen.args == ["b2"]
    assert timeline.selected_row == "van-2"


def test_a_click_beside_the_stops_selects_the_row(timeline: RouteTimeline, qtbot: QtBot) -> None:
    with qtbot.waitSignal(timeline.row_selected) as chosen:
        QTest.mouseClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, AXIS_HEIGHT + 40))
    assert chosen.args == ["van-2"]


@pytest.mark.parametrize(("hours", "index"), [(0.5, 1), (4.0, 1), (8.0, 2)])
def test_a_stop_dropped_on_another_row_goes_to_its_time_but_not_before_what_is_done(
    timeline: RouteTimeline, qtbot: QtBot, hours: float, index: int
) -> None:
    end = QPoint(round(timeline.x_of(at(hours))), middle(timeline, "b2").y())
    with qtbot.waitSignal(timeline.stop_dropped_on_row) as dropped:
        drag(timeline, middle(timeline, "a3"), end)
    assert dropped.args == ["a3", "van-2", index]


def test_a_stop_can_be_given_to_a_vehicle_without_any(timeline: RouteTimeline, qtbot: QtBot) -> None:
    with qtbot.waitSignal(timeline.stop_dropped_on_row) as dropped:
        drag(timeline, middle(timeline, "b2"), QPoint(middle(timeline, "b2").x(), AXIS_HEIGHT + 75))
    assert dropped.args == ["b2", "van-3", 0]


def test_what_is_done_stays_where_it_is(timeline: RouteTimeline, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(timeline.stop_dropped_on_row):
        drag(timeline, middle(timeline, "a1"), middle(timeline, "b2"))


def test_a_stop_dropped_on_its_own_row_or_let_go_by_escape_stays(
    timeline: RouteTimeline, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(timeline.stop_dropped_on_row):
        drag(timeline, middle(timeline, "a3"), middle(timeline, "a2"))
        QTest.mousePress(timeline.viewport(), Qt.MouseButton.LeftButton, pos=middle(timeline, "a3"))
        QTest.mouseMove(timeline.viewport(), middle(timeline, "a2"))
        QTest.mouseMove(timeline.viewport(), middle(timeline, "b2"))
        QTest.keyClick(timeline, Qt.Key.Key_Escape)
        QTest.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, pos=middle(timeline, "b2"))


def test_the_keyboard_goes_from_row_to_row_and_stop_to_stop(timeline: RouteTimeline, qtbot: QtBot) -> None:
    QTest.keyClick(timeline, Qt.Key.Key_Down)
    assert timeline.selected_row == "van-1"
    QTest.keyClick(timeline, Qt.Key.Key_Right)
    QTest.keyClick(timeline, Qt.Key.Key_Right)
    assert timeline.selected_stop == "a2"
    with qtbot.waitSignal(timeline.stop_activated) as opened:
        QTest.keyClick(timeline, Qt.Key.Key_Return)
    assert opened.args == ["a2"]
    QTest.keyClick(timeline, Qt.Key.Key_Up)
    assert timeline.selected_row == "van-1"


def test_selecting_scrolls_to_the_row(timeline: RouteTimeline) -> None:
    timeline.set_rows([TimelineRow(f"van-{n}", f"Van {n}", []) for n in range(40)])
    timeline.set_selection("van-35")
    assert AXIS_HEIGHT <= timeline.top_of(35) <= timeline.viewport().height() - 30
    timeline.set_selection("van-2")
    assert timeline.top_of(2) == AXIS_HEIGHT


def test_the_day_is_fitted_to_its_stops(timeline: RouteTimeline) -> None:
    timeline.fit_day()
    assert (timeline.first, timeline.last) == (at(0.5), at(6.75))


def test_less_than_an_hour_is_refused(timeline: RouteTimeline) -> None:
    with pytest.raises(ValueError, match="at least an hour"):
        timeline.set_window(SEVEN, at(0.5))


def test_a_stop_is_described_in_the_zone_of_its_site() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert (
        describe(ROWS[0].stops[0], zone)
        == "1  The Old Forge\nPlanned 09:00 to 09:15\nArrived 09:30, 30 min late"
    )
    assert describe(ROWS[0].stops[1], zone) == "2\nPlanned 11:00 to 11:15\nWill be late"


def test_it_paints_in_the_dark_and_with_nothing_to_show(timeline: RouteTimeline) -> None:
    timeline.set_now(at(3.1))
    light = timeline.grab().toImage()
    timeline.set_colours(DARK)
    assert timeline.grab().toImage() != light
    timeline.set_rows([])
    assert "0 vehicles" in timeline.accessibleDescription()
    timeline.grab()
