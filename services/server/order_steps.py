"""Bringing an order to a status that somebody else reports: one step where it is ready, or all the steps between.

Without ``fast_forward`` an order that is not ready is refused with what is missing. With it, each step between is
recorded as its own command, so that stock, picks and the route say the same as if people had done them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from services.commands import (
    AssignShipment,
    CancelOrder,
    CloseOrder,
    ConfirmOrder,
    ConfirmPick,
    DeliverShipment,
    DepartRoute,
    HoldOrder,
    LoadShipment,
    PackOrder,
    PlanRoute,
    ReleaseOrders,
    ResumeOrder,
    StagePicks,
)
from services.domain.order_states import HAS_LEFT, OrderState
from services.domain.pick_states import OPEN as OPEN_TASKS
from services.domain.refusals import refuse
from services.domain.route_states import RouteState
from services.domain.shipment_states import WAITING, ShipmentState
from services.domain.vehicle_health import why_not
from services.handlers.promises import quantities_of
from services.server.clock import new_id
from services.server.door import Desk
from services.storage.tables import Order, OrderLine, PickTask, Route, Shipment, Vehicle

_DAY_MS = 24 * 3600 * 1000


class OrderSteps:
    """The steps of one order within one request; all of them hold, or none."""

    def __init__(self, desk: Desk, order: Order, *, fast_forward: bool, reason: str, pod_name: str) -> None:
        self._desk = desk
        self._order_id = order.id
        self._site_id = order.site_id
        self._fast_forward = fast_forward
        self._reason = reason
        self._pod_name = pod_name

    def bring_to(self, status: str) -> None:
        """Take the order there. Raises RuleViolation, or ApiError, saying what stands in the way."""
        STEPS[status](self)

    @property
    def _order(self) -> Order:
        order = self._desk.unit.get(Order, self._order_id)
        if order is None:
            refuse("not_found", thing="order", name=self._order_id)
        return order

    def confirm(self) -> None:
        """A draft becomes binding."""
        self._desk.must(ConfirmOrder(site_id=self._site_id, order_id=self._order_id))

    def hold(self) -> None:
        """Work on it stops."""
        self._desk.must(HoldOrder(site_id=self._site_id, order_id=self._order_id, reason=self._reason))

    def resume(self) -> None:
        """Work on it goes on."""
        self._desk.must(ResumeOrder(site_id=self._site_id, order_id=self._order_id))

    def cancel(self) -> None:
        """It is called off."""
        self._desk.must(CancelOrder(site_id=self._site_id, order_id=self._order_id, reason=self._reason))

    def release(self) -> None:
        """It goes to the pickers, as a wave of its own."""
        self._desk.must(
            ReleaseOrders(
                site_id=self._site_id,
                wave_id=new_id(),
                number=f"W-{self._order.number}",
                order_ids=(self._order_id,),
            )
        )

    def pick(self) -> None:
        """Everything promised is picked."""
        tasks = self._open_tasks()
        if tasks and not self._fast_forward:
            self._refuse_not_picked()
        for task in tasks:
            self._desk.must(
                ConfirmPick(
                    site_id=self._site_id,
                    task_id=task.id,
                    order_id=task.order_id,
                    line_id=task.line_id,
                    product_id=task.product_id,
                    location_id=task.location_id,
                    lot=task.lot,
                    quantity=task.quantity - task.picked,
                )
            )
        if tasks:
            self._desk.must(StagePicks(site_id=self._site_id, task_ids=tuple(task.id for task in tasks)))

    def pack(self) -> None:
        """It is in parcels."""
        if self._order.status == OrderState.PACKED:
            return
        self.pick()
        tasks = self._desk.unit.find(PickTask, order_id=self._order_id)
        if not self._waiting_shipments() or any(task.picked and not task.shipment_id for task in tasks):
            self._desk.must(PackOrder(site_id=self._site_id, order_id=self._order_id))

    def ship(self) -> None:
        """It has left."""
        if self._order.status in HAS_LEFT and self._order.status != OrderState.PARTIALLY_SHIPPED:
            refuse("already_shipped", details=[{"order_id": self._order_id, "status": self._order.status}])
        if not self._fast_forward:
            self._refuse_unless_loaded()
        else:
            self.pack()
        # One without parcels waits for its goods.
        shipments = [shipment for shipment in self._waiting_shipments() if shipment.parcels]
        if not shipments:
            refuse("not_found", thing="shipment of order", name=self._order.number)
        # All are loaded before any leaves: what is not on its van by then stays behind.
        for route_id in dict.fromkeys([self._load(shipment) for shipment in shipments]):
            self._desk.must(DepartRoute(site_id=self._site_id, route_id=route_id))

    def _load(self, shipment: Shipment) -> str:
        """See that a shipment is on a van: answers the id of the van's route."""
        route_id = shipment.route_id or self._assign(shipment)
        if shipment.status != ShipmentState.LOADED:
            self._desk.must(LoadShipment(site_id=self._site_id, shipment_id=shipment.id))
        return route_id

    def deliver(self) -> None:
        """It is with the customer."""
        under_way = self._under_way()
        if not under_way and self._fast_forward and self._order.status not in HAS_LEFT:
            self.ship()
            under_way = self._under_way()
        if not under_way:
            refuse(
                "wrong_state",
                thing="order",
                current=self._order.status,
                wanted="be delivered",
                possible="ship it first",
                details=[{"order_id": self._order_id, "missing": "shipment"}],
            )
        for shipment in under_way:
            self._desk.must(
                DeliverShipment(site_id=self._site_id, shipment_id=shipment.id, pod_name=self._pod_name)
            )

    def close(self) -> None:
        """It is put away."""
        if self._fast_forward and self._order.status != OrderState.DELIVERED:
            self.deliver()
        self._desk.must(CloseOrder(site_id=self._site_id, order_id=self._order_id))

    def _open_tasks(self) -> list[PickTask]:
        tasks = self._desk.unit.find(PickTask, order_id=self._order_id)
        return [task for task in tasks if task.status in OPEN_TASKS]

    def _waiting_shipments(self) -> list[Shipment]:
        shipments = self._desk.unit.find(Shipment, order_id=self._order_id)
        return [shipment for shipment in shipments if shipment.status in WAITING]

    def _under_way(self) -> list[Shipment]:
        return [
            shipment
            for shipment in self._desk.unit.find(Shipment, order_id=self._order_id)
            if shipment.status in (ShipmentState.EN_ROUTE, ShipmentState.ARRIVED)
        ]

    def _refuse_not_picked(self) -> None:
        lines = self._desk.unit.find(OrderLine, order_id=self._order_id)
        details = [
            {"line_id": line.id, "product_id": line.product_id, "missing": missing, "error": "not picked"}
            for line in lines
            if (missing := line.quantity - line.cancelled - line.consumed - line.picked) > 0
        ]
        units = sum(quantities_of(line).unfilled + line.reserved - line.picked for line in lines)
        refuse("not_picked", number=self._order.number, missing=units, details=details)

    def _refuse_unless_loaded(self) -> None:
        """An order leaves when it is picked, packed, on a route and loaded; what of it is missing is named."""
        if self._open_tasks() or self._order.status not in (
            OrderState.PICKED,
            OrderState.PACKED,
            OrderState.PARTIALLY_SHIPPED,
        ):
            self._refuse_not_picked()
        shipments = self._waiting_shipments()
        if not shipments:
            refuse("not_found", thing="shipment of order", name=self._order.number)
        details = [
            {"order_id": self._order_id, "shipment_id": shipment.id, "missing": missing}
            for shipment in shipments
            if (missing := _missing_steps(shipment))
        ]
        if details:
            refuse("not_loaded", missing=len(details), total=len(shipments), details=details)

    def _assign(self, shipment: Shipment) -> str:
        """Put a shipment on a route of its own, driven by the first vehicle that is free and big enough."""
        vehicle = self._free_vehicle(shipment)
        now = self._desk.transaction.received_at
        route_id = new_id()
        self._desk.must(
            PlanRoute(
                site_id=self._site_id,
                route_id=route_id,
                number=f"R-{self._order.number}",
                vehicle_id=vehicle.id,
                planned_on=datetime.fromtimestamp(now / 1000, UTC).date().isoformat(),
                starts_at=now,
                ends_at=now + _DAY_MS,
            )
        )
        self._desk.must(AssignShipment(site_id=self._site_id, shipment_id=shipment.id, route_id=route_id))
        return route_id

    def _free_vehicle(self, shipment: Shipment) -> Vehicle:
        unit = self._desk.unit
        busy = {
            route.vehicle_id
            for state in (RouteState.OPEN, RouteState.LOCKED, RouteState.UNDER_WAY)
            for route in unit.find(Route, site_id=self._site_id, status=state.value)
        }
        for vehicle in unit.find(Vehicle, site_id=self._site_id):
            if vehicle.id not in busy and not why_not(vehicle, shipment.load_g, shipment.load_ml):
                return vehicle
        refuse(
            "vehicle_unfit",
            vehicle="No vehicle",
            reasons="none that is free, idle and big enough is at this site",
            details=[{"shipment_id": shipment.id, "load_g": shipment.load_g, "load_ml": shipment.load_ml}],
        )


def _missing_steps(shipment: Shipment) -> list[str]:
    """What is to be done before a shipment can leave."""
    steps = (
        (not shipment.parcels, "pack"),
        (not shipment.route_id, "assign"),
        (shipment.status != ShipmentState.LOADED, "load"),
    )
    return [step for wrong, step in steps if wrong]


STEPS: Final[dict[str, Callable[[OrderSteps], None]]] = {
    "confirmed": OrderSteps.confirm,
    "on_hold": OrderSteps.hold,
    "resumed": OrderSteps.resume,
    "cancelled": OrderSteps.cancel,
    "released": OrderSteps.release,
    "picked": OrderSteps.pick,
    "packed": OrderSteps.pack,
    "shipped": OrderSteps.ship,
    "delivered": OrderSteps.deliver,
    "closed": OrderSteps.close,
}
"""What may be reported of an order -> how it gets there."""
