"""Picking: claiming tasks, picks confirmed by scan, short picks, picks taken back, goods dropped in staging.

A pick is a fact: it has happened, so it is taken even where its task has changed meanwhile, and stock follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from services.commands import ClaimPicks, ConfirmPick, ShortPick, StagePicks, UnclaimPicks, UndoPick
from services.domain.order_states import OrderState
from services.domain.pick_states import OPEN as OPEN_TASKS
from services.domain.pick_states import PickState, advance
from services.domain.refusals import refuse
from services.handlers import stock_ledger as ledger
from services.handlers.contradictions import contradict
from services.handlers.counts import queue_count
from services.handlers.order_progress import refresh_order
from services.handlers.parcels import loose_goods
from services.handlers.pick_facts import PickFact, take_pick
from services.handlers.promises import (
    allocate_to,
    give_back,
    keep_backorder,
    next_attempt,
    promise_line,
    quantities_of,
    store_line,
)
from services.handlers.settlement import settle_order, settle_stock
from services.handlers.stock_alerts import watch_level
from services.handlers.work import Work
from services.storage.tables import Location, Order, OrderLine, PickTask, Product, Stock, User


def claim_picks(work: Work, command: ClaimPicks) -> None:
    """Mark tasks as being picked by the actor. What somebody else has claimed meanwhile is named and left to them."""
    taken = []
    for task in work.get_many(PickTask, command.task_ids).values():
        if task.status == PickState.PENDING:
            work.change(
                task,
                status=advance(task.status, "claim").value,
                assigned_to=work.context.actor_id,
                claimed_at=work.context.at,
            )
        elif not (task.status == PickState.PICKING and task.assigned_to == work.context.actor_id):
            taken.append(task)
    if taken and len(taken) == len(command.task_ids):
        _refuse_claim(work, taken)
    if taken:
        details = [{"task_id": task.id, "status": task.status} for task in taken]
        work.fall_short("task_taken", f"{len(taken)} tasks were already taken or done.", *details)


def _refuse_claim(work: Work, taken: Sequence[PickTask]) -> NoReturn:
    """None of the tasks can be had: say who picks them, or that there is nothing left to pick."""
    details = [{"task_id": task.id, "status": task.status} for task in taken]
    others = [task for task in taken if task.status == PickState.PICKING]
    if not others:
        refuse(
            "wrong_state",
            thing="pick task",
            current=taken[0].status,
            wanted="be claimed",
            possible="nothing, take the next task",
            details=details,
        )
    worker = work.get(User, others[0].assigned_to)
    refuse("task_taken", worker=worker.name if worker else "Somebody else", details=details)


def unclaim_picks(work: Work, command: UnclaimPicks) -> None:
    """Put tasks back into the queue, unless something has been picked for them."""
    for task in work.get_many(PickTask, command.task_ids).values():
        if task.status == PickState.PICKING and task.picked == 0:
            work.change(task, status=PickState.PENDING.value, claimed_at=None)


def confirm_pick(work: Work, command: ConfirmPick) -> None:
    """Units were taken from a bin: they lie in staging now, tied to their line."""
    take_pick(work, PickFact.of(command, command.quantity, command.to_location_id))


def short_pick(work: Work, command: ShortPick) -> None:
    """Less was found than tasked.

    What was found is picked. What is missing is no longer promised from here: the rest of the bin is set aside until
    it is counted (on_hand changes only when the count is approved), the missing part is sought in other bins, and
    what cannot be had waits as a backorder.
    """
    if command.found:
        take_pick(work, PickFact.of(command, command.found, command.to_location_id))
    product = work.need(Product, command.product_id)
    line = work.need(OrderLine, command.line_id)
    order = work.need(Order, command.order_id)
    task = work.get(PickTask, command.task_id)
    missing = task.quantity - task.picked if task is not None and task.status in OPEN_TASKS else 0
    if task is not None and missing:
        line = give_back(work, line, missing, prefer=task.id)
        task = work.need(PickTask, command.task_id)
        status = PickState.PICKED if task.picked else PickState.SHORT
        work.change(task, status=status.value, short_reason=command.reason, picked_at=work.context.at)
    _set_aside(work, command, product)
    line = work.need(OrderLine, line.id)
    if quantities_of(line).unfilled and order.status != OrderState.ON_HOLD:
        line = promise_line(work, order, line, product, attempt=next_attempt(work, line))
    else:
        keep_backorder(work, order, line)
    work.record(
        "pick.short",
        order,
        f"Short pick of {product.sku} for order {order.number}: {command.found} found, {missing} missing "
        f"({command.reason.replace('_', ' ')})",
        product_id=product.id,
        location_id=command.location_id,
        found=command.found,
        missing=missing,
        reason=command.reason,
    )
    settle_order(work, order.id)
    settle_stock(work, command.site_id, product.id)


def _set_aside(work: Work, command: ShortPick, product: Product) -> None:
    """Hold what the books still say is in the bin beyond other tasks, and have the bin counted."""
    location = work.need(Location, command.location_id)
    stock = work.get(Stock, ledger.stock_id_of(product.id, location.id, command.lot, ledger.GOOD))
    free = stock.on_hand - stock.allocated if stock else 0
    if stock is not None and free > 0:
        ledger.move(work, stock, location, free, kind="hold", status=ledger.SUSPECT, reason=command.reason)
        level = ledger.level_of(work, command.site_id, product.id)
        watch_level(work, product, level, fell_by=free)
    reason = f"short pick: {command.reason.replace('_', ' ')}"
    queue_count(work, location, product, command.lot, reason[:200], afresh=True)


def undo_pick(work: Work, command: UndoPick) -> None:
    """The picked units go back into the bin they came from, and the task waits for a picker again."""
    task = work.need(PickTask, command.task_id)
    order = work.need(Order, task.order_id)
    line = work.need(OrderLine, task.line_id)
    goods = goods_of_pick(work, task, line, order)
    if not goods:
        where = "is in a parcel or has left" if task.shipment_id else f"is {task.status} now"
        contradict(work, order, f"A pick for order {order.number} was taken back, but it {where}.")
        return
    location = work.need(Location, task.location_id)
    back = goods[0][0]
    for stock, units in goods:
        back = ledger.move(
            work, stock, location, units, kind="unpick", allocated=units, order_id=order.id, task_id=task.id
        )  # fmt: skip
        allocate_to(work, line, stock.id, -units)
        allocate_to(work, line, back.id, units)
    store_line(work, line, quantities_of(line).unpick(task.picked))
    work.change(
        task, status=PickState.PENDING.value, picked=0, picked_at=None, claimed_at=None, staged_stock_id="",
        stock_id=back.id,
    )  # fmt: skip
    work.record("pick.undone", order, f"Pick taken back for order {order.number}", task_id=task.id)
    refresh_order(work, order, released=True)


def goods_of_pick(work: Work, task: PickTask, line: OrderLine, order: Order) -> list[tuple[Stock, int]]:
    """Where the goods of a pick lie that can be taken back, and how many in each place.

    Empty where they do not lie loose for their line any more: they are in a parcel, have left, or were untied.
    """
    done = task.status in (PickState.PICKED, PickState.STAGED) and task.picked > 0
    if not done or task.shipment_id or order.status == OrderState.CANCELLED:
        return []
    loose = [(stock, units) for stock, units in loose_goods(work, line) if stock.lot == task.lot]
    # Where they were put first; they may have been carried elsewhere since.
    loose.sort(key=lambda found: (found[0].id != task.staged_stock_id, found[0].id))
    left, goods = task.picked, []
    for stock, units in loose:
        part = min(left, units)
        left -= part
        if part:
            goods.append((stock, part))
    return [] if left else goods


def stage_picks(work: Work, command: StagePicks) -> None:
    """Picked goods were dropped where they wait for packing."""
    for task in work.get_many(PickTask, command.task_ids).values():
        if task.status == PickState.PICKED:
            work.change(task, status=advance(task.status, "drop").value)
