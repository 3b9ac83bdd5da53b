"""Placing orders: one transaction with four effects (order, stock, shipment, pick tasks), all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.commands import AddLines, Address, ConfirmOrder, NewLine, PlaceOrder, ReleaseOrders, RetryOrder
from services.domain.line_states import LineState
from services.domain.order_states import BEFORE_SHIPPING, OrderState
from services.domain.order_states import advance as advance_order
from services.domain.pick_states import OPEN as OPEN_TASKS
from services.domain.refusals import refuse
from services.handlers.allotments import draw
from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.promises import (
    begin_line,
    next_attempt,
    promise_line,
    quantities_of,
    read_promises,
    read_stock,
)
from services.handlers.shipments import keep_shipment
from services.handlers.work import Work
from services.storage.tables import Customer, Order, OrderLine, PickTask, Product, Site, Wave


def place_order(work: Work, command: PlaceOrder) -> None:
    """Save the order, promise its lines, make its shipment and queue its pick tasks."""
    if work.get(Order, command.order_id) is not None:
        refuse("duplicate", thing="order", name=command.number)
    work.need(Site, command.site_id)
    customer = work.need(Customer, command.customer_id)
    if not customer.active:
        refuse("customer_blocked", customer=customer.name, reason="the account is closed")
    order = work.put(_new_order(work, command, customer))
    lines = _write_lines(work, order, command.lines, first_position=1)
    work.record(
        "order.placed",
        order,
        f"Order {order.number} for {customer.name}, {len(lines)} {'line' if len(lines) == 1 else 'lines'}",
        customer_id=customer.id,
        channel=order.channel,
        total_minor=order.total_minor,
        currency=order.currency,
        lines=[[line.product_id, line.quantity, line.price_minor] for line in lines],
    )
    if command.draft:
        return
    work.certain_until = draw(work, order.site_id, lines)
    _promise(work, work.change(order, status=OrderState.CONFIRMED.value), lines, new=True)


def confirm_order(work: Work, command: ConfirmOrder) -> None:
    """Make a draft binding, as if it had just been placed. It is certain where its lines are as the command has them."""
    order = work.need(Order, command.order_id)
    order = work.change(order, status=advance_order(order.status, "confirm").value)
    work.record("order.confirmed", order, f"Order {order.number} confirmed")
    lines = lines_of(work, order.id)
    until = draw(work, order.site_id, command.draws)
    drawn = sorted((each.product_id, each.quantity) for each in command.draws)
    work.certain_until = until if drawn == _asked_for(lines) else 0
    read_promises(work, lines)
    _promise(work, order, lines)


def add_lines(work: Work, command: AddLines) -> None:
    """Add lines to an order that has not left yet, and promise them as the order asked for."""
    order = work.need(Order, command.order_id)
    if order.status != OrderState.DRAFT and order.status not in BEFORE_SHIPPING:
        refuse(
            "wrong_state",
            thing="order",
            current=order.status,
            wanted="take more lines",
            possible="place another",
        )
    before = lines_of(work, order.id)
    added = _write_lines(work, order, command.lines, first_position=len(before) + 1)
    total = order.total_minor + sum(line.quantity * line.price_minor for line in added)
    order = work.change(order, total_minor=total)
    work.record("order.lines_added", order, f"{len(added)} lines added to order {order.number}")
    if order.status == OrderState.DRAFT:
        # Nothing is promised yet, so what is set aside for the terminal stays: its confirmation will want it.
        return
    if command.draws:
        work.certain_until = draw(work, order.site_id, added)
    promised = _promise_lines(work, order, added)
    order = refresh_order(work, order, [*before, *promised])
    keep_shipment(work, order, [*before, *promised])


def retry_order(work: Work, command: RetryOrder) -> None:
    """Look for stock again for what an order is still waiting for."""
    order = work.need(Order, command.order_id)
    if order.status in (OrderState.DRAFT, OrderState.ON_HOLD, OrderState.CANCELLED, OrderState.CLOSED):
        refuse(
            "wrong_state",
            thing="order",
            current=order.status,
            wanted="reserve stock",
            possible="resume it first",
        )
    lines = lines_of(work, order.id)
    waiting = [line for line in lines if quantities_of(line).unfilled]
    read_stock(work, order.site_id, waiting)
    read_promises(work, waiting)
    fulfilled = {line.id: line for line in lines}
    for line in waiting:
        product = work.need(Product, line.product_id)
        fulfilled[line.id] = promise_line(work, order, line, product, attempt=next_attempt(work, line))
    got = sum(fulfilled[line.id].reserved - line.reserved for line in waiting)
    work.record(
        "order.retried", order, f"Order {order.number} tried again: {got} more units reserved", units=got
    )
    order = refresh_order(work, order, list(fulfilled.values()))
    keep_shipment(work, order, list(fulfilled.values()))


def release_orders(work: Work, command: ReleaseOrders) -> None:
    """Send orders to the pickers together, as one wave; those that have nothing to pick are named and left out."""
    if work.get(Wave, command.wave_id) is not None:
        refuse("duplicate", thing="wave", name=command.number)
    orders = work.get_many(Order, command.order_ids)
    ready = [
        order for order in orders.values() if order.status in (OrderState.ALLOCATED, "partially_allocated")
    ]
    if not ready:
        refuse(
            "wrong_state",
            thing="order",
            current="not allocated",
            wanted="be released",
            possible="reserve stock",
        )
    wave = work.put(
        Wave(
            id=command.wave_id,
            site_id=command.site_id,
            number=command.number,
            kind=command.kind,
            status="released",
            released_by=work.context.actor_id,
            released_at=work.context.at,
        )
    )
    for order in ready:
        for task in work.find(PickTask, order_id=order.id):
            if task.status in OPEN_TASKS:
                work.change(task, wave_id=wave.id)
        work.change(order, status=advance_order(order.status, "release").value)
    work.record("wave.released", wave, f"Wave {wave.number} released with {len(ready)} orders")
    left_out = [order_id for order_id in command.order_ids if order_id not in {order.id for order in ready}]
    if left_out:
        details = [{"order_id": order_id, "error": "nothing to pick"} for order_id in left_out]
        work.fall_short(
            "left_out", f"{len(left_out)} orders had nothing to pick and were left out.", *details
        )


def _new_order(work: Work, command: PlaceOrder, customer: Customer) -> Order:
    to = command.ship_to or Address(
        name=customer.name,
        street=customer.street,
        city=customer.city,
        postcode=customer.postcode,
        country=customer.country,
        latitude=customer.latitude,
        longitude=customer.longitude,
    )
    return Order(
        id=command.order_id,
        site_id=command.site_id,
        number=command.number,
        channel=command.channel,
        external_id=command.external_id,
        customer_id=customer.id,
        status=OrderState.DRAFT.value,
        held_from="",
        priority=command.priority,
        placed_at=work.context.at,
        due_on=command.due_on,
        ship_name=to.name,
        ship_street=to.street,
        ship_city=to.city,
        ship_postcode=to.postcode,
        ship_country=to.country,
        latitude=to.latitude,
        longitude=to.longitude,
        currency=command.currency,
        total_minor=sum(line.quantity * line.price_minor for line in command.lines),
        on_shortfall=command.on_shortfall,
        note=command.note,
        placed_by=work.context.actor_id,
        terminal_id=work.context.terminal_id,
    )


def _write_lines(
    work: Work, order: Order, lines: Sequence[NewLine], *, first_position: int
) -> list[OrderLine]:
    products = work.get_many(Product, [line.product_id for line in lines])
    taken = set(work.get_many(OrderLine, [line.line_id for line in lines]))
    for line in lines:
        product = products.get(line.product_id)
        if product is None:
            refuse(
                "not_found", thing="product", name=line.product_id, details=[{"product_id": line.product_id}]
            )
        if not product.active:
            refuse(
                "product_inactive", sku=product.sku, details=[{"product_id": product.id, "sku": product.sku}]
            )
        if line.line_id in taken:
            refuse("duplicate", thing="order line", name=line.line_id)
        taken.add(line.line_id)
    written = [
        work.put(
            OrderLine(
                id=line.line_id,
                site_id=order.site_id,
                order_id=order.id,
                position=position,
                product_id=line.product_id,
                quantity=line.quantity,
                price_minor=line.price_minor,
                status=LineState.OPEN.value,
            )
        )
        for position, line in enumerate(lines, start=first_position)
    ]
    for each in written:
        begin_line(work, each)
    return written


def _asked_for(lines: Sequence[OrderLine]) -> list[tuple[str, int]]:
    """(product, units) of each line that asks for any, sorted."""
    found = ((line.product_id, line.quantity - line.cancelled) for line in lines)
    return sorted((product_id, units) for product_id, units in found if units > 0)


def _promise(work: Work, order: Order, lines: Sequence[OrderLine], *, new: bool = False) -> None:
    """Promise an order's lines, and let its state, shipment and notification follow."""
    promised = _promise_lines(work, order, lines)
    order = refresh_order(work, order, promised)
    keep_shipment(work, order, promised, new=new)
    work.after_commit("notify_customer", order_id=order.id, event="order.placed")


def _promise_lines(work: Work, order: Order, lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Reserve lines; where stock does not suffice, refuse all or leave the rest to backorder, as the order says."""
    read_stock(work, order.site_id, lines)
    promised = [promise_line(work, order, line, work.need(Product, line.product_id)) for line in lines]
    short = [line for line in promised if quantities_of(line).unfilled]
    if short and order.on_shortfall == "refuse":
        _refuse_shortfall(work, short)
    if short:
        units = sum(quantities_of(line).unfilled for line in short)
        skus = ", ".join(work.need(Product, line.product_id).sku for line in short[:5])
        more = f" and {len(short) - 5} more" if len(short) > 5 else ""
        message = f"Order {order.number}: {units} units are on backorder ({skus}{more})."
        work.fall_short("backordered", message, *[_shortfall(work, line) for line in short])
    return promised


def _shortfall(work: Work, line: OrderLine) -> dict[str, Any]:
    product = work.need(Product, line.product_id)
    return {
        "line_id": line.id,
        "product_id": product.id,
        "sku": product.sku,
        "requested": line.quantity,
        "available": line.reserved,
        "error": "Insufficient inventory",
    }


def _refuse_shortfall(work: Work, short: Sequence[OrderLine]) -> None:
    details = [_shortfall(work, line) for line in short]
    first = details[0]
    refuse(
        "insufficient_stock",
        details=details,
        sku=first["sku"],
        available=first["available"],
        requested=first["requested"],
    )
