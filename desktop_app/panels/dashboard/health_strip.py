"""The strip of health at the bottom: link, last sync, outbox, file and disk, alerts; each with its state in a shape."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from desktop_app import formats
from desktop_app.panel_context import LinkStatus
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16, Tone
from desktop_app.widgets.link_badge import describe_link
from desktop_app.widgets.marks import MARK_SIZE, paint_mark
from local_db.queries.dashboard_queries import Health

_STALE_SYNC_S: Final = 300
_LOW_DISK: Final = 1 << 30
_VERY_LOW_DISK: Final = 256 << 20
_PARTS: Final = ("link", "sync", "outbox", "disk", "alerts")
_TITLES: Final = {
    "link": "Link",
    "sync": "Last sync",
    "outbox": "Outbox",
    "disk": "This desk",
    "alerts": "Alerts",
}


class Condition(NamedTuple):
    """How one part stands: words, tone, and the longer words on hover."""

    words: str
    tone: Tone
    tip: str = ""


class HealthStrip(QWidget):
    """`clicked(part)` with link, sync, outbox, disk or alerts."""

    clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dashboard.health")
        self.parts = {part: _Light(theme, _TITLES[part]) for part in _PARTS}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_16, SPACE_4, SPACE_16, SPACE_4)
        layout.setSpacing(SPACE_8)
        for part, light in self.parts.items():
            light.setObjectName(f"dashboard.health.{part}")
            light.clicked.connect(lambda _checked=False, part=part: self.clicked.emit(part))
            layout.addWidget(light, 1)

    def show_conditions(self, conditions: dict[str, Condition]) -> None:
        """Show how every part stands."""
        for part, condition in conditions.items():
            self.parts[part].show_condition(condition)


def conditions_of(
    link: LinkStatus, health: Health, free: int, zone: str, now: formats.Instant
) -> dict[str, Condition]:
    """How every part of the desk stands, in words."""
    words, age, tone = describe_link(link, zone)
    synced = link.synced_at
    old = synced is None or (formats.moment(now) - formats.moment(synced)).total_seconds() > _STALE_SYNC_S
    outbox = Condition("Everything sent", "ok")
    if link.needs_attention:
        outbox = Condition(f"{link.needs_attention} need you, {link.pending} pending", "danger")
    elif health.at_risk:
        outbox = Condition(f"{health.at_risk} at risk, {link.pending} pending", "warning")
    elif link.pending:
        outbox = Condition(f"{link.pending} pending", "provisional")
    tight: Tone = "danger" if free < _VERY_LOW_DISK else "warning" if free < _LOW_DISK else "ok"
    alerts = Condition("None open", "ok")
    if health.alerts:
        grave = f", {health.danger:,} critical" if health.danger else ""
        alerts = Condition(f"{health.alerts:,} open{grave}", "danger" if health.danger else "warning")
    return {
        "link": Condition(f"{words} {age}".strip(), tone, "What connects this desk with the server"),
        "sync": Condition(
            formats.ago(synced) if synced is not None else "Not yet",
            "stale" if old else "ok",
            f"The rows here were last the server's at {formats.full_time(synced, zone)}" if synced else "",
        ),
        "outbox": outbox,
        "disk": Condition(
            f"{formats.size(health.database_bytes)} used, {formats.size(free)} free",
            tight,
            f"The desk's file: {health.database_path}",
        ),
        "alerts": alerts,
    }


class _Light(QAbstractButton):
    """A mark, what it is about, and how it stands."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme, self._title = theme, title
        self._condition = Condition("\u2013", "neutral")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def condition(self) -> Condition:
        """What is shown."""
        return self._condition

    def show_condition(self, condition: Condition) -> None:
        """Show another condition."""
        self._condition = condition
        self.setAccessibleName(f"{self._title}: {condition.words}")
        self.setToolTip(f"{self._title}: {condition.words}" + (f"\n{condition.tip}" if condition.tip else ""))
        self.update()

    def sizeHint(self) -> QSize:
        """Two short lines."""
        return QSize(120, max(self._theme.metrics.hit, 2 * self._theme.metrics.body + 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(theme.colour("focus"), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(box, 6, 6)
        ink = theme.tone(self._condition.tone)[0]
        mark = QRectF(SPACE_8, box.center().y() - MARK_SIZE / 2, MARK_SIZE, MARK_SIZE)
        paint_mark(painter, mark, self._condition.tone, ink)
        left = mark.right() + SPACE_12
        room = box.width() - left - SPACE_4
        painter.setFont(theme.font("label"))
        painter.setPen(theme.colour("quiet"))
        middle = box.center().y()
        painter.drawText(
            QRectF(left, box.top() + 3, room, middle - box.top() - 3),
            Qt.AlignmentFlag.AlignVCenter,
            self._title,
        )
        painter.setFont(theme.font("label_strong"))
        painter.setPen(ink if self._condition.tone in ("danger", "warning") else theme.colour("text"))
        words = QFontMetricsF(painter.font()).elidedText(
            self._condition.words, Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(
            QRectF(left, middle - 1, room, box.bottom() - middle - 2), Qt.AlignmentFlag.AlignVCenter, words
        )
        painter.end()
