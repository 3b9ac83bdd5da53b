"""Shipments as other handlers need them: made for an order, kept at its load, and given a place on a route."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.identifiers import derive
from services.domain.labels import shipment_number
from services.domain.shipment_states import ShipmentState
from services.handlers import route_plans
from services.handlers.parcels import contents_of, take_out, units_in, waiting_shipments
from services.handlers.work import Work
from services.storage.tables import Order, OrderLine, Product, Shipment, Stop


def keep_shipment(
    work: Work, order: Order, lines: Iterable[OrderLine], *, new: bool = False
) -> Shipment | None:
    """Let an order have one shipment to be packed, with the load of what is reserved for it and in no parcel yet, on a
    route where one fits. Answers it, or None where all is packed or nothing is reserved.

    ``new``: the order has just been made, so it can have none yet.
    """
    waiting = [] if new else waiting_shipments(work, order.id)
    packed = units_in(work, [row for row in waiting if row.parcels])
    load_g, load_ml = _load_of(work, ((line.product_id, line.reserved - packed[line.id]) for line in lines))
    to_pack = [row for row in waiting if not row.parcels]
    # One of several was opened again: what was to follow goes with it.
    for row in to_pack[1:]:
        cancel_shipment(work, row)
    if load_g == 0:
        for row in to_pack[:1]:
            cancel_shipment(work, row)
        return None
    if not to_pack:
        attempt = 1 if new else 1 + len(work.find(Shipment, order_id=order.id))
        return _create(work, order, load_g, load_ml, attempt=attempt)
    return _set_load(work, to_pack[0], load_g, load_ml)


def close_parcels(work: Work, shipment: Shipment, parcels: int) -> Shipment:
    """A shipment is packed in so many parcels, and weighs what is in them."""
    load = _load_of(work, ((row.product_id, row.quantity) for row in contents_of(work, shipment)))
    return work.change(_set_load(work, shipment, *load), parcels=parcels)


def _set_load(work: Work, shipment: Shipment, load_g: int, load_ml: int) -> Shipment:
    if (load_g, load_ml) == (shipment.load_g, shipment.load_ml):
        return shipment
    shipment = work.change(shipment, load_g=load_g, load_ml=load_ml)
    if shipment.stop_id:
        route_plans.change_load(work, work.need(Stop, shipment.stop_id), load_g, load_ml)
    return work.need(Shipment, shipment.id)


def _load_of(work: Work, units: Iterable[tuple[str, int]]) -> tuple[int, int]:
    load_g = load_ml = 0
    for product_id, quantity in units:
        if quantity:
            product = work.need(Product, product_id)
            # Every load weighs something, so that a shipment of a product without recorded weight is still one.
            load_g += max(1, product.weight_g) * quantity
            load_ml += max(1, product.volume_ml) * quantity
    return load_g, load_ml


def _create(work: Work, order: Order, load_g: int, load_ml: int, *, attempt: int) -> Shipment:
    shipment = work.put(
        Shipment(
            id=derive("shipment", order.id, attempt),
            site_id=order.site_id,
            order_id=order.id,
            number=shipment_number(order.number, attempt),
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
            created_at=work.context.at,
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
    """Call a shipment off before it has left; what was packed for it is loose again."""
    shipment = take_off_route(work, take_out(work, shipment))
    return work.change(shipment, status=ShipmentState.CANCELLED.value)
