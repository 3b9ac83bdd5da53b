"""Pick tasks and the waves they are released in."""

from __future__ import annotations

from typing import ClassVar

from services.storage.row import Row, TableSpec


class PickTask(Row, frozen=True):
    """Take ``quantity`` of a product from a bin for an order line.

    ``created_at`` is when the person acted who made it needed, as ``claimed_at`` and ``picked_at`` are of who did it:
    an outage does not let work begin after its end. ``shipment_id``: in whose parcels the picked units are; empty while
    they are loose.
    """

    site_id: str
    order_id: str
    line_id: str
    product_id: str
    location_id: str
    stock_id: str
    lot: str
    wave_id: str
    quantity: int
    picked: int
    status: str
    priority: int
    pick_sequence: int
    due_on: str
    attempt: int
    assigned_to: str
    claimed_at: int | None
    picked_at: int | None
    staged_stock_id: str
    short_reason: str
    created_at: int
    shipment_id: str = ""

    table: ClassVar = TableSpec(
        "pick_task",
        indexes=(("site_id", "status", "priority"), ("order_id",), ("stock_id",)),
        kept_days=30,
        age_column="picked_at",
        kept_with=("order",),
    )


class Wave(Row, frozen=True):
    """Orders released together. ``kind`` is wave, batch (sorted after picking) or cluster (sorted while picking)."""

    site_id: str
    number: str
    kind: str
    status: str
    released_by: str
    released_at: int

    table: ClassVar = TableSpec(
        "wave", indexes=(("site_id", "status"),), kept_days=30, age_column="released_at"
    )
