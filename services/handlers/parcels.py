"""Parcels: which of an order's picked goods are packed into which shipment, until they leave or are taken out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from services.domain.identifiers import derive
from services.domain.pick_states import OPEN as OPEN_TASKS
from services.domain.shipment_states import WAITING
from services.handlers.pick_tasks import cancel_task, queue_task, tasks_of
from services.handlers.promises import next_attempt
from services.handlers.work import Work
from services.storage.tables import Allocation, Order, OrderLine, PickTask, Shipment, ShipmentLine, Stock


def waiting_shipments(work: Work, order_id: str) -> list[Shipment]:
    """An order's shipments that have not left yet, the oldest first."""
    waiting = [row for row in work.find(Shipment, order_id=order_id) if row.status in WAITING]
    return sorted(waiting, key=lambda row: (row.created_at, row.number))


def packed_shipments(work: Work, order_id: str) -> list[Shipment]:
    """Those of an order's waiting shipments that have parcels, the oldest first."""
    return [row for row in waiting_shipments(work, order_id) if row.parcels]


def contents_of(work: Work, shipment: Shipment) -> list[ShipmentLine]:
    """What is in a shipment's parcels."""
    return work.find(ShipmentLine, shipment_id=shipment.id)


def units_in(work: Work, shipments: Iterable[Shipment]) -> Counter[str]:
    """How many units of each order line are in the parcels of these shipments."""
    units: Counter[str] = Counter()
    for shipment in shipments:
        for row in contents_of(work, shipment):
            units[row.line_id] += row.quantity
    return units


def all_packed(work: Work, order_id: str, lines: Sequence[OrderLine]) -> bool:
    """Whether everything that is promised to an order is picked, and in parcels that have not left."""
    picked = sum(line.picked for line in lines)
    if not picked or any(line.reserved != line.picked for line in lines):
        return False
    return units_in(work, packed_shipments(work, order_id)).total() == picked


def loose_goods(work: Work, line: OrderLine) -> list[tuple[Stock, int]]:
    """A line's picked units that are in no parcel: where they lie, and how many."""
    if not line.picked:
        return []
    found = []
    for row in work.find(Allocation, line_id=line.id):
        packed = sum(part.quantity for part in packed_from(work, line, row.stock_id))
        units = row.quantity - packed - _still_to_pick(work, row.stock_id, line)
        if units > 0:
            found.append((work.need(Stock, row.stock_id), units))
    return found


def _still_to_pick(work: Work, stock_id: str, line: OrderLine) -> int:
    """How many of a line's units of a stock row nobody has come for yet."""
    return sum(
        task.quantity - task.picked
        for task in tasks_of(work, line)
        if task.stock_id == stock_id and task.status in OPEN_TASKS
    )


def packed_from(work: Work, line: OrderLine, stock_id: str) -> list[ShipmentLine]:
    """A line's goods in waiting parcels that count as lying in this stock row."""
    rows = work.find(ShipmentLine, order_id=line.order_id)
    return [row for row in rows if row.line_id == line.id and row.stock_id == stock_id]


def pack_into(
    work: Work, order: Order, shipment: Shipment, goods: Iterable[tuple[OrderLine, Stock, int]]
) -> None:
    """Put loose goods into a shipment's parcels; their picks cannot be taken back until they are taken out again."""
    for line, stock, units in goods:
        _put_in(work, shipment.id, line, stock, units)
    for task in work.find(PickTask, order_id=order.id):
        if not task.picked or task.shipment_id:
            continue
        rest = task.quantity - task.picked
        if rest and task.status in OPEN_TASKS:
            # Half of a pick is in the parcel: the other half is a task of its own, for another parcel.
            task = cancel_task(work, task, rest)
            line = work.need(OrderLine, task.line_id)
            attempt = next_attempt(work, line)
            queue_task(work, order, line, work.need(Stock, task.stock_id), rest, attempt=attempt)
        work.change(task, shipment_id=shipment.id)


def take_out(work: Work, shipment: Shipment) -> Shipment:
    """Take everything out of a shipment's parcels: it is picked, and loose again."""
    for row in contents_of(work, shipment):
        work.remove(row)
    for task in work.find(PickTask, order_id=shipment.order_id):
        if task.shipment_id == shipment.id:
            work.change(task, shipment_id="")
    return work.change(shipment, parcels=0) if shipment.parcels else shipment


def carry_parcels(work: Work, line: OrderLine, from_stock_id: str, target: Stock, quantity: int) -> None:
    """Packed units of a line were carried to another place together with their parcels."""
    left = quantity
    for row in packed_from(work, line, from_stock_id):
        part = min(left, row.quantity)
        if part == row.quantity:
            work.remove(row)
        elif part:
            work.change(row, quantity=row.quantity - part)
        if part:
            _put_in(work, row.shipment_id, line, target, part)
        left -= part


def _put_in(work: Work, shipment_id: str, line: OrderLine, stock: Stock, units: int) -> None:
    row_id = derive("shipment_line", shipment_id, line.id, stock.id)
    known = work.get(ShipmentLine, row_id)
    if known is not None:
        work.change(known, quantity=known.quantity + units)
        return
    work.put(
        ShipmentLine(
            id=row_id,
            site_id=line.site_id,
            shipment_id=shipment_id,
            order_id=line.order_id,
            line_id=line.id,
            product_id=line.product_id,
            lot=stock.lot,
            expires_on=stock.expires_on,
            quantity=units,
            stock_id=stock.id,
        )
    )
