"""A quantity with its unit: large enough for gloves, never a wheel's accident."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4
from desktop_app.widgets.buttons import icon_button

_MOST = 999_999


class _Spin(QSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """A scroll over a form must not change what is ordered."""
        event.ignore()


class QuantityEdit(QWidget):
    """Minus, figure with unit, plus. `changed(int)`; `entered()` on Enter."""

    changed = Signal(int)
    entered = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        value: int = 1,
        least: int = 0,
        most: int = _MOST,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._spin = _Spin()
        self._spin.setRange(least, most)
        self._spin.setValue(value)
        self._spin.setSuffix(f" {unit}" if unit else "")
        self._spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._spin.setProperty("plain", True)
        self._spin.setGroupSeparatorShown(True)
        self._spin.lineEdit().setTextMargins(0, 0, SPACE_4, 0)
        self._spin.setMinimumWidth(96)
        self._spin.valueChanged.connect(self.changed)
        minus = icon_button(theme, "minus", "One less", lambda: self._spin.stepBy(-1))
        plus = icon_button(theme, "plus", "One more", lambda: self._spin.stepBy(1))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_4)
        for piece in (minus, self._spin, plus):
            layout.addWidget(piece)
        for each in (minus, plus):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            each.setAutoRepeat(True)
        layout.addStretch(1)
        self.setFocusProxy(self._spin)

    def value(self) -> int:
        """The quantity."""
        return self._spin.value()

    def set_value(self, value: int) -> None:
        """Show another quantity."""
        self._spin.setValue(value)

    def set_limits(self, least: int, most: int) -> None:
        """Take no less and no more."""
        self._spin.setRange(least, most)

    def select_all(self) -> None:
        """Let the next digit replace what is there."""
        self._spin.selectAll()

    def setAccessibleName(self, name: str) -> None:
        """The name belongs to the field inside."""
        super().setAccessibleName(name)
        self._spin.setAccessibleName(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter says that the quantity stands."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._spin.interpretText()
            self.entered.emit()
        else:
            super().keyPressEvent(event)
