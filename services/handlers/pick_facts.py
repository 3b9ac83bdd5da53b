"""A pick as a fact: what it does to bin, staging, line and task, whatever has become of the task meanwhile."""

from __future__ import annotations

from typing import Self

import msgspec

from services.commands import ConfirmPick, ShortPick
from services.domain.line_states import LineState
from services.domain.pick_states import PickState
from services.domain.stock_rules import found_beyond_books
from services.handlers import stock_ledger as ledger
from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.pick_tasks import queue_task
from services.handlers.promises import (
    allocate_to,
    give_back,
    keep_backorder,
    next_attempt,
    quantities_of,
    store_line,
    tie,
)
from services.handlers.relocation import free_up_bin, open_tasks, takeable
from services.handlers.settlement import settle_stock
from services.handlers.shipments import keep_shipment
from services.handlers.staging import staging_place
from services.handlers.stock_tasks import ask_for_look, ask_for_put_back
from services.handlers.work import Work
from services.storage.tables import Location, Order, OrderLine, Product, Stock


class PickFact(msgspec.Struct, frozen=True, kw_only=True):
    """Who took what from where, for which line."""

    site_id: str
    task_id: str
    order_id: str
    line_id: str
    product_id: str
    location_id: str
    lot: str
    quantity: int
    to_location_id: str

    @classmethod
    def of(cls, command: ConfirmPick | ShortPick, quantity: int, to_location_id: str) -> Self:
        """The fact in a command."""
        return cls(
            site_id=command.site_id,
            task_id=command.task_id,
            order_id=command.order_id,
            line_id=command.line_id,
            product_id=command.product_id,
            location_id=command.location_id,
            lot=command.lot,
            quantity=quantity,
            to_location_id=to_location_id,
        )


def take_pick(work: Work, fact: PickFact) -> None:
    """Move the picked units to staging, tied to their line as far as it still wants them.

    Picked beyond the books: the difference is posted as ``found`` and somebody is to look at the bin. Not wanted by the
    line any more: the units get a put-back task. Promised from this bin to others: the newest of them give way.
    """
    product = work.need(Product, fact.product_id)
    location = work.need(Location, fact.location_id)
    order = work.need(Order, fact.order_id)
    line = work.need(OrderLine, fact.line_id)
    staging = (
        work.need(Location, fact.to_location_id) if fact.to_location_id else staging_place(work, fact.site_id)
    )

    stock = _stock_with(work, product, location, fact)
    planned = _tied(work, line, stock.id) >= fact.quantity
    line, tied = _tie_to_line(work, order, line, stock, fact)
    free_up_bin(work, work.need(Stock, stock.id), fact.quantity - tied, spare=line.id)
    staged = ledger.move(
        work, work.need(Stock, stock.id), staging, fact.quantity, kind="pick", allocated=tied, order_id=order.id,
        task_id=fact.task_id,
    )  # fmt: skip
    if tied:
        allocate_to(work, line, stock.id, -tied)
        allocate_to(work, line, staged.id, tied)
        store_line(work, line, quantities_of(line).pick(tied, product.sku))
        _note_on_tasks(work, fact, line, stock, tied, staged)
    if tied < fact.quantity:
        ask_for_put_back(
            work, product, staging, location, fact.quantity - tied, lot=fact.lot, order_id=order.id,
            note=f"order {order.number} does not want it any more",
        )  # fmt: skip
    work.record(
        "pick.confirmed",
        order,
        f"{fact.quantity} {product.sku} picked for order {order.number}",
        product_id=product.id,
        quantity=fact.quantity,
        location_id=location.id,
        task_id=fact.task_id,
    )
    lines = lines_of(work, order.id)
    order = refresh_order(work, work.need(Order, order.id), lines, released=True)
    if not planned:
        keep_shipment(work, order, lines)
    if tied < fact.quantity or not planned:
        settle_stock(work, fact.site_id, product.id)


def _stock_with(work: Work, product: Product, location: Location, fact: PickFact) -> Stock:
    """The bin's stock, of which at least the picked units are on hand."""
    stock = ledger.stock_in(work, product, location, fact.lot, ledger.GOOD)
    missing = found_beyond_books(takeable(work, stock), fact.quantity)
    if missing == 0:
        return stock
    ask_for_look(work, product, location, missing, lot=fact.lot, note="more was picked than the books had")
    return ledger.add(
        work, product, location, missing, kind="found", lot=fact.lot, reason="picked beyond the books",
        order_id=fact.order_id,
    )  # fmt: skip


def _tie_to_line(
    work: Work, order: Order, line: OrderLine, stock: Stock, fact: PickFact
) -> tuple[OrderLine, int]:
    """Tie as many of the picked units to the line as it wants: answers the line and how many they are."""
    tied = _tied(work, line, stock.id)
    lacking = fact.quantity - tied
    if lacking <= 0 or line.status == LineState.CANCELLED:
        return line, min(fact.quantity, tied)
    from_elsewhere = min(lacking, line.allocated - line.picked - tied)
    if from_elsewhere > 0:
        line = give_back(work, line, from_elsewhere, prefer=fact.task_id, spare=stock.id)
    more = min(lacking, quantities_of(line).unfilled)
    if more > 0:
        free_up_bin(work, work.need(Stock, stock.id), more, spare=line.id)
        line = tie(work, order, work.need(OrderLine, line.id), work.need(Stock, stock.id), more)
        queue_task(work, order, line, stock, more, attempt=next_attempt(work, line))
    keep_backorder(work, order, line)
    return line, tied + max(0, more)


def _tied(work: Work, line: OrderLine, stock_id: str) -> int:
    """How many units of a bin are tied to a line and not picked yet."""
    return sum(task.quantity - task.picked for task in open_tasks(work, stock_id) if task.line_id == line.id)


def _note_on_tasks(
    work: Work, fact: PickFact, line: OrderLine, stock: Stock, tied: int, staged: Stock
) -> None:
    """Count the picked units on the line's tasks at this bin, on the one that was meant first."""
    tasks = [task for task in open_tasks(work, stock.id) if task.line_id == line.id]
    left = tied
    for task in sorted(tasks, key=lambda task: (task.id != fact.task_id, task.attempt, task.id)):
        if left == 0:
            return
        part = min(left, task.quantity - task.picked)
        left -= part
        done = task.picked + part == task.quantity
        work.change(
            task,
            picked=task.picked + part,
            status=(PickState.PICKED if done else PickState.PICKING).value,
            assigned_to=work.context.actor_id,
            picked_at=work.context.at,
            staged_stock_id=staged.id,
        )
