"""Stock on the floor: received, moved, adjusted with a reason, held and released, replenished."""

from __future__ import annotations

from services.commands import (
    AdjustStock,
    CancelStockTask,
    HoldStock,
    MoveStock,
    ReceiveStock,
    ReleaseStock,
    RequestReplenishment,
)
from services.domain.refusals import refuse
from services.domain.stock_rules import found_beyond_books
from services.handlers import stock_ledger as ledger
from services.handlers.contradictions import contradict
from services.handlers.relocation import carry_promises, free_up_bin, takeable
from services.handlers.settlement import settle_stock
from services.handlers.stock_alerts import watch_level
from services.handlers.stock_tasks import REPLENISH, ask_for_look
from services.handlers.work import Work
from services.storage.tables import Location, Product, Stock, StockTask


def receive_stock(work: Work, command: ReceiveStock) -> None:
    """Goods came in: they are on hand in the bin, and those who wait for them are served first."""
    product = work.need(Product, command.product_id)
    location = work.need(Location, command.location_id)
    ledger.add(
        work, product, location, command.quantity, kind="receipt", lot=command.lot, expires_on=command.expires_on,
        reason=command.reference,
    )  # fmt: skip
    _tell_level(work, product, command.site_id, rose_by=command.quantity)
    work.record(
        "stock.received", product, f"{command.quantity} {product.sku} received at {location.code}",
        site_id=command.site_id, quantity=command.quantity, location_id=location.id, reference=command.reference,
    )  # fmt: skip
    settle_stock(work, command.site_id, product.id)


def move_stock(work: Work, command: MoveStock) -> None:
    """Units were carried to another bin. If they were promised to lines, the promises and their tasks go along.

    Good units count as carried first. Suspect ones that were carried are there after all, and good again; held ones
    stay held where they are now. Only what the books had in no state at all is posted as found.
    """
    product = work.need(Product, command.product_id)
    source = work.need(Location, command.from_location_id)
    target = work.need(Location, command.to_location_id)
    if source.id == target.id:
        return
    good = ledger.stock_in(work, product, source, command.lot, ledger.GOOD)
    left = max(0, command.quantity - good.on_hand)
    suspect = 0
    for status in (ledger.SUSPECT, ledger.HELD):
        stock = ledger.stock_in(work, product, source, command.lot, status)
        part = min(left, stock.on_hand)
        if part:
            to = ledger.GOOD if status == ledger.SUSPECT else status
            ledger.move(work, stock, target, part, kind="move", status=to, task_id=command.task_id)
            suspect += part if status == ledger.SUSPECT else 0
            left -= part
    _carry_good(work, command, product, source, target, min(command.quantity, good.on_hand) + left)
    task = work.get(StockTask, command.task_id) if command.task_id else None
    if task is not None and task.status == "open":
        left = task.quantity - command.quantity
        done = {"status": "done", "done_at": work.context.at} if left <= 0 else {"quantity": left}
        work.change(task, assigned_to=work.context.actor_id, **done)
    work.record(
        "stock.moved", product, f"{command.quantity} {product.sku} from {source.code} to {target.code}",
        site_id=command.site_id, quantity=command.quantity, from_location_id=source.id, to_location_id=target.id,
    )  # fmt: skip
    if suspect:
        _tell_level(work, product, command.site_id, rose_by=suspect)
        settle_stock(work, command.site_id, product.id)


def _carry_good(
    work: Work, command: MoveStock, product: Product, source: Location, target: Location, quantity: int
) -> None:
    """Move good units with what is promised of them; what the books do not have is found first."""
    if quantity == 0:
        return
    stock = _stock_holding(work, product, source, command.lot, quantity)
    tied = max(0, quantity - (stock.on_hand - stock.allocated))
    moved = ledger.move(work, stock, target, quantity, kind="move", allocated=tied, task_id=command.task_id)
    if tied:
        carry_promises(work, stock.id, moved, target, tied)


def adjust_stock(work: Work, command: AdjustStock) -> None:
    """Set a bin right by so many units. Falling below what is promised sends the newest promises to backorder."""
    product = work.need(Product, command.product_id)
    location = work.need(Location, command.location_id)
    if command.delta > 0:
        ledger.add(
            work, product, location, command.delta, kind="adjust", lot=command.lot, expires_on=command.expires_on,
            reason=command.reason,
        )  # fmt: skip
    elif command.delta < 0:
        remove_units(
            work, product, location, command.lot, -command.delta, kind="adjust", reason=command.reason
        )
    _tell_level(work, product, command.site_id, rose_by=command.delta)
    work.record(
        "stock.adjusted", product, f"{product.sku} at {location.code} adjusted by {command.delta:+d}: {command.reason}",
        site_id=command.site_id, delta=command.delta, location_id=location.id, reason=command.reason,
    )  # fmt: skip
    settle_stock(work, command.site_id, product.id)


def remove_units(
    work: Work, product: Product, location: Location, lot: str, quantity: int, *, kind: str, reason: str
) -> None:
    """Take good units off a bin's books; what is not there by the books is named on a task to look into."""
    stock = ledger.stock_in(work, product, location, lot, ledger.GOOD)
    part = min(quantity, takeable(work, stock))
    if part < quantity:
        note = f"{quantity} were to be taken off, the books had {stock.on_hand}"
        ask_for_look(work, product, location, quantity - part, lot=lot, note=note)
        details = {"requested": quantity, "taken": part, "sku": product.sku, "location": location.code}
        work.fall_short(
            "insufficient_in_bin", f"{location.code} had only {part} of {product.sku} on its books.", details
        )
    if part:
        free_up_bin(work, stock, part)
        ledger.take_out(work, work.need(Stock, stock.id), part, kind=kind, reason=reason)


def hold_stock(work: Work, command: HoldStock) -> None:
    """Set units aside where they lie; if they were promised, the newest promises look elsewhere."""
    product = work.need(Product, command.product_id)
    location = work.need(Location, command.location_id)
    stock = _stock_holding(work, product, location, command.lot, command.quantity, takeable_only=True)
    free_up_bin(work, stock, command.quantity)
    stock = work.need(Stock, stock.id)
    ledger.move(
        work, stock, location, command.quantity, kind="hold", status=ledger.HELD, reason=command.reason
    )
    _tell_level(work, product, command.site_id, rose_by=-command.quantity)
    work.record(
        "stock.held", product, f"{command.quantity} {product.sku} at {location.code} on hold: {command.reason}",
        site_id=command.site_id, quantity=command.quantity, location_id=location.id, reason=command.reason,
    )  # fmt: skip
    settle_stock(work, command.site_id, product.id)


def release_stock(work: Work, command: ReleaseStock) -> None:
    """Held units are good again: those who wait are served first."""
    product = work.need(Product, command.product_id)
    location = work.need(Location, command.location_id)
    stock = ledger.stock_in(work, product, location, command.lot, ledger.HELD)
    if stock.on_hand < command.quantity:
        words = (
            f"{command.quantity} {product.sku} at {location.code} were released, {stock.on_hand} are held."
        )
        contradict(work, location, words)
        return
    ledger.move(work, stock, location, command.quantity, kind="release", status=ledger.GOOD)
    _tell_level(work, product, command.site_id, rose_by=command.quantity)
    work.record(
        "stock.released", product, f"{command.quantity} {product.sku} at {location.code} released",
        site_id=command.site_id, quantity=command.quantity, location_id=location.id,
    )  # fmt: skip
    settle_stock(work, command.site_id, product.id)


def request_replenishment(work: Work, command: RequestReplenishment) -> None:
    """Ask for units to be brought from a reserve bin to a pick bin."""
    product = work.need(Product, command.product_id)
    source = work.need(Location, command.from_location_id)
    target = work.need(Location, command.to_location_id)
    if work.get(StockTask, command.task_id) is not None:
        refuse("duplicate", thing="task", name=command.task_id)
    task = work.put(
        StockTask(
            id=command.task_id,
            site_id=command.site_id,
            kind=REPLENISH,
            product_id=product.id,
            from_location_id=source.id,
            to_location_id=target.id,
            lot=command.lot,
            quantity=command.quantity,
            status="open",
            priority=command.priority,
            order_id="",
            note="",
            assigned_to="",
            created_at=work.context.received_at,
            done_at=None,
        )
    )
    work.record(
        "replenishment.asked",
        task,
        f"Bring {command.quantity} {product.sku} from {source.code} to {target.code}",
    )


def cancel_stock_task(work: Work, command: CancelStockTask) -> None:
    """Drop a task on stock that nobody needs any more."""
    task = work.need(StockTask, command.task_id)
    if task.status != "open":
        refuse(
            "wrong_state",
            thing="task",
            current=task.status,
            wanted="be cancelled",
            possible="nothing more to do",
        )
    task = work.change(task, status="cancelled", note=command.reason, done_at=work.context.at)
    work.record("stock_task.cancelled", task, f"{task.kind.replace('_', ' ')} cancelled: {command.reason}")


def _stock_holding(
    work: Work, product: Product, location: Location, lot: str, quantity: int, *, takeable_only: bool = False
) -> Stock:
    """The bin's good stock, of which so many units are on hand: what was there was there, whatever the books said.

    ``takeable_only``: goods that lie there picked for an order do not count.
    """
    stock = ledger.stock_in(work, product, location, lot, ledger.GOOD)
    missing = found_beyond_books(takeable(work, stock) if takeable_only else stock.on_hand, quantity)
    if missing == 0:
        return stock
    ask_for_look(work, product, location, missing, lot=lot, note="more was taken than the books had")
    return ledger.add(
        work, product, location, missing, kind="found", lot=lot, reason="more than the books had"
    )


def _tell_level(work: Work, product: Product, site_id: str, *, rose_by: int) -> None:
    watch_level(work, product, ledger.level_of(work, site_id, product.id), fell_by=-rose_by)
