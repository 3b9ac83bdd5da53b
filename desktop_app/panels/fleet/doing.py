"""What a dispatcher does to the fleet: commands off the UI thread, their words, their undo, their refusals in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from desktop_app.panel_context import PanelContext
from desktop_app.panels.fleet.picture import StopView, VehicleView
from desktop_app.panels.fleet.words import STATES
from local_db.queries.fleet_queries import FleetAlert, LooseShipment
from services.commands import (
    AcknowledgeAlert,
    AssignShipment,
    Command,
    ResolveAlert,
    SetVehicleState,
    UnassignShipment,
)


class FleetDeeds(QObject):
    """Does commands for the panel."""

    def __init__(self, context: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._site_id: str = context.session.site_id  # type: ignore[attr-defined]

    def set_state(self, view: VehicleView, state: str, reason: str = "") -> None:
        """Report what a vehicle is able to do now."""
        before = view.row.state
        word = STATES.get(state, (state, "neutral"))[0].lower()
        self._do(
            SetVehicleState(site_id=self._site_id, vehicle_id=view.id, state=state, reason=reason),  # type: ignore[arg-type]
            f"{view.row.code} is {word}",
            undo=lambda: SetVehicleState(site_id=self._site_id, vehicle_id=view.id, state=before),  # type: ignore[arg-type]
        )

    def move(self, stop: StopView, source: VehicleView, target: VehicleView) -> None:
        """Move a stop's shipment onto another van's route."""
        if source.id == target.id:
            return
        if target.route is None or target.route.status != "open":
            self._context.toasts.show(
                f"{target.row.code} has no open route that could take it. Open one under Packing & dispatch.",
                "warning",
            )
            return
        number, back = stop.row.shipment_number, source.route
        self._do(
            self._assignment(stop.row.shipment_id, target.route.id),
            f"{number} moved to {target.row.code}, route {target.route.number}",
            undo=(lambda: self._assignment(stop.row.shipment_id, back.id, stop.row.position))
            if back
            else None,
        )

    def assign(self, shipment: LooseShipment, target: VehicleView) -> None:
        """Put a waiting shipment onto a van's route."""
        if target.route is None:
            return
        self._do(
            self._assignment(shipment.id, target.route.id),
            f"{shipment.number} goes with {target.row.code}, route {target.route.number}",
            undo=lambda: UnassignShipment(site_id=self._site_id, shipment_id=shipment.id),
        )

    def take_off(self, stop: StopView, source: VehicleView) -> None:
        """Take a stop's shipment off its route; it waits for another."""
        route = source.route
        self._do(
            UnassignShipment(site_id=self._site_id, shipment_id=stop.row.shipment_id),
            f"{stop.row.shipment_number} taken off {route.number if route else 'its route'}",
            undo=(lambda: self._assignment(stop.row.shipment_id, route.id, stop.row.position))
            if route
            else None,
        )

    def acknowledge(self, alert: FleetAlert) -> None:
        """Somebody has seen it."""
        self._do(AcknowledgeAlert(site_id=self._site_id, alert_id=alert.id), "Alert acknowledged")

    def resolve(self, alert: FleetAlert) -> None:
        """It is settled."""
        self._do(ResolveAlert(site_id=self._site_id, alert_id=alert.id), "Alert settled")

    def _assignment(self, shipment_id: str, route_id: str, position: int | None = None) -> AssignShipment:
        return AssignShipment(
            site_id=self._site_id, shipment_id=shipment_id, route_id=route_id, position=position
        )

    def _do(self, command: Command, words: str, *, undo: Callable[[], Command] | None = None) -> None:
        desk = self._context.desk
        self._context.runner.run(
            lambda: desk.do(command),
            lambda _receipt: self._done(words, undo),
            self,
            failed=self._refused,
            lane="write",
            label="Recording",
        )

    def _done(self, words: str, undo: Callable[[], Command] | None) -> None:
        if undo is None:
            self._context.toasts.show(words, "ok")
            return
        self._context.shell.undo_stack.remember(words, undo)
        self._context.toasts.show(words, "ok", ("Undo", self._context.undo))

    def _refused(self, error: Exception) -> bool:
        if type(error).__name__ != "RuleViolation":
            return False
        self._context.toasts.show(str(error), "warning")
        return True
