"""The Dashboard: what the warehouse is at this minute, from the cache alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.change_feed import FreshView
from desktop_app.panel_context import PanelContext
from desktop_app.panels.dashboard.activity import ActivityFeed
from desktop_app.panels.dashboard.cards import FigureRow
from desktop_app.panels.dashboard.health_strip import HealthStrip, conditions_of
from desktop_app.panels.dashboard.share_chart import Part, ShareChart
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12, SPACE_16
from desktop_app.widgets.buttons import button
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.layouts import card, holder, label, line, row
from desktop_app.widgets.plot import Bars, Line, Plot
from local_db.queries.dashboard_queries import (
    Charts,
    Day,
    Deliveries,
    Figures,
    Health,
    StockBands,
    charts,
    figures,
    free_bytes,
    health,
    past_days,
    usual_day,
)
from local_db.queries.events import EventRow, events
from services.domain.stock_rules import GREEN_ABOVE, RED_BELOW

_TABLES: Final = ("order", "order_line", "pick_task", "stock_level", "alert", "route", "stop", "vehicle", "event",
                  "outbox", "attention", "link")  # fmt: skip
# A sync brings many small changes: the figures follow at most this often, and by themselves as time goes on.
_REST_MS: Final = 400
_TICK_MS: Final = 30_000
_PAST_EVERY_MS: Final = 10 * 60_000
_FEED_ROWS: Final = 80
_OPEN_HOURS: Final = (6, 20)
"""The hours that a chart shows at least."""
_REVEALS: Final = {
    "order": ("orders", "order"), "order_line": ("orders", "order"), "shipment": ("fleet", "shipment"),
    "stop": ("fleet", "stop"), "route": ("fleet", "route"), "vehicle": ("fleet", "vehicle"),
    "product": ("inventory", "product"), "stock": ("inventory", "stock"), "location": ("inventory", "location"),
    "stock_task": ("inventory", "stock_task"), "cycle_count": ("inventory", "cycle_count"),
    "wave": ("picking", "wave"), "pick_task": ("picking", "pick_task"), "customer": ("admin", "customer"),
    "user": ("admin", "user"), "driver": ("admin", "driver"), "alert": ("dashboard", "alert"),
}  # fmt: skip


class Now(NamedTuple):
    """All that one refresh reads."""

    day: Day
    figures: Figures
    charts: Charts
    health: Health
    free: int
    feed: list[EventRow]


class Panel(QWidget):
    """The Dashboard panel."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self._past_at = 0
        self._past: tuple[list[float], list[tuple[int, float]]] = ([], [])
        self._last: Now | None = None
        theme, zone = context.theme, context.session.time_zone
        self.figures = FigureRow(theme, zone)
        self.figures.opened.connect(lambda panel: context.navigate(panel))
        self.orders_plot = Plot(theme, "Orders by hour", legend=False, counts=True)
        self.orders_plot.setObjectName("dashboard.orders_plot")
        self.picks_plot = Plot(theme, "Picks by hour", legend=False, counts=True)
        self.picks_plot.setObjectName("dashboard.picks_plot")
        self.stock_chart = ShareChart(theme, "Stock by band", "No stock yet. Receive goods under Inventory.")
        self.stock_chart.setObjectName("dashboard.stock_chart")
        self.delivery_chart = ShareChart(
            theme, "Deliveries on time", "No van has left today. Load and depart under Packing & dispatch."
        )
        self.delivery_chart.setObjectName("dashboard.delivery_chart")
        self.feed = ActivityFeed(theme, zone)
        self.feed.opened.connect(self._open_event)
        self._quiet = EmptyState(
            theme, "history", "Nothing has happened yet", "What is done here or elsewhere appears by itself."
        )
        self.strip = HealthStrip(theme)
        self.strip.clicked.connect(self._open_part)
        self._lay_out()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._load)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._load)
        self._fresh = FreshView(self, context.feed, _TABLES, self._load_soon)

    # -- what the window calls -------------------------------------------------------------------------------------

    def activate(self) -> None:
        """Refresh if stale, and take the keyboard."""
        self._fresh.refresh_if_stale()
        self.new_order.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- building --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        context = self._context
        self._title = label("", "title")
        self._title.setObjectName("dashboard.title")
        self.new_order = button(
            context.theme, "New order", lambda: self._go("orders", "order.new"), kind="primary", icon="plus"
        )
        actions = [self.new_order]
        for words, icon, panel, permission in (
            ("Next batch", "pick", "picking", "pick.confirm"),
            ("Pack and depart", "van", "dispatch", ""),
            ("Receive goods", "import", "inventory", "stock.receive"),
        ):
            made = button(context.theme, words, lambda panel=panel: context.navigate(panel), icon=icon)
            made.setVisible(context.session.can(permission))
            actions.append(made)
        self.new_order.setVisible(context.session.can("order.place"))
        for name, made in zip(("new_order", "next_batch", "depart", "receive"), actions, strict=True):
            made.setObjectName(f"dashboard.do.{name}")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE_12)
        self._orders_words, self._picks_words = label("", "label"), label("", "label")
        boxes = (
            _box("Orders by hour", self.orders_plot, self._orders_words),
            _box("Picks by hour", self.picks_plot, self._picks_words),
            _box("Stock", self.stock_chart),
            _box("Deliveries today", self.delivery_chart),
        )
        for number, box in enumerate(boxes):
            grid.addWidget(box, number // 2, number % 2)
        grid.setRowStretch(0, 4)
        grid.setRowStretch(1, 3)
        feed = QVBoxLayout()
        feed.setContentsMargins(1, SPACE_12, 1, 1)
        feed.setSpacing(SPACE_8)
        feed.addLayout(row(label("Activity", "section"), "stretch", margins=(SPACE_12, 0, SPACE_12, 0)))
        feed.addWidget(line())
        feed.addWidget(self.feed, 1)
        feed.addWidget(self._quiet, 1)
        feed.setSpacing(0)
        feed.insertSpacing(1, SPACE_8)
        side = card(feed)
        side.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        side.setMinimumWidth(272)
        side.setMaximumWidth(420)
        body = QHBoxLayout()
        body.setSpacing(SPACE_12)
        body.addLayout(grid, 10)
        body.addWidget(side, 4)
        main = QVBoxLayout()
        main.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_12)
        main.setSpacing(SPACE_12)
        main.addLayout(row(self._title, "stretch", *reversed(actions)))
        main.addWidget(self.figures)
        main.addLayout(body, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(holder(main), 1)
        whole.addWidget(line())
        whole.addWidget(holder(row(self.strip), "surface"))

    # -- loading ---------------------------------------------------------------------------------------------------

    def _load_soon(self) -> None:
        """The first time at once, later together with what comes in the same moment."""
        if self._last is None:
            self._load()
        elif not self._rest.isActive():
            self._rest.start()

    def _load(self) -> None:
        desk, site_id = self._context.desk, self._context.session.site_id
        day = today(self._context.session.time_zone)

        def work() -> Now:
            read = desk.read
            kept = health(read, site_id)
            return Now(
                day, figures(read, site_id, day), charts(read, site_id, day), kept, free_bytes(kept.database_path),
                events(read, site_id=site_id, limit=_FEED_ROWS),
            )  # fmt: skip

        self._context.runner.run(work, self._show, self, key="now", label="Reading the dashboard")
        if day.now - self._past_at > _PAST_EVERY_MS or day.start > self._past_at:
            self._past_at = day.now
            self._context.runner.run(
                lambda: (usual_day(desk.read, site_id, day), past_days(desk.read, site_id, day)),
                self._show_past,
                self,
                key="past",
            )

    def _show(self, now: Now) -> None:
        self._last = now
        context, zone = self._context, self._context.session.time_zone
        local = datetime.fromtimestamp(now.day.now / 1000, ZoneInfo(zone))
        self._title.setText(f"{local:%A} {local.day} {local:%B}")
        link = context.desk.link
        self.figures.show_figures(now.figures, link, now.day.now)
        self.strip.show_conditions(conditions_of(link, now.health, now.free, zone, now.day.now))
        self.feed.show_events(now.feed)
        self.feed.setVisible(bool(now.feed))
        self._quiet.setVisible(not now.feed)
        self._draw_orders(now)
        self._draw_picks(now)
        self._draw_stock(now.charts.bands)
        self._draw_deliveries(now.charts.deliveries)

    def _show_past(self, past: tuple[list[float], list[tuple[int, float]]]) -> None:
        self._past = past
        if self._last is not None:
            self._draw_orders(self._last)
            self._draw_deliveries(self._last.charts.deliveries)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _draw_orders(self, now: Now) -> None:
        done, usual = now.charts.orders_by_hour, self._past[0]
        first, last = _hours(done, usual, now.day.hour)
        bars = Bars("Today", list(range(last - first)), done[first:last])
        series: list[Any] = [bars]
        words = f"{sum(done):,} so far"
        if usual:
            series.append(
                Line("A usual day", list(range(last - first)), usual[first:last], dashed=True, quiet=True)
            )
            words += f", usually {sum(usual[: now.day.hour + 1]):,.0f} by now"
        self.orders_plot.show_series(*series, labels=_hour_names(first, last))
        self._orders_words.setText(words)
        self._orders_words.setToolTip(
            "Bars: today. Dashed: the mean of the last four weeks." if usual else "Bars: today."
        )

    def _draw_picks(self, now: Now) -> None:
        picks = now.charts.picks_by_hour
        first, last = _hours(picks, [], now.day.hour)
        worked = [count for count in picks if count]
        series: list[Any] = [Bars("Picks", list(range(last - first)), picks[first:last])]
        if worked:
            mean = sum(worked) / len(worked)
            series.append(
                Line(
                    "Mean of the hours worked",
                    [-0.5, last - first - 0.5],
                    [mean, mean],
                    dashed=True,
                    quiet=True,
                )
            )
        self.picks_plot.show_series(*series, labels=_hour_names(first, last))
        rate = f", {mean:,.0f} an hour" if worked else " today"
        self._picks_words.setText(f"{sum(picks):,} picks{rate}")
        units = sum(now.charts.units_by_hour)
        self._picks_words.setToolTip(f"{units:,} units today. Dashed: the mean of the hours worked.")

    def _draw_stock(self, bands: StockBands) -> None:
        whole = bands.green + bands.yellow + bands.red + bands.out
        ready = f"{100 * (whole - bands.out) / whole:.0f} %" if whole else ""
        self.stock_chart.show_parts(
            ready,
            f"of {whole:,} products can be promised",
            (
                Part(f"Plenty, above {GREEN_ABOVE}", bands.green, "ok", "Plenty"),
                Part(f"Fair, {RED_BELOW} to {GREEN_ABOVE}", bands.yellow, "warning", "Fair"),
                Part(f"Short, below {RED_BELOW} or to reorder", bands.red, "danger", "Short"),
                Part("Out, none available", bands.out, "neutral", "Out"),
            ),
        )

    def _draw_deliveries(self, today_: Deliveries) -> None:
        share = today_.share
        trend = [value for _day, value in self._past[1]]
        self.delivery_chart.show_parts(
            f"{today_.ahead + today_.overdue:,}" if share is None else f"{share:.0f} %",
            "in time" if share is not None else "stops ahead, none delivered yet",
            (
                Part("In time", today_.on_time, "ok"),
                Part("Late", today_.late, "warning"),
                Part("Failed", today_.failed, "danger"),
                Part("Overdue", today_.overdue, "accent"),
                Part("Ahead", today_.ahead, "neutral"),
            ),
            trend,
            f"and over {len(trend)} days",
        )

    # -- leading on ------------------------------------------------------------------------------------------------

    def _go(self, panel: str, action: str) -> None:
        self._context.navigate(panel)
        self._context.actions.trigger(action)

    def _open_event(self, event: EventRow) -> None:
        target = _REVEALS.get(event.subject)
        if target is not None and target[0] != "dashboard":
            self._context.navigate(target[0], target[1], event.subject_id)

    def _open_part(self, part: str) -> None:
        if part in ("link", "sync"):
            self._context.actions.trigger("link.sync_now")
        elif part == "outbox":
            self._context.navigate("outbox")
        elif part == "alerts":
            self._context.navigate(
                "fleet" if self._last is not None and self._last.health.danger else "inventory"
            )

    # -- Qt --------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Time moves the figures only while somebody sees them."""
        if event.type() == QEvent.Type.Show:
            self._tick.start()
        elif event.type() == QEvent.Type.Hide:
            self._tick.stop()
            self._rest.stop()
        return super().event(event)


def today(zone: str, clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> Day:
    """The present day of a site's clock."""
    now = clock()
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    offset = local.utcoffset()
    assert offset is not None
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Day(
        int(start.timestamp() * 1000), now, int(offset.total_seconds() * 1000), local.date().isoformat()
    )


def _hours(counts: Sequence[float], usual: Sequence[float], now: int) -> tuple[int, int]:
    """The hours to show: a working day, and whatever lies outside it."""
    busy = [hour for hour in range(24) if counts[hour] or (usual and usual[hour] >= 0.5)]
    # An even hour first, so that the labels that are left out are the odd ones.
    return min([*busy, now, _OPEN_HOURS[0]]) // 2 * 2, max([*busy, now, _OPEN_HOURS[1] - 1]) + 1


def _hour_names(first: int, last: int) -> list[str]:
    return ["" if hour % 2 else f"{hour:02d}" for hour in range(first, last)]


def _box(title: str, chart: QWidget, *words: QWidget) -> QWidget:
    inside = QVBoxLayout()
    inside.setContentsMargins(SPACE_16, SPACE_12, SPACE_16, SPACE_12)
    inside.setSpacing(SPACE_4)
    inside.addLayout(row(label(title, "section"), "stretch", *words))
    inside.addWidget(chart, 1)
    return card(inside)
