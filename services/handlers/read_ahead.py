"""Reads what many commands are about to need, a table at a time: a hundred commands then cost few trips to the database.

It changes nothing but speed: whatever is not foreseen here is read when a handler asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.commands import Command, ConfirmPick, NewLine, PlaceOrder, ReceiveStock, ShortPick
from services.domain.identifiers import derive
from services.handlers.allotments import allotment_ids
from services.handlers.staging import first_staging
from services.handlers.stock_ledger import GOOD, stock_id_of
from services.storage.tables import (
    Allocation,
    Allotment,
    Backorder,
    Customer,
    Location,
    Order,
    OrderLine,
    PickTask,
    Product,
    Shipment,
    Stock,
    StockLevel,
)
from services.storage.unit_of_work import UnitOfWork

Pick = ConfirmPick | ShortPick


def read_ahead(unit: UnitOfWork, commands: Iterable[Command], terminal_id: str) -> None:
    """Let the unit know what these commands of a terminal will ask for first."""
    orders: dict[str, list[PlaceOrder]] = {}
    picks: dict[str, list[Pick]] = {}
    receipts: dict[str, list[ReceiveStock]] = {}
    for command in commands:
        if isinstance(command, PlaceOrder):
            orders.setdefault(command.site_id, []).append(command)
        elif isinstance(command, ConfirmPick | ShortPick):
            picks.setdefault(command.site_id, []).append(command)
        elif isinstance(command, ReceiveStock):
            receipts.setdefault(command.site_id, []).append(command)
    for site_id, placed in orders.items():
        _before_orders(unit, site_id, placed, terminal_id)
    for site_id, picked in picks.items():
        _before_picks(unit, site_id, picked)
    for site_id, received in receipts.items():
        _before_receipts(unit, site_id, received)


def _before_orders(unit: UnitOfWork, site_id: str, orders: Sequence[PlaceOrder], terminal_id: str) -> None:
    lines: list[NewLine] = [line for order in orders for line in order.lines]
    product_ids = dict.fromkeys(line.product_id for line in lines)
    unit.read(Order, [order.order_id for order in orders])
    unit.read(OrderLine, [line.line_id for line in lines])
    unit.read(Customer, [order.customer_id for order in orders])
    unit.read(Product, product_ids)
    unit.read(StockLevel, [derive("stock_level", site_id, product_id) for product_id in product_ids])
    unit.read(Allotment, allotment_ids(site_id, terminal_id, product_ids))
    found = unit.find_many(Stock, "product_id", product_ids, site_id=site_id)
    unit.read(Location, [stock.location_id for rows in found.values() for stock in rows])


def _before_picks(unit: UnitOfWork, site_id: str, picks: Sequence[Pick]) -> None:
    usual = first_staging(unit.find(Location, site_id=site_id, kind="staging"))
    stock_ids = [stock_id_of(pick.product_id, pick.location_id, pick.lot, GOOD) for pick in picks]
    staged_ids = [
        stock_id_of(pick.product_id, pick.to_location_id or (usual.id if usual else ""), pick.lot, GOOD)
        for pick in picks
    ]
    unit.read(Order, [pick.order_id for pick in picks])
    unit.read(PickTask, [pick.task_id for pick in picks])
    unit.read(Product, [pick.product_id for pick in picks])
    unit.read(Location, [pick.location_id for pick in picks])
    unit.read(Stock, [*stock_ids, *staged_ids])
    unit.read_by(OrderLine, "order_id", [pick.order_id for pick in picks])
    unit.read_by(Shipment, "order_id", [pick.order_id for pick in picks])
    unit.read_by(PickTask, "stock_id", stock_ids)
    unit.read_by(Allocation, "line_id", [pick.line_id for pick in picks])


def _before_receipts(unit: UnitOfWork, site_id: str, receipts: Sequence[ReceiveStock]) -> None:
    product_ids = dict.fromkeys(receipt.product_id for receipt in receipts)
    unit.read(Product, product_ids)
    unit.read(Location, [receipt.location_id for receipt in receipts])
    unit.read(Stock, [stock_id_of(each.product_id, each.location_id, each.lot, GOOD) for each in receipts])
    unit.read(StockLevel, [derive("stock_level", site_id, product_id) for product_id in product_ids])
    unit.read_by(Backorder, "product_id", product_ids, site_id=site_id)
