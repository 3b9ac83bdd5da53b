"""The card of the chosen van: who drives, how it stands, what it carries, where it goes, and what can be done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.actions import ActionRegistry
from desktop_app.panels.fleet.picture import Picture, VehicleView
from desktop_app.panels.fleet.stop_list import StopList
from desktop_app.panels.fleet.words import INTEGRATION, LINKS, PROCESSING, ROUTES, STATES
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_8, SPACE_12
from desktop_app.widgets.age_label import AgeLabel
from desktop_app.widgets.buttons import action_button, icon_button
from desktop_app.widgets.layouts import holder, label, line, row
from desktop_app.widgets.pill import Pill

_BAR: Final = 6.0


class VehicleCard(QFrame):
    """`closed()` by its cross, `stop_chosen(stop id)` from its list of stops."""

    closed = Signal()
    stop_chosen = Signal(str)

    def __init__(
        self, theme: Theme, actions: ActionRegistry, zone: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("fleet.card")
        self.setAccessibleName("The chosen van")
        self._zone = zone
        self.code = label("", "section", selectable=True)
        self.code.setObjectName("fleet.card.code")
        self._who = label("", "quiet", wrap=True)
        self.state = Pill(theme)
        self.state.setObjectName("fleet.card.state")
        self.link = Pill(theme)
        self.link.setObjectName("fleet.card.link")
        self.age = AgeLabel(zone=zone)
        self.age.setObjectName("fleet.card.age")
        self._axes = label("", "label", wrap=True)
        self.weight, self.volume = LoadBar(theme, "Weight"), LoadBar(theme, "Volume")
        self._route = label("", "strong")
        self._route.setObjectName("fleet.card.route")
        self._route_state = Pill(theme)
        self._progress = label("", "label", wrap=True)
        self.stops = StopList(theme, zone)
        self.stops.chosen.connect(self.stop_chosen)
        self._no_stops = label("", "quiet", wrap=True)
        self._close = icon_button(theme, "close", "Close the card", self.closed.emit)
        self._lay_out(theme, actions)

    def show_vehicle(self, view: VehicleView, picture: Picture, stop_id: str) -> None:
        """Show a van, with one of its stops chosen."""
        vehicle, place, route = view.row, view.place, view.route
        self.code.setText(vehicle.code)
        self._who.setText(f"{vehicle.driver_name or 'No driver'}, {vehicle.registration or vehicle.kind}")
        self.state.show_status(*STATES.get(vehicle.state, (vehicle.state, "neutral")))
        self.link.show_status(*LINKS[view.link.value])
        self.age.set_time(place.at if place else None)
        self._axes.setText(
            ", ".join(
                words
                for words in (
                    PROCESSING.get(vehicle.processing, vehicle.processing),
                    f"{place.speed_kmh:.0f} km/h" if place is not None and place.speed_kmh else "",
                    INTEGRATION.get(vehicle.integration, vehicle.integration),
                )
                if words
            )
        )
        load_g, load_ml = (route.load_g, route.load_ml) if route else (0, 0)
        self.weight.show_load(load_g / 1e3, vehicle.capacity_g / 1e3, "kg", 0)
        self.volume.show_load(load_ml / 1e6, vehicle.capacity_ml / 1e6, "m\u00b3", 1)
        self._route.setText(f"Route {route.number}" if route else "No route today")
        self._route_state.setVisible(route is not None)
        if route is not None:
            self._route_state.show_status(*ROUTES.get(route.status, (route.status, "neutral")))
            left = f"left {formats.clock(route.departed_at, self._zone)}" if route.departed_at else (
                f"starts {formats.clock(route.starts_at, self._zone)}")  # fmt: skip
            self._progress.setText(
                f"{view.done} of {len(view.stops)} stop{'' if len(view.stops) == 1 else 's'}, "
                f"{route.distance_m / 1000:,.0f} km, {left}, "
                f"back by {formats.clock(route.ends_at, self._zone)}"
            )
        self._progress.setVisible(route is not None)
        self.stops.setVisible(bool(view.stops))
        self.stops.show_stops(view.stops, stop_id)
        self._no_stops.setVisible(not view.stops)
        self._no_stops.setText(
            "Nothing is on this route yet. Drag a stop onto the van, or assign a waiting shipment."
            if route
            else "It can take work once a route is opened for it under Packing & dispatch."
        )

    def _lay_out(self, theme: Theme, actions: ActionRegistry) -> None:
        self.state_button = action_button(theme, actions, "fleet.state", text="State")
        self.follow_button = action_button(theme, actions, "fleet.follow", text="Follow")
        self.trail_button = action_button(theme, actions, "fleet.trail", text="Trail")
        self.route_button = action_button(theme, actions, "fleet.route", text="Route")
        self.move_button = action_button(theme, actions, "fleet.move", text="Move")
        self.assign_button = action_button(theme, actions, "fleet.assign", text="Assign")
        head = QVBoxLayout()
        head.setContentsMargins(SPACE_12, SPACE_8, SPACE_8, SPACE_12)
        head.setSpacing(SPACE_4)
        head.addLayout(row(self.code, self.state, "stretch", self._close))
        head.addWidget(self._who)
        head.addLayout(row(self.link, self.age, "stretch"))
        head.addWidget(self._axes)
        loads = row(self.weight, self.volume, gap=SPACE_12, margins=(0, SPACE_4, SPACE_4, SPACE_8))
        head.addLayout(loads)
        head.addLayout(row(self.state_button, self.follow_button, self.trail_button, "stretch", gap=SPACE_4))
        route = QVBoxLayout()
        route.setContentsMargins(SPACE_12, SPACE_8, SPACE_12, SPACE_4)
        route.setSpacing(SPACE_4)
        self.route_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        route.addLayout(row(self._route, self._route_state, "stretch"))
        route.addWidget(self._progress)
        route.addWidget(self._no_stops)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE_12, SPACE_8, SPACE_12, SPACE_8)
        foot.setSpacing(SPACE_8)
        foot.addLayout(row(self.route_button, self.move_button, self.assign_button, "stretch", gap=SPACE_4))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        whole.addWidget(holder(head))
        whole.addWidget(line())
        whole.addWidget(holder(route))
        whole.addWidget(self.stops, 1)
        whole.addWidget(line())
        whole.addWidget(holder(foot))


class LoadBar(QWidget):
    """How much of a capacity is taken: words and a bar; red where it is more than there is."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._name = theme, name
        self._share, self._words = 0.0, ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_load(self, load: float, capacity: float, unit: str, digits: int) -> None:
        """So much of so much."""
        self._share = load / capacity if capacity else 0.0
        self._words = f"{load:,.{digits}f} of {capacity:,.{digits}f} {unit}"
        self.setAccessibleName(f"{self._name}: {self._words}")
        self.setToolTip(f"{self._name}: {self._words} ({100 * self._share:.0f} %)")
        self.update()

    def sizeHint(self) -> QSize:
        """A line of words and the bar."""
        return QSize(160, self._theme.metrics.label + 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("label"))
        box = QRectF(self.rect())
        words = QRectF(box.left(), box.top(), box.width(), box.height() - _BAR - 2)
        painter.setPen(theme.colour("text"))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._words)
        bar = QRectF(box.left(), box.bottom() - _BAR - 1, box.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
        if self._share > 0:
            full = QRectF(bar)
            full.setWidth(max(_BAR, bar.width() * min(1.0, self._share)))
            tone = "danger" if self._share > 1 else "accent"
            painter.setBrush(theme.colour(tone))
            painter.drawRoundedRect(full, _BAR / 2, _BAR / 2)
        painter.end()
