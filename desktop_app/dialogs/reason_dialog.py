"""Asks once why something is to be done that cannot simply be taken back."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme
from desktop_app.widgets.reason_picker import ReasonPicker


class ReasonDialog(DialogFrame):
    """`ReasonDialog(theme, "Short pick", "2 of 5 found in A-03-2", reasons, on_reason).open()`.

    `on_reason(code, note)` is called once; Escape calls nothing. The note is optional.
    """

    def __init__(
        self,
        theme: Theme,
        title: str,
        what: str,
        reasons: Sequence[tuple[str, str]],
        on_reason: Callable[[str, str], object],
        parent: QWidget | None = None,
        *,
        note: bool = True,
    ) -> None:
        super().__init__(theme, title, what, parent)
        self._on_reason = on_reason
        self._picker = ReasonPicker(theme, reasons)
        self._picker.picked.connect(self._on_picked)
        self.body.addWidget(self._picker)
        self._note = QLineEdit()
        self._note.setPlaceholderText("Note (optional), write it before choosing")
        self._note.setAccessibleName("Note")
        self._note.setVisible(note)
        self.body.addWidget(self._note)
        self.add_button("Cancel", self.reject, "quiet")
        self._picker.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The digits choose wherever the focus is but in the note."""
        if self._note.hasFocus() or not self._picker.take_key(event):
            super().keyPressEvent(event)

    def _on_picked(self, code: str) -> None:
        note = self._note.text().strip()
        self.accept()
        self._on_reason(code, note)
