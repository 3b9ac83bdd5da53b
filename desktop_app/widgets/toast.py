"""Short messages that float over the window, go by themselves, and never ask for an OK."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import RADIUS, SPACE_8, SPACE_12, SPACE_16, SPACE_24, STRIP_HEIGHT, Tone
from desktop_app.widgets.buttons import button, icon_button
from desktop_app.widgets.layouts import label
from desktop_app.widgets.marks import paint_mark

_SECONDS: Final = 6
# What went wrong stays until it is read.
_SECONDS_BAD: Final = 20
# More would cover the list that a person works in; the newest say what counts.
_MOST: Final = 2
_WIDTH: Final = 420
_SHADOW: Final = 10
_MARK: Final = 11.0


class Toasts(QObject):
    """The toasts of one window, the newest at the bottom."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._shown: list[_Toast] = []
        window.installEventFilter(self)

    def show(
        self,
        text: str,
        tone: Tone = "info",
        action: tuple[str, Callable[[], object]] | None = None,
        seconds: int = 0,
    ) -> None:
        """Say `text`; `action` is a word and what it does, as ("Undo", context.undo)."""
        for same in [toast for toast in self._shown if toast.text == text]:
            same.go()
        while len(self._shown) >= _MOST:
            self._shown[0].go()
        toast = _Toast(self._theme, self._window, text, tone, action, self._remove)
        self._shown.append(toast)
        self._place()
        toast.show()
        toast.raise_()
        wait = seconds or (_SECONDS_BAD if tone in ("danger", "warning") or action else _SECONDS)
        toast.wait(wait)
        _announce(toast)

    def good(self, text: str, action: tuple[str, Callable[[], object]] | None = None) -> None:
        """Something is done."""
        self.show(text, "ok", action)

    def bad(self, text: str, action: tuple[str, Callable[[], object]] | None = None) -> None:
        """Something was refused or failed."""
        self.show(text, "danger", action)

    def texts(self) -> list[str]:
        """What is shown now, oldest first."""
        return [toast.text for toast in self._shown]

    def clear(self) -> None:
        """Take all away."""
        for toast in list(self._shown):
            toast.go()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _remove(self, toast: "_Toast") -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            self._place()

    def _place(self) -> None:
        bottom = self._window.height() - SPACE_16 - STRIP_HEIGHT
        for toast in reversed(self._shown):
            toast.resize(min(_WIDTH, self._window.width() - 2 * SPACE_24), toast.heightForWidth(_WIDTH))
            toast.move(QPoint((self._window.width() - toast.width()) // 2, bottom - toast.height()))
            bottom -= toast.height() - _SHADOW + SPACE_8 // 2


def _announce(toast: QWidget) -> None:
    """Let a screen reader say it. Imported late: the first paint needs no accessibility."""
    from PySide6.QtGui import QAccessible, QAccessibleEvent

    QAccessible.updateAccessibility(QAccessibleEvent(toast, QAccessible.Event.Alert))


class _Toast(QWidget):
    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        text: str,
        tone: Tone,
        action: tuple[str, Callable[[], object]] | None,
        gone: Callable[["_Toast"], None],
    ) -> None:
        super().__init__(window)
        self.text = text
        self._theme, self._tone, self._gone = theme, tone, gone
        self._words = label(text, wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(
            _SHADOW + SPACE_16 + 20, _SHADOW + SPACE_8, _SHADOW + SPACE_8, _SHADOW + SPACE_8
        )
        layout.setSpacing(SPACE_12)
        layout.addWidget(self._words, 1)
        if action is not None:
            layout.addWidget(button(theme, action[0], lambda: self._act(action[1]), kind="quiet"))
        layout.addWidget(icon_button(theme, "close", "Close this message", self.go))
        self.setAccessibleName(text)

    def heightForWidth(self, width: int) -> int:
        return max(
            self.layout().heightForWidth(width), self._theme.metrics.control + 2 * SPACE_8 + 2 * _SHADOW
        )

    def wait(self, seconds: int) -> None:
        # A timer of its own, so that it ends with the toast, however early that is.
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self.go)
        timer.start(seconds * 1000)

    def go(self) -> None:
        self._gone(self)
        self.hide()
        self.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        paint_float(painter, self._theme, box, _SHADOW)
        ink, _soft = self._theme.tone(self._tone)
        paint_mark(
            painter,
            QRectF(box.left() + SPACE_16, box.center().y() - _MARK / 2, _MARK, _MARK),
            self._tone,
            ink,
        )
        painter.end()

    def _act(self, call: Callable[[], object]) -> None:
        self.go()
        call()


def paint_float(painter: QPainter, theme: Theme, box: QRectF, reach: int) -> None:
    """The ground of what floats: a raised surface with a soft shadow of `reach` pixels around it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    shade = QColor(theme.colour("shadow"))
    darkest = {"light": 0.055, "dark": 0.20, "contrast": 0.0}[theme.scheme]
    for step in range(reach, 0, -1):
        # Each ring lies on the ones outside it, so that the shade grows towards the edge like a blur.
        shade.setAlphaF(darkest * (1 - step / (reach + 1)) ** 2)
        painter.setBrush(shade)
        painter.drawRoundedRect(box.adjusted(-step, -step + 3, step, step + 2), RADIUS + step, RADIUS + step)
    painter.setPen(QPen(theme.colour("line_strong"), 1))
    painter.setBrush(theme.colour("raised"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
