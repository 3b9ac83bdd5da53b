"""Makes a catalogue: products in styles and variants, with codes, barcodes, sizes, prices and expected sales."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from math import sqrt
from typing import Final

import msgspec

from services.domain.barcodes import own_gtin13
from services.sample.curve_shape import (
    PRODUCT_SHARES,
    Curves,
    at_probability,
    interpolate,
    lines_a_day,
    price_band,
)
from services.sample.generator.chance import Chance, Weighted
from services.sample.generator.prices import shop_price
from services.sample.generator.quantities import Quantities
from services.sample.generator.records import SamplePack, SampleProduct
from services.sample.generator.vocabulary import Family, Size, collections, families, finishes
from services.sample.replenishment import reorder_point, reorder_quantity

_LETTERS: Final = {
    "kitchen": "K",
    "tableware": "T",
    "home": "H",
    "textiles": "X",
    "candles": "C",
    "stationery": "S",
    "garden": "G",
    "toys": "Y",
    "tools": "D",
    "bags": "B",
    "bath": "W",
    "food": "F",
    "party": "P",
    "pets": "E",
}
_FIRST_STYLE: Final = 1001
_VARIANTS: Final = (0.26, 0.22, 0.16, 0.14, 0.08, 0.06, 0.04, 0.04)
"""Share of styles with one, two, three ... variants."""
_IN_A_COLLECTION: Final = 0.5
_SOLD_IN_SETS: Final = 0.3
_OWN_STYLE: Final = 0.65
"""How much of a variant's popularity is its style's, and not its own."""
_LEAST_DEMAND: Final = 0.05
_CARTON_PACKS: Final = 6
# Own barcode numbers run through the whole range in steps, so that neighbours do not look alike on the screen. The
# step has no factor in common with the range: no number comes twice.
_BARCODE_RANGE: Final = 10**10
_BARCODE_STEP: Final = 7_654_321_987
_BARCODE_START: Final = 1_234_567_891


class _Variant(msgspec.Struct):
    """A product before it has a price."""

    family: Family
    style: int
    suffix: str
    name: str
    factor: float
    score: float


def make_catalogue(
    seed: int, count: int, curves: Curves, *, orders_a_day: float | None = None, currency: str = "GBP"
) -> tuple[SampleProduct, ...]:
    """A catalogue of ``count`` products, in the order of their codes' styles.

    Prices follow the curve of prices and popularity that of popularity, so that the catalogue's shape is the measured
    one at any size. ``orders_a_day`` (of an open day) is what expected sales and reorder points are worked out for.
    """
    variants = _variants(seed, count)
    prices = _prices(variants, curves)
    popularity = _popularity(seed, variants, prices, curves)
    quantities = Quantities(curves)
    chance = Chance(seed, "packs")
    trade, walk_in = lines_a_day(curves, orders_a_day or curves.orders_a_day)
    products = []
    for index, variant in enumerate(variants):
        price = prices[index]
        pack = quantities.pack_for(chance, price)
        units = trade * quantities.expected_trade(price, pack) + walk_in * quantities.expected_walk_in()
        products.append(
            _product(index, variant, price, currency, pack, popularity[index], popularity[index] * units)
        )
    return tuple(products)


def own_barcode(number: int) -> str:
    """The GTIN-13 of the n-th barcode that the sample gives out; no two are alike."""
    return own_gtin13((_BARCODE_START + number * _BARCODE_STEP) % _BARCODE_RANGE)


def _product(
    index: int, variant: _Variant, price: int, currency: str, pack: int, popularity: float, units_a_day: float
) -> SampleProduct:
    family = variant.family
    length, width, height = family.millimetres
    tracked, _, days = family.tracked.partition(":")
    # Three numbers a product: the unit, the inner pack, the carton.
    unit, inner, carton = (own_barcode(3 * index + level) for level in range(3))
    packs = (SamplePack(inner, pack), SamplePack(carton, pack * _CARTON_PACKS)) if pack > 1 else ()
    return SampleProduct(
        sku=f"{_LETTERS[family.category]}{variant.style}{variant.suffix}",
        name=variant.name,
        category=family.category,
        gtin=unit,
        packs=packs,
        price_minor=price,
        currency=currency,
        weight_g=max(1, round(family.grams * variant.factor)),
        length_mm=length,
        width_mm=width,
        height_mm=max(1, round(height * variant.factor)),
        lot_tracked=bool(tracked),
        expiry_tracked=tracked == "expiry",
        shelf_life_days=int(days or 0),
        popularity=popularity,
        order_pack=pack,
        units_a_day=units_a_day,
        reorder_point=reorder_point(units_a_day, pack),
        reorder_quantity=reorder_quantity(units_a_day, pack),
    )


def _variants(seed: int, count: int) -> list[_Variant]:
    chance = Chance(seed, "catalogue")
    sizes_of_styles = Weighted(_VARIANTS)
    next_style = dict.fromkeys(_LETTERS, _FIRST_STYLE)
    variants: list[_Variant] = []
    for family, collection in _styles(chance):
        style = next_style[family.category]
        next_style[family.category] += chance.whole(1, 5)
        number = chance.pick(family.sets) if family.sets and chance.happens(_SOLD_IN_SETS) else 1
        options = [
            (size, finish)
            for size in family.sizes or (None,)
            for finish in finishes().get(family.finishes, ("",))
        ]
        wanted = min(1 + sizes_of_styles.draw(chance), count - len(variants))
        chosen = sorted(chance.shuffled(range(len(options)))[:wanted])
        for letter, option in enumerate(chosen):
            size, finish = options[option]
            factor = (size.factor if size else 1.0) * number
            variants.append(
                _Variant(
                    family=family,
                    style=style,
                    suffix=chr(ord("A") + letter) if len(chosen) > 1 else "",
                    name=_name(family.noun, collection, size, finish, number),
                    factor=factor,
                    score=family.pence * factor * chance.between(0.85, 1.2),
                )
            )
        if len(variants) >= count:
            return variants
    raise ValueError(f"the vocabulary has names for {len(variants)} products, not {count}")


def _styles(chance: Chance) -> Iterator[tuple[Family, str]]:
    """Kinds of things, each first as itself, and then some of them in one collection after the other."""
    for family in chance.shuffled(families()):
        yield family, ""
    house, workshop = (_collection_names(chance, kind) for kind in ("house", "workshop"))
    for of_house, of_workshop in zip_longest(house, workshop):
        for family in chance.shuffled(families()):
            collection = of_workshop if family.category == "tools" else of_house
            if collection and chance.happens(_IN_A_COLLECTION):
                yield family, collection


def _collection_names(chance: Chance, kind: str) -> list[str]:
    """Single names first; for a very large catalogue, two of them together."""
    names = collections()[kind]
    pairs = [f"{one} & {other}" for one in names for other in names if one < other]
    return chance.shuffled(names) + chance.shuffled(pairs)


def _name(noun: str, collection: str, size: Size | None, finish: str, number: int) -> str:
    """A name as catalogues write it: 'Fernhill Enamel Jug 1.2 L, Sage', 'Small Gift Bag, Fern, Set of 4'."""
    before, after, behind = [collection], [noun], [finish]
    if size is not None:
        counted = size.name.startswith(("Pack of", "Set of", "Box of"))
        (behind if counted else after if size.name[0].isdigit() else before).append(size.name)
    if number > 1:
        behind.append(f"Set of {number}")
    return ", ".join(filter(None, [" ".join(filter(None, before + after)), *behind]))


def _prices(variants: list[_Variant], curves: Curves) -> list[int]:
    """The measured prices, given out so that what should cost more does."""
    order = sorted(range(len(variants)), key=lambda index: (variants[index].score, index))
    prices = [0] * len(variants)
    for rank, index in enumerate(order):
        prices[index] = shop_price(at_probability(curves.price, (rank + 0.5) / len(variants)))
    return prices


def _popularity(seed: int, variants: list[_Variant], prices: list[int], curves: Curves) -> list[float]:
    """The measured popularity, given out at random: the variants of a style near each other, what is in a price band
    with little demand further down.
    """
    chance = Chance(seed, "popularity")
    of_style: dict[tuple[str, int], float] = {}
    keys = []
    for index, variant in enumerate(variants):
        style = of_style.setdefault((variant.family.category, variant.style), chance.unit())
        place = _OWN_STYLE * style + (1 - _OWN_STYLE) * chance.unit()
        # Sales fall off so steeply that half the way down the ranks is a small share of them: hence the root.
        demand = max(curves.band_demand[price_band(prices[index])], _LEAST_DEMAND)
        keys.append((place / sqrt(demand), index))
    count = len(variants)
    heights = [interpolate(PRODUCT_SHARES, curves.popularity, rank / count) for rank in range(count + 1)]
    popularity = [0.0] * count
    for rank, (_, index) in enumerate(sorted(keys)):
        popularity[index] = heights[rank + 1] - heights[rank]
    return popularity
