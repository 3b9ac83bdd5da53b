"""Commands of the warehouse floor from the pick list to the packed order."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from services.commands.command import (
    Command,
    CommandSpec,
    Id,
    Kind,
    Line,
    OptionalId,
    Quantity,
    QuantityOrNone,
    Reason,
)

TaskIds = Annotated[tuple[Id, ...], Meta(min_length=1, max_length=2000)]


class ClaimPicks(Command, frozen=True, kw_only=True):
    """Take pick tasks to do them: others see whose they are."""

    site_id: Id
    task_ids: TaskIds

    spec: ClassVar = CommandSpec(Kind.EDIT, "pick.confirm")


class UnclaimPicks(Command, frozen=True, kw_only=True):
    """Give claimed pick tasks back to the queue."""

    site_id: Id
    task_ids: TaskIds

    spec: ClassVar = CommandSpec(Kind.EDIT, "pick.confirm")


class ConfirmPick(Command, frozen=True, kw_only=True):
    """So many units of a product were taken from a bin for an order line, and lie in ``to_location_id`` now.

    It names all that the fact needs, so that it holds even where the task has changed meanwhile.
    """

    site_id: Id
    task_id: Id
    order_id: Id
    line_id: Id
    product_id: Id
    location_id: Id
    lot: Line = ""
    quantity: Quantity
    to_location_id: OptionalId = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "pick.confirm")


class ShortPick(Command, frozen=True, kw_only=True):
    """Less was found in a bin than the task asks for: ``found`` units were taken (0 for none).

    The missing part is sought elsewhere, else backordered, and the bin is queued for a count.
    """

    site_id: Id
    task_id: Id
    order_id: Id
    line_id: Id
    product_id: Id
    location_id: Id
    lot: Line = ""
    found: QuantityOrNone
    reason: Reason
    to_location_id: OptionalId = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "pick.confirm")


class UndoPick(Command, frozen=True, kw_only=True):
    """Roll a pick back: the units go from staging into the bin again, and the task waits for a picker."""

    site_id: Id
    task_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "pick.confirm")


class StagePicks(Command, frozen=True, kw_only=True):
    """Picked goods were dropped at the staging place."""

    site_id: Id
    task_ids: TaskIds

    spec: ClassVar = CommandSpec(Kind.FACT, "pick.confirm")


class PackOrder(Command, frozen=True, kw_only=True):
    """An order's picked goods are packed in so many parcels."""

    site_id: Id
    order_id: Id
    parcels: Annotated[int, Meta(ge=1, le=999)] = 1

    spec: ClassVar = CommandSpec(Kind.FACT, "order.pack")


class UnpackOrder(Command, frozen=True, kw_only=True):
    """Open a packed order again."""

    site_id: Id
    order_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "order.pack")
