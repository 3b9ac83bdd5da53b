"""Promises that lose or change their bin: the goods were carried elsewhere, or are needed by a fact."""

from __future__ import annotations

from services.domain.pick_states import OPEN as OPEN_TASKS
from services.handlers.parcels import carry_parcels, packed_from
from services.handlers.pick_tasks import queue_task, tasks_of
from services.handlers.promises import allocate_to, give_back, keep_backorder, next_attempt, reservation_id
from services.handlers.settlement import settle_order
from services.handlers.work import Work
from services.storage.tables import Allocation, Location, Order, OrderLine, PickTask, Reservation, Stock


def free_up_bin(work: Work, stock: Stock, quantity: int, *, spare: str = "") -> None:
    """See that so many units of a bin are tied to nobody, or to the line ``spare``: the newest promises give way.

    Who gave way waits on backorder; the caller settles the product's stock when it is done.
    """
    left = quantity - (stock.on_hand - stock.allocated)
    if left <= 0:
        return
    for task in _newest_promise_first(work, stock.id):
        if left <= 0:
            break
        if task.line_id == spare:
            continue
        part = min(left, task.quantity - task.picked)
        line = give_back(work, work.need(OrderLine, task.line_id), part, prefer=task.id)
        order = work.need(Order, task.order_id)
        keep_backorder(work, order, line)
        settle_order(work, order.id)
        left -= part


def takeable(work: Work, stock: Stock) -> int:
    """How many units of a bin can be had for something else: free ones, and those that no picker has come for yet."""
    return stock.on_hand - stock.allocated + sum(t.quantity - t.picked for t in open_tasks(work, stock.id))


def carry_promises(work: Work, from_stock_id: str, target: Stock, place: Location, quantity: int) -> None:
    """Let so many promised units of a bin follow the goods to another bin, with their allocations and tasks.

    The caller has moved the goods and their ``allocated`` count. Staged goods follow as well.
    """
    left = quantity
    for task in _newest_promise_first(work, from_stock_id):
        if left == 0:
            return
        part = min(left, task.quantity - task.picked)
        line = work.need(OrderLine, task.line_id)
        if part == task.quantity - task.picked and task.picked == 0:
            allocate_to(work, line, from_stock_id, -part)
            allocate_to(work, line, target.id, part)
            work.change(
                task, stock_id=target.id, location_id=place.id, lot=target.lot, pick_sequence=place.pick_sequence
            )  # fmt: skip
        else:
            _split(work, task, line, from_stock_id, target, part)
        left -= part
    # Loose goods first: parcels are carried when nothing else is left to carry.
    for in_parcels in (False, True):
        for row in work.find(Allocation, stock_id=from_stock_id):
            line = work.need(OrderLine, row.line_id)
            packed = sum(part.quantity for part in packed_from(work, line, from_stock_id))
            part = min(left, packed if in_parcels else row.quantity - packed)
            if part == 0:
                continue
            if in_parcels:
                carry_parcels(work, line, from_stock_id, target, part)
            allocate_to(work, line, from_stock_id, -part)
            allocate_to(work, line, target.id, part)
            for picked in tasks_of(work, line):
                if picked.staged_stock_id == from_stock_id:
                    work.change(picked, staged_stock_id=target.id)
            left -= part


def _split(work: Work, task: PickTask, line: OrderLine, from_stock_id: str, target: Stock, part: int) -> None:
    """Part of a task's goods have gone elsewhere: the line gets that part as a task of its own."""
    work.change(task, quantity=task.quantity - part)
    allocate_to(work, line, from_stock_id, -part)
    allocate_to(work, line, target.id, part)
    order = work.need(Order, task.order_id)
    queue_task(work, order, line, target, part, attempt=next_attempt(work, line))


def open_tasks(work: Work, stock_id: str) -> list[PickTask]:
    """The open tasks on a stock row."""
    return [
        task
        for task in work.find(PickTask, stock_id=stock_id)
        if task.status in OPEN_TASKS and task.quantity > task.picked
    ]


def _newest_promise_first(work: Work, stock_id: str) -> list[PickTask]:
    """The open tasks on a stock row, the least urgent first, and within one urgency those whose line was promised last.

    The promise is dated by the authority, the task by the terminal: no clock that runs slow wins anything by it.
    """
    tasks = open_tasks(work, stock_id)
    if len(tasks) < 2:
        return tasks
    promised = {
        row.line_id: row.reserved_at
        for row in work.get_many(Reservation, [reservation_id(task.line_id) for task in tasks]).values()
    }
    return sorted(
        tasks, key=lambda task: (-task.priority, -promised.get(task.line_id, task.created_at), task.id)
    )
