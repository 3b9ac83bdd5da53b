"""The shared pieces: what they tell, take and show."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SCHEMES, TONE_SHAPES
from desktop_app.widgets.age_label import AgeLabel
from desktop_app.widgets.buttons import action_button, button, icon_button
from desktop_app.widgets.chips import Filter, FilterChips
from desktop_app.widgets.choice_menu import ChoiceMenu
from desktop_app.widgets.elided_label import ElidedLabel
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.figure_card import FigureCard
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.ladder import EFFECTS, Effect, Ladder
from desktop_app.widgets.layouts import column, holder, label, row
from desktop_app.widgets.pill import Pill
from desktop_app.widgets.plot import Band, Bars, Line, Plot
from desktop_app.widgets.quantity_edit import QuantityEdit
from desktop_app.widgets.reason_picker import ReasonPicker
from desktop_app.widgets.search_field import SearchField
from desktop_app.widgets.tabs import Tabs
from tests.desktop_app.fakes import registry


def picture(widget: QWidget) -> bytes:
    image = widget.grab().toImage()
    return bytes(image.constBits())


# Pills and ladder


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_two_tones_look_alike_even_without_colour(qtbot: QtBot, scheme: Any) -> None:
    theme = Theme(scheme)
    theme.apply()
    seen = set()
    for tone in TONE_SHAPES:
        pill = Pill(theme, "Same word", tone)
        qtbot.addWidget(pill)
        image = pill.grab().toImage().convertToFormat(pill.grab().toImage().Format.Format_Grayscale8)
        edges = bytes(image.constBits())
        seen.add(edges)
    assert len(seen) == len(TONE_SHAPES)
    Theme().apply()


def test_a_pill_says_its_word_and_grows_with_it(qtbot: QtBot, theme: Theme) -> None:
    pill = Pill(theme, "Low", "warning")
    qtbot.addWidget(pill)
    width = pill.sizeHint().width()
    pill.show_status("Backordered", "warning", "2 of 5 are missing")
    assert pill.accessibleName() == "Backordered"
    assert pill.toolTip() == "2 of 5 are missing"
    assert pill.sizeHint().width() > width


def test_the_ladder_begins_with_the_four_effects_waiting(qtbot: QtBot, theme: Theme) -> None:
    ladder = Ladder(theme)
    qtbot.addWidget(ladder)
    assert ladder.accessibleName() == "; ".join(f"{name}: Waiting" for name in EFFECTS)


def test_the_ladder_tells_state_and_reason(qtbot: QtBot, theme: Theme) -> None:
    ladder = Ladder(theme)
    qtbot.addWidget(ladder)
    before = picture(ladder)
    ladder.show_effects(
        (Effect("Order", "done", "Confirmed"), Effect("Delivery", "attention", "No van", "No route today"))
    )
    assert ladder.accessibleName() == "Order: Confirmed; Delivery: No van No route today"
    assert ladder.toolTip() == "Delivery: No route today"
    assert picture(ladder) != before


# Chips


@pytest.fixture
def chips(qtbot: QtBot, theme: Theme) -> FilterChips:
    made = FilterChips(
        theme,
        (
            Filter("state", "Status", (("p", "Picking"), ("k", "Packed"), ("s", "Shipped")), several=True),
            Filter("channel", "Channel", (("desk", "Desk"), ("csv", "CSV"))),
            Filter("late", "Late only", ((True, "Late only"),)),
        ),
    )
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_chip_shows_what_is_active_and_can_be_taken_away(qtbot: QtBot, chips: FilterChips) -> None:
    told: list[dict[str, Any]] = []
    chips.changed.connect(told.append)
    chips.set_filter("state", ("k", "s"))
    chip = chips._chips["state"]
    assert chip.text() == "Status: Packed, Shipped"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 12, chip.height() // 2))
    assert chip.text() == "Status"
    assert told == [{"state": ("k", "s")}, {}]


def test_a_filter_of_one_choice_is_a_switch(qtbot: QtBot, chips: FilterChips) -> None:
    chip = chips._chips["late"]
    chip.click()
    assert chips.values() == {"late": True}
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert chips.values() == {}


def test_choosing_adds_in_the_declared_order_and_one_replaces_one(chips: FilterChips) -> None:
    chips._choose("state", "s", True)
    chips._choose("state", "p", True)
    chips._choose("channel", "desk", True)
    chips._choose("channel", "csv", True)
    assert chips.values() == {"state": ("p", "s"), "channel": "csv"}
    chips._choose("state", "p", False)
    chips._choose("channel", "csv", False)
    assert chips.values() == {"state": ("s",)}


def test_clear_takes_all_away_and_is_there_when_there_are_several(chips: FilterChips) -> None:
    chips.set_filter("state", ("p",))
    assert not chips._clear.isVisible()
    chips.set_filter("late", (True,))
    assert chips._clear.isVisible()
    chips._clear.click()
    assert chips.values() == {}


def test_remembered_filters_come_back_without_what_is_unknown(chips: FilterChips) -> None:
    told: list[dict[str, Any]] = []
    chips.changed.connect(told.append)
    chips.restore({"state": ["p", "gone"], "channel": "desk", "nonsense": 1})
    assert chips.values() == {"state": ("p",), "channel": "desk"}
    assert told == []


# Forms, quantities, reasons


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    made = Form()
    made.add("sku", "SKU", QLineEdit(" HB-1 "))
    made.add("bin", "Bin", QLineEdit(), "Scan it")
    choice = QComboBox()
    choice.addItem("Damaged", "damaged")
    made.add("reason", "Reason", choice)
    made.add("hot", "Urgent", QCheckBox())
    spin = QSpinBox()
    spin.setValue(7)
    made.add("count", "Count", spin)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


def test_a_form_gives_its_values_by_name(form: Form) -> None:
    assert form.values() == {"sku": "HB-1", "bin": "", "reason": "damaged", "hot": False, "count": 7}


def test_an_error_names_its_field_and_the_first_gets_the_focus(qtbot: QtBot, form: Form) -> None:
    form.show_errors({"bin": "is not at this site", "count": "Count must be above zero"})
    texts = [
        each.text()
        for each in form.findChildren(QLabel)
        if each.property("role") == "error" and each.isVisible()
    ]
    assert texts == ["Bin: is not at this site", "Count must be above zero"]
    field = form.field("bin")
    assert field.hasFocus()
    assert field.property("invalid") is True
    assert field.accessibleDescription() == "Bin: is not at this site"
    qtbot.keyClicks(field, "A")
    assert field.property("invalid") is False


def test_a_form_beside_its_labels_lays_out_too(qtbot: QtBot) -> None:
    form = Form(beside=True)
    qtbot.addWidget(form)
    form.add("sku", "SKU", QLineEdit("x"), "hint")
    assert form.values() == {"sku": "x"}


def test_a_quantity_steps_and_never_by_the_wheel(qtbot: QtBot, theme: Theme) -> None:
    edit = QuantityEdit(theme, value=3, least=0, most=5, unit="pcs")
    qtbot.addWidget(edit)
    edit.setAccessibleName("Quantity")
    with qtbot.waitActive(edit):
        edit.show()
    told: list[int] = []
    edit.changed.connect(told.append)
    minus, plus = (
        each for each in edit.children() if getattr(each, "accessibleName", str)() in ("One less", "One more")
    )
    for _ in range(4):
        plus.click()  # type: ignore[attr-defined]
    minus.click()  # type: ignore[attr-defined]
    assert told == [4, 5, 4]
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 120), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(edit._spin, wheel)
    assert edit.value() == 4
    edit.set_limits(0, 2)
    assert edit.value() == 2
    edit.set_value(1)
    with qtbot.waitSignal(edit.entered):
        qtbot.keyClick(edit._spin, Qt.Key.Key_Return)


def test_the_figure_of_a_quantity_can_be_seen(qtbot: QtBot, theme: Theme) -> None:
    edit = QuantityEdit(theme, value=24, unit="pcs")
    qtbot.addWidget(edit)
    edit.show()
    field = edit._spin.lineEdit()
    assert field.text() == "24 pcs"
    assert field.width() > field.fontMetrics().horizontalAdvance("24 pcs")


def test_a_reason_is_chosen_by_its_digit_or_by_a_click(qtbot: QtBot, theme: Theme) -> None:
    picker = ReasonPicker(theme, (("empty", "The bin is empty"), ("damaged", "Damaged")))
    qtbot.addWidget(picker)
    picker.show()
    told: list[str] = []
    picker.picked.connect(told.append)
    qtbot.keyClick(picker, "2")
    qtbot.keyClick(picker, "3")
    qtbot.keyClick(picker, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    picker.findChildren(QWidget)[0].click()  # type: ignore[attr-defined]
    assert told == ["damaged", "empty"]


@pytest.mark.parametrize("count", [0, 10])
def test_nobody_is_asked_to_choose_among_none_or_ten(theme: Theme, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 9"):
        ReasonPicker(theme, [(str(n), str(n)) for n in range(count)])


# Fields, figures, ages


def test_a_search_waits_for_a_rest_and_escape_clears(qtbot: QtBot, theme: Theme) -> None:
    field = SearchField(theme, "Find an order")
    qtbot.addWidget(field)
    with qtbot.waitActive(field):
        field.show()
    told: list[str] = []
    field.searched.connect(told.append)
    qtbot.keyClicks(field, " he")
    qtbot.waitUntil(lambda: told == ["he"])
    with qtbot.waitSignal(field.entered):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    with qtbot.waitSignal(field.left_down):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert field.accessibleName() == "Find an order"


def test_a_figure_tells_itself_and_leads_to_its_panel(qtbot: QtBot, theme: Theme) -> None:
    card = FigureCard(theme, "Late", "orders", leads=True)
    qtbot.addWidget(card)
    card.show_figure(
        "6", trend=(1, 5, 2), when=datetime.now(UTC) - timedelta(minutes=4), tone="danger", word="Late"
    )
    card.show()
    assert card.accessibleName() == "Late: 6 orders"
    assert "4 min ago" in [each.text() for each in card.findChildren(QLabel)]
    for act in (
        lambda: qtbot.mouseClick(card, Qt.MouseButton.LeftButton),
        lambda: qtbot.keyClick(card, Qt.Key.Key_Space),
    ):
        with qtbot.waitSignal(card.clicked):
            act()


def test_a_card_is_as_high_with_a_pill_as_without(qtbot: QtBot, theme: Theme) -> None:
    heights = set()
    for tone in (None, "danger"):
        card = FigureCard(theme, "Late", "orders")
        qtbot.addWidget(card)
        card.show_figure("6", when=datetime.now(UTC), tone=tone, word="Late")  # type: ignore[arg-type]
        card.show()
        heights.add(card.sizeHint().height())
    assert max(heights) - min(heights) <= 2


def test_a_label_that_gives_way_shows_the_whole_on_hover(qtbot: QtBot, theme: Theme) -> None:
    narrow = ElidedLabel("Saltmarsh Gifts and Homeware", "quiet")
    qtbot.addWidget(narrow)
    narrow.resize(80, 20)
    assert not narrow.grab().isNull()
    assert narrow.toolTip() == "Saltmarsh Gifts and Homeware"
    narrow.resize(400, 20)
    assert not narrow.grab().isNull()
    assert narrow.toolTip() == ""
    assert narrow.minimumSizeHint().width() < 60


def test_an_age_counts_only_while_it_is_seen(qtbot: QtBot) -> None:
    age = AgeLabel("Updated", datetime.now(UTC) - timedelta(minutes=4))
    qtbot.addWidget(age)
    assert age.text() == "Updated 4 min ago"
    age.show()
    assert age._timer.isActive()
    age.hide()
    assert not age._timer.isActive()
    age.set_time(None)
    assert age.text() == "Updated –"


def test_an_empty_state_says_what_to_do_and_does_it(qtbot: QtBot, theme: Theme) -> None:
    done: list[int] = []
    empty = EmptyState(theme, "order", "No orders yet", "Place one", ("New order", lambda: done.append(1)))
    qtbot.addWidget(empty)
    empty.say("Nothing matches", icon="filter")
    assert "Nothing matches" in [each.text() for each in empty.findChildren(QLabel)]
    next(each for each in empty.children() if getattr(each, "text", str)() == "New order").click()  # type: ignore[attr-defined]
    assert done == [1]


# Buttons


def test_an_action_button_follows_its_action(qtbot: QtBot, theme: Theme) -> None:
    actions, done = registry(), list[int]()
    made = action_button(theme, actions, "order.new", kind="primary")
    qtbot.addWidget(made)
    assert not made.isEnabled()
    actions.bind("order.new", lambda: done.append(1))
    qtbot.waitUntil(made.isEnabled)
    made.click()
    assert done == [1]
    assert made.toolTip() == "New order  (Ctrl+N)"
    actions.allow(lambda _permission: False)
    qtbot.waitUntil(lambda: not made.isEnabled())


def test_a_button_with_an_icon_has_room_for_both(qtbot: QtBot, theme: Theme) -> None:
    plain, pictured = button(theme, "Receive"), button(theme, "Receive", icon="import")
    for each in (plain, pictured):
        qtbot.addWidget(each)
        each.show()
    assert pictured.sizeHint().width() >= plain.sizeHint().width() + theme.metrics.icon
    assert picture(pictured) != picture(button(theme, "Receive", icon="count"))


def test_an_icon_button_has_a_name_and_is_large_enough_for_a_glove(qtbot: QtBot, theme: Theme) -> None:
    theme.switch("light", "touch")
    done: list[int] = []
    made = icon_button(theme, "close", "Close this notice", lambda: done.append(1))
    qtbot.addWidget(made)
    assert made.accessibleName() == made.toolTip() == "Close this notice"
    assert min(made.sizeHint().width(), made.sizeHint().height()) >= 44
    made.click()
    assert done == [1]
    theme.switch("light", "comfortable")


def test_layouts_take_widgets_layouts_gaps_and_stretches(qtbot: QtBot) -> None:
    widget = holder(
        column(label("a", "title"), row(label("b"), 8, "stretch", label("c")), "stretch", margins=16),
        "surface",
    )
    qtbot.addWidget(widget)
    assert [each.text() for each in widget.findChildren(QLabel)] == ["a", "b", "c"]


# Plots


def test_a_plot_of_counts_names_no_fractions(qtbot: QtBot, theme: Theme) -> None:
    plot = Plot(theme, "Orders by hour", counts=True)
    qtbot.addWidget(plot)
    plot.show_series(Bars("Orders", range(2), (0, 1)), labels=("08", "09"))
    plot.resize(400, 240)
    plot.show()
    qtbot.waitUntil(lambda: plot._plot is not None)
    assert plot._plot.getAxis("left").tickStrings([0, 0.5, 1], 1, 0.5) == ["0", "", "1"]


def test_a_plot_brings_its_library_only_when_it_is_shown(qtbot: QtBot, theme: Theme) -> None:
    plot = Plot(theme, "Orders by hour", unit="orders")
    qtbot.addWidget(plot)
    plot.show_series(Bars("Orders", range(4), (3, 0, 5, 2)), labels=("08", "09", "10", "11"))
    assert plot._plot is None
    plot.resize(400, 240)
    plot.show()
    qtbot.waitUntil(lambda: plot._plot is not None)
    assert "pyqtgraph" in sys.modules
    assert plot.accessibleDescription() == "Orders: from 0.0 to 5.0, last 2.0"
    low, high = plot._plot.viewRange()[1]
    assert low == 0
    assert high >= 5


def test_a_plot_draws_lines_bands_and_follows_the_theme(qtbot: QtBot, theme: Theme) -> None:
    plot = Plot(theme, "Forecast", unit="units", times=True)
    qtbot.addWidget(plot)
    plot.resize(400, 240)
    plot.show()
    qtbot.waitUntil(lambda: plot._plot is not None)
    days = [1_763_700_000 + 86_400 * n for n in range(5)]
    plot.show_series(
        Line("Sold", days, (1, 4, 2, 3, 5)),
        Line("Usual", days, (2, 2, 2, 2, 2), dashed=True, quiet=True),
        Band("80 %", days, (0, 1, 1, 2, 2), (3, 5, 4, 5, 8)),
    )
    light = picture(plot)
    theme.switch("dark", "comfortable")
    assert picture(plot) != light
    theme.switch("light", "comfortable")
    plot.show_series()
    assert plot.accessibleDescription() == ""


# Tabs and menus


def test_one_tab_is_down_and_a_press_says_which(qtbot: QtBot, theme: Theme) -> None:
    tabs, chosen = Tabs(theme, "there", (("pack", "Pack"), ("load", "Load"))), list[str]()
    qtbot.addWidget(tabs)
    tabs.chosen.connect(chosen.append)
    assert tabs.current == "pack"
    load = tabs.findChild(QWidget, "there.load")
    assert load is not None
    load.click()  # type: ignore[attr-defined]
    assert (tabs.current, chosen) == ("load", ["load"])
    tabs.choose("pack")
    assert (tabs.current, chosen) == ("pack", ["load"])
    assert "road" not in tabs


def test_a_menu_of_names_keeps_their_ampersands_and_goes_when_it_closes(qtbot: QtBot) -> None:
    owner, done = QWidget(), list[str]()
    qtbot.addWidget(owner)
    menu = ChoiceMenu(owner, "names")
    menu.offer("Wren & Daughters", lambda: done.append("wren"), checked=True)
    menu.say("Nobody else")
    first, last = menu.actions()
    assert (first.text(), first.isChecked(), last.isEnabled()) == ("Wren && Daughters", True, False)
    first.trigger()
    assert done == ["wren"]
    with qtbot.waitSignal(menu.destroyed):
        menu.aboutToHide.emit()
