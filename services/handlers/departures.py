"""A vehicle leaves: picked goods are consumed and in transit; what was not loaded stays behind."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.identifiers import derive
from services.domain.order_states import OrderState
from services.domain.pick_states import OPEN as OPEN_TASKS
from services.domain.shipment_states import advance
from services.handlers import stock_ledger as ledger
from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.promises import allocate_to, quantities_of, store_line, unreserve
from services.handlers.shipments import keep_shipment, schedule, take_off_route
from services.handlers.work import Work
from services.storage.tables import Allocation, Order, OrderLine, PickTask, Shipment, ShipmentLine, Stock


def send_off(work: Work, shipment: Shipment) -> None:
    """A shipment leaves the site: on_hand and reserved fall, in_transit rises, by what is picked for its order."""
    order = work.need(Order, shipment.order_id)
    for line in lines_of(work, order.id):
        if line.picked:
            _consume(work, order, line, shipment)
    work.change(shipment, status=advance(shipment.status, "depart").value, departed_at=work.context.at)
    lines = lines_of(work, order.id)
    if order.status == OrderState.ON_HOLD:
        # The hold came too late: what has left can only be returned.
        order = work.change(order, status=order.held_from, held_from="")
        work.record("order.resumed", order, f"Order {order.number} left while it was on hold")
    order = refresh_order(work, order, lines, packed=False)
    # What is still to be picked of the order travels with another shipment.
    keep_shipment(work, order, lines)
    work.record(
        "shipment.departed",
        shipment,
        f"Shipment {shipment.number} left for {order.ship_name}",
        order_id=order.id,
    )
    work.after_commit("notify_customer", order_id=order.id, event="shipment.departed")


def _consume(work: Work, order: Order, line: OrderLine, shipment: Shipment) -> None:
    gone = 0
    for row in work.find(Allocation, line_id=line.id):
        stock = work.need(Stock, row.stock_id)
        part = row.quantity - _still_in_bin(work, stock, line)
        if part <= 0:
            continue
        allocate_to(work, line, stock.id, -part)
        ledger.take_out(work, stock, part, kind="depart", order_id=order.id, allocated=part)
        work.put(
            ShipmentLine(
                id=derive("shipment_line", shipment.id, line.id, stock.id),
                site_id=order.site_id,
                shipment_id=shipment.id,
                order_id=order.id,
                line_id=line.id,
                product_id=line.product_id,
                lot=stock.lot,
                expires_on=stock.expires_on,
                quantity=part,
            )
        )
        gone += part
    unreserve(work, line, gone)
    ledger.change_level(work, line.site_id, line.product_id, reserved=-gone, in_transit=gone)
    store_line(work, line, quantities_of(line).depart(gone))


def _still_in_bin(work: Work, stock: Stock, line: OrderLine) -> int:
    """How many of a line's units of this stock row have not been picked yet."""
    return sum(
        task.quantity - task.picked
        for task in work.find(PickTask, line_id=line.id)
        if task.stock_id == stock.id and task.status in OPEN_TASKS
    )


def leave_behind(work: Work, shipments: Iterable[Shipment]) -> None:
    """Shipments that were not loaded are taken off the route and put on another where one fits."""
    for shipment in shipments:
        order = work.need(Order, shipment.order_id)
        waiting = take_off_route(work, shipment)
        schedule(work, order, waiting)
