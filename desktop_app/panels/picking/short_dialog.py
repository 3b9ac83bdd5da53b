"""A short pick: how many were found, and why, by the keys 1-9."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme
from desktop_app.widgets.form_rows import Form
from desktop_app.widgets.layouts import label
from desktop_app.widgets.quantity_edit import QuantityEdit
from desktop_app.widgets.reason_picker import ReasonPicker
from services.domain.pick_states import ShortReason

_REASONS = [(reason.value, reason.value.replace("_", " ").capitalize()) for reason in ShortReason]


class ShortDialog(DialogFrame):
    """``on_short(found, reason)`` is called once a reason is chosen; Escape calls nothing."""

    def __init__(
        self,
        theme: Theme,
        what: str,
        asked: int,
        on_short: Callable[[int, str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "Short pick", what, parent)
        self._on_short = on_short
        form = Form()
        self._found = QuantityEdit(theme, value=0, least=0, most=max(0, asked - 1), unit=f"of {asked}")
        self._found.setObjectName("picking.short.found")
        form.add("found", "How many were there?", self._found)
        self.body.addWidget(form)
        self.body.addWidget(label("Why? Choose with the keys 1-7: it is then recorded.", "quiet"))
        self._reasons = ReasonPicker(theme, _REASONS)
        self._reasons.setObjectName("picking.short.reason")
        self._reasons.picked.connect(self._on_reason)
        self.body.addWidget(self._reasons)
        self.add_button("Cancel", self.reject, "quiet")
        self._reasons.setFocus()

    def set_found(self, found: int) -> None:
        """Say how many were found."""
        self._found.set_value(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose the reason, wherever the focus is but in the figure."""
        if self._found.hasFocus() or self._found.focusProxy().hasFocus() or not self._reasons.take_key(event):
            super().keyPressEvent(event)

    def _on_reason(self, reason: str) -> None:
        found = self._found.value()
        self.accept()
        self._on_short(found, reason)
