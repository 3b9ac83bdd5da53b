"""Allotments: how much stock is set aside for which terminal, and when more, none, or the time is to be given."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class AllotmentState(StrEnum):
    """Whether a terminal may promise from its allotment for certain."""

    ACTIVE = "active"
    CLOSING = "closing"
    """No new promise is certain; the units stay set aside until the terminal gives back what it has not used."""


class Step(StrEnum):
    """What is to happen to an allotment."""

    KEEP = "keep"
    FILL = "fill"
    """More units, or more time, or both."""
    CLOSE = "close"
    DROP = "drop"
    """It is used up and not needed: nothing is lost with it."""


class Holding(msgspec.Struct, frozen=True):
    """An allotment as it is. Instants in ms UTC by the server's clock."""

    unused: int
    state: str
    expires_at: int


def lendable(
    available: int, leased: int, backordered: int, reorder_point: int, *, share_percent: float
) -> int:
    """The units of a product that may be set aside in all, with those that are already.

    A share of what nobody is promised; never so much that what is left for everybody falls to the reorder point, and
    nothing of what somebody waits for: web shops and desks that sell online must not find empty shelves that are full.
    """
    free = available + leased
    if backordered > 0:
        return 0
    return max(0, min(int(free * share_percent / 100), free - reorder_point - 1))


def sized(sold: Mapping[str, int], room: int, *, days: int, cover_days: int) -> dict[str, int]:
    """Units for each terminal: what it sells in ``cover_days``, going by what it ``sold`` in ``days``.

    Where that is more than the ``room`` for all of them, each gets its share of the room.
    """
    wanted = {name: -(-units * cover_days // days) for name, units in sold.items() if units > 0}
    total = sum(wanted.values())
    if total <= room:
        return wanted
    return {name: units * max(0, room) // total for name, units in wanted.items()}


def next_step(holding: Holding | None, target: int, *, now: int, term_ms: int) -> Step:
    """What to do about the allotment of a terminal that is in touch and is to have ``target`` units.

    It is filled when half of the units or half of the time is gone, so that a sale here and there writes nothing; and
    called back when it is more than twice too large.
    """
    if holding is None:
        return Step.FILL if target else Step.KEEP
    if target == 0 or holding.unused > 2 * target:
        if holding.unused == 0:
            return Step.DROP
        return Step.CLOSE if holding.state == AllotmentState.ACTIVE else Step.KEEP
    is_half_used = 2 * holding.unused <= target
    is_half_over = 2 * (holding.expires_at - now) <= term_ms
    return Step.FILL if is_half_used or is_half_over or holding.state != AllotmentState.ACTIVE else Step.KEEP
