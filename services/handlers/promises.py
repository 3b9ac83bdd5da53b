"""What is promised to order lines: reserving, tying to bins, giving back, and the queue of backorders.

A unit is reserved only together with the bin it will come from, so nothing is promised that nobody could pick.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from services.domain.allocation import (
    Bin,
    Promised,
    Take,
    Waiting,
    allocate,
    fill_backorders,
    newest_lowest_priority,
    strategy_for,
)
from services.domain.days import day_of
from services.domain.identifiers import derive
from services.domain.line_quantities import LineQuantities
from services.domain.line_states import line_state
from services.domain.order_states import OrderState
from services.domain.pick_states import OPEN as OPEN_TASKS
from services.domain.stock_rules import overpromised
from services.handlers.allotments import shrink
from services.handlers.pick_tasks import cancel_task, queue_task, tasks_of
from services.handlers.stock_alerts import watch_level
from services.handlers.stock_ledger import GOOD, change_level, level_of
from services.handlers.work import Work
from services.storage.tables import (
    Allocation,
    Backorder,
    Location,
    Order,
    OrderLine,
    Product,
    Reservation,
    Site,
    Stock,
    StockLevel,
)

_LAST_RESORT = ("reserve", "receiving", "staging", "dock")


def quantities_of(line: OrderLine) -> LineQuantities:
    """Where each unit of a line is, as the domain's rules see it."""
    return LineQuantities(
        ordered=line.quantity,
        reserved=line.reserved,
        allocated=line.allocated,
        picked=line.picked,
        consumed=line.consumed,
        delivered=line.delivered,
        returned=line.returned,
        cancelled=line.cancelled,
    )


def store_line(work: Work, line: OrderLine, quantities: LineQuantities) -> OrderLine:
    """Write a line's quantities and the state that follows from them."""
    return work.put(
        replace(
            line,
            quantity=quantities.ordered,
            reserved=quantities.reserved,
            allocated=quantities.allocated,
            picked=quantities.picked,
            consumed=quantities.consumed,
            delivered=quantities.delivered,
            returned=quantities.returned,
            cancelled=quantities.cancelled,
            status=line_state(quantities).value,
        )
    )


def reservation_id(line_id: str) -> str:
    """The one reservation that a line may have."""
    return derive("reservation", line_id)


def begin_line(work: Work, line: OrderLine) -> None:
    """A line that has not been there before has nothing promised: whoever promises need not look."""
    work.know_absent(Reservation, reservation_id(line.id))
    work.know_absent(Backorder, derive("backorder", line.id))
    work.know_none(Allocation, line_id=line.id)


def read_stock(work: Work, site_id: str, lines: Sequence[OrderLine]) -> None:
    """Read what there is of these lines' products, a table at a time instead of a line at a time."""
    product_ids = [line.product_id for line in lines]
    work.read(StockLevel, [derive("stock_level", site_id, product_id) for product_id in product_ids])
    found = work.find_many(Stock, "product_id", product_ids, site_id=site_id)
    work.read(Location, {stock.location_id for rows in found.values() for stock in rows})


def read_promises(work: Work, lines: Sequence[OrderLine]) -> None:
    """Read what these lines are promised already, a table at a time."""
    work.read(Reservation, [reservation_id(line.id) for line in lines])
    work.read(Backorder, [derive("backorder", line.id) for line in lines])
    work.read_by(Allocation, "line_id", [line.id for line in lines])


def promise_line(
    work: Work, order: Order, line: OrderLine, product: Product, *, attempt: int = 1
) -> OrderLine:
    """Reserve as much as there is of what a line still lacks, tie it to bins, and queue its pick tasks."""
    takes = _choose_bins(work, order, product, quantities_of(line).unfilled)
    for take in takes:
        stock = work.need(Stock, take.stock_id)
        line = tie(work, order, line, stock, take.quantity)
        queue_task(work, order, line, stock, take.quantity, attempt=attempt)
    if takes:
        level = level_of(work, order.site_id, product.id)
        watch_level(work, product, level, fell_by=sum(take.quantity for take in takes))
    else:
        line = store_line(work, line, quantities_of(line))
    keep_backorder(work, order, line)
    return line


def tie(work: Work, order: Order, line: OrderLine, stock: Stock, quantity: int) -> OrderLine:
    """Promise units of one bin to a line. The caller has seen that the bin has them free and the line lacks them."""
    line = store_line(work, line, quantities_of(line).reserve(quantity).allocate(quantity))
    _reserve(work, order, line, quantity)
    work.put(replace(stock, allocated=stock.allocated + quantity))
    allocate_to(work, line, stock.id, quantity)
    change_level(work, line.site_id, line.product_id, reserved=quantity)
    return line


def _choose_bins(work: Work, order: Order, product: Product, quantity: int) -> list[Take]:
    level = level_of(work, order.site_id, product.id)
    wanted = min(quantity, level.available)
    if wanted <= 0:
        return []
    site = work.need(Site, order.site_id)
    strategy = strategy_for(
        product.removal_strategy, site.removal_strategy, expiry_tracked=product.expiry_tracked
    )
    today = day_of(work.context.received_at)
    first: list[Bin] = []
    last: list[Bin] = []
    for stock in work.find(Stock, product_id=product.id, site_id=order.site_id):
        if stock.status != GOOD or stock.on_hand <= stock.allocated:
            continue
        location = work.need(Location, stock.location_id)
        if not location.active:
            continue
        # What expires must go in order of expiry wherever it lies; the rest comes from the pick face while it lasts.
        later = location.kind in _LAST_RESORT and not (product.expiry_tracked and location.kind == "reserve")
        (last if later else first).append(
            Bin(
                stock_id=stock.id,
                location_id=stock.location_id,
                lot=stock.lot,
                expires_on=stock.expires_on,
                received_at=stock.received_at,
                on_hand=stock.on_hand,
                allocated=stock.allocated,
                x_m=location.x_m,
                y_m=location.y_m,
                pick_sequence=location.pick_sequence,
            )
        )
    takes = allocate(wanted, first, strategy, today)
    left = wanted - sum(take.quantity for take in takes)
    return takes + allocate(left, last, strategy, today) if left else takes


def _reserve(work: Work, order: Order, line: OrderLine, quantity: int) -> None:
    row_id = reservation_id(line.id)
    known = work.get(Reservation, row_id)
    if known is not None:
        work.change(known, quantity=known.quantity + quantity)
        return
    work.put(
        Reservation(
            id=row_id,
            site_id=line.site_id,
            order_id=line.order_id,
            line_id=line.id,
            product_id=line.product_id,
            quantity=quantity,
            priority=order.priority,
            reserved_at=work.context.received_at,
        )
    )


def unreserve(work: Work, line: OrderLine, quantity: int) -> None:
    """Take units off a line's reservation."""
    known = work.need(Reservation, reservation_id(line.id))
    if known.quantity <= quantity:
        work.remove(known)
    else:
        work.change(known, quantity=known.quantity - quantity)


def allocate_to(work: Work, line: OrderLine, stock_id: str, quantity: int) -> None:
    """Tie units of a stock row to a line (with a negative quantity: untie them)."""
    tied = work.find(Allocation, line_id=line.id)
    known = next((row for row in tied if row.stock_id == stock_id), None)
    total = (known.quantity if known else 0) + quantity
    if known is not None and total == 0:
        work.remove(known)
    elif known is not None:
        work.change(known, quantity=total)
    else:
        work.put(
            Allocation(
                id=derive("allocation", line.id, stock_id),
                site_id=line.site_id,
                order_id=line.order_id,
                line_id=line.id,
                product_id=line.product_id,
                stock_id=stock_id,
                quantity=total,
            )
        )


def give_back(work: Work, line: OrderLine, quantity: int, *, prefer: str = "", spare: str = "") -> OrderLine:
    """Take back a promise of units that still lie in their bins, newest task first.

    ``prefer`` names a task to begin with, ``spare`` a stock row whose promise is to stay. The caller sees to the line's
    backorder and to who else may have the units.
    """
    left = quantity
    tasks = [
        task
        for task in tasks_of(work, line)
        if task.status in OPEN_TASKS and task.quantity > task.picked and task.stock_id != spare
    ]
    tasks.sort(key=lambda task: (task.id == prefer, task.attempt, task.created_at, task.id), reverse=True)
    for task in tasks:
        if left == 0:
            break
        part = min(left, task.quantity - task.picked)
        cancel_task(work, task, part)
        stock = work.need(Stock, task.stock_id)
        work.put(replace(stock, allocated=stock.allocated - part))
        allocate_to(work, line, stock.id, -part)
        left -= part
    given = quantity - left
    if given:
        quantities = quantities_of(line).unallocate(given).unreserve(given)
        line = store_line(work, line, quantities)
        unreserve(work, line, given)
        change_level(work, line.site_id, line.product_id, reserved=-given)
    return line


def keep_backorder(work: Work, order: Order, line: OrderLine) -> None:
    """Let the queue of backorders say what a line still lacks."""
    lacking = quantities_of(line).unfilled
    row_id = derive("backorder", line.id)
    known = work.get(Backorder, row_id)
    before = known.quantity if known else 0
    if lacking == before:
        return
    if lacking == 0 and known is not None:
        work.remove(known)
    elif known is not None:
        work.change(known, quantity=lacking)
    else:
        work.put(
            Backorder(
                id=row_id,
                site_id=line.site_id,
                order_id=line.order_id,
                line_id=line.id,
                product_id=line.product_id,
                quantity=lacking,
                priority=order.priority,
                since=order.placed_at,
            )
        )
    change_level(work, line.site_id, line.product_id, backordered=lacking - before)


def serve_backorders(work: Work, site_id: str, product_id: str) -> list[str]:
    """Give stock that has become available to those who wait for it: by priority, then first come first served.

    Answers the ids of the orders that got some.
    """
    available = level_of(work, site_id, product_id).available
    if available <= 0:
        return []
    waiting = {row.id: row for row in work.find(Backorder, product_id=product_id, site_id=site_id)}
    orders = work.get_many(Order, [row.order_id for row in waiting.values()])
    lines = work.get_many(OrderLine, [row.line_id for row in waiting.values()])
    # A held order keeps nobody behind it waiting. A terminal may hold a backorder whose order is too old to be kept
    # there; the authority will serve it.
    queue = [
        Waiting(row.id, row.quantity, row.priority, row.since)
        for row in waiting.values()
        if row.line_id in lines
        and (order := orders.get(row.order_id)) is not None
        and order.status != OrderState.ON_HOLD
    ]
    served: list[str] = []
    product = work.need(Product, product_id)
    for share in fill_backorders(available, queue):
        row = waiting[share.id]
        line = lines[row.line_id]
        before = line.reserved
        line = promise_line(work, orders[row.order_id], line, product, attempt=next_attempt(work, line))
        if line.reserved > before:
            served.append(row.order_id)
    return served


def reclaim(work: Work, site_id: str, product_id: str) -> list[str]:
    """Where less is there than was promised, send the newest, lowest-priority promises to backorder.

    Answers the ids of the orders that lost some.
    """
    level = level_of(work, site_id, product_id)
    missing = overpromised(level.on_hand, level.reserved, level.held, level.leased)
    lost: list[str] = []
    if missing == 0:
        shrink(work, site_id, product_id)
        return lost
    rows = {row.id: row for row in work.find(Reservation, site_id=site_id, product_id=product_id)}
    lines = work.get_many(OrderLine, [row.line_id for row in rows.values()])
    promised = [
        Promised(row.id, line.reserved - line.picked, row.priority, row.reserved_at)
        for row in rows.values()
        if (line := lines.get(row.line_id)) is not None and line.reserved > line.picked
    ]
    for share in newest_lowest_priority(promised, missing):
        line = work.need(OrderLine, rows[share.id].line_id)
        order = work.need(Order, line.order_id)
        line = give_back(work, line, share.quantity)
        keep_backorder(work, order, line)
        lost.append(order.id)
    shrink(work, site_id, product_id)
    return lost


def change_priority(work: Work, order: Order) -> None:
    """Let what is promised to an order, and what it waits for, have the order's priority."""
    for line in work.find(OrderLine, order_id=order.id):
        for row in (
            work.get(Reservation, reservation_id(line.id)),
            work.get(Backorder, derive("backorder", line.id)),
        ):
            if row is not None:
                work.change(row, priority=order.priority)


def next_attempt(work: Work, line: OrderLine) -> int:
    """The number of the next round of pick tasks of a line."""
    return 1 + max((task.attempt for task in tasks_of(work, line)), default=0)
