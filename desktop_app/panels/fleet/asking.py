"""What a dispatcher is asked about the van and stop that are chosen: which state, which van, which shipment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app.dialogs.reason_dialog import ReasonDialog
from desktop_app.panel_context import PanelContext
from desktop_app.panels.fleet.doing import FleetDeeds
from desktop_app.panels.fleet.picture import StopView, VehicleView
from desktop_app.panels.fleet.words import ERROR_REASONS, REPORTABLE
from desktop_app.widgets.choice_menu import ChoiceMenu
from local_db.queries.fleet_queries import FleetAlert

if TYPE_CHECKING:
    from desktop_app.panels.fleet.panel import Panel


class FleetAsking:
    """Asks where there is a choice, and has it done."""

    def __init__(self, context: PanelContext, deeds: FleetDeeds, panel: Panel) -> None:
        self._context, self._deeds, self._panel = context, deeds, panel

    def ask_state(self) -> None:
        """Ask what the chosen van is able to do now."""
        view = self._panel.chosen
        if view is None:
            return
        menu = ChoiceMenu(self._panel)
        for state, words in REPORTABLE:
            if state != view.row.state:
                menu.offer(words, lambda state=state: self._set_state(view, state))
        menu.pop_under(self._panel.card.state_button)

    def _set_state(self, view: VehicleView, state: str) -> None:
        if state != "error":
            self._deeds.set_state(view, state)
            return
        title, what = "Broken down", f"What is wrong with {view.row.code}?"
        ReasonDialog(
            self._context.theme, title, what, ERROR_REASONS,
            lambda reason, note: self._deeds.set_state(view, "error", f"{reason}, {note}" if note else reason),
            self._panel,
        ).open()  # fmt: skip

    def ask_where(self) -> None:
        """Ask which van the chosen stop goes to."""
        view, stop = self._panel.chosen, self.movable()
        if view is None or stop is None or self._panel.picture is None:
            return
        menu = ChoiceMenu(self._panel)
        for target in sorted(self._panel.picture.vehicles, key=lambda each: each.row.code):
            if target.id != view.id and target.route is not None and target.route.status == "open":
                menu.offer(_room(target), lambda target=target: self._deeds.move(stop, view, target))
        if menu.isEmpty():
            menu.say("No other van has an open route")
        menu.addSeparator()
        menu.offer("Take it off, to wait for another route", lambda: self._deeds.take_off(stop, view))
        menu.pop_under(self._panel.card.move_button)

    def take_off(self) -> None:
        """Take the chosen stop off its route."""
        view, stop = self._panel.chosen, self.movable()
        if view is not None and stop is not None:
            self._deeds.take_off(stop, view)

    def ask_what(self) -> None:
        """Ask which waiting shipment the chosen van takes."""
        view = self._panel.chosen
        if view is None or self._panel.day is None:
            return
        menu = ChoiceMenu(self._panel)
        for shipment in self._panel.day.loose:
            where = ", ".join(part for part in (shipment.name, shipment.city) if part)
            words = f"{shipment.number}  {where}, {shipment.load_g / 1000:,.0f} kg"
            menu.offer(words, lambda shipment=shipment: self._deeds.assign(shipment, view))
        if menu.isEmpty():
            menu.say("No shipment waits for a route")
        menu.pop_under(self._panel.card.assign_button)

    def on_drop(self, stop_id: str, vehicle_id: str) -> None:
        """A stop was dropped on a van, or a van on a stop."""
        found = self._panel.picture.stop(stop_id) if self._panel.picture is not None else None
        target = self._panel.picture.vehicle(vehicle_id) if self._panel.picture is not None else None
        if found is None or target is None:
            return
        source, stop = found
        if not self._context.session.can("fleet.assign"):
            self._context.toasts.show("Moving shipments between vans is for dispatchers.", "warning")
        elif stop.row.shipment_status != "assigned":
            said = stop.row.shipment_status.replace("_", " ")
            self._context.toasts.show(
                f"{stop.row.shipment_number} is {said}: it stays on {source.row.code}.", "warning"
            )
        else:
            self._deeds.move(stop, source, target)

    def acknowledge(self) -> None:
        """Somebody has seen the alert at hand."""
        alert = self.alert_at_hand()
        if alert is not None:
            self._deeds.acknowledge(alert)

    def movable(self) -> StopView | None:
        """The chosen stop, while its shipment is not loaded yet."""
        stop = self._panel.chosen_stop
        return stop if stop is not None and stop.row.shipment_status == "assigned" else None

    def alert_at_hand(self) -> FleetAlert | None:
        """The chosen van's alert, else the gravest of all."""
        view = self._panel.chosen
        return view.alerts[0] if view is not None and view.alerts else self._panel.alerts.first

    def has_open_route(self) -> bool:
        """Whether the chosen van's route still takes shipments."""
        view = self._panel.chosen
        return view is not None and view.route is not None and view.route.status == "open"


def _room(view: VehicleView) -> str:
    """A van as a place to put something."""
    route = view.route
    assert route is not None
    room = (view.row.capacity_g - route.load_g) / 1000
    return f"{view.row.code}  route {route.number}, {len(view.stops)} stops, room for {room:,.0f} kg"
