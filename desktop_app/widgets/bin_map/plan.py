"""The plan of a hall, worked out from its bins: bays with their levels, aisles with their names, walls.

Nothing here paints. Lengths in metres; x runs along the front, y into the hall.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from desktop_app.widgets.bin_map.marks import BinKind, BinMark

_SHELF_DEPTH_M = 0.7
_BAY_M = 1.2
_FLOOR_PLACE_M = 1.2
_WALL_M = 2.0
_LOOK_UP_M = 3.0


class Rect(NamedTuple):
    """left < right, front < back."""

    left: float
    front: float
    right: float
    back: float

    def has(self, x: float, y: float) -> bool:
        """Whether the point lies in it."""
        return self.left <= x <= self.right and self.front <= y <= self.back


class Bay(NamedTuple):
    """Bins above each other at one place: their common face on the plan, lowest level first.

    `outward` is the direction from the aisle into the shelf along x (-1, 0, 1); 0 for places on the floor.
    """

    rect: Rect
    bins: tuple[BinMark, ...]
    outward: int
    aisle: str
    kind: BinKind

    def level_rect(self, index: int) -> Rect:
        """The strip of one level: the lowest next to the aisle."""
        if self.outward == 0:
            return self.rect
        step = (self.rect.right - self.rect.left) / len(self.bins)
        place = index if self.outward > 0 else len(self.bins) - 1 - index
        left = self.rect.left + place * step
        return Rect(left, self.rect.front, left + step, self.rect.back)


class Aisle(NamedTuple):
    """An aisle by name, with its middle and where its shelves begin and end.

    `place` counts the aisles of its row from the left, and `pitch` is the way to the nearest of them.
    """

    name: str
    x: float
    front: float
    back: float
    place: int = 0
    pitch: float = 3.0


class Plan:
    """Bays, aisles and the hall's outline, with a look-up of what is at a point."""

    def __init__(self, bins: Iterable[BinMark]) -> None:
        marks = list(bins)
        racks: dict[str, list[BinMark]] = defaultdict(list)
        places: list[BinMark] = []
        for mark in marks:
            if mark.kind in ("pick", "reserve") and mark.aisle:
                racks[mark.aisle].append(mark)
            else:
                places.append(mark)
        self.aisles = _in_rows([_aisle(name, found) for name, found in racks.items()])
        depths = _depths(self.aisles, racks)
        self.bays: list[Bay] = []
        for aisle in self.aisles:
            self.bays += _rack_bays(aisle, racks[aisle.name], depths[aisle.name])
        self.bays += [_floor_place(group) for group in _together(places)]
        self.bounds = _bounds(self.bays)
        self.bin_count = len(marks)
        self._bay_of: dict[str, tuple[Bay, int]] = {
            mark.id: (bay, index) for bay in self.bays for index, mark in enumerate(bay.bins)
        }
        self._near: dict[tuple[int, int], list[Bay]] = defaultdict(list)
        for bay in self.bays:
            for key in _keys(bay.rect):
                self._near[key].append(bay)

    def bay_at(self, x: float, y: float) -> Bay | None:
        """The bay under a point."""
        found = self._near.get((int(x // _LOOK_UP_M), int(y // _LOOK_UP_M)), ())
        return next((bay for bay in found if bay.rect.has(x, y)), None)

    def bin_at(self, x: float, y: float) -> BinMark | None:
        """The very bin under a point, by the strip of its level."""
        bay = self.bay_at(x, y)
        if bay is None:
            return None
        return next(
            (mark for index, mark in enumerate(bay.bins) if bay.level_rect(index).has(x, y)), bay.bins[0]
        )

    def place_of(self, bin_id: str) -> tuple[Bay, int] | None:
        """A bin's bay and its index in it; None if the bin is not on the plan."""
        return self._bay_of.get(bin_id)

    def face_of(self, bin_id: str) -> tuple[float, float] | None:
        """Where a picker's mark for a bin stands: just inside the shelf, in the middle of the bay."""
        found = self._bay_of.get(bin_id)
        if found is None:
            return None
        rect = found[0].rect
        return (rect.left + rect.right) / 2, (rect.front + rect.back) / 2


def _keys(rect: Rect) -> Iterable[tuple[int, int]]:
    for column in range(int(rect.left // _LOOK_UP_M), int(rect.right // _LOOK_UP_M) + 1):
        for row in range(int(rect.front // _LOOK_UP_M), int(rect.back // _LOOK_UP_M) + 1):
            yield column, row


def _aisle(name: str, marks: Sequence[BinMark]) -> Aisle:
    xs, ys = [mark.x_m for mark in marks], [mark.y_m for mark in marks]
    half = _bay_width(ys) / 2
    return Aisle(name, (min(xs) + max(xs)) / 2, min(ys) - half, max(ys) + half)


def _in_rows(aisles: Sequence[Aisle]) -> list[Aisle]:
    """Number the aisles that lie side by side, row after row from the front."""
    rows: dict[float, list[Aisle]] = defaultdict(list)
    for aisle in sorted(aisles, key=lambda found: found.x):
        rows[round(aisle.front)].append(aisle)
    placed = []
    for _, row in sorted(rows.items()):
        steps = [after.x - before.x for before, after in pairwise(row)]
        pitch = min(steps, default=3.0)
        for place, aisle in enumerate(row):
            placed.append(aisle._replace(place=place, pitch=pitch))
    return placed


def _bay_width(ys: Iterable[float]) -> float:
    rising = sorted(set(ys))
    steps = [after - before for before, after in pairwise(rising)]
    return median(steps) if steps else _BAY_M


def _depths(aisles: Sequence[Aisle], racks: dict[str, list[BinMark]]) -> dict[str, float]:
    """How deep the shelves of each aisle are: half of what lies between two aisles' faces, back to back."""
    half_widths = {
        name: (max(m.x_m for m in marks) - min(m.x_m for m in marks)) / 2 for name, marks in racks.items()
    }
    depths: dict[str, float] = {}
    for aisle in aisles:
        beside = [a for a in aisles if a.name != aisle.name and a.front < aisle.back and aisle.front < a.back]
        gaps = [abs(a.x - aisle.x) - half_widths[a.name] - half_widths[aisle.name] for a in beside]
        gap = min((gap for gap in gaps if gap > 0.2), default=2 * _SHELF_DEPTH_M)
        depths[aisle.name] = min(gap / 2, 2.0)
    return depths


def _rack_bays(aisle: Aisle, marks: Sequence[BinMark], depth: float) -> list[Bay]:
    half = _bay_width(mark.y_m for mark in marks) / 2
    bays = []
    for group in _together(marks):
        x, y = group[0].x_m, group[0].y_m
        outward = 1 if x > aisle.x else -1
        left, right = (x, x + depth) if outward > 0 else (x - depth, x)
        kind: BinKind = "pick" if any(mark.kind == "pick" for mark in group) else "reserve"
        bays.append(Bay(Rect(left, y - half, right, y + half), group, outward, aisle.name, kind))
    return bays


def _together(marks: Iterable[BinMark]) -> list[tuple[BinMark, ...]]:
    """Bins of one place, lowest level first."""
    groups: dict[tuple[float, float], list[BinMark]] = defaultdict(list)
    for mark in marks:
        groups[mark.x_m, mark.y_m].append(mark)
    return [tuple(sorted(group, key=lambda mark: (mark.level, mark.code))) for group in groups.values()]


def _floor_place(group: tuple[BinMark, ...]) -> Bay:
    half = _FLOOR_PLACE_M / 2
    x, y = group[0].x_m, group[0].y_m
    wide = half * 2.2 if group[0].kind == "dock" else half
    return Bay(Rect(x - wide, y - half, x + wide, y + half), group, 0, group[0].aisle, group[0].kind)


def _bounds(bays: Sequence[Bay]) -> Rect:
    if not bays:
        return Rect(0.0, 0.0, 20.0, 10.0)
    return Rect(
        min(bay.rect.left for bay in bays) - _WALL_M,
        min(bay.rect.front for bay in bays) - (0.0 if any(bay.kind == "dock" for bay in bays) else _WALL_M),
        max(bay.rect.right for bay in bays) + _WALL_M,
        max(bay.rect.back for bay in bays) + _WALL_M,
    )
