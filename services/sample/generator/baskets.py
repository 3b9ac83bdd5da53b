"""Fills orders: which products, how many of each, at what price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.sample.curve_shape import Curves
from services.sample.generator.chance import Chance, Weighted
from services.sample.generator.prices import shop_price
from services.sample.generator.quantities import Quantities
from services.sample.generator.records import SampleOrderLine, SampleProduct
from services.sample.history.line import LineKind

_POPULAR: Final = 5.0
_MORE_WEIGHT: Final = 0.25
_LARGEST_SHARE: Final = 0.5
"""No order has more than this share of the whole catalogue on it."""


class Baskets:
    """Draws the goods of orders from one catalogue."""

    def __init__(self, products: Sequence[SampleProduct], curves: Curves) -> None:
        self._products = products
        self._curves = curves
        usual = _POPULAR / max(len(products), 1)
        self._by_popularity = Weighted(
            # An order has a product once: what is drawn most would come out too rarely without a little more weight.
            product.popularity * (1 + _MORE_WEIGHT * product.popularity / (product.popularity + usual))
            for product in products
        )
        self._quantities = Quantities(curves)
        self._most = max(1, int(len(products) * _LARGEST_SHARE))

    def fill(self, chance: Chance, *, walk_in: bool) -> list[SampleOrderLine]:
        """The goods of one order."""
        channel = self._curves.walk_in if walk_in else self._curves.trade
        wanted = max(1, round(chance.from_table(channel.lines)))
        lines = []
        for position in self._by_popularity.draw_distinct(chance, min(wanted, self._most)):
            product = self._products[position]
            price = product.price_minor
            if walk_in:
                quantity = self._quantities.of_walk_in(chance)
                price = shop_price(price * self._curves.walk_in_price)
            else:
                quantity = self._quantities.of_trade(chance, price, product.order_pack)
            lines.append(SampleOrderLine(product.sku, product.name, quantity, price, LineKind.SALE))
        return lines
