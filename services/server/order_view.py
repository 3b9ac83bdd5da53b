"""Orders as answers show them: with their lines, their shipment and picks, and the four effects of placing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from services.domain.line_quantities import LineQuantities
from services.domain.refusals import refuse
from services.handlers.promises import quantities_of
from services.storage.tables import Order, OrderLine, PickTask, Product, Shipment
from services.storage.unit_of_work import UnitOfWork

_DONE_PICKING = ("picked", "staged")


def order_head(order: Order) -> dict[str, Any]:
    """An order without its lines."""
    return {"order_id": order.id, **{k: v for k, v in msgspec.structs.asdict(order).items() if k != "id"}}


def order_view(unit: UnitOfWork, order: Order | None) -> dict[str, Any]:
    """An order with everything that belongs to it. Refuses with ``not_found`` where there is none."""
    if order is None:
        refuse("not_found", thing="order", name="with this id")
    lines = _lines(unit, order.id)
    products = unit.get_many(Product, [line.product_id for line in lines])
    return {
        **order_head(order),
        "lines": [_line(line, products.get(line.product_id)) for line in lines],
        "shipments": [_row(shipment, "shipment_id") for shipment in _shipments(unit, order.id)],
        "pick_tasks": [_row(task, "task_id") for task in _tasks(unit, order.id)],
    }


def effects_of(unit: UnitOfWork, order_id: str) -> dict[str, Any]:
    """What an order has done to each of the four systems, with a state each: done, partial, waiting or none."""
    order = unit.get(Order, order_id)
    if order is None:
        refuse("not_found", thing="order", name=order_id)
    total = LineQuantities.total(quantities_of(line) for line in _lines(unit, order_id))
    shipments = [row for row in _shipments(unit, order_id) if row.status != "cancelled"]
    tasks = [row for row in _tasks(unit, order_id) if row.status != "cancelled"]
    shipment = shipments[-1] if shipments else None
    promised = total.reserved + total.consumed
    wanted = total.ordered - total.cancelled
    return {
        "Order": {"state": "done", "status": order.status, "number": order.number},
        "Inventory": {
            "state": "none" if not promised else "done" if promised >= wanted else "partial",
            "reserved": total.reserved,
            "backordered": total.unfilled,
        },
        "Delivery": {
            "state": "none" if shipment is None else "done" if shipment.route_id else "waiting",
            "status": shipment.status if shipment is not None else "",
            "shipment_id": shipment.id if shipment is not None else "",
            "vehicle_id": shipment.vehicle_id if shipment is not None else "",
            "driver_id": shipment.driver_id if shipment is not None else "",
            "route_id": shipment.route_id if shipment is not None else "",
            "eta": shipment.eta if shipment is not None else None,
        },
        "Warehouse": {
            "state": "done" if tasks else "none",
            "tasks": [
                {
                    "task_id": task.id,
                    "product_id": task.product_id,
                    "location_id": task.location_id,
                    "quantity": task.quantity,
                    "picked": task.picked,
                    "priority": task.priority,
                    "worker": task.assigned_to,
                    "status": task.status,
                }
                for task in tasks
            ],
            "picked": sum(task.picked for task in tasks if task.status in _DONE_PICKING),
        },
    }


def _lines(unit: UnitOfWork, order_id: str) -> list[OrderLine]:
    return sorted(unit.find(OrderLine, order_id=order_id), key=lambda line: line.position)


def _shipments(unit: UnitOfWork, order_id: str) -> list[Shipment]:
    """An order's shipments, the oldest first."""
    return sorted(unit.find(Shipment, order_id=order_id), key=lambda row: (row.created_at, row.number))


def _tasks(unit: UnitOfWork, order_id: str) -> Sequence[PickTask]:
    return sorted(unit.find(PickTask, order_id=order_id), key=lambda task: (task.created_at, task.id))


def _line(line: OrderLine, product: Product | None) -> dict[str, Any]:
    return {
        "line_id": line.id,
        "position": line.position,
        "product_id": line.product_id,
        "sku": product.sku if product is not None else "",
        "name": product.name if product is not None else "",
        "quantity": line.quantity,
        "price_minor": line.price_minor,
        "status": line.status,
        "reserved": line.reserved,
        "backordered": quantities_of(line).unfilled,
        "picked": line.picked,
        "consumed": line.consumed,
        "delivered": line.delivered,
        "returned": line.returned,
        "cancelled": line.cancelled,
    }


def _row(row: Shipment | PickTask, id_name: str) -> dict[str, Any]:
    return {id_name: row.id, **{k: v for k, v in msgspec.structs.asdict(row).items() if k != "id"}}
