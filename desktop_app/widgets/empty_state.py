"""What stands where there is nothing yet: why, and what to do next."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_12, SPACE_32
from desktop_app.widgets.buttons import button
from desktop_app.widgets.layouts import label, row

_ICON = 40
_TEXT_WIDTH = 380


class EmptyState(QWidget):
    """An icon, a sentence, a hint, and at most one thing to do, whose button is `button`."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        hint: str = "",
        action: tuple[str, Callable[[], object]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._icon = theme, icon
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title, self._hint = label(title, "section", wrap=True), label(hint, "quiet", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_32, SPACE_32, SPACE_32, SPACE_32)
        layout.setSpacing(SPACE_4)
        layout.addStretch(2)
        layout.addWidget(self._picture)
        layout.addSpacing(SPACE_12)
        for text in (self._title, self._hint):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            text.setMaximumWidth(_TEXT_WIDTH)
            across = row("stretch", text, "stretch", gap=0)
            # The words take the room up to their greatest width; what is left is the margins'.
            across.setStretch(1, 100)
            layout.addLayout(across)
            text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = button(theme, action[0], action[1], kind="primary") if action is not None else None
        if self.button is not None:
            layout.addSpacing(SPACE_12)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self._hint.setVisible(bool(hint))
        self._dress()

    def say(self, title: str, hint: str = "", icon: str = "") -> None:
        """Say something else, as when a filter hides everything."""
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        if icon:
            self._icon = icon
            self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Take the icon in the new theme's colour."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        self._picture.setPixmap(self._theme.pixmap(self._icon, _ICON, "line_strong"))
