"""Routes before they are driven: opened, called off, and shipments put on them or taken off."""

from __future__ import annotations

from services.commands import AssignShipment, CancelRoute, PlanRoute, ReopenRoute, UnassignShipment
from services.domain.refusals import refuse
from services.domain.route_states import ACCEPTS_STOPS, TAKES_ITS_VAN, RouteState, advance_route
from services.domain.shipment_states import ShipmentState, advance
from services.domain.vehicle_health import may_take_route
from services.handlers import route_plans
from services.handlers.shipments import put_on_route, take_off_route
from services.handlers.work import Work
from services.storage.tables import Driver, Order, Route, Shipment, Vehicle


def plan_route(work: Work, command: PlanRoute) -> None:
    """Open a route for a vehicle that may take one: utilized, where it is known, and idle or back from the road by then.

    What it is doing now is no reason against a route of another hour; another route at the same time is.
    """
    if work.get(Route, command.route_id) is not None:
        refuse("duplicate", thing="route", name=command.number)
    vehicle = work.need(Vehicle, command.vehicle_id)
    if command.driver_id:
        work.need(Driver, command.driver_id)
    may_take_route(vehicle, after_its_job=command.starts_at > work.context.received_at)
    if command.ends_at <= command.starts_at:
        refuse("invalid_value", field="ends_at", problem="the route ends before it starts")
    _refuse_overlap(work, vehicle, command.starts_at, command.ends_at)
    route = work.put(
        Route(
            id=command.route_id,
            site_id=command.site_id,
            number=command.number,
            planned_on=command.planned_on,
            vehicle_id=vehicle.id,
            driver_id=command.driver_id or vehicle.driver_id,
            status=RouteState.OPEN.value,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            departed_at=None,
            finished_at=None,
            load_g=0,
            load_ml=0,
            distance_m=0,
        )
    )
    work.record("route.planned", route, f"Route {route.number} opened for {vehicle.code}")


def _refuse_overlap(work: Work, vehicle: Vehicle, starts_at: int, ends_at: int) -> None:
    """A vehicle drives one route at a time. One that is under way lasts at least until now, however late it is."""
    now = work.context.received_at
    for state in TAKES_ITS_VAN:
        for route in work.find(Route, vehicle_id=vehicle.id, status=state.value):
            is_out = state is RouteState.UNDER_WAY
            over_at = max(route.ends_at, now) if is_out else route.ends_at
            if route.starts_at < ends_at and starts_at < over_at:
                details = [{"route_id": route.id, "starts_at": route.starts_at, "ends_at": over_at}]
                refuse("vehicle_busy", vehicle=vehicle.code, route=route.number, details=details)


def cancel_route(work: Work, command: CancelRoute) -> None:
    """Close a route that will not be driven; its shipments wait for another."""
    route = work.need(Route, command.route_id)
    state = advance_route(route.status, "cancel")
    shipments = work.find(Shipment, route_id=route.id)
    if any(shipment.status == ShipmentState.LOADED for shipment in shipments):
        refuse(
            "wrong_state",
            thing="route",
            current="being loaded",
            wanted="be cancelled",
            possible="unload its shipments first",
        )
    for shipment in shipments:
        take_off_route(work, shipment)
    route = work.change(
        work.need(Route, route.id), status=state.value, finished_at=work.context.received_at
    )  # fmt: skip
    work.record(
        "route.cancelled", route, f"Route {route.number} cancelled: {command.reason}", reason=command.reason
    )


def reopen_route(work: Work, command: ReopenRoute) -> None:
    """Drive a cancelled route after all; what went elsewhere meanwhile stays there."""
    route = work.need(Route, command.route_id)
    state = advance_route(route.status, "reopen")
    vehicle = work.need(Vehicle, route.vehicle_id)
    may_take_route(vehicle, after_its_job=route.starts_at > work.context.received_at)
    _refuse_overlap(work, vehicle, route.starts_at, route.ends_at)
    route = work.change(route, status=state.value, finished_at=None)
    back = 0
    for shipment_id in command.shipment_ids:
        shipment = work.need(Shipment, shipment_id)
        order = work.need(Order, shipment.order_id)
        if shipment.status != ShipmentState.CREATED or shipment.stop_id or order.latitude is None:
            continue
        route = work.need(Route, route.id)
        if shipment.load_g > vehicle.capacity_g - route.load_g:
            continue
        if shipment.load_ml > vehicle.capacity_ml - route.load_ml:
            continue
        put_on_route(work, order, shipment, route.id, back)
        back += 1
    work.record(
        "route.reopened", work.need(Route, route.id),
        f"Route {route.number} opened again with {back} of its {len(command.shipment_ids)} shipments", shipments=back,
    )  # fmt: skip


def assign_shipment(work: Work, command: AssignShipment) -> None:
    """Put a shipment on a route, or move it to another; where it does not fit, the reason is named."""
    shipment = work.need(Shipment, command.shipment_id)
    advance(shipment.status, "assign")
    order = work.need(Order, shipment.order_id)
    route = work.need(Route, command.route_id)
    if route.status not in ACCEPTS_STOPS:
        refuse(
            "wrong_state",
            thing="route",
            current=route.status,
            wanted="take a shipment",
            possible="use another",
        )
    vehicle = work.need(Vehicle, route.vehicle_id)
    if shipment.stop_id:
        shipment = take_off_route(work, shipment)
        route = work.need(Route, command.route_id)
    _refuse_overload(vehicle, route, shipment)
    position = command.position
    if position is None:
        position = route_plans.cheapest_position(work, route, order, shipment)
    shipment = put_on_route(work, order, shipment, route.id, position)
    work.record(
        "shipment.assigned", shipment, f"Shipment {shipment.number} assigned to {vehicle.code}, route {route.number}",
        route_id=route.id, vehicle_id=vehicle.id,
    )  # fmt: skip


def _refuse_overload(vehicle: Vehicle, route: Route, shipment: Shipment) -> None:
    room_g, room_ml = vehicle.capacity_g - route.load_g, vehicle.capacity_ml - route.load_ml
    if shipment.load_g > room_g or shipment.load_ml > room_ml:
        refuse(
            "vehicle_full",
            vehicle=vehicle.code,
            room_kg=f"{room_g / 1000:.1f}",
            room_m3=f"{room_ml / 1e6:.2f}",
            need_kg=f"{shipment.load_g / 1000:.1f}",
            need_m3=f"{shipment.load_ml / 1e6:.2f}",
        )


def unassign_shipment(work: Work, command: UnassignShipment) -> None:
    """Take a shipment off its route before it is loaded."""
    shipment = work.need(Shipment, command.shipment_id)
    if shipment.status == ShipmentState.LOADED:
        refuse(
            "wrong_state",
            thing="shipment",
            current="loaded",
            wanted="leave its route",
            possible="unload it first",
        )
    advance(shipment.status, "unassign")
    shipment = take_off_route(work, shipment)
    work.record("shipment.unassigned", shipment, f"Shipment {shipment.number} taken off its route")
