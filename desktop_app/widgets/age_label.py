"""How old something is, kept up to date, with the full time on hover."""

from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app import formats

_QUICK_MS: Final = 1_000
_SLOW_MS: Final = 15_000
_QUICK_UNTIL_S: Final = 60


class AgeLabel(QLabel):
    """`Updated 4 min ago`. It counts only while it is visible."""

    def __init__(
        self,
        prefix: str = "",
        when: formats.Instant | None = None,
        zone: str = "UTC",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "label")
        self._prefix, self._when, self._zone = prefix, when, zone
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write)
        self._write()

    def set_time(self, when: formats.Instant | None, prefix: str | None = None) -> None:
        """Show the age of `when`, behind other words if `prefix` is given; None shows a dash."""
        self._when = when
        self._prefix = self._prefix if prefix is None else prefix
        self._write()

    def event(self, event: QEvent) -> bool:
        """Count while visible; the full time is written only when somebody asks for it."""
        if event.type() == QEvent.Type.Show:
            self._write()
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
        elif event.type() == QEvent.Type.ToolTip:
            self.setToolTip(formats.full_time(self._when, self._zone))
        return super().event(event)

    def _write(self) -> None:
        text = formats.ago(self._when)
        self.setText(f"{self._prefix} {text}" if self._prefix else text)
        if self._when is not None and self.isVisible():
            old = (datetime.now(UTC) - formats.moment(self._when)).total_seconds()
            self._timer.start(_QUICK_MS if old < _QUICK_UNTIL_S else _SLOW_MS)
