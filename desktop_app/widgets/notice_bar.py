"""Facts that stay until they are settled, in a strip under the top bar."""

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_16, Tone
from desktop_app.widgets.buttons import button, icon_button
from desktop_app.widgets.layouts import label
from desktop_app.widgets.marks import paint_mark

_MARK = 11.0


class NoticeBar(QWidget):
    """Notices by key; the same key replaces. No height while there are none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._notices: dict[str, _Notice] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def put(
        self, key: str, text: str, tone: Tone = "info", action: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        """Show `text` under `key` until it is cleared or closed."""
        self.clear(key)
        notice = _Notice(self._theme, text, tone, action, lambda: self.clear(key))
        self._notices[key] = notice
        self._layout.addWidget(notice)

    def clear(self, key: str) -> None:
        """Take a notice away, if it is there."""
        notice = self._notices.pop(key, None)
        if notice is not None:
            notice.hide()
            notice.deleteLater()

    def texts(self) -> dict[str, str]:
        """What is shown, by key."""
        return {key: notice.text for key, notice in self._notices.items()}


class _Notice(QWidget):
    def __init__(
        self,
        theme: Theme,
        text: str,
        tone: Tone,
        action: tuple[str, Callable[[], object]] | None,
        close: Callable[[], None],
    ) -> None:
        super().__init__()
        self.text = text
        self._theme, self._tone = theme, tone
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_16 + 20, SPACE_4, SPACE_8, SPACE_4)
        layout.setSpacing(SPACE_8)
        layout.addWidget(label(text, wrap=True), 1)
        if action is not None:
            layout.addWidget(button(theme, action[0], action[1], kind="quiet"))
        layout.addWidget(icon_button(theme, "close", "Close this notice", close))
        self.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, soft = self._theme.tone(self._tone)
        painter = QPainter(self)
        painter.fillRect(self.rect(), soft)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.colour("line"))
        paint_mark(painter, QRectF(SPACE_16, self.height() / 2 - _MARK / 2, _MARK, _MARK), self._tone, ink)
        painter.end()
