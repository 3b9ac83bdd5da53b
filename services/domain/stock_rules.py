"""The one rule of stock and what follows from it: what may be promised, when to reorder, refill, recount."""

from enum import StrEnum
from typing import Final

import msgspec

GREEN_ABOVE: Final = 100
RED_BELOW: Final = 50


class Band(StrEnum):
    """How much is left, as a colour (always shown with its word and shape)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Crossing(StrEnum):
    """What a change of stock did: nothing to speak of, ran low, ran out, or came back above the reorder
    point.
    """

    NONE = "none"
    LOW = "low"
    OUT = "out"
    RECOVERED = "recovered"


class CountResult(msgspec.Struct, frozen=True):
    """What an approved count does to a bin: `variance` is posted, and the bin then holds `on_hand`."""

    variance: int
    on_hand: int


def available(on_hand: int, reserved: int, held: int, leased: int) -> int:
    """What may be promised now. Below zero, more was promised than is there (see `overpromised`)."""
    return on_hand - reserved - held - leased


def overpromised(on_hand: int, reserved: int, held: int, leased: int) -> int:
    """How many reserved units must go to backorder, because they are not there after all."""
    return min(reserved, max(0, -available(on_hand, reserved, held, leased)))


def broken_totals(on_hand: int, reserved: int, held: int, leased: int, moved: int) -> list[str]:
    """What is wrong with a sku's totals at a site, in words; empty when they add up. `moved` is the sum of
    all its movements.
    """
    checks = [
        (on_hand != moved, f"on hand is {on_hand}, the movements add up to {moved}"),
        (on_hand < 0, f"on hand is {on_hand}"),
        (reserved < 0, f"reserved is {reserved}"),
        (held < 0, f"held is {held}"),
        (leased < 0, f"leased is {leased}"),
        (reserved > on_hand, f"{reserved} are reserved of {on_hand} on hand"),
        (
            reserved <= on_hand and available(on_hand, reserved, held, leased) < 0,
            f"{reserved} reserved, {held} held and {leased} leased are more than {on_hand} on hand",
        ),
    ]
    return [problem for wrong, problem in checks if wrong]


def found_by_pick(on_hand: int, picked: int) -> int:
    """The units that must be booked as found, because more was picked from a bin than it held by the books.
    What a picker holds in the hand is a fact.
    """
    return max(0, picked - on_hand)


def band(
    units: int, reorder_point: int = 0, *, green_above: int = GREEN_ABOVE, red_below: int = RED_BELOW
) -> Band:
    """The colour of so many available units: red below 50 or at the reorder point, green above 100, else
    yellow. The two limits are settings; a reorder point of 0 is none.
    """
    if units < red_below or is_low(units, reorder_point):
        return Band.RED
    return Band.GREEN if units > green_above else Band.YELLOW


def is_low(units: int, reorder_point: int) -> bool:
    """Whether it is time to reorder: at the reorder point or below it. A reorder point of 0 is none."""
    return reorder_point > 0 and units <= reorder_point


def crossing(before: int, after: int, reorder_point: int) -> Crossing:
    """What a change of the available units should tell people: once, and not at each further sale."""
    if after <= 0 < before:
        return Crossing.OUT
    if is_low(after, reorder_point) and not is_low(before, reorder_point):
        return Crossing.LOW
    was_short = before <= 0 or is_low(before, reorder_point)
    if was_short and after > 0 and not is_low(after, reorder_point):
        return Crossing.RECOVERED
    return Crossing.NONE


def reorder_quantity(available_units: int, on_order: int, reorder_point: int, lot_size: int) -> int:
    """How much to order so that stock, with what is on order, comes above the reorder point, in whole lots; 0
    for none.
    """
    missing = reorder_point + 1 - available_units - on_order
    if reorder_point <= 0 or missing <= 0:
        return 0
    lot = max(1, lot_size)
    return -(-missing // lot) * lot


def count_result(on_hand_now: int, recorded_then: int, counted: int) -> CountResult:
    """What approving a count does. The variance is what was counted minus what was recorded at that moment;
    moves since then stay. A bin never goes below nothing.
    """
    variance = max(counted - recorded_then, -on_hand_now)
    return CountResult(variance, on_hand_now + variance)


def needs_recount(recorded: int, counted: int, *, tolerated_units: int, tolerated_percent: float) -> bool:
    """Whether a variance is so large that a second person should count before it is approved: beyond both
    tolerances.
    """
    variance = abs(counted - recorded)
    return variance > tolerated_units and variance * 100 > tolerated_percent * max(recorded, 1)


def replenishment_need(in_pick_bin: int, minimum: int, target: int, in_reserve: int, *, pack: int = 1) -> int:
    """Units to bring from reserve to a pick bin: up to `target` once it is at `minimum` or below, in whole
    packs where the reserve has them, and never more than it has.
    """
    if in_pick_bin > minimum or in_pick_bin >= target or in_reserve <= 0:
        return 0
    wanted = -(-(target - in_pick_bin) // max(1, pack)) * max(1, pack)
    return min(wanted, in_reserve)
