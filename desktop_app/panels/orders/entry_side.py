"""The right side of the entry: total, how and when, the one button, and the ladder of what was placed last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.panel_context import PanelContext
from desktop_app.panels.orders import effects
from desktop_app.panels.orders.draft import Draft
from desktop_app.panels.orders.due_day import UnknownDay, read_day
from desktop_app.panels.orders.number_fields import EnterField
from desktop_app.panels.orders.words import PRIORITIES, count, day_in_words
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from desktop_app.widgets.buttons import action_button, button
from desktop_app.widgets.ladder import Effect, Ladder
from desktop_app.widgets.layouts import label, line, row

_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EntrySide(QWidget):
    """`changed()` when a field was edited; `show_placed()` where the person wants to see the order placed last."""

    changed = Signal()
    show_placed = Signal()

    def __init__(self, context: PanelContext, today: Callable[[], date]) -> None:
        super().__init__()
        self._theme, self._today = context.theme, today
        theme = context.theme
        self.total = label("", "figure")
        self.total.setObjectName("orders.entry.total")
        self._sums = label("", "quiet", wrap=True)
        self.due = EnterField()
        self.due.setObjectName("orders.entry.due")
        self.due.setPlaceholderText("tomorrow, fri, 24/11")
        self.due.textChanged.connect(self._on_due)
        self.priority = _choice(PRIORITIES, "orders.entry.priority")
        self.shortfall = _choice(
            (("backorder", "Backorder what is short"), ("refuse", "Refuse if anything is short")),
            "orders.entry.shortfall",
        )
        self.note = EnterField()
        self.note.setObjectName("orders.entry.note")
        self.note.setPlaceholderText("For the warehouse and the driver")
        self.note.setMaxLength(2000)
        self._due_words = label("", "label")
        self.place_button = action_button(
            theme, context.actions, "order.place", kind="primary", text="Place order"
        )
        self.place_button.setObjectName("orders.entry.place")
        self._error: QLabel = label("", "error", wrap=True)
        self._error.setObjectName("orders.entry.error")
        self._error.hide()
        self._placed = label("Once it is placed", "strong")
        self._placed_words = label("", "label", wrap=True)
        self._show = button(theme, "Show it", self.show_placed.emit, kind="quiet")
        self._show.setObjectName("orders.entry.show_placed")
        self._show.hide()
        self.ladder = Ladder(theme, effects.waiting())
        self.ladder.setObjectName("orders.ladder")
        self._lay_out()
        for field in (self.priority, self.shortfall):
            field.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.note.textChanged.connect(lambda _text: self.changed.emit())
        self._walk = _Walk(self, (self.due, self.priority, self.shortfall, self.note, self.place_button))

    def show_draft(self, draft: Draft) -> None:
        """Fill the fields from a draft."""
        for field, value in ((self.priority, draft.priority), (self.shortfall, draft.on_shortfall)):
            field.blockSignals(True)
            field.setCurrentIndex(max(0, field.findData(value)))
            field.blockSignals(False)
        for edit, text in ((self.due, draft.due), (self.note, draft.note)):
            edit.blockSignals(True)
            edit.setText(text)
            edit.blockSignals(False)
        self._show_due()

    def show_for(self, adds: bool) -> None:
        """Adding lines to an order leaves how and when as they are."""
        for field in (self.due, self.priority, self.shortfall, self.note):
            field.setEnabled(not adds)
        self.place_button.setText("Add to the order" if adds else "Place order")

    def show_sums(self, draft: Draft, currency: str) -> None:
        """Write the total and what it is made of."""
        self.total.setText(formats.money(draft.total_minor, currency))
        self.total.setAccessibleName(f"Total {self.total.text()}")
        sums = f"{count(len(draft.lines), 'line')}, {count(draft.units, 'unit')}"
        if draft.lacking:
            sums += f", {count(draft.lacking, 'unit')} not there now"
        self._sums.setText(f"{sums}, {currency}" if draft.lines else f"No lines yet, {currency}")

    def due_on(self) -> str:
        """The due day as `YYYY-MM-DD`, or "". Raises UnknownDay."""
        return read_day(self.due.text(), self._today())

    def show_error(self, text: str, field: QWidget | None = None) -> None:
        """Say why it was not placed, and go to the field at fault."""
        self._error.setText(text)
        self._error.setVisible(bool(text))
        if field is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def error_text(self) -> str:
        """What stands there."""
        return self._error.text()

    def show_order(self, title: str, words: str, rungs: tuple[Effect, ...]) -> None:
        """Show the ladder of the order that was placed last."""
        self._placed.setText(title)
        self._placed_words.setText(words)
        self._placed_words.setVisible(bool(words))
        self._show.show()
        self.ladder.show_effects(rungs)

    def _lay_out(self) -> None:
        fields = QGridLayout()
        fields.setHorizontalSpacing(SPACE_12)
        fields.setVerticalSpacing(SPACE_4)
        for place, (title, field) in enumerate(
            (
                ("Due", self.due),
                ("Priority", self.priority),
                ("If stock is short", self.shortfall),
                ("Note", self.note),
            )
        ):
            top, left, span = (0, place, 1) if place < 2 else ((place - 1) * 3 + 1, 0, 2)
            head = label(title, "label")
            head.setBuddy(field)
            field.setAccessibleName(title)
            fields.addWidget(head, top, left, 1, span)
            fields.addWidget(field, top + 1, left, 1, span)
            if place > 1:
                # What belongs together stands together, and apart from the rest.
                fields.setRowMinimumHeight(top - 1, SPACE_4)
        fields.addWidget(self._due_words, 2, 0, 1, 2)
        fields.setColumnStretch(0, 1)
        fields.setColumnStretch(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE_16, SPACE_16, SPACE_16, SPACE_16)
        whole.setSpacing(SPACE_8)
        whole.addWidget(label("Total", "label"))
        whole.addWidget(self.total)
        whole.addWidget(self._sums)
        whole.addSpacing(SPACE_8)
        whole.addLayout(fields)
        whole.addSpacing(SPACE_8)
        whole.addWidget(self._error)
        whole.addWidget(self.place_button)
        whole.addSpacing(SPACE_12)
        whole.addWidget(line())
        whole.addLayout(row(self._placed, "stretch", self._show))
        whole.addWidget(self._placed_words)
        whole.addWidget(self.ladder)
        whole.addStretch(1)
        self._placed_words.hide()

    def _on_due(self, _text: str) -> None:
        self._show_due()
        self.changed.emit()

    def _show_due(self) -> None:
        try:
            day = self.due_on()
        except UnknownDay:
            # While it is being typed it is no day yet; placing says what is wrong.
            self._due_words.setText("Write a day")
            return
        self._due_words.setText(day_in_words(day, self._today()) if day else "No due day: by priority")


class _Walk(QObject):
    """Enter goes to the next field; on a button it presses it."""

    def __init__(self, owner: QWidget, stops: tuple[QWidget, ...]) -> None:
        super().__init__(owner)
        self._stops = stops
        for stop in stops:
            stop.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() != QEvent.Type.KeyPress
            or not isinstance(event, QKeyEvent)
            or event.key() not in _ENTERS
        ):
            return False
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or watched not in self._stops:
            return False
        if isinstance(watched, QPushButton):
            watched.click()
        else:
            self._stops[self._stops.index(watched) + 1].setFocus(Qt.FocusReason.TabFocusReason)
        return True


def _choice(choices: tuple[tuple[object, str], ...], name: str) -> QComboBox:
    made = _StillBox()
    made.setObjectName(name)
    for value, words in choices:
        made.addItem(words, value)
    return made


class _StillBox(QComboBox):
    """A choice that a scroll over the form does not change."""

    def wheelEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Qt's own signature
        event.ignore()
