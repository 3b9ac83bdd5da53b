"""Work on stock as other handlers ask for it: goods to be put back, bins to be looked at."""

from __future__ import annotations

from services.domain.identifiers import derive
from services.handlers.work import Work
from services.storage.tables import Location, Product, StockTask

PUT_BACK = "put_back"
PUT_AWAY = "putaway"
REPLENISH = "replenishment"
LOOK = "exception"


def ask_for_put_back(
    work: Work,
    product: Product,
    place: Location,
    bin_: Location,
    quantity: int,
    *,
    lot: str,
    order_id: str,
    note: str,
) -> StockTask:
    """Ask for goods that lie in staging to be brought back to a bin."""
    key = derive(PUT_BACK, work.context.command_id, product.id, place.id, bin_.id, lot)
    return _ask(work, key, PUT_BACK, product, place.id, bin_.id, lot, quantity, order_id, note)


def ask_for_look(
    work: Work, product: Product, location: Location, quantity: int, *, lot: str, note: str
) -> StockTask:
    """Ask a supervisor to look into a bin whose books were wrong by so many units."""
    key = derive(LOOK, work.context.command_id, product.id, location.id, lot)
    return _ask(work, key, LOOK, product, location.id, "", lot, quantity, "", note)


def _ask(
    work: Work,
    task_id: str,
    kind: str,
    product: Product,
    from_location_id: str,
    to_location_id: str,
    lot: str,
    quantity: int,
    order_id: str,
    note: str,
) -> StockTask:
    known = work.get(StockTask, task_id)
    if known is not None:
        return work.change(known, quantity=known.quantity + quantity)
    return work.put(
        StockTask(
            id=task_id,
            site_id=work.need(Location, from_location_id).site_id,
            kind=kind,
            product_id=product.id,
            from_location_id=from_location_id,
            to_location_id=to_location_id,
            lot=lot,
            quantity=quantity,
            status="open",
            priority=5,
            order_id=order_id,
            note=note,
            assigned_to="",
            created_at=work.context.received_at,
            done_at=None,
        )
    )
