"""Commands of stock: what comes in, moves, is counted, set right, or set aside."""

from __future__ import annotations

from typing import ClassVar

from services.commands.command import (
    Command,
    CommandSpec,
    Day,
    Delta,
    Id,
    Kind,
    Line,
    OptionalId,
    Priority,
    Quantity,
    QuantityOrNone,
    Reason,
    check_day,
)


class ReceiveStock(Command, frozen=True, kw_only=True):
    """Goods came in and lie in a bin. Backorders are filled from them first."""

    site_id: Id
    product_id: Id
    location_id: Id
    quantity: Quantity
    lot: Line = ""
    expires_on: Day = ""
    reference: Line = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "stock.receive")

    def __post_init__(self) -> None:
        check_day(self.expires_on)


class MoveStock(Command, frozen=True, kw_only=True):
    """Units were carried from one bin to another. ``task_id`` where a put-away or replenishment asked for it."""

    site_id: Id
    product_id: Id
    from_location_id: Id
    to_location_id: Id
    quantity: Quantity
    lot: Line = ""
    task_id: OptionalId = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "stock.move")


class AdjustStock(Command, frozen=True, kw_only=True):
    """Set a bin's stock right by so many units, for a reason (damage, theft, found, ...)."""

    site_id: Id
    product_id: Id
    location_id: Id
    delta: Delta
    reason: Reason
    lot: Line = ""
    expires_on: Day = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "stock.adjust")

    def __post_init__(self) -> None:
        check_day(self.expires_on)


class HoldStock(Command, frozen=True, kw_only=True):
    """Set units in a bin aside (damaged, quarantined, to be inspected): they may not be promised."""

    site_id: Id
    product_id: Id
    location_id: Id
    quantity: Quantity
    reason: Reason
    lot: Line = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "stock.hold")


class ReleaseStock(Command, frozen=True, kw_only=True):
    """Held units in a bin are good again and may be promised."""

    site_id: Id
    product_id: Id
    location_id: Id
    quantity: Quantity
    lot: Line = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "stock.hold")


class RequestCount(Command, frozen=True, kw_only=True):
    """Ask for a product to be counted in a bin."""

    site_id: Id
    product_id: Id
    location_id: Id
    lot: Line = ""
    reason: Reason = "cycle count"

    spec: ClassVar = CommandSpec(Kind.EDIT, "stock.count")


class CountStock(Command, frozen=True, kw_only=True):
    """So many units of a product were counted in a bin. Stock changes only when the count is approved."""

    site_id: Id
    count_id: Id
    product_id: Id
    location_id: Id
    counted: QuantityOrNone
    lot: Line = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "stock.count")


class ApproveCount(Command, frozen=True, kw_only=True):
    """Take a count as the truth: its variance is posted."""

    site_id: Id
    count_id: Id

    spec: ClassVar = CommandSpec(Kind.EDIT, "stock.count.approve")


class RejectCount(Command, frozen=True, kw_only=True):
    """Dismiss a count: the bin is queued to be counted again."""

    site_id: Id
    count_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "stock.count.approve")


class RequestReplenishment(Command, frozen=True, kw_only=True):
    """Ask for units to be brought from a reserve bin to a pick bin."""

    site_id: Id
    task_id: Id
    product_id: Id
    from_location_id: Id
    to_location_id: Id
    quantity: Quantity
    lot: Line = ""
    priority: Priority = 5

    spec: ClassVar = CommandSpec(Kind.EDIT, "stock.move")


class CancelStockTask(Command, frozen=True, kw_only=True):
    """Drop a task on stock that is not needed any more."""

    site_id: Id
    task_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "stock.move")
