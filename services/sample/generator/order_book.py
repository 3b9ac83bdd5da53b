"""Makes an order book of many months: who orders what, when, in the measured shapes, dirt included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from services.domain.priorities import USUAL
from services.sample.countries import country_name
from services.sample.curve_shape import Curves, at_probability
from services.sample.generator.baskets import Baskets
from services.sample.generator.chance import Chance, Weighted
from services.sample.generator.dirt import add_dirt
from services.sample.generator.drafts import Draft
from services.sample.generator.places import HOME
from services.sample.generator.records import SampleCustomer, SampleOrder, SampleProduct
from services.sample.generator.trading_days import trading_days
from services.sample.history.line import WALK_IN

FIRST_NUMBER: Final = 500_001


def make_order_book(
    seed: int,
    products: Sequence[SampleProduct],
    customers: Sequence[SampleCustomer],
    curves: Curves,
    *,
    last_day: date,
    days: int,
    timezone: str,
    orders_a_day: float | None = None,
) -> tuple[SampleOrder, ...]:
    """Every document of the ``days`` up to ``last_day``, by time, numbered in that order.

    ``timezone`` is the site's, in which days and hours are counted. Numbers run on from one document to the next;
    those of cancellations have a C before them, as they have in real books.
    """
    drafts = draft_orders(
        seed,
        products,
        customers,
        curves,
        trading_days(seed, last_day, days, curves, orders_a_day or curves.orders_a_day),
        timezone,
    )
    add_dirt(seed, drafts, products, curves)
    drafts.sort(key=lambda draft: draft.at)
    return tuple(
        SampleOrder(
            number=f"{'C' if draft.cancellation else ''}{FIRST_NUMBER + position}",
            customer_code=draft.customer_code,
            country=draft.country,
            ordered_at=draft.at,
            lines=tuple(draft.lines),
            priority=draft.priority,
        )
        for position, draft in enumerate(drafts)
    )


def draft_orders(
    seed: int,
    products: Sequence[SampleProduct],
    customers: Sequence[SampleCustomer],
    curves: Curves,
    days: Sequence[tuple[date, int]],
    timezone: str,
) -> list[Draft]:
    """The clean orders of some days, each with its number of orders."""
    if not days:
        return []
    chance = Chance(seed, "orders", days[0][0].isoformat())
    moments = _moments(chance, curves, days, ZoneInfo(timezone))
    # The same customers are the large ones, whichever days are asked for.
    ranked = Chance(seed, "large customers").shuffled(customers)
    buyers = iter(_buyers(chance, ranked, sum(not walk_in for _, walk_in in moments), curves))
    baskets = Baskets(products, curves)
    drafts = []
    for at, walk_in in moments:
        customer = None if walk_in else next(buyers)
        drafts.append(
            Draft(
                at=at,
                customer_code=WALK_IN if customer is None else customer.code,
                country=country_name(HOME if customer is None else customer.country),
                lines=baskets.fill(chance, walk_in=walk_in),
                priority=USUAL if customer is None else customer.priority,
            )
        )
    return drafts


def _moments(
    chance: Chance, curves: Curves, days: Sequence[tuple[date, int]], zone: ZoneInfo
) -> list[tuple[int, bool]]:
    """When each order came in, as milliseconds UTC, and whether it is a walk-in's."""
    trade_hours, walk_in_hours = Weighted(curves.trade.hours), _weighted_or_none(curves.walk_in.hours)
    moments = []
    for day, orders in days:
        share = _walk_in_share(curves, day.weekday()) if walk_in_hours else 0.0
        for _ in range(orders):
            walk_in = walk_in_hours is not None and chance.happens(share)
            hours = walk_in_hours if walk_in and walk_in_hours else trade_hours
            at = datetime.combine(day, time(hours.draw(chance), chance.below(60), chance.below(60)), zone)
            moments.append((int(at.timestamp()) * 1000, walk_in))
    moments.sort()
    return moments


def _buyers(
    chance: Chance, ranked: Sequence[SampleCustomer], orders: int, curves: Curves
) -> list[SampleCustomer]:
    """Who places each of so many orders: every customer as often as the curve of orders per customer says."""
    count = len(ranked)
    wanted = [at_probability(curves.customer_orders, 1 - (rank + 0.5) / count) for rank in range(count)]
    scale = orders / sum(wanted)
    buyers: list[SampleCustomer] = []
    due = 0.0
    for customer, times in zip(ranked, wanted, strict=True):
        due += times * scale
        while len(buyers) < min(round(due), orders):
            buyers.append(customer)
    buyers += [ranked[0]] * (orders - len(buyers))
    return chance.shuffled(buyers)


def _walk_in_share(curves: Curves, weekday: int) -> float:
    """The share of a weekday's orders that are walk-ins': they have busy days of their own."""
    walk_in = curves.walk_in_orders * curves.walk_in.weekdays[weekday]
    trade = (1 - curves.walk_in_orders) * curves.trade.weekdays[weekday]
    return walk_in / (walk_in + trade) if walk_in else 0.0


def _weighted_or_none(weights: Sequence[float]) -> Weighted | None:
    return Weighted(weights) if any(weights) else None
