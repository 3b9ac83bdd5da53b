"""The only code that changes stock totals: every change keeps bins and totals in step, and writes its movement."""

from __future__ import annotations

from msgspec.structs import replace

from services.domain.identifiers import derive
from services.handlers.work import Work
from services.storage.tables import Location, Product, Stock, StockLevel, StockMovement

GOOD = "good"
HELD = "held"
SUSPECT = "suspect"
"""Recorded but not found by a picker: held until the bin is counted."""


def level_of(work: Work, site_id: str, product_id: str) -> StockLevel:
    """A product's totals at a site; all zero where there has been none yet."""
    row_id = derive("stock_level", site_id, product_id)
    return work.get(StockLevel, row_id) or StockLevel(id=row_id, site_id=site_id, product_id=product_id)


def stock_id_of(product_id: str, location_id: str, lot: str, status: str, handling_unit_id: str = "") -> str:
    """The id of a product's stock in a bin: derived, so that both sides name it alike."""
    return derive("stock", product_id, location_id, lot, status, handling_unit_id)


def stock_in(
    work: Work, product: Product, location: Location, lot: str, status: str, expires_on: str = ""
) -> Stock:
    """A product's stock in a bin, lot and status; with nothing on hand where there is none yet."""
    row_id = stock_id_of(product.id, location.id, lot, status)
    return work.get(Stock, row_id) or Stock(
        id=row_id,
        site_id=location.site_id,
        product_id=product.id,
        location_id=location.id,
        lot=lot,
        serial="",
        expires_on=expires_on,
        status=status,
        handling_unit_id="",
        on_hand=0,
        allocated=0,
        received_at=work.context.received_at,
    )


def store(work: Work, stock: Stock) -> Stock:
    """Write a bin's stock; a bin emptied of it keeps no row."""
    if stock.on_hand == 0 and stock.allocated == 0:
        work.remove(stock)
    else:
        work.put(stock)
    return stock


def add(
    work: Work,
    product: Product,
    location: Location,
    quantity: int,
    *,
    kind: str,
    lot: str = "",
    status: str = GOOD,
    expires_on: str = "",
    reason: str = "",
    order_id: str = "",
) -> Stock:
    """Units come into a bin from outside: on_hand rises by ``quantity``."""
    stock = stock_in(work, product, location, lot, status, expires_on)
    stock = store(work, replace(stock, on_hand=stock.on_hand + quantity))
    level = level_of(work, location.site_id, product.id)
    held = quantity if status != GOOD else 0
    work.put(replace(level, on_hand=level.on_hand + quantity, held=level.held + held))
    write_movement(
        work, kind, product.id, location.site_id, quantity, delta=quantity, to_location_id=location.id, lot=lot,
        reason=reason, order_id=order_id,
    )  # fmt: skip
    return stock


def take_out(
    work: Work,
    stock: Stock,
    quantity: int,
    *,
    kind: str,
    reason: str = "",
    order_id: str = "",
    allocated: int = 0,
) -> Stock:
    """Units leave the site or the books: on_hand falls by ``quantity``, of which ``allocated`` were tied to a line."""
    left = store(
        work, replace(stock, on_hand=stock.on_hand - quantity, allocated=stock.allocated - allocated)
    )
    level = level_of(work, stock.site_id, stock.product_id)
    held = quantity if stock.status != GOOD else 0
    work.put(replace(level, on_hand=level.on_hand - quantity, held=level.held - held))
    write_movement(
        work, kind, stock.product_id, stock.site_id, quantity, delta=-quantity, from_location_id=stock.location_id,
        lot=stock.lot, reason=reason, order_id=order_id,
    )  # fmt: skip
    return left


def move(
    work: Work,
    stock: Stock,
    location: Location,
    quantity: int,
    *,
    kind: str,
    allocated: int = 0,
    status: str = "",
    reason: str = "",
    order_id: str = "",
    task_id: str = "",
) -> Stock:
    """Units go from one bin (or status) to another within the site, ``allocated`` of them tied to a line.

    Answers the stock that they became.
    """
    product = work.need(Product, stock.product_id)
    store(work, replace(stock, on_hand=stock.on_hand - quantity, allocated=stock.allocated - allocated))
    target = stock_in(work, product, location, stock.lot, status or stock.status, stock.expires_on)
    target = store(
        work, replace(target, on_hand=target.on_hand + quantity, allocated=target.allocated + allocated)
    )
    if (stock.status == GOOD) != (target.status == GOOD):
        level = level_of(work, stock.site_id, stock.product_id)
        work.put(replace(level, held=level.held + (quantity if stock.status == GOOD else -quantity)))
    write_movement(
        work, kind, stock.product_id, stock.site_id, quantity, delta=0, from_location_id=stock.location_id,
        to_location_id=location.id, lot=stock.lot, reason=reason, order_id=order_id, task_id=task_id,
    )  # fmt: skip
    return target


def write_movement(
    work: Work,
    kind: str,
    product_id: str,
    site_id: str,
    quantity: int,
    *,
    delta: int,
    from_location_id: str = "",
    to_location_id: str = "",
    lot: str = "",
    reason: str = "",
    order_id: str = "",
    task_id: str = "",
) -> None:
    """Write down one change of stock: ``delta`` is what it did to the site's on_hand."""
    work.put(
        StockMovement(
            id=work.next_movement_id(),
            site_id=site_id,
            product_id=product_id,
            kind=kind,
            from_location_id=from_location_id,
            to_location_id=to_location_id,
            lot=lot,
            quantity=quantity,
            delta=delta,
            reason=reason,
            order_id=order_id,
            task_id=task_id,
            command_id=work.context.command_id,
            actor_id=work.context.actor_id,
            at=work.context.at,
        )
    )


def change_level(work: Work, site_id: str, product_id: str, **by: int) -> StockLevel:
    """Raise (or with negative numbers lower) some of a product's totals other than on_hand."""
    level = level_of(work, site_id, product_id)
    return work.put(replace(level, **{name: getattr(level, name) + amount for name, amount in by.items()}))
