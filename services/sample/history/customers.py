"""The customers that a history implies: who bought, from where, how often, for how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from services.sample.history.orders import HistoryOrder


class CustomerProfile(msgspec.Struct, frozen=True):
    """One customer as its orders show it. Cancellations count in ``cancellations`` and ``amounts`` only.

    ``country`` is the one of most orders; ``amounts`` is net, in the major unit of each currency; instants are
    milliseconds UTC. The customer of rows that name none is there too, as `WALK_IN`.
    """

    code: str
    country: str
    orders: int
    cancellations: int
    lines: int
    amounts: dict[str, Decimal]
    first_order_at: int
    last_order_at: int


class _Gathered:
    """What is seen of one customer while the orders go by."""

    __slots__ = ("amounts", "cancellations", "countries", "first", "last", "lines", "orders")

    def __init__(self, at: int) -> None:
        self.countries: Counter[str] = Counter()
        self.orders = self.cancellations = self.lines = 0
        self.amounts: dict[str, Decimal] = {}
        self.first = self.last = at


def gather_customers(orders: Iterable[HistoryOrder]) -> tuple[CustomerProfile, ...]:
    """Build the customer list from the orders of a history, the one with the most orders first."""
    gathered: dict[str, _Gathered] = {}
    for order in orders:
        entry = gathered.setdefault(order.customer_code, _Gathered(order.ordered_at))
        entry.countries[order.country] += 1
        entry.first, entry.last = min(entry.first, order.ordered_at), max(entry.last, order.ordered_at)
        entry.amounts[order.currency] = entry.amounts.get(order.currency, Decimal()) + order.amount
        if order.cancellation:
            entry.cancellations += 1
        elif order.goods:
            entry.orders += 1
            entry.lines += len(order.goods)
    profiles = [
        CustomerProfile(
            code,
            _usual(entry.countries),
            entry.orders,
            entry.cancellations,
            entry.lines,
            entry.amounts,
            entry.first,
            entry.last,
        )
        for code, entry in gathered.items()
    ]
    profiles.sort(key=lambda customer: (-customer.orders, customer.code))
    return tuple(profiles)


def _usual(countries: Counter[str]) -> str:
    """The country named most; '' only where none ever was."""
    return min(countries, key=lambda country: (not country, -countries[country], country))
