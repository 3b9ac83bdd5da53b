"""Forms: a label, a field and a message that names the field; the first wrong one gets the focus."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from desktop_app.themes.tokens import SPACE_4, SPACE_12, SPACE_16
from desktop_app.widgets.layouts import label

# Forms below each other have their fields in one line.
_BESIDE_WIDTH = 230


class Form(QWidget):
    """Fields by name, below each other. `show_errors({"sku": "..."})` writes each message under its field."""

    def __init__(self, parent: QWidget | None = None, *, beside: bool = False) -> None:
        """With `beside`, labels stand left of their fields, else above them."""
        super().__init__(parent)
        self._beside = beside
        self._fields: dict[str, QWidget] = {}
        self._titles: dict[str, str] = {}
        self._messages: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_16)
        self._grid.setVerticalSpacing(SPACE_4)
        self._grid.setColumnStretch(1 if beside else 0, 1)

    def add(self, name: str, title: str, field: QWidget, hint: str = "") -> QWidget:
        """Add a field and answer it. `hint` is a line below that is always there."""
        title_label = label(title, "body" if self._beside else "label")
        title_label.setBuddy(field)
        field.setAccessibleName(title)
        message = label("", "error", wrap=True)
        message.hide()
        at = self._grid.rowCount()
        if self._beside:
            title_label.setFixedWidth(_BESIDE_WIDTH)
            title_label.setWordWrap(True)
            self._grid.addWidget(title_label, at, 0, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(field, at, 1)
            under = at + 1
            column = 1
        else:
            if not isinstance(field, QCheckBox):
                self._grid.addWidget(title_label, at, 0)
            else:
                field.setText(title)
            self._grid.addWidget(field, at + 1, 0)
            under, column = at + 2, 0
        if hint:
            self._grid.addWidget(label(hint, "label", wrap=True), under, column)
            under += 1
        self._grid.addWidget(message, under, column)
        self._grid.setRowMinimumHeight(under + 1, SPACE_12 - SPACE_4)
        self._fields[name], self._titles[name], self._messages[name] = field, title, message
        if isinstance(field, QLineEdit):
            field.textEdited.connect(lambda _text: self.clear_error(name))
        return field

    def field(self, name: str) -> QWidget:
        """The field called `name`."""
        return self._fields[name]

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Write each message under its field and go to the first; fields not named are right."""
        first: QWidget | None = None
        for name, field in self._fields.items():
            text = errors.get(name, "")
            if text and self._titles[name].lower() not in text.lower():
                text = f"{self._titles[name]}: {text}"
            self._messages[name].setText(text)
            self._messages[name].setVisible(bool(text))
            field.setAccessibleDescription(text)
            _mark_invalid(field, bool(text))
            if text and first is None:
                first = field
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear_error(self, name: str) -> None:
        """The person is putting it right."""
        self._messages[name].hide()
        _mark_invalid(self._fields[name], False)

    def values(self) -> dict[str, object]:
        """What is entered: text, whole number, choice's data or switch, by field name."""
        return {name: _value(field) for name, field in self._fields.items()}


def _value(field: QWidget) -> object:
    if isinstance(field, QLineEdit):
        return field.text().strip()
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText().strip()
    if isinstance(field, QComboBox):
        return field.currentData() if field.currentData() is not None else field.currentText()
    if isinstance(field, QCheckBox):
        return field.isChecked()
    if isinstance(field, QAbstractSpinBox):
        return field.value() if hasattr(field, "value") else field.text()
    return getattr(field, "value", lambda: None)()


def _mark_invalid(field: QWidget, invalid: bool) -> None:
    if bool(field.property("invalid")) != invalid:
        field.setProperty("invalid", invalid)
        field.style().unpolish(field)
        field.style().polish(field)
