"""Measures the shape of an order book, so that a generator can follow it and another can be compared with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from services.sample.countries import country_code
from services.sample.curve_shape import (
    PACKS,
    PRICE_BANDS,
    PRODUCT_SHARES,
    QUANTITIES,
    Channel,
    Curves,
    Dirt,
    interpolate,
    price_band,
    quantiles,
    usual_quantity,
)
from services.sample.history.line import Article, HistoryLine, LineKind
from services.sample.history.orders import HistoryOrder, group_orders, is_walk_in
from services.sample.history.products import ProductBook, ProductProfile, gather_products, usual_pack

_FEWEST_LINES_FOR_A_PACK: Final = 20
_SMALLEST_COUNTRY: Final = 0.001


def measure(lines: Iterable[HistoryLine], zone: tzinfo = UTC) -> Curves:
    """The curves of an order history. ``zone`` is the site's, in which its hours and days are counted.

    All lines are held in memory. Raises ValueError for a history without a single sale to a named customer.
    """
    rows = list(lines)
    book = gather_products(rows)
    documents = group_orders(rows, book.sku_of)
    orders = [order for order in documents if order.goods and not order.cancellation]
    trade = [order for order in orders if not is_walk_in(order)]
    walk_in = [order for order in orders if is_walk_in(order)]
    if not trade:
        raise ValueError("there is no sale to a named customer to measure")
    sold = {product.sku: product for product in book.products if product.lines}
    cancelled = [order for order in documents if order.cancellation]
    by_customer = Counter(order.customer_code for order in trade)
    days = Counter(_local(order, zone).date() for order in orders)
    quantities = _quantities(trade, sold)
    pack, in_packs = _packs(trade, sold.values())
    return Curves(
        trade=_channel(trade, zone),
        walk_in=_channel(walk_in, zone),
        walk_in_orders=_share(len(walk_in), len(orders)),
        open_days=_share(len(days), (max(days) - min(days)).days + 1),
        orders_a_day=round(len(orders) / len(days), 2),
        day_factor=quantiles([count * len(days) / len(orders) for count in days.values()]),
        month_factor=_month_factors(days.items(), len(orders) / len(days)),
        popularity=_popularity([product.lines for product in sold.values()]),
        band_demand=_band_demand(quantities, sold.values()),
        price=quantiles([product.price_minor for product in sold.values()]),
        walk_in_price=_walk_in_price(walk_in, sold),
        quantity=tuple(_shares(quantities[band], len(QUANTITIES)) for band in range(len(PRICE_BANDS) + 1)),
        walk_in_quantity=_shares(
            Counter(usual_quantity(line.quantity) for order in walk_in for line in order.goods),
            len(QUANTITIES),
        ),
        pack=pack,
        in_packs=in_packs,
        customer_orders=quantiles(list(by_customer.values())),
        customers_per_order=_share(len(by_customer), len(trade)),
        repeat=_share(sum(count > 1 for count in by_customer.values()), len(by_customer)),
        cancellations=_share(len(cancelled), len(orders)),
        cancelled_lines=quantiles([len(order.goods) for order in cancelled if order.goods]),
        countries=_countries(orders),
        dirt=_dirt(rows, documents, book),
    )


def _channel(orders: Sequence[HistoryOrder], zone: tzinfo) -> Channel:
    moments = [_local(order, zone) for order in orders]
    return Channel(
        lines=quantiles([len(order.goods) for order in orders]),
        hours=_shares(Counter(moment.hour for moment in moments), 24),
        weekdays=_shares(Counter(moment.weekday() for moment in moments), 7),
    )


def _quantities(orders: Iterable[HistoryOrder], sold: dict[str, ProductProfile]) -> list[Counter[int]]:
    """How often each usual quantity was ordered, for each price band of the product."""
    counts: list[Counter[int]] = [Counter() for _ in range(len(PRICE_BANDS) + 1)]
    for order in orders:
        for line in order.goods:
            if line.sku in sold:
                counts[price_band(sold[line.sku].price_minor)][usual_quantity(line.quantity)] += 1
    return counts


def _band_demand(lines: Sequence[Counter[int]], products: Collection[ProductProfile]) -> tuple[float, ...]:
    """How much more (or less) than their number the products of each price band are ordered."""
    counts = Counter(price_band(product.price_minor) for product in products)
    all_lines = sum(band.total() for band in lines)
    return tuple(
        round(band.total() / all_lines / (counts[position] / len(products)), 3) if counts[position] else 1.0
        for position, band in enumerate(lines)
    )


def _packs(
    orders: Iterable[HistoryOrder], products: Iterable[ProductProfile]
) -> tuple[tuple[float, ...], float]:
    """The share of products with each usual pack, and the share of lines that are whole packs."""
    quantities: dict[str, Counter[int]] = {product.sku: Counter() for product in products}
    for order in orders:
        for line in order.goods:
            if line.sku in quantities:
                quantities[line.sku][line.quantity] += 1
    packs: Counter[int] = Counter()
    whole = total = 0
    for counts in quantities.values():
        if counts.total() < _FEWEST_LINES_FOR_A_PACK:
            continue
        pack = usual_pack(counts)
        packs[PACKS.index(pack)] += 1
        if pack > 1:
            total += counts.total()
            whole += sum(count for quantity, count in counts.items() if quantity % pack == 0)
    return _shares(packs, len(PACKS)), _share(whole, total)


def _popularity(lines: Iterable[int]) -> tuple[float, ...]:
    """The share of lines on the best-selling products, at PRODUCT_SHARES of them."""
    passed, heights = 0, [0]
    for count in sorted(lines, reverse=True):
        passed += count
        heights.append(passed)
    products = range(len(heights))
    return tuple(
        round(interpolate(products, heights, share * products[-1]) / passed, 5) for share in PRODUCT_SHARES
    )


def _walk_in_price(orders: Iterable[HistoryOrder], sold: dict[str, ProductProfile]) -> float:
    """The median of what walk-ins pay against the product's price; 1 where there are none."""
    ratios = sorted(
        float(line.unit_price / sold[line.sku].unit_price)
        for order in orders
        for line in order.goods
        if line.unit_price > 0 and line.sku in sold
    )
    return round(ratios[len(ratios) // 2], 3) if ratios else 1.0


def _month_factors(days: Iterable[tuple[date, int]], mean: float) -> dict[int, float]:
    counts: dict[int, list[int]] = {}
    for day, count in days:
        counts.setdefault(day.month, []).append(count)
    return {month: round(sum(seen) / len(seen) / mean, 3) for month, seen in sorted(counts.items())}


def _countries(orders: Sequence[HistoryOrder]) -> dict[str, float]:
    counts = Counter(country_code(order.country) for order in orders)
    small = {code for code, count in counts.items() if count < _SMALLEST_COUNTRY * len(orders)} | {""}
    rest = sum(counts[code] for code in small)
    named = {code: _share(count, len(orders)) for code, count in counts.most_common() if code not in small}
    return named | {"": _share(rest, len(orders))}


def _dirt(rows: Sequence[HistoryLine], documents: Iterable[HistoryOrder], book: ProductBook) -> Dirt:
    kinds = Counter(row.kind for row in rows)
    usual = {product.sku: product.description for product in book.products}
    products = [row for row in rows if row.article is Article.PRODUCT]
    sales = [row for row in products if row.kind is LineKind.SALE]
    return Dirt(
        kinds={kind.value: round(kinds[kind] / len(rows), 6) for kind in LineKind},
        blank_customers=_share(sum(row.walk_in for row in rows), len(rows)),
        blank_descriptions=_share(sum(not row.description for row in rows), len(rows)),
        repeated=_share(sum(document.merged_rows for document in documents), len(rows)),
        other_spelling=_share(sum(row.sku != book.sku_of(row.sku) for row in products), len(rows)),
        other_description=_share(
            sum(row.description != usual.get(book.sku_of(row.sku), "") for row in sales), len(rows)
        ),
    )


def _local(order: HistoryOrder, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(order.ordered_at / 1000, zone)


def _shares(counts: Counter[int], positions: int) -> tuple[float, ...]:
    total = counts.total()
    return tuple(_share(counts[position], total) for position in range(positions))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 5) if whole else 0.0
