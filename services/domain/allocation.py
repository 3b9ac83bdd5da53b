"""Which bins give the stock: removal strategies, and who waits or gives way when there is too little.

Instants are milliseconds UTC, days are `YYYY-MM-DD` with `""` for none, places are metres, priorities run
from 1 (first) to 9 (last).
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

_DAY_MS: Final = 86_400_000
_NEVER: Final = "9999-99-99"


class RemovalStrategy(StrEnum):
    """Which stock leaves first: oldest receipt, earliest expiry, newest receipt, or what is nearest."""

    FIFO = "fifo"
    FEFO = "fefo"
    LIFO = "lifo"
    CLOSEST = "closest"


class Bin(msgspec.Struct, frozen=True):
    """One stock row as a candidate. `allocated` units of `on_hand` belong to others already."""

    stock_id: str
    location_id: str
    lot: str
    expires_on: str
    received_at: int
    on_hand: int
    allocated: int
    x_m: float
    y_m: float
    pick_sequence: int

    @property
    def free(self) -> int:
        """Units that may still be taken; never below zero."""
        return max(0, self.on_hand - self.allocated)


class Take(msgspec.Struct, frozen=True):
    """So many units of one stock row."""

    stock_id: str
    quantity: int


class Share(msgspec.Struct, frozen=True):
    """So many units for, or from, one backorder or reservation."""

    id: str
    quantity: int


class Waiting(msgspec.Struct, frozen=True):
    """A backorder in the queue. `since` is when it began to wait."""

    id: str
    quantity: int
    priority: int
    since: int


class Promised(msgspec.Struct, frozen=True):
    """A reservation that could give way, with only those of its units that are not picked yet."""

    id: str
    quantity: int
    priority: int
    reserved_at: int


def strategy_for(product: str, site: str, *, expiry_tracked: bool) -> RemovalStrategy:
    """The strategy that holds: the product's own, else the site's, else FEFO for what expires, else FIFO."""
    named = product or site
    if named:
        return RemovalStrategy(named)
    return RemovalStrategy.FEFO if expiry_tracked else RemovalStrategy.FIFO


def is_expired(expires_on: str, today: str) -> bool:
    """Whether a lot may no longer be sold. The day of expiry is its last usable day."""
    return expires_on != "" and expires_on < today


def allocate(
    quantity: int,
    bins: Iterable[Bin],
    strategy: str,
    today: str,
    *,
    from_x_m: float = 0.0,
    from_y_m: float = 0.0,
) -> list[Take]:
    """Choose bins for `quantity` units, in the order of the strategy and never more than is free.

    Returns takes for fewer units when there is too little. Expired lots are never taken. Receipts of the same
    UTC day (and lots of the same expiry and day, and bins of the same distance to the metre) count as equal,
    and among equals the fewest visits win: the smallest bin that holds all that is still wanted, else the
    largest bin; then the order of the pick sequence, then the stock id, so that every machine chooses alike.
    `from_x_m`, `from_y_m` is where the walk of `closest` starts; distances are measured along the aisles (sum
    of both axes).
    """
    order = RemovalStrategy(strategy)
    usable = [
        bin_ for bin_ in bins if bin_.on_hand > bin_.allocated and not is_expired(bin_.expires_on, today)
    ]
    if order is RemovalStrategy.CLOSEST:
        keyed = [((round(abs(b.x_m - from_x_m) + abs(b.y_m - from_y_m)), ""), b) for b in usable]
    else:
        keyed = [(_age_key(b, order), b) for b in usable]
    keyed.sort(key=lambda pair: pair[0])
    takes: list[Take] = []
    left = quantity
    start = 0
    while left > 0 and start < len(keyed):
        end = start + 1
        while end < len(keyed) and keyed[end][0] == keyed[start][0]:
            end += 1
        left = _take_from_equals(left, [bin_ for _, bin_ in keyed[start:end]], takes)
        start = end
    return takes


def _age_key(bin_: Bin, strategy: RemovalStrategy) -> tuple[int, str]:
    day = bin_.received_at // _DAY_MS
    if strategy is RemovalStrategy.LIFO:
        return (-day, "")
    if strategy is RemovalStrategy.FEFO:
        # Expiry first, then age; both in one text, since days are fixed in width.
        return (0, f"{bin_.expires_on or _NEVER}/{day:08d}")
    return (day, "")


def _take_from_equals(left: int, equals: list[Bin], takes: list[Take]) -> int:
    while left > 0 and equals:
        whole = [bin_ for bin_ in equals if bin_.free >= left]
        if whole:
            chosen = min(whole, key=lambda bin_: (bin_.free, bin_.pick_sequence, bin_.stock_id))
        else:
            chosen = min(equals, key=lambda bin_: (-bin_.free, bin_.pick_sequence, bin_.stock_id))
        equals.remove(chosen)
        taken = min(left, chosen.free)
        takes.append(Take(chosen.stock_id, taken))
        left -= taken
    return left


def taken(takes: Sequence[Take] | Sequence[Share]) -> int:
    """The units of all takes or shares together."""
    return sum(take.quantity for take in takes)


def fill_backorders(quantity: int, waiting: Iterable[Waiting]) -> list[Share]:
    """Give arriving units to those who wait: by priority, and first come first served within one. The last
    served may get a part; nobody gets more than they wait for.
    """
    queue = sorted(waiting, key=lambda one: (one.priority, one.since, one.id))
    return _share_out(quantity, [(one.id, one.quantity) for one in queue])


def newest_lowest_priority(reservations: Iterable[Promised], quantity: int) -> list[Share]:
    """Choose who gives way when `quantity` promised units are not there after all: the lowest priority first,
    and within one the newest promise. The last may keep a part; the shares hold less where not enough was
    promised.
    """
    # Two stable sorts, because ids descend as text and everything else as numbers.
    queue = sorted(reservations, key=lambda one: one.id, reverse=True)
    queue.sort(key=lambda one: (-one.priority, -one.reserved_at))
    return _share_out(quantity, [(one.id, one.quantity) for one in queue])


def _share_out(quantity: int, queue: list[tuple[str, int]]) -> list[Share]:
    shares: list[Share] = []
    for identifier, wanted in queue:
        if quantity <= 0:
            break
        share = min(quantity, wanted)
        if share > 0:
            shares.append(Share(identifier, share))
            quantity -= share
    return shares
