"""Prices that a shop would write: 1.25, 2.95, 12.50, and so on, in minor units."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final


def _ladder() -> tuple[int, ...]:
    """Every price a shop writes up to a thousand: fine steps for pennies, then .25 to .95, then whole .95s."""
    pennies = (8, 10, 12, 15, 19, 21, 25, 29, 32, 36, 39, 42, 45, 49, 55, 59, 65, 69, 72, 79, 85, 95)
    to_ten = tuple(pounds * 100 + ending for pounds in range(1, 10) for ending in (10, 25, 45, 65, 75, 95))
    to_thirty = tuple(pounds * 100 + ending for pounds in range(10, 30) for ending in (50, 95))
    beyond = tuple(pounds * 100 + 95 for pounds in (*range(31, 100, 2), *range(104, 1000, 5)))
    return pennies + to_ten + to_thirty + beyond


PRICES: Final = _ladder()


def shop_price(minor: float) -> int:
    """The price of the ladder nearest to an amount in minor units."""
    right = min(bisect_left(PRICES, minor), len(PRICES) - 1)
    left = max(right - 1, 0)
    return PRICES[left] if minor - PRICES[left] <= PRICES[right] - minor else PRICES[right]
