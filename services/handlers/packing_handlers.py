"""Packing: an order's picked goods go into parcels, and may come out again before they leave."""

from __future__ import annotations

from services.commands import PackOrder, UnpackOrder
from services.domain.order_states import OrderState
from services.domain.refusals import refuse
from services.domain.shipment_states import ShipmentState
from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.shipments import keep_shipment, shipment_of
from services.handlers.work import Work
from services.storage.tables import Order


def pack_order(work: Work, command: PackOrder) -> None:
    """An order is packed: its shipment may be loaded. What is not picked yet is named, and nothing is packed."""
    order = work.need(Order, command.order_id)
    lines = lines_of(work, order.id)
    missing = sum(line.reserved - line.picked for line in lines)
    if missing or not any(line.picked for line in lines):
        refuse(
            "not_picked",
            number=order.number,
            missing=missing,
            details=[{"order_id": order.id, "missing": missing}],
        )
    if order.status == OrderState.ON_HOLD:
        refuse("order_on_hold", number=order.number, reason="see its history")
    order = refresh_order(work, order, lines, packed=True)
    shipment = keep_shipment(work, order, lines)
    if shipment is not None:
        work.change(shipment, parcels=command.parcels)
    parcels = "1 parcel" if command.parcels == 1 else f"{command.parcels} parcels"
    work.record("order.packed", order, f"Order {order.number} packed in {parcels}", parcels=command.parcels)


def unpack_order(work: Work, command: UnpackOrder) -> None:
    """A packed order is opened again, as long as it is not on a vehicle."""
    order = work.need(Order, command.order_id)
    shipment = shipment_of(work, order)
    if shipment is not None and shipment.status == ShipmentState.LOADED:
        refuse(
            "wrong_state",
            thing="shipment",
            current="loaded",
            wanted="be unpacked",
            possible="unload it first",
        )
    if order.status != OrderState.PACKED:
        refuse(
            "wrong_state", thing="order", current=order.status, wanted="be unpacked", possible="pack it first"
        )
    if shipment is not None:
        work.change(shipment, parcels=0)
    refresh_order(work, order, packed=False)
    work.record("order.unpacked", order, f"Order {order.number} unpacked")
