"""The hall of a sample warehouse: its bins with their places in metres, in aisles that a picker could walk.

One block of shelving aisles lies between a front and a back cross aisle; goods are packed at the middle of the
front. Pallet racking for reserve stands behind the back cross aisle. Receiving, staging and docks are in front. The
axes: x runs along the front from the left wall, y into the hall from the front cross aisle's middle line, which is 0;
what lies in front of it has a negative y. A bin's place is its front edge, not the middle of the aisle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isqrt
from typing import Final

import msgspec

from services.domain.labels import BinCode

AISLE_PITCH_M: Final = 3.0
BAY_WIDTH_M: Final = 1.2
CROSS_AISLE_M: Final = 3.0
_FACE_M: Final = 0.8
"""From the middle of an aisle to the front of its shelves."""
_PALLET_PITCH_M: Final = 5.6
_PALLET_BAY_M: Final = 2.7
_PALLET_FACE_M: Final = 1.5

PICK_LEVELS: Final = 4
"""Shelves that are picked from; the one above them holds reserve."""
SHELF_ML: Final = 220_000
PALLET_ML: Final = 1_100_000
_NARROWEST_LANE_M: Final = 0.9
_PALLET_LEVELS: Final = 4
_MOST_AISLES: Final = 99
_FEWEST_PALLETS: Final = 24

# Metres of walking that bending down or reaching up are worth: the second and third shelf are the golden ones.
_REACH_M: Final = {1: 4.0, 2: 0.0, 3: 0.0, 4: 7.0}
_ZONES: Final = ((0.3, "A"), (0.65, "B"), (1.0, "C"))
"""Zones by the share of aisles, from those next to packing outwards."""


class SampleBin(msgspec.Struct, frozen=True):
    """A bin: ``zone-aisle-bay-level``, its place, and what it takes to reach it.

    ``effort_m`` is the walk from packing in metres, with what bending and reaching cost; it is what slotting goes by.
    ``pick_sequence`` runs through the hall as a picker would, up one aisle and down the next.
    """

    code: str
    zone: str
    aisle: str
    bay: str
    level: str
    kind: str
    x_m: float
    y_m: float
    pick_sequence: int
    capacity_ml: int
    effort_m: float


class Hall(msgspec.Struct, frozen=True):
    """All bins of a site, and where its orders are packed."""

    bins: tuple[SampleBin, ...]
    packing_x_m: float
    packing_y_m: float
    aisles: int
    bays: int

    def of_kind(self, kind: str) -> tuple[SampleBin, ...]:
        """The bins of one kind, in pick sequence."""
        return tuple(bin_ for bin_ in self.bins if bin_.kind == kind)


def plan_hall(pick_bins: int, reserve_shelves: int, reserve_pallets: int) -> Hall:
    """A hall with at least so many bins of each use, and a twentieth to spare.

    Reserve shelves are those above the picked ones; what they cannot hold goes to pallet racking. Raises ValueError
    when the shelving takes more aisles than two digits can number.
    """
    bays = _bays_for(pick_bins)
    wanted = pick_bins + max(4, pick_bins // 20)
    aisles = max(2, -(-wanted // (2 * bays * PICK_LEVELS)))
    if aisles > _MOST_AISLES:
        raise ValueError(f"{pick_bins} pick bins need {aisles} aisles, more than {_MOST_AISLES}")
    width = aisles * AISLE_PITCH_M
    packing_x = round(width / 2, 1)
    bins = list(_shelving(aisles, bays, packing_x))
    above = sum(bin_.kind == "reserve" for bin_ in bins)
    back = CROSS_AISLE_M / 2 + bays * BAY_WIDTH_M + CROSS_AISLE_M
    pallets = reserve_pallets + max(0, reserve_shelves - above)
    bins += _pallets(max(_FEWEST_PALLETS, pallets + pallets // 20), back, width)
    bins += _front(width, max(2, aisles // 3))
    bins.sort(key=lambda bin_: bin_.pick_sequence)
    numbered = [
        msgspec.structs.replace(bin_, pick_sequence=number) for number, bin_ in enumerate(bins, start=1)
    ]
    return Hall(tuple(numbered), packing_x, 0.0, aisles, bays)


def walk_m(x_m: float, y_m: float, other_x_m: float, other_y_m: float, back_y_m: float) -> float:
    """The way on foot between two places of the shelving block, by the nearer of the two cross aisles.

    ``back_y_m`` is the middle line of the back cross aisle; that of the front one is 0.
    """
    across = abs(x_m - other_x_m)
    if across < AISLE_PITCH_M / 2:
        return across + abs(y_m - other_y_m)
    return across + min(y_m + other_y_m, 2 * back_y_m - y_m - other_y_m)


def _bays_for(pick_bins: int) -> int:
    """Aisles long enough that the hall is about half as deep as it is wide, and never so short as to be silly."""
    bays = 6
    while bays < 40 and 2 * PICK_LEVELS * bays * 2 * bays * BAY_WIDTH_M / AISLE_PITCH_M < pick_bins:
        bays += 2
    return bays


def _shelving(aisles: int, bays: int, packing_x: float) -> Iterator[SampleBin]:
    back_y = bays * BAY_WIDTH_M + CROSS_AISLE_M
    zones = _zones(aisles, packing_x)
    sequence = 0
    for aisle in range(aisles):
        centre = (aisle + 0.5) * AISLE_PITCH_M
        # Up one aisle and down the next, so that the sequence is a walk.
        along = range(bays) if aisle % 2 == 0 else range(bays - 1, -1, -1)
        for step in along:
            y = round(CROSS_AISLE_M / 2 + (step + 0.5) * BAY_WIDTH_M, 2)
            for side in (0, 1):
                x = round(centre + (_FACE_M if side else -_FACE_M), 2)
                walk = walk_m(packing_x, 0.0, centre, y, back_y)
                for level in range(1, PICK_LEVELS + 2):
                    sequence += 1
                    pick = level <= PICK_LEVELS
                    yield _bin(
                        BinCode(zones[aisle], f"{aisle + 1:02d}", f"{2 * step + side + 1:02d}", str(level)),
                        "pick" if pick else "reserve",
                        x,
                        y,
                        sequence,
                        SHELF_ML,
                        walk + _REACH_M.get(level, 0.0),
                    )


def _zones(aisles: int, packing_x: float) -> list[str]:
    """The zone of each aisle: the nearest to packing are A."""
    outwards = sorted(
        range(aisles), key=lambda aisle: (abs((aisle + 0.5) * AISLE_PITCH_M - packing_x), aisle)
    )
    zones = [""] * aisles
    for rank, aisle in enumerate(outwards):
        zones[aisle] = next(zone for share, zone in _ZONES if rank + 1 <= max(1, round(share * aisles)))
    return zones


def _pallets(count: int, front_y: float, width: float) -> Iterator[SampleBin]:
    """Pallet racking behind the back cross aisle: as wide as the hall, or square where that would be too deep."""
    aisles = max(1, int(width // _PALLET_PITCH_M), isqrt(count // (4 * _PALLET_LEVELS)))
    bays = -(-count // (aisles * 2 * _PALLET_LEVELS))
    sequence = 10_000_000
    for aisle in range(aisles):
        centre = (aisle + 0.5) * _PALLET_PITCH_M
        for step in range(bays):
            for side in (0, 1):
                for level in range(1, _PALLET_LEVELS + 1):
                    sequence += 1
                    x = round(centre + (_PALLET_FACE_M if side else -_PALLET_FACE_M), 2)
                    y = round(front_y + (step + 0.5) * _PALLET_BAY_M, 2)
                    code = BinCode("R", f"{aisle + 1:02d}", f"{2 * step + side + 1:02d}", str(level))
                    yield _bin(code, "reserve", x, y, sequence, PALLET_ML, x + y)


def _front(width: float, docks: int) -> Iterator[SampleBin]:
    """Receiving on the left, staging lanes on the right, and the dock doors in the front wall."""
    sequence = 20_000_000
    for number in range(docks * 2):
        sequence += 1
        x = round(2.0 + number * 1.8, 2)
        yield _bin(
            BinCode("IN", "01", f"{number + 1:02d}", "1"), "receiving", x, -4.0, sequence, PALLET_ML, x
        )
    lanes_from = max(width / 2, 4.0 + docks * 3.6)
    lane = max(_NARROWEST_LANE_M, (width - lanes_from) / (docks * 4))
    for number in range(docks * 4):
        sequence += 1
        x = round(lanes_from + (number + 0.5) * lane, 2)
        yield _bin(BinCode("OUT", "01", f"{number + 1:02d}", "1"), "staging", x, -4.0, sequence, PALLET_ML, x)
    for number in range(docks):
        sequence += 1
        x = round((number + 0.5) * max(width, 4.0 * docks) / docks, 2)
        yield _bin(BinCode("DOCK", "01", f"{number + 1:02d}", "1"), "dock", x, -9.0, sequence, PALLET_ML, x)


def _bin(
    code: BinCode, kind: str, x: float, y: float, sequence: int, capacity: int, effort: float
) -> SampleBin:
    return SampleBin(
        code=str(code),
        zone=code.zone,
        aisle=code.aisle,
        bay=code.bay,
        level=code.level,
        kind=kind,
        x_m=x,
        y_m=y,
        pick_sequence=sequence,
        capacity_ml=capacity,
        effort_m=round(effort, 2),
    )


def back_of(hall: Hall) -> float:
    """The middle line of the back cross aisle, for `walk_m`."""
    return hall.bays * BAY_WIDTH_M + CROSS_AISLE_M


def golden(bins: Iterable[SampleBin]) -> list[SampleBin]:
    """Pick bins, the ones that cost least to reach first."""
    return sorted(
        (bin_ for bin_ in bins if bin_.kind == "pick"), key=lambda bin_: (bin_.effort_m, bin_.pick_sequence)
    )
