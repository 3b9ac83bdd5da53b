"""What a dispatcher does to the fleet: each deed as its command, its words, and what takes it back."""

from __future__ import annotations

from desktop_app.doing import Doer
from desktop_app.panels.fleet.picture import StopView, VehicleView
from desktop_app.panels.fleet.words import STATES
from local_db.queries.fleet_queries import FleetAlert, LooseShipment
from services.commands import (
    AcknowledgeAlert,
    AssignShipment,
    ResolveAlert,
    SetVehicleState,
    UnassignShipment,
)


class FleetDeeds(Doer):
    """The deeds of the panel."""

    def set_state(self, view: VehicleView, state: str, reason: str = "") -> None:
        """Report what a vehicle is able to do now."""
        before = view.row.state
        word = STATES.get(state, (state, "neutral"))[0].lower()
        self.do(
            SetVehicleState(site_id=self.site_id, vehicle_id=view.id, state=state, reason=reason),  # type: ignore[arg-type]
            f"{view.row.code} is {word}",
            undo=SetVehicleState(site_id=self.site_id, vehicle_id=view.id, state=before),  # type: ignore[arg-type]
        )

    def move(self, stop: StopView, source: VehicleView, target: VehicleView) -> None:
        """Move a stop's shipment onto another van's route."""
        if source.id == target.id:
            return
        if target.route is None or target.route.status != "open":
            self.context.toasts.show(
                f"{target.row.code} has no open route that could take it. Open one under Packing & dispatch.",
                "warning",
            )
            return
        number, back = stop.row.shipment_number, source.route
        self.do(
            self._assignment(stop.row.shipment_id, target.route.id),
            f"{number} moved to {target.row.code}, route {target.route.number}",
            undo=(self._assignment(stop.row.shipment_id, back.id, stop.row.position)) if back else None,
        )

    def assign(self, shipment: LooseShipment, target: VehicleView) -> None:
        """Put a waiting shipment onto a van's route."""
        if target.route is None:
            return
        self.do(
            self._assignment(shipment.id, target.route.id),
            f"{shipment.number} goes with {target.row.code}, route {target.route.number}",
            undo=UnassignShipment(site_id=self.site_id, shipment_id=shipment.id),
        )

    def take_off(self, stop: StopView, source: VehicleView) -> None:
        """Take a stop's shipment off its route; it waits for another."""
        route = source.route
        self.do(
            UnassignShipment(site_id=self.site_id, shipment_id=stop.row.shipment_id),
            f"{stop.row.shipment_number} taken off {route.number if route else 'its route'}",
            undo=(self._assignment(stop.row.shipment_id, route.id, stop.row.position)) if route else None,
        )

    def acknowledge(self, alert: FleetAlert) -> None:
        """Somebody has seen it."""
        self.do(AcknowledgeAlert(site_id=self.site_id, alert_id=alert.id), "Alert acknowledged")

    def resolve(self, alert: FleetAlert) -> None:
        """It is settled."""
        self.do(ResolveAlert(site_id=self.site_id, alert_id=alert.id), "Alert settled")

    def _assignment(self, shipment_id: str, route_id: str, position: int | None = None) -> AssignShipment:
        return AssignShipment(
            site_id=self.site_id, shipment_id=shipment_id, route_id=route_id, position=position
        )
