"""The one rule of stock and what follows from it: what may be promised, when it runs low, what a count does."""

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


def found_beyond_books(recorded: int, taken: int) -> int:
    """The units that must be booked as found, because more was taken from a bin than it had by the books.
    What somebody holds in the hand is a fact.
    """
    return max(0, taken - recorded)


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


def count_result(on_hand_now: int, recorded_then: int, counted: int) -> CountResult:
    """What approving a count does. The variance is what was counted minus what was recorded at that moment;
    moves since then stay. A bin never goes below nothing.
    """
    variance = max(counted - recorded_then, -on_hand_now)
    return CountResult(variance, on_hand_now + variance)
