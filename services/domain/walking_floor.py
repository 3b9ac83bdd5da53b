"""The floor a picker walks on: blocks of parallel aisles between cross aisles, and the ways between two places.

Aisles run along y and cross aisles along x. Blocks lie behind each other: the cross aisle at the back of one is that at
the front of the next. What lies in front of the first block (packing, staging, docks) is open floor. Lengths in metres.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

Point = tuple[float, float]

_HALF_CROSS_AISLE_M: Final = 1.5
_USUAL_BAY_M: Final = 1.2


def to_micrometres(metres: float) -> float:
    """A length without what sums of floats leave behind: that is noise, and would make corners in a straight walk."""
    return round(metres, 6)


class Block(NamedTuple):
    """Aisles side by side, from the middle of the cross aisle in front of them to that of the one behind."""

    front_y: float
    back_y: float
    aisles: Mapping[str, float]
    """The x of each aisle's middle, by the aisle's name."""

    @property
    def depth(self) -> float:
        """The length of an aisle from cross aisle to cross aisle."""
        return self.back_y - self.front_y


class Floor(NamedTuple):
    """Blocks from the front to the back."""

    blocks: Sequence[Block]

    def block_at(self, y: float, aisle: str) -> int | None:
        """Which block a place belongs to; None for the open floor in front. Raises KeyError if no block has the aisle."""
        for number, block in enumerate(self.blocks):
            if block.front_y <= y <= block.back_y and aisle in block.aisles:
                return number
        if y < self.blocks[0].front_y:
            return None
        raise KeyError(f"no block at y={y:g} m has an aisle {aisle}")


def floor_of(bins: Iterable[tuple[float, float, str]]) -> Floor:
    """The floor on which the bins (x, y, aisle) stand, worked out from where they are.

    An aisle's middle is that of its bins. Aisles whose bins overlap in y make a block; a cross aisle lies halfway between
    two blocks, and half a bay and half a usual cross aisle (1.5 m) beyond the first and the last bins. Aisles of the same
    name in different blocks are different aisles. Raises ValueError if there are no bins.
    """
    by_aisle: dict[str, list[Point]] = {}
    for x, y, aisle in bins:
        by_aisle.setdefault(aisle, []).append((x, y))
    if not by_aisle:
        raise ValueError("a floor needs at least one bin")
    runs = sorted(
        (min(y for _, y in places), max(y for _, y in places), name) for name, places in by_aisle.items()
    )
    groups: list[list[str]] = []
    reach = float("-inf")
    for first_y, last_y, name in runs:
        if first_y > reach:
            groups.append([])
        groups[-1].append(name)
        reach = max(reach, last_y)
    spans = [_span_of([by_aisle[name] for name in group]) for group in groups]
    blocks = []
    for number, group in enumerate(groups):
        front, back = spans[number]
        front = (spans[number - 1][1] + front) / 2 if number else front - _HALF_CROSS_AISLE_M
        back = (back + spans[number + 1][0]) / 2 if number + 1 < len(groups) else back + _HALF_CROSS_AISLE_M
        middles = {name: _middle([x for x, _ in by_aisle[name]]) for name in group}
        front, back = to_micrometres(front), to_micrometres(back)
        blocks.append(Block(front, back, dict(sorted(middles.items(), key=lambda item: item[1]))))
    return Floor(tuple(blocks))


def _middle(xs: list[float]) -> float:
    return to_micrometres((min(xs) + max(xs)) / 2)


def _span_of(aisles: list[list[Point]]) -> tuple[float, float]:
    """From the outer edge of the first bays to that of the last."""
    ys = sorted({y for places in aisles for _, y in places})
    steps = [after - before for before, after in pairwise(ys)]
    half_bay = (median(steps) if steps else _USUAL_BAY_M) / 2
    return ys[0] - half_bay, ys[-1] + half_bay


class Place(NamedTuple):
    """A point of the floor: on the middle line of its aisle, or anywhere on the open floor (block None)."""

    x: float
    y: float
    block: int | None


def place_of(floor: Floor, x: float, y: float, aisle: str) -> Place:
    """Where one stands to reach into a bin: on the middle line of its aisle. Raises KeyError for an unknown aisle."""
    block = floor.block_at(y, aisle)
    return Place(x if block is None else floor.blocks[block].aisles[aisle], to_micrometres(y), block)


def standing_at(floor: Floor, point: Point) -> Place:
    """Where a person stands: in the nearest aisle if inside a block, else on the open floor or in a cross aisle."""
    x, y = point[0], to_micrometres(point[1])
    for number, block in enumerate(floor.blocks):
        if block.front_y < y < block.back_y:
            return Place(min(block.aisles.values(), key=lambda aisle_x: abs(aisle_x - x)), y, number)
    if y >= floor.blocks[-1].back_y:
        return Place(x, floor.blocks[-1].back_y, None)
    return Place(x, y, None)


def way(floor: Floor, start: Place, end: Place) -> tuple[float, list[Point]]:
    """The shortest way between two places, in metres, and its corners including both ends.

    Between blocks that are not neighbours the aisles on the way are chosen near the straight line, so that the length
    may be a little more than the least.
    """
    here, there = (start.x, start.y), (end.x, end.y)
    if start.block is not None and start.block == end.block and start.x == end.x:
        return abs(start.y - end.y), [here, there]
    best: tuple[float, list[Point]] | None = None
    for leave in _exits(floor, start):
        for enter in _exits(floor, end):
            corners = [
                here,
                (start.x, leave),
                *_across(floor, start.x, leave, end.x, enter),
                (end.x, enter),
                there,
            ]
            length = line_length(corners)
            if best is None or length < best[0]:
                best = (length, tidy(corners))
    assert best is not None
    return best


def _exits(floor: Floor, place: Place) -> tuple[float, ...]:
    """The y of the cross aisles that a place opens to."""
    if place.block is None:
        return (min(max(place.y, floor.blocks[0].front_y), floor.blocks[-1].back_y),)
    block = floor.blocks[place.block]
    return (block.front_y, block.back_y)


def _across(floor: Floor, x: float, y: float, to_x: float, to_y: float) -> list[Point]:
    """From a point of one cross aisle to a point of another, through one aisle of each block between."""
    corners: list[Point] = []
    blocks = [b for b in floor.blocks if min(y, to_y) <= b.front_y and b.back_y <= max(y, to_y)]
    for block in blocks if y < to_y else reversed(blocks):
        aisle_x = _aisle_between(block, x, to_x)
        corners += [(aisle_x, y), (aisle_x, y := block.back_y if y < to_y else block.front_y)]
        x = aisle_x
    return corners


def _aisle_between(block: Block, x: float, to_x: float) -> float:
    """The aisle that lies least aside of the way from x to to_x."""
    xs = sorted(block.aisles.values())
    low, high = min(x, to_x), max(x, to_x)
    at = bisect_left(xs, low)
    if at < len(xs) and xs[at] <= high:
        return xs[at] if x <= to_x else max(aisle for aisle in xs if aisle <= high)
    return min(xs, key=lambda aisle: abs(aisle - low) + abs(aisle - high))


def line_length(corners: Sequence[Point]) -> float:
    """Metres along a line of corners whose legs run along x or y."""
    return sum(abs(ax - bx) + abs(ay - by) for (ax, ay), (bx, by) in pairwise(corners))


def tidy(corners: Iterable[Point]) -> list[Point]:
    """Without repeated corners, and without those in the middle of a straight leg."""
    kept: list[Point] = []
    for corner in corners:
        if kept:
            x, y = corner
            last_x, last_y = kept[-1]
            if x == last_x and y == last_y:
                continue
            if len(kept) > 1:
                before_x, before_y = kept[-2]
                goes_on_along_y = x == last_x == before_x and (y - last_y) * (last_y - before_y) > 0
                goes_on_along_x = y == last_y == before_y and (x - last_x) * (last_x - before_x) > 0
                if goes_on_along_y or goes_on_along_x:
                    kept[-1] = corner
                    continue
        kept.append(corner)
    return kept
