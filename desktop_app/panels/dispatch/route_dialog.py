"""A route for another day: which van, on which day, and when it leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QTime
from PySide6.QtWidgets import QComboBox, QDateEdit, QTimeEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme
from desktop_app.widgets.form_rows import Form
from local_db.queries.dispatch_queries import VanRow

_MINUTES: Final = 60


class RouteDialog(DialogFrame):
    """``on_open(van, starts_at)`` is called once, with the start at the site's clock; Escape calls nothing."""

    def __init__(
        self,
        theme: Theme,
        vans: Sequence[VanRow],
        today: date,
        zone: str,
        hours: tuple[float, float],
        on_open: Callable[[VanRow, datetime], object],
        parent: QWidget | None = None,
    ) -> None:
        """``hours``: how long a route may take, and the hour at which it begins unless another is entered."""
        length, start = hours
        super().__init__(
            theme, "Open a route", f"It takes {length:g} hours at most, from when it leaves.", parent
        )
        self.setObjectName("dispatch.route_dialog")
        self._vans, self._zone, self._on_open = list(vans), ZoneInfo(zone), on_open
        self._van = QComboBox()
        self._van.setObjectName("dispatch.route_dialog.van")
        for van in self._vans:
            self._van.addItem(
                f"{van.code}  {van.driver_name or 'no driver'}, {van.capacity_g / 1000:,.0f} kg"
            )
        tomorrow = today + timedelta(days=1)
        self._day = QDateEdit(QDate(tomorrow.year, tomorrow.month, tomorrow.day))
        self._day.setObjectName("dispatch.route_dialog.day")
        self._day.setMinimumDate(QDate(today.year, today.month, today.day))
        self._day.setDisplayFormat("ddd d MMM yyyy")
        self._day.setCalendarPopup(True)
        hour, minute = divmod(round(start * _MINUTES), _MINUTES)
        self._time = QTimeEdit(QTime(hour, minute))
        self._time.setObjectName("dispatch.route_dialog.time")
        self._time.setDisplayFormat("HH:mm")
        form = Form()
        form.add("van", "Van", self._van)
        form.add("day", "Day", self._day)
        form.add("time", "Leaves at", self._time)
        self.body.addWidget(form)
        self.add_button("Cancel", self.reject, "quiet")
        go = self.add_button("Open the route", self._open, "primary")
        go.setObjectName("dispatch.route_dialog.open")
        self._day.setFocus()

    def _open(self) -> None:
        day, at = self._day.date(), self._time.time()
        starts_at = datetime.combine(
            date(day.year(), day.month(), day.day()), time(at.hour(), at.minute()), self._zone
        )
        van = self._vans[self._van.currentIndex()]
        self.accept()
        self._on_open(van, starts_at)
