"""A field that looks things up as one types and takes one of them with Enter, however quickly it is pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from desktop_app.panels.orders.suggest_popup import SuggestPopup, SuggestRow
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 5, Qt.Key.Key_PageUp: -5}
# The list opens by itself where a person came to the field; not where the program brought them back to it.
_OPENING = (
    Qt.FocusReason.MouseFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.BacktabFocusReason,
)
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SuggestField(QLineEdit):
    """`chosen(item)` on Enter, Tab or a click; `walked()` on Enter with nothing typed; `unknown(text)` where nothing fits.

    Enter that comes before the answer waits for it, so that a person never types faster than the field.
    `pasted(text)` is what was pasted where `takes_paste(text)` says that it is not for the field itself.
    """

    chosen = Signal(object)
    walked = Signal()
    unknown = Signal(str)
    pasted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        runner: TaskRunner,
        find: Callable[[str], Sequence[Any]],
        show: Callable[[Any], SuggestRow],
        *,
        foot: Callable[[], str],
        nothing: str,
        offers_unasked: bool = False,
        takes_paste: Callable[[str], bool] = lambda _text: False,
    ) -> None:
        """`find(text)` runs off the UI thread; with `offers_unasked` it is also asked for an empty text."""
        super().__init__()
        self._runner, self._find, self._show, self._foot, self._nothing = runner, find, show, foot, nothing
        self._offers_unasked, self._takes_paste = offers_unasked, takes_paste
        self._theme = theme
        self._popup: SuggestPopup | None = None
        self._items: list[Any] = []
        self._answered: str | None = None
        self._enter_waits = False
        self._quiet = False
        self._settled = ""
        self.textChanged.connect(self._on_text)

    def show_text(self, text: str) -> None:
        """Write `text` as what was chosen: nothing is looked up for it."""
        self._settled = text
        self._quiet = True
        self.setText(text)
        self._quiet = False
        self._answered = None
        self._enter_waits = False
        self.close_list()

    def forget(self) -> None:
        """What stands there was typed after all: it can be looked up."""
        self._settled = ""

    @property
    def is_quiet(self) -> bool:
        """Whether the text is just being written by the program."""
        return self._quiet

    @property
    def is_settled(self) -> bool:
        """Whether what stands there was chosen, and not typed."""
        return bool(self.text()) and self.text() == self._settled

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._popup is not None and self._popup.isVisible()

    def close_list(self) -> None:
        """Put the list away."""
        if self._popup is not None:
            self._popup.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move in the list, Enter takes, Escape closes the list first."""
        key = event.key()
        if key in _ENTERS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._on_enter()
        elif key in _STEPS and self.is_open:
            self._popup.step(_STEPS[Qt.Key(key)])
            self.setAccessibleDescription(self._popup.row_words())
        elif key == Qt.Key.Key_Down:
            self._look_up()
        elif key == Qt.Key.Key_Escape and self.is_open:
            self.close_list()
        elif event.matches(QKeySequence.StandardKey.Paste) and self._take_paste():
            return
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tab takes what is marked, as Enter does."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and self.text().strip()
            and not self.is_settled
        ):
            self._on_enter()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What stands there is replaced by the next letter."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()
        if self._offers_unasked and not self.text() and event.reason() in _OPENING:
            self._look_up()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The list goes with the focus."""
        super().focusOutEvent(event)
        self.close_list()

    def hideEvent(self, event: QHideEvent) -> None:
        """And with the field."""
        super().hideEvent(event)
        self.close_list()

    def _on_text(self, text: str) -> None:
        if self._quiet:
            return
        self._enter_waits = False
        self._answered = None
        if text.strip() or self._offers_unasked:
            self._look_up()
        else:
            self.close_list()

    def _look_up(self) -> None:
        text = "" if self.is_settled else self.text().strip()
        if not text and not self._offers_unasked:
            return
        find = self._find
        self._runner.run(lambda: find(text), lambda items: self._on_found(text, items), self, key="find")

    def _on_found(self, text: str, items: Sequence[Any]) -> None:
        if text != ("" if self.is_settled else self.text().strip()):
            return
        self._items, self._answered = list(items), text
        if self._enter_waits:
            self._enter_waits = False
            self._take(0)
        elif self.hasFocus():
            self._open_list()

    def _open_list(self) -> None:
        if self._popup is None:
            self._popup = SuggestPopup(self._theme, self)
            self._popup.clicked.connect(self._take)
        foot = self._foot() if self._items else self._nothing.format(self.text().strip())
        # What is offered unasked is taken only after an arrow has marked it: Enter alone must not choose anybody.
        marked = bool(self.text().strip()) and not self.is_settled
        self._popup.show_rows([self._show(item) for item in self._items], foot, marked=marked)
        self.setAccessibleDescription(self._popup.row_words())

    def _on_enter(self) -> None:
        text = self.text().strip()
        marked = self._popup.current if self.is_open else 0
        if (self.is_settled and (not self.is_open or marked < 0)) or (
            not text and (not self.is_open or marked < 0)
        ):
            self.close_list()
            self.walked.emit()
        elif self._answered == ("" if self.is_settled else text):
            self._take(marked)
        else:
            self._enter_waits = True
            self._look_up()

    def _take(self, number: int) -> None:
        self.close_list()
        if 0 <= number < len(self._items):
            self.chosen.emit(self._items[number])
        elif self.text().strip():
            self.unknown.emit(self.text().strip())
        else:
            self.walked.emit()

    def _take_paste(self) -> bool:
        text = QGuiApplication.clipboard().text()
        if not self._takes_paste(text):
            return False
        self.pasted.emit(text)
        return True
