"""What the hall must know of a product, wherever it came from: the generator or a company's own history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from zlib import crc32

import msgspec

from services.sample.generator.records import SampleProduct
from services.sample.history.products import ProductBook, ProductProfile

_ML_PER_POUND: Final = 600
"""The space that goods worth one pound take, roughly, among gifts and homeware; less for dearer ones."""
_GRAMS_PER_LITRE: Final = 220
_DEAR_MINOR: Final = 1500


class Goods(msgspec.Struct, frozen=True):
    """A product as something that is stored and picked. Weight (g) and volume (ml) are of one unit.

    ``lines_a_day`` and ``units_a_day`` are what is sold on a calendar day; ``pack`` what it is usually ordered in.
    ``shelf_life_days`` is 0 where nothing expires.
    """

    sku: str
    lines_a_day: float
    units_a_day: float
    pack: int
    weight_g: int
    volume_ml: int
    lot_tracked: bool = False
    shelf_life_days: int = 0


def goods_of_sample(products: Iterable[SampleProduct], lines_a_day: float) -> tuple[Goods, ...]:
    """The generator's products; ``lines_a_day`` are all order lines of a calendar day together."""
    return tuple(
        Goods(
            sku=product.sku,
            lines_a_day=product.popularity * lines_a_day,
            units_a_day=product.units_a_day,
            pack=product.order_pack,
            weight_g=product.weight_g,
            volume_ml=product.volume_ml,
            lot_tracked=product.lot_tracked,
            shelf_life_days=product.shelf_life_days,
        )
        for product in products
    )


def goods_of_history(book: ProductBook) -> tuple[Goods, ...]:
    """The products of a company's own history, with the sizes that it does not tell guessed from their prices."""
    return tuple(
        Goods(
            sku=product.sku,
            lines_a_day=product.lines / book.days,
            units_a_day=book.units_per_day(product),
            pack=product.pack,
            weight_g=max(5, volume * _GRAMS_PER_LITRE // 1000),
            volume_ml=volume,
        )
        for product in book.products
        for volume in (guessed_volume_ml(product),)
    )


def guessed_volume_ml(product: ProductProfile) -> int:
    """A plausible size for a product of which only code and price are known: the same code gets the same always."""
    # From a half to one and a half of what goods of that price take; dear things are small for their price.
    spread = 50 + crc32(product.sku.encode()) % 101
    price = product.price_minor
    worth = min(price, _DEAR_MINOR) + max(0, price - _DEAR_MINOR) // 4
    return max(20, worth * _ML_PER_POUND * spread // 10_000)
