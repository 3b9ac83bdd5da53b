"""A vehicle leaves: what is in the loaded parcels is consumed and in transit; what was not loaded stays behind."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.order_states import OrderState
from services.domain.shipment_states import advance
from services.handlers import stock_ledger as ledger
from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.parcels import contents_of
from services.handlers.promises import allocate_to, quantities_of, store_line, unreserve
from services.handlers.shipments import keep_shipment, schedule, take_off_route
from services.handlers.work import Work
from services.storage.tables import Order, OrderLine, Shipment, ShipmentLine, Stock


def send_off(work: Work, shipment: Shipment) -> None:
    """A shipment leaves the site: on_hand and reserved fall, in_transit rises, by what is in its parcels."""
    order = work.need(Order, shipment.order_id)
    for row in contents_of(work, shipment):
        _consume(work, row)
    work.change(shipment, status=advance(shipment.status, "depart").value, departed_at=work.context.at)
    lines = lines_of(work, order.id)
    if order.status == OrderState.ON_HOLD:
        # The hold came too late: what has left can only be returned.
        order = work.change(order, status=order.held_from, held_from="")
        work.record("order.resumed", order, f"Order {order.number} left while it was on hold")
    order = refresh_order(work, order, lines)
    # What is still to be packed of the order travels with another shipment.
    keep_shipment(work, order, lines)
    work.record(
        "shipment.departed",
        shipment,
        f"Shipment {shipment.number} left for {order.ship_name}",
        order_id=order.id,
    )
    work.after_commit("notify_customer", order_id=order.id, event="shipment.departed")


def _consume(work: Work, row: ShipmentLine) -> None:
    line = work.need(OrderLine, row.line_id)
    stock = work.need(Stock, row.stock_id)
    allocate_to(work, line, stock.id, -row.quantity)
    ledger.take_out(
        work, stock, row.quantity, kind="depart", order_id=row.order_id, allocated=row.quantity
    )  # fmt: skip
    unreserve(work, line, row.quantity)
    ledger.change_level(
        work, row.site_id, row.product_id, reserved=-row.quantity, in_transit=row.quantity
    )  # fmt: skip
    store_line(work, line, quantities_of(line).depart(row.quantity))
    work.change(row, stock_id="")


def leave_behind(work: Work, shipments: Iterable[Shipment]) -> None:
    """Shipments that were not loaded are taken off the route and put on another where one fits."""
    for shipment in shipments:
        order = work.need(Order, shipment.order_id)
        waiting = take_off_route(work, shipment)
        schedule(work, order, waiting)
