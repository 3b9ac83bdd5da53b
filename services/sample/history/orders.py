"""Puts the lines of a history together into orders: what was bought, and what else stood on the same document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec

from services.sample.history.line import WALK_IN, Article, HistoryLine, LineKind
from services.sample.history.repeats import GOODS


class HistoryOrderLine(msgspec.Struct, frozen=True, gc=False):
    """Units of one product at one price; ``merged`` is how many rows of the file it stands for."""

    sku: str
    quantity: int
    unit_price: Decimal
    merged: int


class HistoryOrder(msgspec.Struct, frozen=True):
    """All rows of one order number.

    ``ordered_at`` (milliseconds UTC) is the earliest of them. ``goods`` are the products bought or given; of a
    cancellation they are what was taken back, with positive quantities. ``others`` are the rows that are no goods:
    charges, gift cards, notes, adjustments, returns.
    """

    number: str
    customer_code: str
    country: str
    currency: str
    ordered_at: int
    cancellation: bool
    goods: tuple[HistoryOrderLine, ...]
    others: tuple[HistoryLine, ...]

    @property
    def amount(self) -> Decimal:
        """What the document was worth in the major unit: goods (taken back: negative) with charges and the rest."""
        goods = sum((line.quantity * line.unit_price for line in self.goods), Decimal())
        return (-goods if self.cancellation else goods) + sum(
            (line.amount for line in self.others), Decimal()
        )

    @property
    def merged_rows(self) -> int:
        """Rows that repeated a product of the order at the same price, and were added to it."""
        return sum(line.merged - 1 for line in self.goods)


def group_orders(
    lines: Iterable[HistoryLine], sku_of: Callable[[str], str] | None = None
) -> list[HistoryOrder]:
    """The orders of a history, by time and then by number.

    An order's rows need not stand together. ``sku_of`` maps a code as written to the product's own
    (`ProductBook.sku_of`). All lines are held in memory.
    """
    rows_by_number: dict[str, list[HistoryLine]] = {}
    for line in lines:
        rows_by_number.setdefault(line.order_number, []).append(line)
    orders = [_order(number, rows, sku_of or _as_written) for number, rows in rows_by_number.items()]
    orders.sort(key=lambda order: (order.ordered_at, order.number))
    return orders


def _order(number: str, rows: list[HistoryLine], sku_of: Callable[[str], str]) -> HistoryOrder:
    cancellation = any(row.kind is LineKind.CANCELLATION for row in rows)
    goods: dict[tuple[str, Decimal], tuple[int, int]] = {}
    others: list[HistoryLine] = []
    for row in rows:
        taken_back = row.kind is LineKind.CANCELLATION
        if row.article is Article.PRODUCT and (taken_back or (row.kind in GOODS and not cancellation)):
            key = (sku_of(row.sku), row.unit_price)
            quantity, merged = goods.get(key, (0, 0))
            goods[key] = (quantity + abs(row.quantity), merged + 1)
        else:
            others.append(row)
    named = next((row for row in rows if not row.walk_in), rows[0])
    return HistoryOrder(
        number=number,
        customer_code=named.customer_code,
        country=named.country,
        currency=named.currency,
        ordered_at=min(row.ordered_at for row in rows),
        cancellation=cancellation,
        goods=tuple(
            HistoryOrderLine(sku, quantity, price, merged)
            for (sku, price), (quantity, merged) in goods.items()
        ),
        others=tuple(others),
    )


def _as_written(sku: str) -> str:
    return sku


def is_walk_in(order: HistoryOrder) -> bool:
    """Whether the order names no customer."""
    return order.customer_code == WALK_IN
