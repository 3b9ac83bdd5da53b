"""Counting bins: asked for, counted, and the variance posted only when somebody approves it."""

from __future__ import annotations

from services.commands import ApproveCount, CountStock, RejectCount, RequestCount
from services.domain.refusals import refuse
from services.domain.stock_rules import count_result
from services.handlers import stock_ledger as ledger
from services.handlers.counts import DECIDED, is_of, queue_count, recorded, recorded_rows
from services.handlers.relocation import free_up_bin, takeable
from services.handlers.settlement import settle_stock
from services.handlers.stock_alerts import watch_level
from services.handlers.stock_tasks import ask_for_look
from services.handlers.work import Work
from services.storage.tables import CycleCount, Location, Product, Stock


def request_count(work: Work, command: RequestCount) -> None:
    """Queue a bin to be counted."""
    location = work.need(Location, command.location_id)
    product = work.need(Product, command.product_id)
    row = queue_count(work, location, product, command.lot, command.reason)
    work.record("count.asked", row, f"Count of {product.sku} at {location.code} asked for: {command.reason}")


def count_stock(work: Work, command: CountStock) -> None:
    """Write down what was counted; stock stays as it is until the count is approved.

    A count that nobody asked for is taken all the same, under the id that it was given where it was made; one that
    answers a decided count, or another bin's, is a count of its own.
    """
    location = work.need(Location, command.location_id)
    product = work.need(Product, command.product_id)
    row = work.get(CycleCount, command.count_id)
    if row is None:
        row = queue_count(work, location, product, command.lot, "counted unasked", count_id=command.count_id)
    elif row.status in DECIDED or not is_of(row, location.id, product.id, command.lot):
        row = queue_count(work, location, product, command.lot, "counted unasked")
    row = work.change(
        row,
        counted=command.counted,
        expected=recorded(work, location.id, product.id, row.lot),
        status="counted",
        counted_by=work.context.actor_id,
        counted_at=work.context.at,
    )
    variance = command.counted - row.expected
    words = "as recorded" if variance == 0 else f"{variance:+d} against the books"
    work.record(
        "count.counted", row, f"{product.sku} at {location.code}: {command.counted} counted, {words}",
        counted=command.counted, expected=row.expected,
    )  # fmt: skip


def approve_count(work: Work, command: ApproveCount) -> None:
    """Take a count as the truth: its variance is posted, and what was suspect in the bin is good again.

    Moves between counting and approval stay: the variance is what was counted against the books of that moment.
    """
    row = work.need(CycleCount, command.count_id)
    if row.status != "counted" or row.counted is None:
        refuse(
            "wrong_state",
            thing="count",
            current=row.status,
            wanted="be approved",
            possible="count the bin first",
        )
    location = work.need(Location, row.location_id)
    product = work.need(Product, row.product_id)
    level = ledger.level_of(work, row.site_id, product.id)
    in_bin = recorded(work, location.id, product.id, row.lot)
    variance = count_result(in_bin, row.expected, row.counted).variance
    if variance < 0:
        _write_off(work, row, product, location, -variance)
    elif variance > 0:
        ledger.add(work, product, location, variance, kind="count", lot=row.lot, reason=row.reason)
    for stock in recorded_rows(work, location.id, product.id, row.lot):
        if stock.status == ledger.SUSPECT:
            ledger.move(
                work, stock, location, stock.on_hand, kind="release", status=ledger.GOOD, reason="counted"
            )
    after = ledger.level_of(work, row.site_id, product.id)
    watch_level(work, product, after, fell_by=level.available - after.available)
    row = work.change(
        row, status="approved", decided_by=work.context.actor_id, decided_at=work.context.at
    )  # fmt: skip
    work.record(
        "count.approved",
        row,
        f"Count of {product.sku} at {location.code} approved: {variance:+d}",
        variance=variance,
    )
    settle_stock(work, row.site_id, product.id)


def _write_off(work: Work, row: CycleCount, product: Product, location: Location, missing: int) -> None:
    """Take missing units off the books: first what is suspect, then what is held, then good units.

    Goods that lie there picked for an order stay on the books; somebody is asked to look for them.
    """
    for stock in recorded_rows(work, location.id, product.id, row.lot):
        part = min(missing, takeable(work, stock))
        if part == 0:
            continue
        free_up_bin(work, stock, part)
        ledger.take_out(work, work.need(Stock, stock.id), part, kind="count", reason=row.reason)
        missing -= part
    if missing:
        ask_for_look(work, product, location, missing, lot=row.lot, note="missing, but picked for an order")


def reject_count(work: Work, command: RejectCount) -> None:
    """Dismiss a count and have the bin counted again."""
    row = work.need(CycleCount, command.count_id)
    if row.status != "counted":
        refuse(
            "wrong_state",
            thing="count",
            current=row.status,
            wanted="be dismissed",
            possible="count the bin first",
        )
    row = work.change(
        row, status="rejected", decided_by=work.context.actor_id, decided_at=work.context.at
    )  # fmt: skip
    location = work.need(Location, row.location_id)
    product = work.need(Product, row.product_id)
    queue_count(work, location, product, row.lot, f"count again: {command.reason}"[:200])
    work.record(
        "count.rejected", row, f"Count of {product.sku} at {location.code} dismissed: {command.reason}"
    )
