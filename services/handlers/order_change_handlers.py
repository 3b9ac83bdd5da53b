"""Changing an order that was placed: its fields, its quantities, holding it, cancelling it, closing it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from services.commands import CancelOrder, ChangeLine, ChangeOrder, CloseOrder, HoldOrder, ResumeOrder
from services.domain.order_states import BEFORE_SHIPPING, OrderState, advance
from services.domain.priorities import pick_priority
from services.domain.refusals import refuse
from services.domain.shipment_states import ShipmentState
from services.handlers import stock_ledger as ledger
from services.handlers.edits import apply_edit, set_fields
from services.handlers.order_progress import lines_of
from services.handlers.parcels import waiting_shipments
from services.handlers.pick_tasks import tasks_of
from services.handlers.promises import (
    allocate_to,
    change_priority,
    give_back,
    keep_backorder,
    next_attempt,
    promise_line,
    quantities_of,
    store_line,
    unreserve,
)
from services.handlers.settlement import settle_order, settle_stock
from services.handlers.shipments import cancel_shipment, schedule, take_off_route
from services.handlers.stock_alerts import watch_level
from services.handlers.stock_tasks import ask_for_put_back
from services.handlers.work import Work
from services.storage.tables import (
    Allocation,
    Location,
    Order,
    OrderLine,
    PickTask,
    Product,
    Shipment,
    Stock,
    Stop,
)

_POSITION = {"latitude", "longitude"}
_ADDRESS = _POSITION | {"ship_name", "ship_street", "ship_city", "ship_postcode", "ship_country"}


def change_order(work: Work, command: ChangeOrder) -> None:
    """Change fields of an order; its tasks, its place in the queue and its route follow."""
    order = work.need(Order, command.order_id)
    _before_shipping(order, "be changed")
    before, order = order, apply_edit(work, order, command.expected, command.values)
    changed = set_fields(command.values)
    shipments = waiting_shipments(work, order.id)
    moved = {name for name in _ADDRESS & changed.keys() if getattr(before, name) != getattr(order, name)}
    if moved:
        _refuse_if_loaded(shipments)
    if {"priority", "due_on"} & changed.keys():
        for task in work.find(PickTask, order_id=order.id):
            priority = pick_priority(order.priority, order.due_on, work.context.received_at)
            work.change(task, due_on=order.due_on, priority=priority)
        change_priority(work, order)
    for shipment in shipments:
        if _POSITION & moved:
            schedule(work, order, take_off_route(work, shipment) if shipment.stop_id else shipment)
        elif "ship_name" in moved and shipment.stop_id:
            work.change(work.need(Stop, shipment.stop_id), name=order.ship_name)
    work.record(
        "order.changed", order, f"Order {order.number} changed: {', '.join(changed)}", fields=sorted(changed)
    )


def _refuse_if_loaded(shipments: Sequence[Shipment]) -> None:
    """What lies in a van with its label is not sent elsewhere behind the loader's back: it is taken out first."""
    loaded = [shipment for shipment in shipments if shipment.status == ShipmentState.LOADED]
    if loaded:
        refuse(
            "wrong_state",
            thing="shipment",
            current="loaded",
            wanted="get another address",
            possible="unload it first",
            details=[{"shipment_id": shipment.id, "number": shipment.number} for shipment in loaded],
        )


def change_line(work: Work, command: ChangeLine) -> None:
    """Ask for more or fewer units of a line; what is picked already cannot be taken off it."""
    order = work.need(Order, command.order_id)
    line = work.need(OrderLine, command.line_id)
    _before_shipping(order, "be changed")
    product = work.need(Product, line.product_id)
    wanted_now = line.quantity - line.cancelled
    if wanted_now not in (command.expected_quantity, command.quantity):
        refuse(
            "changed_meanwhile", thing="order line", field="quantity", actual=wanted_now,
            expected=command.expected_quantity,
            details=[{"field": "quantity", "expected": command.expected_quantity, "actual": wanted_now}],
        )  # fmt: skip
    if wanted_now == command.quantity:
        return
    if command.quantity < line.picked + line.consumed:
        done = line.picked + line.consumed
        refuse(
            "line_underfilled",
            step="Taking off",
            quantity=wanted_now - command.quantity,
            sku=product.sku,
            has=done,
        )
    total = order.total_minor + (command.quantity - wanted_now) * line.price_minor
    order = work.change(order, total_minor=total)
    if command.quantity > wanted_now:
        line = work.change(line, quantity=line.cancelled + command.quantity)
        if order.status == OrderState.ON_HOLD:
            # A held order takes nothing more; what it lacks is looked for when it is resumed.
            line = store_line(work, line, quantities_of(line))
            keep_backorder(work, order, line)
        elif order.status != OrderState.DRAFT:
            line = promise_line(work, order, line, product, attempt=next_attempt(work, line))
    else:
        _reduce(work, order, line, wanted_now - command.quantity)
    work.record(
        "order.line_changed", order, f"Order {order.number}: {product.sku} from {wanted_now} to {command.quantity}",
        line_id=line.id, before=wanted_now, after=command.quantity,
    )  # fmt: skip
    if order.status != OrderState.DRAFT:
        settle_order(work, order.id)
        settle_stock(work, order.site_id, product.id)


def _reduce(work: Work, order: Order, line: OrderLine, by: int) -> None:
    """Take units off a line: first those on backorder, then those still in their bins."""
    if order.status == OrderState.DRAFT:
        work.change(line, quantity=line.quantity - by)
        return
    from_bins = by - min(by, quantities_of(line).unfilled)
    if from_bins:
        line = give_back(work, line, from_bins)
    line = store_line(work, line, quantities_of(line).cancel(by))
    keep_backorder(work, order, line)


def hold_order(work: Work, command: HoldOrder) -> None:
    """Stop work on an order; what is reserved for it stays reserved."""
    order = work.need(Order, command.order_id)
    state = advance(order.status, "hold")
    order = work.change(order, status=state.value, held_from=order.status)
    work.record("order.held", order, f"Order {order.number} on hold: {command.reason}", reason=command.reason)


def resume_order(work: Work, command: ResumeOrder) -> None:
    """Let work on a held order go on where it stopped."""
    order = work.need(Order, command.order_id)
    if order.status != OrderState.ON_HOLD:
        refuse(
            "wrong_state", thing="order", current=order.status, wanted="be resumed", possible="hold it first"
        )
    state = advance(order.status, "resume", held_from=order.held_from)
    order = work.change(order, status=state.value, held_from="")
    work.record("order.resumed", order, f"Order {order.number} resumed")
    for line in lines_of(work, order.id):
        if quantities_of(line).unfilled:
            settle_stock(work, order.site_id, line.product_id)
    settle_order(work, order.id)


def cancel_order(work: Work, command: CancelOrder) -> None:
    """Call an order off: promises are given back, picked goods get put-back tasks, its shipment is cancelled."""
    order = work.need(Order, command.order_id)
    state = advance(order.status, "cancel")
    lines = lines_of(work, order.id)
    if order.status == OrderState.DRAFT:
        for line in lines:
            work.change(line, cancelled=line.quantity, status="cancelled")
    else:
        for line in lines:
            _cancel_line(work, order, line)
    for shipment in waiting_shipments(work, order.id):
        cancel_shipment(work, shipment)
    order = work.change(order, status=state.value, held_from="", closed_at=work.context.received_at)
    work.record(
        "order.cancelled", order, f"Order {order.number} cancelled: {command.reason}", reason=command.reason
    )
    work.after_commit("notify_customer", order_id=order.id, event="order.cancelled")
    for product_id in dict.fromkeys(line.product_id for line in lines):
        settle_stock(work, order.site_id, product_id)


def _cancel_line(work: Work, order: Order, line: OrderLine) -> None:
    in_bins = line.reserved - line.picked
    if in_bins:
        line = give_back(work, line, in_bins)
    if line.picked:
        line = _put_back_picked(work, order, line)
    lacking = quantities_of(line).unfilled
    if lacking:
        line = store_line(work, line, quantities_of(line).cancel(lacking))
    keep_backorder(work, order, line)
    product = work.need(Product, line.product_id)
    level = ledger.level_of(work, order.site_id, product.id)
    watch_level(work, product, level, fell_by=-in_bins)


def _put_back_picked(work: Work, order: Order, line: OrderLine) -> OrderLine:
    """Untie picked goods from a line; they lie in staging as free stock until somebody brings them back."""
    product = work.need(Product, line.product_id)
    picked = line.picked
    homes = {task.staged_stock_id: task.location_id for task in tasks_of(work, line) if task.picked}
    for row in work.find(Allocation, line_id=line.id):
        stock = work.need(Stock, row.stock_id)
        allocate_to(work, line, stock.id, -row.quantity)
        work.put(replace(stock, allocated=stock.allocated - row.quantity))
        place = work.need(Location, stock.location_id)
        home = work.need(Location, homes.get(stock.id, place.id))
        ask_for_put_back(
            work, product, place, home, row.quantity, lot=stock.lot, order_id=order.id,
            note=f"order {order.number} was cancelled",
        )  # fmt: skip
    unreserve(work, line, picked)
    ledger.change_level(work, line.site_id, line.product_id, reserved=-picked)
    quantities = quantities_of(line).unpick(picked).unallocate(picked).unreserve(picked)
    return store_line(work, line, quantities)


def close_order(work: Work, command: CloseOrder) -> None:
    """Put a delivered order away."""
    order = work.need(Order, command.order_id)
    state = advance(order.status, "close")
    order = work.change(order, status=state.value, closed_at=work.context.received_at)
    work.record("order.closed", order, f"Order {order.number} closed")


def _before_shipping(order: Order, wanted: str) -> None:
    if order.status not in (OrderState.DRAFT, OrderState.ON_HOLD, *BEFORE_SHIPPING):
        refuse("wrong_state", thing="order", current=order.status, wanted=wanted, possible="make a return")
