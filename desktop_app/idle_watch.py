"""Notices that nobody has touched this terminal for a while."""

from time import monotonic
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop_app.settings import Settings

_LOOK_EVERY_MS: Final = 5_000
_SECONDS_A_MINUTE: Final = 60
_QUIET_S: Final = 5
_QUIET_EVERY_S: Final = 300


class IdleWatch(QObject):
    """`idle` once nobody has used key, mouse or finger for as long as the setting `lock_after_min` says; 0 is never.

    `quiet`, every few minutes at the most, in a moment in which nobody is at the keys: for work that would be felt.
    """

    idle = Signal()
    quiet = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._touched = self._quiet_at = monotonic()
        self._watched: QObject | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self, window: QWidget) -> None:
        """Begin to watch `window` and every window that comes in front of it."""
        app = QApplication.instance()
        if isinstance(app, QApplication) and not self._timer.isActive():
            app.focusWindowChanged.connect(self._watch)
            self._watch(window.windowHandle())
            self._touched = monotonic()
            self._timer.start()

    def stop(self) -> None:
        """Stop watching."""
        app = QApplication.instance()
        if isinstance(app, QApplication) and self._timer.isActive():
            app.focusWindowChanged.disconnect(self._watch)
            self._watch(None)
            self._timer.stop()

    def look(self, now: float | None = None) -> None:
        """Say so if nobody has been here for long enough; `now` in seconds of the monotonic clock."""
        minutes = self._settings.number("lock_after_min")
        now = monotonic() if now is None else now
        if now - self._touched >= _QUIET_S and now - self._quiet_at >= _QUIET_EVERY_S:
            self._quiet_at = now
            self.quiet.emit()
        if minutes and now - self._touched >= minutes * _SECONDS_A_MINUTE:
            self._touched = now
            self.idle.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Somebody is here."""
        if event.type() in (
            QEvent.Type.KeyPress,
            QEvent.Type.MouseMove,
            QEvent.Type.MouseButtonPress,
            QEvent.Type.Wheel,
            QEvent.Type.TouchBegin,
        ):
            self._touched = monotonic()
        return False

    def _watch(self, window: QObject | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = window
        if window is not None:
            window.installEventFilter(self)
