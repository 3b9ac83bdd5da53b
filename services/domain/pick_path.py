"""In what order, and along what line, a picker walks through the bins of a pick list.

Within one block of aisles the walk is the shortest there is (block_tour.py). Where a list reaches over several blocks it
is a good one, found by improving (short_tour.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from services.domain.block_tour import Column, Tour, Visit, shortest_tour, widest_gap
from services.domain.short_tour import short_tour
from services.domain.walking_floor import (
    Block,
    Floor,
    Place,
    Point,
    floor_of,
    line_length,
    place_of,
    standing_at,
    tidy,
    to_micrometres,
    way,
)

Stop = tuple[str, float, float, str]
"""id, x and y of the bin in metres, and its aisle"""

_FRONT_M = 1.5


class Walk(NamedTuple):
    """A closed walk: the ids of the stops in the order they are reached, its corners from start to start, its metres."""

    order: tuple[str, ...]
    line: tuple[Point, ...]
    length_m: float


def walking_order(stops: Sequence[Stop], start: Point, floor: Floor | None = None) -> Walk:
    """The walk from `start` through all stops and back.

    Every stop is reached from the middle of its aisle. `floor` (see `floor_of`, made once of all the bins there are) says
    where the aisles and cross aisles run; without it they are taken from the stops alone, with the front cross aisle at
    the start if that lies in front of them. Raises KeyError for a stop in an aisle that the floor does not have.
    """
    if not stops:
        return Walk((), (start,), 0.0)
    floor = floor or _floor_of_stops(stops, start)
    places = [place_of(floor, x, y, aisle) for _, x, y, aisle in stops]
    here = standing_at(floor, start)
    blocks = {place.block for place in places}
    only = next(iter(blocks)) if len(blocks) == 1 else None
    if only is not None and _opens_to(floor, here, only):
        line = _walk_in_block(floor.blocks[only], places, here)
    else:
        line = _walk_between_blocks(floor, places, here)
    line = tidy(line)
    order = _met_along(line, places)
    return Walk(tuple(stops[index][0] for index in order), tuple(line), line_length(line))


def _floor_of_stops(stops: Sequence[Stop], start: Point) -> Floor:
    xs: dict[str, list[float]] = defaultdict(list)
    for _, x, _, aisle in stops:
        xs[aisle].append(x)
    ys = [y for _, _, y, _ in stops]
    front = start[1] if start[1] < min(ys) else min(ys) - _FRONT_M
    middles = {aisle: (min(found) + max(found)) / 2 for aisle, found in xs.items()}
    return Floor((Block(front, max(ys) + _FRONT_M, middles),))


def _opens_to(floor: Floor, here: Place, block: int) -> bool:
    """Whether the walk's start is in this block or at one of its two cross aisles, so that the block is all it needs."""
    if here.block is not None:
        return here.block == block
    at = floor.blocks[block]
    return here.y == at.back_y or (here.y <= at.front_y and (block == 0 or here.y == at.front_y))


def _walk_in_block(block: Block, places: Sequence[Place], here: Place) -> list[Point]:
    """The corners of the shortest closed walk; distances are taken from the cross aisle where it starts."""
    turned = here.block is None and here.y == block.back_y
    near = block.back_y if turned else block.front_y
    sign = -1.0 if turned else 1.0
    wanted: dict[float, list[float]] = defaultdict(list)
    for place in places:
        wanted[place.x].append(sign * (place.y - near))
    inside = sign * (here.y - near) if here.block is not None else 0.0
    first, last = min(*wanted, here.x), max(*wanted, here.x)
    xs = {x for x in block.aisles.values() if first <= x <= last} | {here.x}
    aisles = set(block.aisles.values())
    wanted[here.x].append(inside)
    columns = [Column(x, sorted(wanted[x]) if x in wanted else (), x in aisles) for x in sorted(xs)]
    tour = shortest_tour(columns, block.depth)
    corners = _closed_line(columns, tour, block.depth, here.x)
    loop = [(x, to_micrometres(near + sign * distance)) for x, distance in corners]
    loop = _turn_to(loop, (here.x, to_micrometres(near + sign * inside)))
    start = (here.x, here.y)
    return [start, *loop, start] if loop[0] != start else loop


def _closed_line(columns: Sequence[Column], tour: Tour, depth: float, start_x: float) -> list[Point]:
    """The tour's corners as (x, distance from the near cross aisle), from some corner round to the same.

    Vertex 2n is column n's near end and 2n + 1 its far end. Where an aisle is entered and left by the same end, that is
    an excursion, walked when the end is first met; the rest of the tour is an Euler circuit (Hierholzer, 1873).
    """
    excursions: dict[int, Point] = {}
    edges: list[tuple[int, int]] = []
    for number, (column, visit) in enumerate(zip(columns, tour.visits, strict=True)):
        near, far = 2 * number, 2 * number + 1
        match visit:
            case Visit.ONCE:
                edges.append((near, far))
            case Visit.TWICE:
                edges += [(near, far), (near, far)]
            case Visit.FROM_FRONT:
                excursions[near] = (column.x, column.picks[-1])
            case Visit.FROM_BACK:
                excursions[far] = (column.x, column.picks[0])
            case Visit.BOTH_ENDS:
                _, index = widest_gap(column.picks)
                excursions[near] = (column.x, column.picks[index - 1])
                excursions[far] = (column.x, column.picks[index])
    for number, (at_far, at_near) in enumerate(tour.passes):
        edges += [(2 * number + 1, 2 * number + 3)] * at_far + [(2 * number, 2 * number + 2)] * at_near
    begin = next(number for number, column in enumerate(columns) if column.x == start_x)
    near_is_used = 2 * begin in excursions or any(2 * begin in edge for edge in edges)
    first = 2 * begin if near_is_used else 2 * begin + 1
    line: list[Point] = []
    met: set[int] = set()
    for vertex in _euler_circuit(edges, first):
        corner = (columns[vertex // 2].x, depth if vertex % 2 else 0.0)
        line.append(corner)
        if vertex in excursions and vertex not in met:
            line += [excursions[vertex], corner]
        met.add(vertex)
    return line


def _euler_circuit(edges: Sequence[tuple[int, int]], first: int) -> list[int]:
    ways: dict[int, list[int]] = defaultdict(list)
    for number, (a, b) in enumerate(edges):
        ways[a].append(number)
        ways[b].append(number)
    gone = [False] * len(edges)
    path, circuit = [first], []
    while path:
        vertex = path[-1]
        options = ways[vertex]
        while options and gone[options[-1]]:
            options.pop()
        if options:
            number = options.pop()
            gone[number] = True
            a, b = edges[number]
            path.append(b if vertex == a else a)
        else:
            circuit.append(path.pop())
    return circuit


def _turn_to(loop: list[Point], start: Point) -> list[Point]:
    """The same closed line, beginning and ending at a point on it."""
    for number, (a, b) in enumerate(pairwise(loop)):
        on_aisle = a[0] == b[0] == start[0] and min(a[1], b[1]) <= start[1] <= max(a[1], b[1])
        on_cross = a[1] == b[1] == start[1] and min(a[0], b[0]) <= start[0] <= max(a[0], b[0])
        if on_aisle or on_cross:
            return [start, *loop[number + 1 :], *loop[1 : number + 1], start]
    return loop


def _walk_between_blocks(floor: Floor, places: Sequence[Place], here: Place) -> list[Point]:
    points = [here, *places]
    lengths = [[way(floor, a, b)[0] for b in points] for a in points]
    order = short_tour(lengths)
    line: list[Point] = [(here.x, here.y)]
    for a, b in zip(order, [*order[1:], order[0]], strict=True):
        line += way(floor, points[a], points[b])[1][1:]
    return line


def _met_along(line: Sequence[Point], places: Sequence[Place]) -> list[int]:
    """Indexes of the places in the order in which the line first passes them."""
    by_x: dict[float, list[tuple[float, int]]] = defaultdict(list)
    for index, place in enumerate(places):
        by_x[place.x].append((place.y, index))
    for found in by_x.values():
        found.sort()
    ys = {place.y for place in places}
    order: list[int] = []
    for (ax, ay), (bx, by) in pairwise(line):
        if ax == bx:
            waiting = by_x.get(ax)
            if waiting:
                low, high = (ay, by) if ay <= by else (by, ay)
                met = [entry for entry in waiting if low <= entry[0] <= high]
                if met:
                    order += [index for _, index in (met if ay <= by else reversed(met))]
                    by_x[ax] = [entry for entry in waiting if not low <= entry[0] <= high]
        elif ay in ys:
            order += _met_along_x(by_x, ay, ax, bx)
    return order


def _met_along_x(
    by_x: dict[float, list[tuple[float, int]]], y: float, start_x: float, end_x: float
) -> list[int]:
    """Those that stand at the very end of an aisle or on the open floor, on a leg along x."""
    low, high = min(start_x, end_x), max(start_x, end_x)
    met: list[int] = []
    for x in sorted((x for x in by_x if low <= x <= high), reverse=start_x > end_x):
        met += [index for place_y, index in by_x[x] if place_y == y]
        by_x[x] = [entry for entry in by_x[x] if entry[0] != y]
    return met


__all__ = ["Floor", "Stop", "Walk", "floor_of", "walking_order"]
