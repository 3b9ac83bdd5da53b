"""The product master that a history implies: each code's name, price, and how it sells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from services.sample.history.line import Article, HistoryLine, LineKind, to_minor

DAY_MS: Final = 86_400_000
_PACKS: Final = (144, 100, 96, 72, 50, 48, 36, 25, 24, 20, 18, 16, 12, 10, 8, 6, 5, 4, 3, 2)
_SMALL_WORDS: Final = frozenset(
    {"a", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")

_Value = TypeVar("_Value", int, Decimal)


class ProductProfile(msgspec.Struct, frozen=True):
    """One product as its history shows it.

    ``description`` is the most frequent one among priced rows, '' where there is none. ``unit_price`` is the median of
    the prices paid by named customers (of all, where none is named), in the major unit of ``currency``. ``lines``,
    ``orders`` and ``units`` count sales; ``units_back`` what cancellations and returns took back. Instants are
    milliseconds UTC. ``usual_quantity`` is the median quantity of a line, ``pack`` the multiple that most lines are
    ordered in (1: none).
    """

    sku: str
    spellings: tuple[str, ...]
    description: str
    unit_price: Decimal
    currency: str
    lines: int
    orders: int
    units: int
    units_back: int
    first_seen: int
    last_seen: int
    usual_quantity: int
    pack: int

    @property
    def name(self) -> str:
        """The description for people to read: capitals only where words start."""
        return readable(self.description) or f"Item {self.sku}"

    @property
    def price_minor(self) -> int:
        """The unit price in the minor unit of the currency."""
        return to_minor(self.unit_price, self.currency)


class ProductBook(msgspec.Struct, frozen=True):
    """All products of a history, the best selling (by lines) first."""

    products: tuple[ProductProfile, ...]
    first_day: int
    last_day: int
    """The span of the history, as milliseconds UTC of its first and last row."""
    _sku_by_spelling: dict[str, str]

    @property
    def days(self) -> float:
        """The length of the history in days, at least one."""
        return max((self.last_day - self.first_day) / DAY_MS, 1.0)

    def sku_of(self, spelling: str) -> str:
        """The product's own code for a code as written in the file, which may differ in case."""
        return self._sku_by_spelling.get(spelling, spelling)

    def units_per_day(self, product: ProductProfile) -> float:
        """How many units are sold in a day, over the whole history."""
        return product.units / self.days


class _Gathered:
    """What is seen of one product while the lines go by."""

    __slots__ = (
        "back",
        "currency",
        "descriptions",
        "first",
        "last",
        "orders",
        "prices",
        "quantities",
        "spellings",
        "units",
    )

    def __init__(self, at: int, currency: str) -> None:
        self.spellings: Counter[str] = Counter()
        self.descriptions: Counter[str] = Counter()
        self.prices: dict[tuple[str, bool], Counter[Decimal]] = {}
        self.quantities: Counter[int] = Counter()
        self.orders: set[str] = set()
        self.units = 0
        self.back = 0
        self.first = self.last = at
        self.currency = currency


def gather_products(lines: Iterable[HistoryLine]) -> ProductBook:
    """Build the product master from the lines of a history. Charges and gift cards are no products.

    Codes that differ only in case are one product, under the spelling used most.
    """
    gathered: dict[str, _Gathered] = {}
    no_products: set[str] = set()
    first, last = None, 0
    for line in lines:
        at = line.ordered_at
        first = at if first is None or at < first else first
        last = max(last, at)
        folded = line.sku.upper()
        if line.article is not Article.PRODUCT:
            no_products.add(folded)
            continue
        entry = gathered.get(folded)
        if entry is None:
            entry = gathered[folded] = _Gathered(at, line.currency)
        entry.spellings[line.sku] += 1
        entry.first, entry.last = min(entry.first, at), max(entry.last, at)
        if line.kind is LineKind.SALE:
            entry.descriptions[line.description] += 1
            entry.prices.setdefault((line.currency, line.walk_in), Counter())[line.unit_price] += 1
            entry.quantities[line.quantity] += 1
            entry.orders.add(line.order_number)
            entry.units += line.quantity
        elif line.quantity < 0 and line.kind is not LineKind.WAREHOUSE_NOTE:
            entry.back -= line.quantity
    # A charge's code may also be on a row without price or words, which does not make it a product.
    found = [_profile(entry) for code, entry in gathered.items() if entry.units or code not in no_products]
    products = sorted(found, key=lambda product: (-product.lines, product.sku))
    spellings = {spelling: product.sku for product in products for spelling in product.spellings}
    return ProductBook(tuple(products), first or 0, last, spellings)


def _profile(entry: _Gathered) -> ProductProfile:
    quantities = entry.quantities
    # Prices in one currency only: the one most lines were paid in.
    paid = Counter({currency: 0 for currency, _ in entry.prices})
    for (currency, _), prices in entry.prices.items():
        paid[currency] += prices.total()
    currency = min(paid, key=lambda code: (-paid[code], code)) if paid else entry.currency
    prices = entry.prices.get((currency, False)) or entry.prices.get((currency, True)) or Counter()
    return ProductProfile(
        sku=min(entry.spellings, key=lambda spelling: (-entry.spellings[spelling], spelling)),
        spellings=tuple(sorted(entry.spellings)),
        description=_most_frequent(entry.descriptions),
        unit_price=_median(prices) or Decimal(),
        currency=currency,
        lines=quantities.total(),
        orders=len(entry.orders),
        units=entry.units,
        units_back=entry.back,
        first_seen=entry.first,
        last_seen=entry.last,
        usual_quantity=_median(quantities) or 1,
        pack=usual_pack(quantities),
    )


def usual_pack(quantities: Counter[int]) -> int:
    """The largest multiple above one in which at least half of the lines are ordered; 1 where there is none."""
    total = quantities.total()
    for pack in _PACKS:
        if 2 * sum(count for quantity, count in quantities.items() if quantity % pack == 0) >= total > 1:
            return pack
    return 1


def readable(description: str) -> str:
    """A description in capitals with capitals only where words start: WHITE T-LIGHT HOLDER is White T-Light Holder.

    One that has small letters already is left as it is.
    """
    if description != description.upper():
        return description

    def word(match: re.Match[str]) -> str:
        text = match[0].lower()
        return text if match.start() and text in _SMALL_WORDS else text[:1].upper() + text[1:]

    return _WORD.sub(word, description)


def _most_frequent(descriptions: Counter[str]) -> str:
    named = {text: count for text, count in descriptions.items() if text}
    return min(named, key=lambda text: (-named[text], text)) if named else ""


def _median(counts: Counter[_Value]) -> _Value | None:
    """The lower median of counted values; None where there are none."""
    half, passed = counts.total() / 2, 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= half:
            return value
    return None
