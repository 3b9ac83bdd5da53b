"""Asks for a reason once, by a key from 1 to 9."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4
from desktop_app.widgets.buttons import button

_MOST = 9


class ReasonPicker(QWidget):
    """Up to nine reasons as rows, `picked(code)`. The keys work while the focus is anywhere inside."""

    picked = Signal(str)

    def __init__(
        self, theme: Theme, reasons: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        """`reasons` are (code, words). Raises ValueError for none, or more than nine."""
        super().__init__(parent)
        if not 1 <= len(reasons) <= _MOST:
            raise ValueError(f"a person is asked to choose among 1 to {_MOST} reasons, not {len(reasons)}")
        self._codes = [code for code, _words in reasons]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_4)
        for number, (code, words) in enumerate(reasons, 1):
            choice = button(theme, f"{number}    {words}", lambda code=code: self.picked.emit(code))
            choice.setProperty("kind", "choice")
            choice.setAccessibleName(f"{words}, key {number}")
            layout.addWidget(choice)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Reason")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 to 9 choose."""
        if not self.take_key(event):
            super().keyPressEvent(event)

    def take_key(self, event: QKeyEvent) -> bool:
        """Choose by `event` if it is one of the digits; for the dialog around."""
        digit = event.key() - Qt.Key.Key_1
        if 0 <= digit < len(self._codes) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.picked.emit(self._codes[digit])
            return True
        return False
