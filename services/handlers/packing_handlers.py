"""Packing: an order's picked goods go into parcels, and may come out again before they leave."""

from __future__ import annotations

from services.commands import PackOrder, UnpackOrder
from services.domain.order_states import OrderState
from services.domain.shipment_states import ShipmentState
from services.handlers.contradictions import contradict
from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.shipments import keep_shipment, shipment_of
from services.handlers.work import Work
from services.storage.tables import Order


def pack_order(work: Work, command: PackOrder) -> None:
    """What is picked of an order is in parcels: its shipment may be loaded.

    The parcels exist. Where more was promised to the order meanwhile they still do, and the rest follows later; where
    nothing is picked for it any more, somebody has to look.
    """
    order = work.need(Order, command.order_id)
    lines = lines_of(work, order.id)
    if not any(line.picked for line in lines):
        contradict(work, order, f"Order {order.number} was packed, but nothing is picked for it.")
        return
    if order.status == OrderState.ON_HOLD:
        # The parcels were made before the hold was heard of: the order goes on from there when it is resumed.
        order = work.change(order, held_from=OrderState.PACKED.value)
    order = refresh_order(work, order, lines, packed=True)
    shipment = keep_shipment(work, order, lines)
    if shipment is not None:
        work.change(shipment, parcels=command.parcels)
    parcels = "1 parcel" if command.parcels == 1 else f"{command.parcels} parcels"
    work.record("order.packed", order, f"Order {order.number} packed in {parcels}", parcels=command.parcels)


def unpack_order(work: Work, command: UnpackOrder) -> None:
    """A packed order was opened again, as long as it is not on a vehicle."""
    order = work.need(Order, command.order_id)
    shipment = shipment_of(work, order)
    if order.status != OrderState.PACKED or (
        shipment is not None and shipment.status == ShipmentState.LOADED
    ):
        contradict(work, order, f"Order {order.number} was opened again, but it is {order.status}.")
        return
    if shipment is not None:
        work.change(shipment, parcels=0)
    refresh_order(work, order, packed=False)
    work.record("order.unpacked", order, f"Order {order.number} unpacked")
