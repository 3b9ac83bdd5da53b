"""What is refused on the spot, while the person is still there: checks made once, where a fact is entered.

A fact that has passed here is never refused later: whatever has changed meanwhile, it has happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services import commands as c
from services.domain.order_states import OrderState
from services.domain.pick_states import after_pick, missing_after_short
from services.domain.refusals import refuse
from services.domain.route_states import RouteState, advance_route
from services.domain.shipment_states import ShipmentState, advance
from services.handlers import stock_ledger as ledger
from services.handlers.counts import DECIDED, is_of
from services.handlers.order_progress import lines_of
from services.handlers.packing_handlers import to_open
from services.handlers.parcels import packed_shipments
from services.handlers.picking_handlers import goods_of_pick
from services.handlers.work import Context, Work
from services.storage.tables import (
    CycleCount,
    Location,
    Order,
    OrderLine,
    PickTask,
    Product,
    Route,
    Shipment,
    Stop,
    Vehicle,
)
from services.storage.unit_of_work import UnitOfWork


def check_pick(work: Work, command: c.ConfirmPick) -> None:
    """A pick of more than tasked is refused."""
    product = work.need(Product, command.product_id)
    work.need(Location, command.location_id)
    work.need(OrderLine, command.line_id)
    task = work.get(PickTask, command.task_id)
    if task is not None:
        after_pick(task.quantity, task.picked, command.quantity, product.sku)


def check_short(work: Work, command: c.ShortPick) -> None:
    """A short pick needs a known reason, and something must be missing."""
    product = work.need(Product, command.product_id)
    task = work.need(PickTask, command.task_id)
    missing_after_short(task.quantity - task.picked, command.found, command.reason, product.sku)


def check_undo(work: Work, command: c.UndoPick) -> None:
    """Only goods that still lie in staging, in no parcel, can go back."""
    task = work.need(PickTask, command.task_id)
    order = work.need(Order, task.order_id)
    if not goods_of_pick(work, task, work.need(OrderLine, task.line_id), order):
        current = "packed or gone" if task.shipment_id else f"{task.status}, order {order.status}"
        refuse("wrong_state", thing="pick", current=current, wanted="be taken back",
               possible="open the parcels first, if it is packed")  # fmt: skip


def check_pack(work: Work, command: c.PackOrder) -> None:
    """An order is packed when all that is promised to it is picked, and nobody holds it."""
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
        refuse("order_on_hold", number=order.number, reason="its history says why")


def check_unpack(work: Work, command: c.UnpackOrder) -> None:
    """Only what is packed and not on a vehicle can be opened."""
    order = work.need(Order, command.order_id)
    if to_open(work, order) is not None:
        return
    if packed_shipments(work, order.id):
        refuse(
            "wrong_state", thing="shipment", current="loaded", wanted="be opened", possible="unload it first"
        )
    else:
        refuse(
            "wrong_state", thing="order", current=order.status, wanted="be opened", possible="pack it first"
        )


def check_load(work: Work, command: c.LoadShipment) -> None:
    """Only packed shipments on a route are loaded."""
    shipment = work.need(Shipment, command.shipment_id)
    advance(shipment.status, "load")
    if shipment.parcels == 0:
        order = work.need(Order, shipment.order_id)
        refuse(
            "wrong_state", thing="order", current=order.status, wanted="be loaded", possible="pack it first"
        )


def check_depart(work: Work, command: c.DepartRoute) -> None:
    """A van leaves with something on it, and not while it is out with another route."""
    route = work.need(Route, command.route_id)
    advance_route(route.status, "depart")
    for other in work.find(Route, vehicle_id=route.vehicle_id, status=RouteState.UNDER_WAY.value):
        vehicle = work.need(Vehicle, route.vehicle_id)
        details = [{"route_id": other.id, "vehicle_id": vehicle.id}]
        refuse("vehicle_on_road", vehicle=vehicle.code, route=other.number, details=details)
    shipments = work.find(Shipment, route_id=route.id)
    if not any(shipment.status == ShipmentState.LOADED for shipment in shipments):
        refuse("not_loaded", missing=len(shipments), total=len(shipments))


def check_deliver(work: Work, command: c.DeliverShipment) -> None:
    """A delivery needs its evidence, and a shipment that is on the road."""
    if not command.pod_name.strip():
        refuse("evidence_missing", missing="who took it")
    shipment = work.need(Shipment, command.shipment_id)
    if shipment.status != ShipmentState.EN_ROUTE:
        advance(shipment.status, "deliver")


def check_arrive(work: Work, command: c.ArriveStop) -> None:
    """Only what is under way arrives."""
    advance(work.need(Shipment, work.need(Stop, command.stop_id).shipment_id).status, "arrive")


def check_finish(work: Work, command: c.FinishRoute) -> None:
    """Only a route under way ends."""
    advance_route(work.need(Route, command.route_id).status, "finish")


def check_release(work: Work, command: c.ReleaseStock) -> None:
    """No more is released than is held."""
    product = work.need(Product, command.product_id)
    location = work.need(Location, command.location_id)
    held = ledger.stock_in(work, product, location, command.lot, ledger.HELD).on_hand
    if held < command.quantity:
        refuse(
            "stock_not_held", location=location.code, held=held, sku=product.sku, requested=command.quantity
        )


def check_move(work: Work, command: c.MoveStock) -> None:
    """A move is of a product, and has two ends, which are bins of this site."""
    work.need(Product, command.product_id)
    work.need(Location, command.to_location_id)
    source = work.need(Location, command.from_location_id)
    if source.id == command.to_location_id:
        refuse("same_location", location=source.code)


def check_count(work: Work, command: c.CountStock) -> None:
    """A count is of a product and a bin that exist; it answers a count of just these that is not decided, or none."""
    work.need(Product, command.product_id)
    location = work.need(Location, command.location_id)
    asked = work.get(CycleCount, command.count_id)
    if asked is None:
        return
    if not is_of(asked, location.id, command.product_id, command.lot):
        refuse("invalid_value", field="count_id", problem="that count is of another bin, product or lot")
    if asked.status in DECIDED:
        refuse(
            "wrong_state", thing="count", current=asked.status, wanted="be counted again",
            possible="ask for a new count",
        )  # fmt: skip


def check_receive(work: Work, command: c.ReceiveReturn) -> None:
    """What is coming back is received at a place of this site."""
    advance(work.need(Shipment, command.shipment_id).status, "receive")
    work.need(Location, command.location_id)


def _shipment_step(event: str) -> Callable[[Work, Any], None]:
    def check(work: Work, command: Any) -> None:
        advance(work.need(Shipment, command.shipment_id).status, event)

    return check


def check_return(work: Work, command: c.ReturnShipment) -> None:
    """What failed turns back, and what was delivered may be sent back."""
    shipment = work.need(Shipment, command.shipment_id)
    if shipment.status != ShipmentState.DELIVERED:
        advance(shipment.status, "return")


ENTRY_CHECKS: dict[type[c.Command], Callable[[Work, Any], None]] = {
    c.ConfirmPick: check_pick,
    c.ShortPick: check_short,
    c.UndoPick: check_undo,
    c.PackOrder: check_pack,
    c.UnpackOrder: check_unpack,
    c.LoadShipment: check_load,
    c.UnloadShipment: _shipment_step("unload"),
    c.DepartRoute: check_depart,
    c.ArriveStop: check_arrive,
    c.DeliverShipment: check_deliver,
    c.FailDelivery: _shipment_step("fail"),
    c.RetryDelivery: _shipment_step("retry"),
    c.ReturnShipment: check_return,
    c.ReceiveReturn: check_receive,
    c.FinishRoute: check_finish,
    c.ReleaseStock: check_release,
    c.MoveStock: check_move,
    c.CountStock: check_count,
}


def check_entry(unit: UnitOfWork, command: c.Command, context: Context) -> None:
    """Refuse what a person can still put right. Raises RuleViolation."""
    check = ENTRY_CHECKS.get(type(command))
    if check is not None:
        check(Work(unit, context, getattr(command, "site_id", "")), command)
