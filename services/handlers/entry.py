"""What is refused on the spot, while the person is still there: checks made once, where a command is entered.

A fact that has passed here is never refused later: whatever has changed meanwhile, it has happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.commands import Command, ConfirmPick, CountStock, ShortPick
from services.domain.pick_states import after_pick, missing_after_short
from services.handlers.work import Work
from services.storage.tables import Location, OrderLine, PickTask, Product


def check_pick(work: Work, command: ConfirmPick) -> None:
    """A pick of more than tasked is refused."""
    product = work.need(Product, command.product_id)
    work.need(Location, command.location_id)
    work.need(OrderLine, command.line_id)
    task = work.get(PickTask, command.task_id)
    if task is not None:
        after_pick(task.quantity, task.picked, command.quantity, product.sku)


def check_short(work: Work, command: ShortPick) -> None:
    """A short pick needs a known reason, and something must be missing."""
    product = work.need(Product, command.product_id)
    task = work.need(PickTask, command.task_id)
    missing_after_short(task.quantity - task.picked, command.found, command.reason, product.sku)


def check_count(work: Work, command: CountStock) -> None:
    """A count is of a product and a bin that exist."""
    work.need(Product, command.product_id)
    work.need(Location, command.location_id)


ENTRY_CHECKS: dict[type[Command], Callable[[Work, Any], None]] = {
    ConfirmPick: check_pick,
    ShortPick: check_short,
    CountStock: check_count,
}


def check_entry(work: Work, command: Command) -> None:
    """Refuse what a person can still put right. Raises RuleViolation."""
    check = ENTRY_CHECKS.get(type(command))
    if check is not None:
        check(work, command)
