"""Notices when a row adds to an earlier row of its order: the same product at the same price, typed again."""

from __future__ import annotations

from collections import OrderedDict
from decimal import Decimal
from typing import Final

from services.sample.history.line import Article, LineKind

GOODS: Final = frozenset({LineKind.SALE, LineKind.FREE_GOODS, LineKind.CANCELLATION})
ORDERS_REMEMBERED: Final = 20_000
"""An order's rows stand together, or nearly; a file of any length is read in this much memory."""


class Repeats:
    """Remembers the products of the latest orders."""

    def __init__(self) -> None:
        self._orders: OrderedDict[str, set[tuple[str, Decimal]]] = OrderedDict()

    def is_repeat(
        self, order_number: str, kind: LineKind, article: Article, sku: str, unit_price: Decimal
    ) -> bool:
        """Note a row; true when it will be merged with an earlier one."""
        if article is not Article.PRODUCT or kind not in GOODS:
            return False
        seen = self._orders.get(order_number)
        if seen is None:
            seen = self._orders[order_number] = set()
            if len(self._orders) > ORDERS_REMEMBERED:
                self._orders.popitem(last=False)
        key = (sku.upper(), unit_price)
        if key in seen:
            return True
        seen.add(key)
        return False
