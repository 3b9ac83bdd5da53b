"""What alarms about vehicles and deliveries, at the top of the list, until somebody says that it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, Tone
from desktop_app.widgets.buttons import button
from desktop_app.widgets.layouts import holder, label, row
from desktop_app.widgets.pill import Pill
from local_db.queries.fleet_queries import FleetAlert

_MOST: Final = 2
_TITLES: Final = {
    "vehicle_error": "Error",
    "vehicle_silent": "Silent",
    "delivery_failed": "Not delivered",
}


class AlertStrip(QFrame):
    """`shown_clicked(alert)` leads to what it is about, `seen(alert)` acknowledges it."""

    shown_clicked = Signal(object)
    seen = Signal(object)

    def __init__(self, theme: Theme, may_acknowledge: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("fleet.alerts")
        self.setAccessibleName("Alerts")
        self._theme, self._may = theme, may_acknowledge
        self._alerts: tuple[FleetAlert, ...] | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE_12, SPACE_8, SPACE_8, SPACE_8)
        self._layout.setSpacing(SPACE_8)
        self.hide()

    def show_alerts(self, alerts: Sequence[FleetAlert]) -> None:
        """Show the open ones among these, the gravest first; nothing where there are none."""
        open_ones = tuple(alert for alert in alerts if alert.status == "open")
        if open_ones == self._alerts:
            return
        self._alerts = open_ones
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for alert in open_ones[:_MOST]:
            self._layout.addWidget(self._row(alert))
        if len(open_ones) > _MOST:
            more = label(f"and {len(open_ones) - _MOST} more, under the filter Alerts", "label")
            self._layout.addWidget(more)
        self.setVisible(bool(open_ones))
        self.adjustSize()

    @property
    def first(self) -> FleetAlert | None:
        """The gravest open alert."""
        return self._alerts[0] if self._alerts else None

    def _row(self, alert: FleetAlert) -> QWidget:
        tone: Tone = "danger" if alert.severity == "danger" else "warning"
        age = label(formats.ago(alert.raised_at), "label")
        pill = Pill(self._theme, _TITLES.get(alert.kind, alert.kind), tone)
        show = button(self._theme, "Show", lambda: self.shown_clicked.emit(alert), kind="quiet")
        show.setObjectName("fleet.alert.show")
        seen = button(self._theme, "Seen", lambda: self.seen.emit(alert), kind="quiet")
        seen.setObjectName("fleet.alert.seen")
        seen.setAccessibleName("Acknowledge the alert")
        seen.setToolTip("Acknowledge: it leaves this list, and stays open until it is settled")
        seen.setVisible(self._may)
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(SPACE_4)
        words.addLayout(row(pill, age, "stretch", show, seen, gap=SPACE_4))
        words.addWidget(label(alert.message, wrap=True))
        return holder(words)
