"""When to order more of a product, and how much: a plain rule for master data that says nothing about it."""

from __future__ import annotations

from typing import Final

LEAD_TIME_DAYS: Final = 14
SAFETY_DAYS: Final = 7
ORDER_DAYS: Final = 30


def reorder_point(units_a_day: float, order_pack: int) -> int:
    """The stock at which to order more: what is sold until more arrives, with a week to spare; at least a pack."""
    return max(order_pack, round(units_a_day * (LEAD_TIME_DAYS + SAFETY_DAYS)))


def reorder_quantity(units_a_day: float, order_pack: int) -> int:
    """How much to order: a month's sales in whole packs, at least two packs."""
    packs = max(2, round(units_a_day * ORDER_DAYS / order_pack))
    return packs * order_pack
