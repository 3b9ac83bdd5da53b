"""The link as a quiet fact: Live, Syncing, Offline since when, needs attention; always with its age."""

from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop_app import formats
from desktop_app.panel_context import LinkStatus
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import Tone
from desktop_app.widgets.marks import MARK_SIZE, paint_mark

_PAD: Final = 10.0
_GAP: Final = 7.0
_EVERY_MS: Final = 5_000
# An age below this is not worth a figure that jumps each second.
_FRESH_S: Final = 10


class LinkBadge(QAbstractButton):
    """Click it to see the outbox."""

    def __init__(self, theme: Theme, zone: str = "UTC", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._status: LinkStatus | None = None
        self._words, self._age = "Starting", ""
        self._tone: Tone = "neutral"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._write)
        self._write()

    def show_status(self, status: LinkStatus) -> None:
        """Show the link as it is now."""
        self._status = status
        self._write()

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Qt's own signature
        """Count while visible."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Qt's own signature
        """And only then."""
        super().hideEvent(event)
        self._timer.stop()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        words = self.fontMetrics().horizontalAdvance(self._words)
        age = self.fontMetrics().horizontalAdvance(self._age) + _GAP if self._age else 0
        return QSize(
            round(2 * _PAD + MARK_SIZE + _GAP + words + age) + 2, max(28, self._theme.metrics.control - 4)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme = self._theme
        ink, soft = theme.tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour("focus"), 1.5) if self.hasFocus() else QPen(theme.colour("line"), 1))
        painter.setBrush(
            soft
            if self._tone in ("warning", "danger")
            else theme.colour("hover" if self.underMouse() else "surface")
        )
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        paint_mark(
            painter, QRectF(_PAD, box.center().y() - MARK_SIZE / 2, MARK_SIZE, MARK_SIZE), self._tone, ink
        )
        painter.setFont(self.font())
        painter.setPen(ink if self._tone in ("warning", "danger") else theme.colour("text"))
        left = _PAD + MARK_SIZE + _GAP
        painter.drawText(box.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words)
        if self._age:
            painter.setPen(theme.colour("quiet"))
            left += painter.fontMetrics().horizontalAdvance(self._words) + _GAP
            painter.drawText(box.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._age)
        painter.end()

    def _write(self) -> None:
        before = self._words, self._age, self._tone
        if self._status is not None:
            self._words, self._age, self._tone = describe_link(self._status, self._zone)
        self.setAccessibleName(f"Link: {self._words} {self._age}".strip())
        self.setToolTip(self._tip())
        if before != (self._words, self._age, self._tone):
            self.updateGeometry()
            self.update()

    def _tip(self) -> str:
        if self._status is None or self._status.synced_at is None:
            return "Not yet synced. Click for what is pending."
        problem = str(getattr(self._status, "problem", ""))
        if problem:
            return f"{problem}\nClick for what is pending."
        equal_at = formats.full_time(self._status.synced_at, self._zone)
        return f"All of this was equal to the server at {equal_at}. Click for what is pending."


def describe_link(status: LinkStatus, zone: str, now: datetime | None = None) -> tuple[str, str, Tone]:
    """The badge's words, its age, and its tone."""
    now = now or datetime.now(UTC)
    age = _age_words(status, now)
    pending, attention = formats.number(status.pending), formats.number(status.needs_attention)
    if status.state == "offline":
        words = (
            f"Offline since {formats.clock(status.since, zone)}" if status.since is not None else "Offline"
        )
        words += f", {pending} pending" if status.pending else ""
        words += f", {attention} need attention" if status.needs_attention else ""
        return words, age, "warning"
    if status.needs_attention:
        return f"{attention} {'needs' if status.needs_attention == 1 else 'need'} attention", age, "danger"
    if status.state == "attention":
        return "Link needs attention", age, "danger"
    if status.state == "syncing" or status.pending:
        return f"Syncing {pending}" if status.pending else "Syncing", age, "info"
    return "Live", age, "ok"


def _age_words(status: LinkStatus, now: datetime) -> str:
    if status.synced_at is None:
        return ""
    seconds = (now - formats.moment(status.synced_at)).total_seconds()
    return "now" if seconds < _FRESH_S else formats.ago(status.synced_at, now)
