"""The fields of a form, two on a line where they are short; what is wrong stands under its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from desktop_app.panels.admin.roles_edit import RolesEdit
from desktop_app.panels.admin.sections import FieldSpec, Section
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12
from desktop_app.widgets.layouts import label

# A field's title, itself, its hint and its message each have a line of the grid.
_LINES: Final = 4
Choices = Mapping[str, tuple[tuple[str, str], ...]]


class FieldGrid(QWidget):
    """``edited`` when a person changes something."""

    edited = Signal()

    def __init__(self, section: Section, choices: Choices, hints: Mapping[str, str], may_edit: bool) -> None:
        super().__init__()
        self._fields: dict[str, QWidget] = {}
        self._messages: dict[str, QLabel] = {}
        self._may_edit = may_edit
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_12)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        at, column = 0, 0
        for spec in section.fields:
            if column and not spec.half:
                at, column = at + _LINES + 1, 0
            hint = hints.get(spec.name, spec.hint)
            self._add(section.id, spec, choices.get(spec.name, spec.choices), hint, at, column)
            if spec.half and column == 0:
                column = 1
            else:
                at, column = at + _LINES + 1, 0

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values as ``entries.shown`` gives them."""
        for name, field in self._fields.items():
            field.blockSignals(True)
            _set(field, values[name])
            field.blockSignals(False)
        self.show_problems({})

    def values(self) -> dict[str, object]:
        """What stands in the fields."""
        return {name: _get(field) for name, field in self._fields.items()}

    def field(self, name: str) -> QWidget:
        """A field by its name."""
        return self._fields[name]

    def focus_first(self) -> None:
        """Begin to write."""
        next(iter(self._fields.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say at each field what is wrong with it, and go to the first."""
        first: QWidget | None = None
        for name, field in self._fields.items():
            text = problems.get(name, "")
            self._mark(name, text)
            if text and first is None:
                first = field
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def message(self, name: str) -> str:
        """What is said at a field."""
        return self._messages[name].text()

    def _add(self, section_id: str, spec: FieldSpec, choices: Any, hint: str, at: int, column: int) -> None:
        span = 1 if spec.half else 2
        field = self._make(spec, choices)
        field.setObjectName(f"admin.{section_id}.{spec.name}")
        field.setAccessibleName(spec.title)
        title = label(spec.title, "label")
        title.setBuddy(field)
        title.setContentsMargins(0, 0, 0, SPACE_4 - 1)
        message = label("", "error", wrap=True)
        message.hide()
        if spec.kind != "switch":
            self._grid.addWidget(title, at, column, 1, span)
        self._grid.addWidget(field, at + 1, column, 1, span)
        if hint and (spec.kind == "switch" or section_id == "setting"):
            self._grid.addWidget(label(hint, "label", wrap=True), at + 2, column, 1, span)
        elif hint and isinstance(field, QLineEdit):
            field.setPlaceholderText(hint)
            field.setToolTip(hint)
        self._grid.addWidget(message, at + 3, column, 1, span)
        self._grid.setRowMinimumHeight(at + _LINES, SPACE_4 if spec.kind == "switch" else SPACE_8)
        self._fields[spec.name], self._messages[spec.name] = field, message

    def _make(self, spec: FieldSpec, choices: Any) -> QWidget:
        def changed(*_args: object) -> None:
            self._mark(spec.name, "")
            self.edited.emit()

        if spec.kind == "switch":
            switch = QCheckBox(spec.title)
            switch.toggled.connect(changed)
            switch.setEnabled(self._may_edit)
            return switch
        if spec.kind == "roles":
            roles = RolesEdit()
            roles.changed.connect(changed)
            roles.setEnabled(self._may_edit)
            return roles
        if spec.kind in ("choice", "row"):
            box = QComboBox()
            for value, words in choices:
                box.addItem(words, value)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)
            box.currentIndexChanged.connect(changed)
            box.setEnabled(self._may_edit)
            return box
        edit = QLineEdit()
        edit.setReadOnly(not self._may_edit)
        edit.textChanged.connect(changed)
        return edit

    def _mark(self, name: str, text: str) -> None:
        message, field = self._messages[name], self._fields[name]
        message.setText(text)
        message.setVisible(bool(text))
        field.setAccessibleDescription(text)
        if bool(field.property("invalid")) != bool(text):
            field.setProperty("invalid", bool(text))
            field.style().unpolish(field)
            field.style().polish(field)


def _set(field: QWidget, value: Any) -> None:
    if isinstance(field, QCheckBox):
        field.setChecked(bool(value))
    elif isinstance(field, RolesEdit):
        field.set_value(str(value))
    elif isinstance(field, QComboBox):
        at = field.findData(value)
        if at < 0:
            # What is chosen is no longer among the choices: a driver who is out of use.
            field.addItem(f"{value} (out of use)", value)
            at = field.count() - 1
        field.setCurrentIndex(at)
    elif isinstance(field, QLineEdit):
        field.setText(str(value))
        field.setCursorPosition(0)


def _get(field: QWidget) -> object:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    if isinstance(field, QComboBox):
        return field.currentData()
    if isinstance(field, RolesEdit):
        return field.value()
    return field.text() if isinstance(field, QLineEdit) else None
