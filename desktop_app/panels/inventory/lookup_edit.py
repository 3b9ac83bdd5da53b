"""A field for a sku or a bin that offers what fits as one types; a scan fills it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from desktop_app.task_runner import TaskRunner

_GAP = "   "


class LookupEdit(QLineEdit):
    """The text is a code; what is offered is the code and what tells it from others."""

    def __init__(self, runner: TaskRunner, find: Callable[[str], Sequence[tuple[str, str]]]) -> None:
        """`find(text)` answers (code, words) off the UI thread; it is also asked for an empty text."""
        super().__init__()
        self._runner, self._find = runner, find
        self._offers = QStringListModel(self)
        self._list = QCompleter(self._offers, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._list.setMaxVisibleItems(8)
        self._list.setWidget(self)
        self._list.activated.connect(self._take)
        self.textEdited.connect(lambda _text: self._look_up())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What stands there is replaced by the next letter."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.selectAll()

    def _look_up(self) -> None:
        text, find = self.text().strip(), self._find
        self._runner.run(lambda: find(text), lambda found: self._offer(text, found), self, key="find")

    def _offer(self, text: str, found: Sequence[tuple[str, str]]) -> None:
        if text != self.text().strip() or not self.hasFocus():
            return
        self._offers.setStringList([f"{code}{_GAP}{words}" if words else code for code, words in found])
        if found and [code for code, _words in found] != [text.upper()]:
            self._list.complete()
        else:
            self._list.popup().hide()

    def _take(self, line: str) -> None:
        self.setText(line.split(_GAP, 1)[0])
        self.textEdited.emit(self.text())
        self._list.popup().hide()
        self.focusNextChild()
