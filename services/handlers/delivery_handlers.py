"""Shipments on the road: loaded, departed, handed over, failed, brought back. All of these are facts."""

from __future__ import annotations

from services.commands import (
    ArriveStop,
    DeliverShipment,
    DepartRoute,
    FailDelivery,
    FinishRoute,
    LoadShipment,
    ReceiveReturn,
    RetryDelivery,
    ReturnShipment,
    UnloadShipment,
)
from services.domain.refusals import RuleViolation
from services.domain.route_states import RouteState, StopState, advance_route
from services.domain.shipment_states import ShipmentState, advance
from services.handlers import departures, returns
from services.handlers.contradictions import CONTRADICTION, contradict
from services.handlers.order_progress import refresh_order
from services.handlers.promises import quantities_of, store_line
from services.handlers.route_plans import stops_of, time_stops
from services.handlers.stock_ledger import change_level
from services.handlers.work import Work
from services.storage.tables import Order, OrderLine, Route, Shipment, ShipmentLine, Stop, Vehicle


def _step(
    work: Work, shipment: Shipment, event: str, *, done: tuple[ShipmentState, ...]
) -> ShipmentState | None:
    """The state that a reported step leads to; None where it was reported before, or cannot have happened."""
    if shipment.status in done:
        return None
    try:
        return advance(shipment.status, event)
    except RuleViolation:
        contradict(
            work, shipment, f"Shipment {shipment.number} is {shipment.status}, but was reported: {event}."
        )
        return None


def load_shipment(work: Work, command: LoadShipment) -> None:
    """A packed shipment was scanned into its vehicle."""
    shipment = work.need(Shipment, command.shipment_id)
    state = _step(work, shipment, "load", done=(ShipmentState.LOADED,))
    if state is None:
        return
    if shipment.parcels == 0:
        contradict(work, shipment, f"Shipment {shipment.number} was loaded, but is not packed.")
        return
    work.change(shipment, status=state.value)
    work.record("shipment.loaded", shipment, f"Shipment {shipment.number} loaded", route_id=shipment.route_id)


def unload_shipment(work: Work, command: UnloadShipment) -> None:
    """A loaded shipment was taken out again before departure."""
    shipment = work.need(Shipment, command.shipment_id)
    state = _step(work, shipment, "unload", done=(ShipmentState.ASSIGNED, ShipmentState.CREATED))
    if state is None:
        return
    work.change(shipment, status=state.value)
    work.record("shipment.unloaded", shipment, f"Shipment {shipment.number} unloaded")


def depart_route(work: Work, command: DepartRoute) -> None:
    """The vehicle has left with what was loaded; what was not loaded stays behind and waits for another route."""
    route = work.need(Route, command.route_id)
    if route.status == RouteState.UNDER_WAY:
        return
    shipments = work.find(Shipment, route_id=route.id)
    loaded = [shipment for shipment in shipments if shipment.status == ShipmentState.LOADED]
    if not loaded or route.status not in (RouteState.OPEN, RouteState.LOCKED):
        contradict(
            work,
            route,
            f"Route {route.number} is {route.status} with {len(loaded)} loaded, but was said to leave.",
        )
        return
    state = advance_route(route.status, "depart")
    vehicle = work.need(Vehicle, route.vehicle_id)
    for other in _on_road(work, vehicle):
        # It has left all the same, so it was back: nobody said so.
        message = f"{vehicle.code} left on route {route.number} while route {other.number} was under way: say how that ended."
        work.raise_alert(CONTRADICTION, "warning", other, message)
    # It takes no more stops from here on, so what stays behind is not put back on it.
    work.change(route, status=state.value, departed_at=work.context.at)
    departures.leave_behind(work, [row for row in shipments if row.status == ShipmentState.ASSIGNED])
    for shipment in loaded:
        departures.send_off(work, shipment)
    work.change(vehicle, state="executing", processing="processing")
    route = time_stops(work, work.need(Route, route.id))
    work.record(
        "route.departed", route, f"{vehicle.code} left on route {route.number} with {len(loaded)} shipments",
        shipments=len(loaded), vehicle_id=vehicle.id,
    )  # fmt: skip


def arrive_stop(work: Work, command: ArriveStop) -> None:
    """The vehicle is at the customer's door."""
    stop = work.need(Stop, command.stop_id)
    shipment = work.need(Shipment, stop.shipment_id)
    state = _step(work, shipment, "arrive", done=(ShipmentState.ARRIVED, ShipmentState.DELIVERED))
    if state is None:
        return
    work.change(shipment, status=state.value)
    work.change(stop, status=StopState.ARRIVED.value, arrived_at=work.context.at)
    work.record(
        "stop.arrived", stop, f"Arrived at {stop.name} with {shipment.number}", shipment_id=shipment.id
    )


def deliver_shipment(work: Work, command: DeliverShipment) -> None:
    """Handed over: its units are no longer in transit, and the evidence is kept.

    A driver who forgot to report the arrival has arrived all the same.
    """
    shipment = work.need(Shipment, command.shipment_id)
    if shipment.status == ShipmentState.EN_ROUTE:
        shipment = work.change(shipment, status=advance(shipment.status, "arrive").value)
    state = _step(work, shipment, "deliver", done=(ShipmentState.DELIVERED,))
    if state is None:
        return
    shipment = work.change(
        shipment,
        status=state.value,
        delivered_at=work.context.at,
        pod_name=command.pod_name,
        pod_note=command.pod_note,
    )
    for row in work.find(ShipmentLine, shipment_id=shipment.id):
        change_level(work, row.site_id, row.product_id, in_transit=-row.quantity)
        line = work.get(OrderLine, row.line_id)
        if line is not None:
            store_line(work, line, quantities_of(line).deliver(row.quantity))
    _complete_stop(work, shipment, StopState.DONE)
    order = refresh_order(work, work.need(Order, shipment.order_id))
    work.record(
        "shipment.delivered", shipment, f"Shipment {shipment.number} delivered to {command.pod_name}",
        order_id=order.id, pod_name=command.pod_name,
    )  # fmt: skip
    work.after_commit("notify_customer", order_id=order.id, event="shipment.delivered")


def fail_delivery(work: Work, command: FailDelivery) -> None:
    """It could not be handed over; the goods are still on the vehicle."""
    shipment = work.need(Shipment, command.shipment_id)
    state = _step(work, shipment, "fail", done=(ShipmentState.FAILED,))
    if state is None:
        return
    shipment = work.change(shipment, status=state.value, failure_reason=command.reason)
    _complete_stop(work, shipment, StopState.FAILED)
    reason = command.reason.replace("_", " ")
    work.record(
        "shipment.failed", shipment, f"Delivery of {shipment.number} failed: {reason}", reason=command.reason
    )
    work.raise_alert(
        "delivery_failed", "warning", shipment, f"Shipment {shipment.number} was not delivered: {reason}."
    )


def retry_delivery(work: Work, command: RetryDelivery) -> None:
    """Another try on the same route, after the stops that are left."""
    shipment = work.need(Shipment, command.shipment_id)
    state = _step(work, shipment, "retry", done=())
    if state is None:
        return
    shipment = work.change(shipment, status=state.value, failure_reason="", attempt=shipment.attempt + 1)
    stop = work.get(Stop, shipment.stop_id)
    if stop is not None:
        last = max(row.position for row in stops_of(work, stop.route_id))
        for later in stops_of(work, stop.route_id):
            if later.position > stop.position:
                work.change(later, position=later.position - 1)
        work.change(stop, status=StopState.PLANNED.value, position=last, arrived_at=None, completed_at=None)
        time_stops(work, work.need(Route, stop.route_id))
    work.resolve_alert("delivery_failed", shipment)
    work.record("shipment.retried", shipment, f"Delivery of {shipment.number} is tried again")


def return_shipment(work: Work, command: ReturnShipment) -> None:
    """A failed shipment turns back, or a delivered one is sent back by the customer."""
    shipment = work.need(Shipment, command.shipment_id)
    if shipment.status == ShipmentState.DELIVERED or _step(
        work, shipment, "return", done=(ShipmentState.RETURNING,)
    ):
        returns.turn_back(work, shipment, command.reason)


def receive_return(work: Work, command: ReceiveReturn) -> None:
    """A returned shipment is back: its goods are on hand again, held until they are inspected."""
    shipment = work.need(Shipment, command.shipment_id)
    if _step(work, shipment, "receive", done=(ShipmentState.RETURNED,)) is not None:
        returns.take_in(work, shipment, command.location_id)


def finish_route(work: Work, command: FinishRoute) -> None:
    """The vehicle is back: whatever was not delivered is on its way back to the shelf."""
    route = work.need(Route, command.route_id)
    if route.status == RouteState.FINISHED:
        return
    if route.status != RouteState.UNDER_WAY:
        contradict(work, route, f"Route {route.number} is {route.status}, but was said to be over.")
        return
    state = advance_route(route.status, "finish")
    for shipment in work.find(Shipment, route_id=route.id):
        if shipment.status in (ShipmentState.EN_ROUTE, ShipmentState.ARRIVED):
            shipment = work.change(
                shipment, status=advance(shipment.status, "fail").value, failure_reason="out_of_time"
            )
            _complete_stop(work, shipment, StopState.FAILED)
        if shipment.status == ShipmentState.FAILED:
            returns.turn_back(work, shipment, shipment.failure_reason or "not delivered")
    route = work.change(route, status=state.value, finished_at=work.context.at)
    vehicle = work.need(Vehicle, route.vehicle_id)
    if not _on_road(work, vehicle):
        work.change(
            vehicle, state="idle" if vehicle.state == "executing" else vehicle.state, processing="idle"
        )
    work.record("route.finished", route, f"Route {route.number} finished, {vehicle.code} is back")


def _on_road(work: Work, vehicle: Vehicle) -> list[Route]:
    """The routes that a vehicle is out with."""
    return work.find(Route, vehicle_id=vehicle.id, status=RouteState.UNDER_WAY.value)


def _complete_stop(work: Work, shipment: Shipment, state: StopState) -> None:
    stop = work.get(Stop, shipment.stop_id)
    if stop is not None:
        arrived = stop.arrived_at if stop.arrived_at is not None else work.context.at
        work.change(stop, status=state.value, arrived_at=arrived, completed_at=work.context.at)
