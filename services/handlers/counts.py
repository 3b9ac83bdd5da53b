"""Counts as other handlers need them: a bin queued to be counted, and what the books say is in it."""

from __future__ import annotations

from services.domain.identifiers import derive
from services.handlers import stock_ledger as ledger
from services.handlers.work import Work
from services.storage.tables import CycleCount, Location, Product, Stock

OPEN = ("queued", "counted")
DECIDED = ("approved", "rejected")


def is_of(row: CycleCount, location_id: str, product_id: str, lot: str) -> bool:
    """Whether a count is of this product and lot in this bin."""
    return (row.location_id, row.product_id, row.lot) == (location_id, product_id, lot)


def recorded_rows(work: Work, location_id: str, product_id: str, lot: str) -> list[Stock]:
    """What the books have of a product and lot in a bin: suspect first, then held, then good."""
    order = {ledger.SUSPECT: 0, ledger.HELD: 1, ledger.GOOD: 2}
    rows = [
        stock
        for stock in work.find(Stock, location_id=location_id)
        if stock.product_id == product_id and stock.lot == lot
    ]
    return sorted(rows, key=lambda stock: (order[stock.status], stock.id))


def recorded(work: Work, location_id: str, product_id: str, lot: str) -> int:
    """How many units of a product and lot the books have in a bin, whatever their status."""
    return sum(stock.on_hand for stock in recorded_rows(work, location_id, product_id, lot))


def queue_count(
    work: Work,
    location: Location,
    product: Product,
    lot: str,
    reason: str,
    *,
    afresh: bool = False,
    count_id: str = "",
) -> CycleCount:
    """Have a bin counted, unless it is queued already.

    ``afresh``: what was counted there and not decided yet no longer holds. ``count_id``: the id of a new count, where
    it was given one already.
    """
    for row in work.find(CycleCount, location_id=location.id, product_id=product.id):
        if row.lot != lot or row.status not in OPEN:
            continue
        if row.status == "queued" or not afresh:
            return row
        expected = recorded(work, location.id, product.id, lot)
        return work.change(
            row,
            status="queued",
            reason=reason,
            expected=expected,
            counted=None,
            counted_by="",
            counted_at=None,
        )
    return work.put(
        CycleCount(
            id=count_id or derive("count", location.id, product.id, lot, work.context.command_id),
            site_id=location.site_id,
            location_id=location.id,
            product_id=product.id,
            lot=lot,
            expected=recorded(work, location.id, product.id, lot),
            counted=None,
            status="queued",
            reason=reason,
            requested_at=work.context.received_at,
            counted_by="",
            counted_at=None,
            decided_by="",
            decided_at=None,
        )
    )
