"""The shape of a wholesaler's order book as numbers: what the generator follows, and what a measurement gives."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

PROBABILITIES: Final = (
    0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0,
)  # fmt: skip
"""Where every table of quantiles is taken."""
PRODUCT_SHARES: Final = (
    0.0,
    0.001,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    1.0,
)
"""The shares of best-selling products at which popularity is taken."""
QUANTITIES: Final = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 30, 32, 36, 40, 48, 50, 60, 72, 80, 96, 100, 120, 144,
    192, 200, 240, 288, 300, 360, 432, 480, 576, 600, 720, 1000, 1440, 2000, 3000, 5000,
)  # fmt: skip
"""What people order of a thing: small numbers, dozens, tens and their multiples. Others count as the nearest."""
PRICE_BANDS: Final = (50, 100, 200, 500, 1000, 2000)
"""Upper bounds, in minor units, of the bands of price within which quantities are alike; the last band is open."""
PACKS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 18, 20, 24, 25, 36, 48, 50, 72, 96, 100, 144)
"""Multiples in which a product may usually be ordered."""


class Channel(msgspec.Struct, frozen=True):
    """How one kind of order behaves: of named customers, or without a customer (web shop, counter)."""

    lines: tuple[float, ...]
    """Products per order, at PROBABILITIES."""
    hours: tuple[float, ...]
    """Share of orders in each hour of the site's day."""
    weekdays: tuple[float, ...]
    """Share of orders on each day of the week, Monday first."""


class Dirt(msgspec.Struct, frozen=True):
    """How a real order book is dirty: shares of all its rows, unless it says otherwise."""

    kinds: dict[str, float]
    """Each kind of row (`LineKind`)."""
    blank_customers: float
    blank_descriptions: float
    repeated: float
    """Rows that repeat a product of the same order at the same price."""
    other_spelling: float
    """Rows whose code is written in another case than usual."""
    other_description: float
    """Sales under another description than the product's usual one."""


class Curves(msgspec.Struct, frozen=True):
    """An order book's shape. Shares are between 0 and 1, money is in minor units, days are open days."""

    trade: Channel
    walk_in: Channel
    walk_in_orders: float
    """Share of orders without a customer."""
    open_days: float
    """Share of calendar days with any order."""
    orders_a_day: float
    """Mean orders of an open day."""
    day_factor: tuple[float, ...]
    """Orders of an open day against the mean, at PROBABILITIES."""
    month_factor: dict[int, float]
    """Orders an open day of a month (1 to 12) against the mean of those measured."""
    popularity: tuple[float, ...]
    """Share of all lines that the best-selling products take, at PRODUCT_SHARES of the products."""
    band_demand: tuple[float, ...]
    """For each price band: its share of named customers' lines against its share of the products."""
    price: tuple[float, ...]
    """The products' prices for named customers, at PROBABILITIES."""
    walk_in_price: float
    """What a walk-in pays for a product, against that."""
    quantity: tuple[tuple[float, ...], ...]
    """For each price band: the share of named customers' lines with each of QUANTITIES."""
    walk_in_quantity: tuple[float, ...]
    """The share of walk-ins' lines with each of QUANTITIES."""
    pack: tuple[float, ...]
    """Share of products that are usually ordered in each of PACKS."""
    in_packs: float
    """Share of named customers' lines that are whole packs, of products with a pack above one."""
    customer_orders: tuple[float, ...]
    """Orders of a named customer over the whole history, at PROBABILITIES."""
    customers_per_order: float
    """Named customers per order of theirs over the whole history."""
    repeat: float
    """Share of named customers with more than one order."""
    cancellations: float
    """Cancelled documents per order."""
    cancelled_lines: tuple[float, ...]
    """Lines of a cancelled document, at PROBABILITIES."""
    countries: dict[str, float]
    """Share of orders going to each country (ISO 3166), those under a thousandth together under ''."""
    dirt: Dirt


def quantiles(values: Sequence[float]) -> tuple[float, ...]:
    """The values at PROBABILITIES, rounded to what matters. All zeros for no values."""
    if not values:
        return (0.0,) * len(PROBABILITIES)
    ordered = sorted(values)
    last = len(ordered) - 1
    return tuple(round(float(ordered[round(p * last)]), 4) for p in PROBABILITIES)


def at_probability(table: Sequence[float], probability: float) -> float:
    """The value of a table of quantiles at any probability, on straight lines between its points."""
    return interpolate(PROBABILITIES, table, probability)


def interpolate(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """The height at ``x`` of the line through points with rising ``xs``; beyond its ends, that of the end."""
    right = bisect_right(xs, x)
    if right == 0:
        return ys[0]
    if right == len(xs):
        return ys[-1]
    x0, x1, y0, y1 = xs[right - 1], xs[right], ys[right - 1], ys[right]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def price_band(price_minor: float) -> int:
    """Which of the price bands a price falls in."""
    return next((band for band, bound in enumerate(PRICE_BANDS) if price_minor <= bound), len(PRICE_BANDS))


def usual_quantity(quantity: int) -> int:
    """The position in QUANTITIES of the one nearest to a quantity, by proportion."""
    right = min(bisect_right(QUANTITIES, quantity), len(QUANTITIES) - 1)
    left = right - 1
    return left if quantity * quantity < QUANTITIES[left] * QUANTITIES[right] else right


def mean_of(table: Sequence[float]) -> float:
    """The mean of a distribution given by its quantiles at PROBABILITIES."""
    steps = zip(pairwise(PROBABILITIES), pairwise(table), strict=True)
    return sum((right - left) * (low + high) / 2 for (left, right), (low, high) in steps)


def lines_a_day(curves: Curves, orders_a_day: float) -> tuple[float, float]:
    """The order lines to expect on a calendar day: of named customers, and of walk-ins."""
    orders = orders_a_day * curves.open_days
    walk_in = orders * curves.walk_in_orders
    return (orders - walk_in) * mean_of(curves.trade.lines), walk_in * mean_of(curves.walk_in.lines)
