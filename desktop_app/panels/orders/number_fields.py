"""The two small fields of an order line: how many, and what one costs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QIntValidator, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from services.domain.money import format_money, parse_money

_MOST = 1_000_000
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EnterField(QLineEdit):
    """A field that says when Enter is pressed and is replaced by the next key after it got the focus."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter walks on."""
        if event.key() in _ENTERS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What stands there is replaced by the next key."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()


class QuantityField(EnterField):
    """A whole number above zero; Up and Down step it."""

    def __init__(self) -> None:
        super().__init__("1")
        self.setValidator(QIntValidator(1, _MOST, self))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def value(self) -> int | None:
        """The quantity, or None where none is written."""
        text = self.text()
        return int(text) if text.isdigit() and 1 <= int(text) <= _MOST else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up is one more, Down one less."""
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.setText(str(min(_MOST, max(1, (self.value() or 1) + step))))
            self.selectAll()


class PriceField(EnterField):
    """An amount in the order's currency."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def show_minor(self, minor: int) -> None:
        """Write an amount of minor units."""
        self.setText(format_money(minor, self.currency))

    def minor(self) -> int | None:
        """The amount in minor units; None where nothing is written. Raises RuleViolation for what is no amount."""
        return parse_money(self.text(), self.currency, field="Price") if self.text().strip() else None
