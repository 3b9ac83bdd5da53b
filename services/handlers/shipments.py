"""Shipments as other handlers need them: made for an order, kept at its load, and given a place on a route."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.identifiers import derive
from services.domain.shipment_states import ShipmentState
from services.handlers import route_plans
from services.handlers.work import Work
from services.storage.tables import Order, OrderLine, Product, Shipment, Stop

WAITING = (ShipmentState.CREATED, ShipmentState.ASSIGNED, ShipmentState.LOADED)
"""States in which a shipment has not left yet."""


def shipment_of(work: Work, order: Order) -> Shipment | None:
    """The order's shipment that has not left yet, if there is one."""
    waiting = [row for row in work.find(Shipment, order_id=order.id) if row.status in WAITING]
    return waiting[0] if waiting else None


def keep_shipment(
    work: Work, order: Order, lines: Iterable[OrderLine], *, new: bool = False
) -> Shipment | None:
    """Let an order have one waiting shipment with the load of what is reserved for it, on a route where one fits.

    ``new``: the order has just been made, so it can have none yet.
    """
    load_g, load_ml = _load_of(work, lines)
    known = None if new else shipment_of(work, order)
    if known is None:
        return (
            _create(work, order, load_g, load_ml, attempt=1 if new else _attempt(work, order))
            if load_g
            else None
        )
    if load_g == 0 and known.status != ShipmentState.LOADED:
        return cancel_shipment(work, known)
    if (load_g, load_ml) == (known.load_g, known.load_ml):
        return known
    shipment = work.change(known, load_g=load_g, load_ml=load_ml)
    if shipment.stop_id:
        route_plans.change_load(work, work.need(Stop, shipment.stop_id), load_g, load_ml)
    return shipment


def _load_of(work: Work, lines: Iterable[OrderLine]) -> tuple[int, int]:
    load_g = load_ml = 0
    for line in lines:
        if line.reserved:
            product = work.need(Product, line.product_id)
            # Every load weighs something, so that a shipment of a product without recorded weight is still one.
            load_g += max(1, product.weight_g) * line.reserved
            load_ml += max(1, product.volume_ml) * line.reserved
    return load_g, load_ml


def _attempt(work: Work, order: Order) -> int:
    return 1 + len(work.find(Shipment, order_id=order.id))


def _create(work: Work, order: Order, load_g: int, load_ml: int, *, attempt: int) -> Shipment:
    suffix = "" if attempt == 1 else f"/{attempt}"
    shipment = work.put(
        Shipment(
            id=derive("shipment", order.id, attempt),
            site_id=order.site_id,
            order_id=order.id,
            number=f"{order.number}{suffix}",
            status=ShipmentState.CREATED.value,
            vehicle_id="",
            driver_id="",
            route_id="",
            stop_id="",
            eta=None,
            load_g=load_g,
            load_ml=load_ml,
            parcels=0,
            attempt=attempt,
            created_at=work.context.received_at,
            departed_at=None,
            delivered_at=None,
            pod_name="",
            pod_note="",
            failure_reason="",
        )
    )
    return schedule(work, order, shipment)


def schedule(work: Work, order: Order, shipment: Shipment) -> Shipment:
    """Put a shipment where it costs the least extra way on an open route, if one has room and time for it."""
    if order.latitude is None or order.longitude is None:
        return shipment
    place = route_plans.cheapest_place(work, shipment, order.latitude, order.longitude)
    if place is None:
        return shipment
    return put_on_route(work, order, shipment, place.route_id, place.position)


def put_on_route(work: Work, order: Order, shipment: Shipment, route_id: str, position: int) -> Shipment:
    """Give a shipment a stop on a route, with its vehicle, driver and ETA."""
    route, stop = route_plans.insert_stop(work, route_id, position, order, shipment)
    return work.change(
        shipment,
        status=ShipmentState.ASSIGNED.value,
        route_id=route.id,
        stop_id=stop.id,
        vehicle_id=route.vehicle_id,
        driver_id=route.driver_id,
        eta=stop.eta,
    )


def take_off_route(work: Work, shipment: Shipment) -> Shipment:
    """Take a waiting shipment off its route."""
    if shipment.stop_id:
        route_plans.remove_stop(work, work.need(Stop, shipment.stop_id))
    return work.change(
        shipment,
        status=ShipmentState.CREATED.value,
        route_id="",
        stop_id="",
        vehicle_id="",
        driver_id="",
        eta=None,
    )


def cancel_shipment(work: Work, shipment: Shipment) -> Shipment:
    """Call a shipment off before it has left."""
    return work.change(take_off_route(work, shipment), status=ShipmentState.CANCELLED.value)
