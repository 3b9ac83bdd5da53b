"""The bin map: bays stand where their bins are, the walk is drawn along it, and a person can point at every level."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.themes.tokens import CONTRAST, DARK, LIGHT, Colours, contrast
from desktop_app.widgets.bin_map import BinMap, BinMark, PickStop, bin_map_colours
from desktop_app.widgets.bin_map.bay_card import card_text
from desktop_app.widgets.bin_map.colours import heat_colour
from desktop_app.widgets.bin_map.floor_painter import heat_of
from desktop_app.widgets.bin_map.lanes import keep_right
from desktop_app.widgets.bin_map.marks import StopStatus
from desktop_app.widgets.bin_map.path_painter import badge_text, badges
from desktop_app.widgets.bin_map.plan import Plan
from desktop_app.widgets.bin_map.view import PlanView
from services.domain.pick_path import floor_of, walking_order

AISLES, BAYS, LEVELS = 6, 10, 4


def hall(fill: float | None = 0.5) -> list[BinMark]:
    """Six aisles of ten bays on both sides, four levels high, with receiving, staging and a dock in front."""
    bins = []
    for aisle in range(AISLES):
        for bay in range(BAYS):
            for side in (-1, 1):
                for level in range(1, LEVELS + 1):
                    code = f"A-{aisle + 1:02d}-{2 * bay + (side > 0) + 1:02d}-{level}"
                    x, y = 1.5 + aisle * 3.0 + side * 0.8, 2.1 + bay * 1.2
                    kind = "reserve" if level == LEVELS else "pick"
                    bins.append(BinMark(code, code, x, y, kind, f"A-{aisle + 1:02d}", str(level), fill))
    bins += [
        BinMark(f"IN-01-{n:02d}-1", f"IN-01-{n:02d}-1", 2.0 + n * 1.8, -4.0, "receiving") for n in range(3)
    ]
    bins += [
        BinMark(f"OUT-01-{n:02d}-1", f"OUT-01-{n:02d}-1", 9.0 + n * 1.3, -4.0, "staging") for n in range(4)
    ]
    bins.append(BinMark("DOCK-01-01-1", "DOCK-01-01-1", 9.0, -9.0, "dock"))
    return bins


HALL = hall()


@pytest.fixture
def bin_map(qtbot: QtBot) -> Iterator[BinMap]:
    widget = BinMap()
    qtbot.addWidget(widget)
    widget.resize(800, 600)
    widget.set_bins(HALL)
    widget.show()
    yield widget
    widget.hide()


def spot(widget: BinMap, bin_id: str) -> QPoint:
    found = widget.plan.place_of(bin_id)
    assert found is not None
    bay, index = found
    rect = bay.level_rect(index)
    x, y = widget.view.to_screen((rect.left + rect.right) / 2, (rect.front + rect.back) / 2)
    return QPointF(x, y).toPoint()


def click(widget: BinMap, at: QPoint) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)


def test_bins_above_each_other_make_a_bay_with_the_lowest_next_to_the_aisle() -> None:
    plan = Plan(HALL)
    assert len([bay for bay in plan.bays if bay.outward]) == AISLES * BAYS * 2
    right, index = plan.place_of("A-02-02-1") or (None, 0)
    assert right is not None
    assert [mark.level for mark in right.bins] == ["1", "2", "3", "4"]
    assert right.level_rect(0).left == pytest.approx(1.5 + 3.0 + 0.8)
    assert right.level_rect(3).right == pytest.approx(right.rect.right)
    left, index = plan.place_of("A-02-01-1") or (None, 0)
    assert left is not None
    assert index == 0
    assert left.level_rect(0).right == pytest.approx(1.5 + 3.0 - 0.8)


def test_shelves_back_to_back_share_the_room_between_their_aisles() -> None:
    plan = Plan(HALL)
    right = plan.place_of("A-01-02-1")
    left = plan.place_of("A-02-01-1")
    assert right is not None
    assert left is not None
    assert right[0].rect.right == pytest.approx(left[0].rect.left)


def test_aisles_are_found_in_their_order_with_their_middles() -> None:
    aisles = Plan(HALL).aisles
    assert [aisle.name for aisle in aisles] == [f"A-{n:02d}" for n in range(1, 7)]
    assert [aisle.x for aisle in aisles] == pytest.approx([1.5 + 3.0 * n for n in range(6)])
    assert (aisles[0].front, aisles[0].back) == pytest.approx((1.5, 13.5))
    assert {aisle.pitch for aisle in aisles} == {3.0}


def test_every_bin_can_be_found_where_it_is_drawn() -> None:
    plan = Plan(HALL)
    for mark in HALL:
        found = plan.place_of(mark.id)
        assert found is not None
        rect = found[0].level_rect(found[1])
        assert plan.bin_at((rect.left + rect.right) / 2, (rect.front + rect.back) / 2) == mark


def test_the_whole_hall_is_in_sight_at_first_and_the_front_is_below(bin_map: BinMap) -> None:
    for mark in HALL:
        assert bin_map.rect().contains(spot(bin_map, mark.id))
    assert spot(bin_map, "DOCK-01-01-1").y() > spot(bin_map, "A-01-01-1").y() > spot(bin_map, "A-01-19-1").y()


def test_a_metre_is_as_long_as_the_scale_says(bin_map: BinMap) -> None:
    first, second = bin_map.view.to_screen(1.0, 2.0), bin_map.view.to_screen(4.0, 2.0)
    assert second[0] - first[0] == pytest.approx(3.0 * bin_map.view.scale)


def test_a_click_selects_and_clicking_on_goes_up_the_levels(bin_map: BinMap, qtbot: QtBot) -> None:
    said: list[str] = []
    bin_map.bin_selected.connect(said.append)
    at = spot(bin_map, "A-03-06-1")
    for _ in range(LEVELS + 1):
        click(bin_map, at)
    assert said == [f"A-03-06-{level}" for level in (1, 2, 3, 4, 1)]
    with qtbot.waitSignal(bin_map.bin_activated) as opened:
        QTest.keyClick(bin_map, Qt.Key.Key_Return)
    assert opened.args == ["A-03-06-1"]
    QTest.keyClick(bin_map, Qt.Key.Key_Escape)
    assert bin_map.selection() is None
    assert said[-1] == ""


def test_from_near_each_level_is_selected_by_itself(bin_map: BinMap) -> None:
    bin_map.set_selection("A-04-11-3", show=True)
    bin_map.zoom(6.0, None)
    for level in (2, 4, 1, 3):
        click(bin_map, spot(bin_map, f"A-04-11-{level}"))
        assert bin_map.selection() == f"A-04-11-{level}"


def test_a_click_on_the_aisle_selects_nothing(bin_map: BinMap) -> None:
    bin_map.set_selection("A-03-06-1")
    x, y = bin_map.view.to_screen(1.5 + 3.0 * 2, 8.0)
    click(bin_map, QPointF(x, y).toPoint())
    assert bin_map.selection() is None


def test_hovering_names_a_bin_and_leaving_names_none(bin_map: BinMap) -> None:
    said: list[str] = []
    bin_map.bin_hovered.connect(said.append)
    QTest.mouseMove(bin_map, spot(bin_map, "A-05-08-1"))
    QTest.mouseMove(bin_map, QPoint(3, 3))
    assert said == ["A-05-08-1", ""]


def test_the_card_tells_the_stop_and_how_full_each_level_is() -> None:
    bins = [mark for mark in HALL if mark.id.startswith("A-01-02-")]
    title, lines = card_text(bins, [PickStop("A-01-02-3", 7)], None)
    assert title == "A-01-02-1 and 3 above"
    assert lines == [
        "Stop 7",
        "1   pick, 50% full",
        "2   pick, 50% full",
        "3   pick, 50% full",
        "4   reserve, 50% full",
    ]
    assert card_text(bins[:1], [], heat_of({bins[0].id: 1234}, "Picks", "picks")) == (
        "A-01-02-1",
        ["1,234 picks"],
    )
    assert card_text([bins[0]._replace(fill=None)], [], None) == ("A-01-02-1", ["pick"])


def test_a_drag_pans_and_does_not_select(bin_map: BinMap) -> None:
    bin_map.zoom(3.0, None)
    before = bin_map.view.to_hall(400, 300)
    QTest.mousePress(bin_map, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    QTest.mouseMove(bin_map, QPoint(420, 320))
    QTest.mouseMove(bin_map, QPoint(450, 330))
    QTest.mouseRelease(bin_map, Qt.MouseButton.LeftButton, pos=QPoint(450, 330))
    assert bin_map.view.to_hall(450, 330) == pytest.approx(before)
    assert bin_map.selection() is None


def test_zooming_keeps_the_place_under_the_pointer_and_ends_at_the_whole_hall(bin_map: BinMap) -> None:
    whole = bin_map.view
    before = bin_map.view.to_hall(300, 250)
    bin_map.zoom(2.0, QPointF(300, 250))
    assert bin_map.view.to_hall(300, 250) == pytest.approx(before)
    bin_map.zoom(0.01, None)
    assert bin_map.view == whole


def test_keys_pan_zoom_and_fit(bin_map: BinMap) -> None:
    whole = bin_map.view
    QTest.keyClick(bin_map, Qt.Key.Key_Plus)
    assert bin_map.view.scale > whole.scale
    near = bin_map.view
    QTest.keyClick(bin_map, Qt.Key.Key_Left)
    assert bin_map.view.x < near.x
    QTest.keyClick(bin_map, Qt.Key.Key_Up)
    assert bin_map.view.y > near.y
    QTest.keyClick(bin_map, Qt.Key.Key_0)
    assert bin_map.view == whole


def test_a_fitted_hall_stays_fitted_when_the_widget_changes_size(bin_map: BinMap) -> None:
    for size in ((300, 220), (1200, 500)):
        bin_map.resize(*size)
        for mark in HALL:
            assert bin_map.rect().contains(spot(bin_map, mark.id))


def walk_of(ids: list[str], done: int = 0) -> tuple[list[PickStop], tuple[tuple[float, float], ...]]:
    marks = {mark.id: mark for mark in HALL}
    floor = floor_of([(mark.x_m, mark.y_m, mark.aisle) for mark in HALL if mark.aisle])
    walk = walking_order([(i, marks[i].x_m, marks[i].y_m, marks[i].aisle) for i in ids], (9.0, 0.0), floor)
    statuses: list[StopStatus] = ["done"] * done + ["next"] + ["planned"] * len(ids)
    return [PickStop(i, n, statuses[n - 1]) for n, i in enumerate(walk.order, start=1)], walk.line


def accent_near(image: QImage, widget: BinMap, place: tuple[float, float], reach: int = 8) -> bool:
    accent = QColor(widget.colours.accent)
    x, y = (round(v) for v in widget.view.to_screen(*place))
    spots = [(x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
    return any(image.pixelColor(*at) == accent for at in spots)


def middles(line: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    return [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in pairwise(line)]


def test_every_leg_of_the_walk_is_drawn(bin_map: BinMap) -> None:
    stops, line = walk_of(["A-01-08-1", "A-06-12-2"])
    bin_map.set_path(stops, line)
    image = bin_map.grab().toImage()
    assert [accent_near(image, bin_map, middle) for middle in middles(line)] == [True] * (len(line) - 1)


def test_the_way_to_what_is_picked_is_no_longer_strong(bin_map: BinMap) -> None:
    accent = QColor(bin_map.colours.accent).rgb()

    def accent_pixels(done: int) -> int:
        stops, line = walk_of(["A-01-08-1", "A-06-12-2"], done)
        bin_map.set_path(stops, line)
        image = bin_map.grab().toImage()
        return sum(image.pixel(x, y) == accent for x in range(0, 700, 2) for y in range(image.height()))

    assert accent_pixels(done=1) < 0.9 * accent_pixels(done=0)


def test_stops_of_one_bay_share_a_badge_and_the_most_urgent_lies_on_top() -> None:
    plan = Plan(HALL)
    stops = [
        PickStop("A-01-02-1", 2),
        PickStop("A-01-02-3", 3, "next"),
        PickStop("A-02-02-1", 1, "done"),
        PickStop("gone", 4),
    ]
    found = badges(plan, stops, PlanView())
    assert [(badge.status, [stop.number for stop in badge.stops]) for badge in found] == [
        ("done", [1]),
        ("next", [2, 3]),
    ]


@pytest.mark.parametrize(("numbers", "text"), [([7], "7"), ([7, 8, 9], "7–9"), ([7, 9], "7+")])
def test_a_badge_says_its_numbers_shortly(numbers: list[int], text: str) -> None:
    assert badge_text([PickStop("x", number) for number in numbers]) == text


def test_what_is_done_no_longer_counts_in_a_shared_badge() -> None:
    assert badge_text([PickStop("x", 7, "done"), PickStop("y", 8, "next")]) == "8"


def test_going_in_and_coming_out_are_two_lines() -> None:
    walk = [QPointF(*p) for p in ((0, 100), (50, 100), (50, 20), (50, 100), (90, 100))]
    moved = [point.toTuple() for point in keep_right(walk, 4.0)]
    assert moved == [(0, 104), (54, 104), (54, 20), (46, 20), (46, 104), (90, 104)]


def test_a_walk_straight_on_stays_straight() -> None:
    walk = [QPointF(*p) for p in ((0, 0), (5, 0), (5, 0), (9, 0))]
    assert [point.toTuple() for point in keep_right(walk, 2.0)] == [(0, 2), (5, 2), (9, 2)]
    assert keep_right([QPointF(1, 1)], 2.0) == [QPointF(1, 1)]


def test_a_card_shows_the_walk_and_not_the_docks(qtbot: QtBot) -> None:
    card = BinMap(fits_path=True)
    qtbot.addWidget(card)
    card.resize(300, 220)
    card.set_bins(HALL)
    stops, line = walk_of(["A-01-08-1", "A-02-12-2"])
    card.set_path(stops, line)
    card.show()
    assert card.rect().contains(spot(card, "A-01-08-1"))
    assert not card.rect().contains(spot(card, "DOCK-01-01-1"))
    assert not card.buttons.isVisible()
    card.hide()


def test_one_runaway_does_not_pale_all_other_bins() -> None:
    values = {f"bin-{number}": float(number % 10 + 1) for number in range(200)} | {"runaway": 10_000.0}
    heat = heat_of(values, "Picks", "picks")
    assert heat.top == 10.0
    assert heat.is_cut
    assert heat_of({}, "Picks", "picks").top == 0.0


def test_hotter_is_darker_in_the_light_and_the_scale_has_no_jumps() -> None:
    colours = bin_map_colours(LIGHT)
    steps = [heat_colour(share / 20, colours) for share in range(21)]
    contrasts = [contrast(step, colours.floor) for step in steps]
    assert contrasts == sorted(contrasts)
    assert contrasts[-1] > 4


def test_heat_and_fill_change_what_is_painted_and_what_the_legend_says(bin_map: BinMap) -> None:
    plain = bin_map.grab().toImage()
    assert "Full" in bin_map.legend.accessibleDescription()
    bin_map.set_heat({"A-03-06-2": 40.0, "A-03-08-1": 4.0}, "Picks a week")
    assert bin_map.grab().toImage() != plain
    assert "Picks a week" in bin_map.legend.accessibleDescription()
    assert "Full" not in bin_map.legend.accessibleDescription()
    bin_map.set_heat(None)
    assert bin_map.grab().toImage() == plain


@pytest.mark.parametrize("tokens", [LIGHT, DARK, CONTRAST])
def test_the_path_stands_out_from_floor_and_shelves_in_every_theme(bin_map: BinMap, tokens: Colours) -> None:
    colours = bin_map_colours(tokens)
    assert contrast(colours.accent, colours.floor) >= 3.0
    assert contrast(colours.accent, colours.pick) >= 3.0
    assert contrast(colours.quiet, colours.floor) >= 4.5
    before = bin_map.grab().toImage()
    bin_map.set_colours(colours)
    after = bin_map.grab().toImage()
    assert tokens is LIGHT or after != before


def test_a_map_without_bins_says_what_to_do(qtbot: QtBot) -> None:
    empty = BinMap()
    qtbot.addWidget(empty)
    empty.resize(400, 300)
    empty.show()
    image = empty.grab().toImage()
    quiet = QColor(empty.colours.quiet)
    assert (
        sum(
            image.pixelColor(x, y).lightness() < quiet.lightness() + 20
            for x in range(60, 340)
            for y in range(140, 160)
        )
        > 50
    )
    empty.hide()


def test_it_tells_a_screen_reader_how_far_the_walk_is(bin_map: BinMap) -> None:
    stops, line = walk_of(["A-01-08-1", "A-06-12-2"], done=1)
    bin_map.set_path(stops, line)
    assert bin_map.accessibleDescription() == f"{len(HALL)} bins; path of 2 stops, 1 done"


def test_new_stock_in_the_same_hall_keeps_the_view(bin_map: BinMap) -> None:
    bin_map.zoom(3.0, None)
    view = bin_map.view
    bin_map.set_bins(hall(fill=0.9))
    assert bin_map.view == view
