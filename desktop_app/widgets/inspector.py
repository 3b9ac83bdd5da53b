"""The inspector at the right: what is known of the selection, 320 to 420 pixels wide, closed at will."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import INSPECTOR_MAX, INSPECTOR_MIN, SPACE_8, SPACE_16, WIDTHS_FOR
from desktop_app.widgets.buttons import icon_button
from desktop_app.widgets.layouts import label


class Inspector(QWidget):
    """A title, a cross, and the panel's own widget, kept in a stack."""

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = label("", "section")
        self._stack = QStackedWidget()
        self.setMaximumWidth(INSPECTOR_MAX)
        self._fit()
        theme.changed.connect(self._fit)
        self.setAccessibleName("Inspector")
        top = QHBoxLayout()
        top.setContentsMargins(SPACE_16, SPACE_8, SPACE_8, SPACE_8)
        top.addWidget(self._title, 1)
        top.addWidget(
            icon_button(
                theme, "close", "Close the inspector", self.closed.emit, tip="Close the inspector (Esc)"
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._stack, 1)

    def show_widget(self, title: str, widget: QWidget) -> None:
        """Show `widget` under `title`; what was shown stays in the stack."""
        self._title.setText(title)
        if self._stack.indexOf(widget) < 0:
            self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)

    def _fit(self) -> None:
        """Larger type needs more room: what stands in here is never cut at the right."""
        self.setMinimumWidth(min(INSPECTOR_MAX, round(INSPECTOR_MIN * self._theme.metrics.body / WIDTHS_FOR)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A surface with a hairline at its left."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.fillRect(0, 0, 1, self.height(), self._theme.colour("line"))
        painter.end()
