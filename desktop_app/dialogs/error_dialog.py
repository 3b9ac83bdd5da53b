"""The details of an error, to be copied to whoever helps."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme


class ErrorDialog(DialogFrame):
    """What happened in words, and the technical line below."""

    def __init__(self, theme: Theme, sentence: str, technical: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, "What went wrong", sentence, parent, width=520)
        details = QPlainTextEdit(technical)
        details.setReadOnly(True)
        details.setAccessibleName("Technical details")
        details.setFixedHeight(120)
        self.body.addWidget(details)
        self.add_button("Copy details", lambda: QGuiApplication.clipboard().setText(technical))
        self.add_button("Close", self.accept, "primary")
