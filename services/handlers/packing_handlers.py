"""Packing: an order's picked goods go into parcels, and may come out again before they leave."""

from __future__ import annotations

from services.commands import PackOrder, UnpackOrder
from services.domain.shipment_states import ShipmentState
from services.handlers.contradictions import contradict
from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.parcels import loose_goods, pack_into, packed_shipments, take_out
from services.handlers.shipments import close_parcels, keep_shipment
from services.handlers.work import Work
from services.storage.tables import Order, Shipment


def pack_order(work: Work, command: PackOrder) -> None:
    """What is picked of an order and loose is in parcels: the shipment that they make up may be loaded.

    The parcels exist. Where more was promised to the order meanwhile they still do, and the rest goes with a next
    shipment; where nothing is picked for it any more, somebody has to look.
    """
    order = work.need(Order, command.order_id)
    lines = lines_of(work, order.id)
    goods = [(line, stock, units) for line in lines for stock, units in loose_goods(work, line)]
    shipment = keep_shipment(work, order, lines)
    if goods and shipment is not None:
        pack_into(work, order, shipment, goods)
    elif packed := packed_shipments(work, order.id):
        shipment = packed[-1]
    else:
        contradict(work, order, f"Order {order.number} was packed, but nothing is picked for it.")
        return
    shipment = close_parcels(work, shipment, command.parcels)
    order = refresh_order(work, order, lines)
    keep_shipment(work, order, lines)
    parcels = "1 parcel" if command.parcels == 1 else f"{command.parcels} parcels"
    work.record(
        "order.packed", order, f"Order {order.number} packed in {parcels}", parcels=command.parcels,
        shipment_id=shipment.id, units=sum(units for _line, _stock, units in goods),
    )  # fmt: skip


def unpack_order(work: Work, command: UnpackOrder) -> None:
    """The parcels of an order that were packed last were opened again; those on a vehicle cannot have been."""
    order = work.need(Order, command.order_id)
    shipment = to_open(work, order)
    if shipment is None:
        contradict(
            work, order, f"Order {order.number} was opened again, but none of its parcels is in the house."
        )
        return
    take_out(work, shipment)
    lines = lines_of(work, order.id)
    order = refresh_order(work, order, lines)
    keep_shipment(work, order, lines)
    work.record("order.unpacked", order, f"Order {order.number} unpacked", shipment_id=shipment.id)


def to_open(work: Work, order: Order) -> Shipment | None:
    """The order's shipment whose parcels would be opened: of those on no vehicle, the one packed last."""
    in_house = [row for row in packed_shipments(work, order.id) if row.status != ShipmentState.LOADED]
    return in_house[-1] if in_house else None
