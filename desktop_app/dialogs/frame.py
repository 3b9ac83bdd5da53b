"""The frame that all dialogs share: a heading, a body, and the buttons at the right."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16, SPACE_24
from desktop_app.widgets.buttons import ButtonKind, TextButton, button
from desktop_app.widgets.layouts import label


class DialogFrame(QDialog):
    """Open it with `open()`: the event loop of the window goes on. It deletes itself once closed."""

    def __init__(
        self, theme: Theme, title: str, hint: str = "", parent: QWidget | None = None, *, width: int = 440
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setMinimumWidth(width)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE_12)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE_8)
        self._buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_24, SPACE_24, SPACE_24, SPACE_16)
        layout.setSpacing(SPACE_4)
        layout.addWidget(label(title, "title", wrap=True))
        if hint:
            layout.addWidget(label(hint, "quiet", wrap=True))
        layout.addSpacing(SPACE_12)
        layout.addLayout(self.body, 1)
        layout.addSpacing(SPACE_16)
        layout.addLayout(self._buttons)

    def add_button(self, text: str, on_click: Callable[[], object], kind: ButtonKind = "plain") -> TextButton:
        """A button at the right; the primary one also answers to Enter."""
        made = button(self.theme, text, on_click, kind=kind)
        made.setDefault(kind == "primary")
        made.setAutoDefault(kind == "primary")
        self._buttons.addWidget(made)
        return made
