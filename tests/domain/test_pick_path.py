"""The walk through the bins of a pick list: never longer than it must be, and always a walk that can be walked."""

from __future__ import annotations

import gzip
import itertools
import json
import random
from pathlib import Path

import pytest

from services.domain.pick_path import Stop, Walk, walking_order
from services.domain.walking_floor import Block, Floor, floor_of, line_length, place_of, standing_at, way


def block_of(aisles: int, depth: float = 10.0, pitch: float = 3.0, front: float = 0.0) -> Block:
    return Block(front, front + depth, {str(number): number * pitch for number in range(aisles)})


def some_stops(random_: random.Random, block: Block, count: int, name: str = "") -> list[Stop]:
    stops = []
    for number in range(count):
        aisle = random_.choice(list(block.aisles))
        y = random_.choice(
            [random_.uniform(block.front_y, block.back_y), block.front_y + random_.randint(1, 9)]
        )
        stops.append((f"{name}{number}", block.aisles[aisle] + random_.choice([-0.8, 0.8]), y, aisle))
    return stops


def shortest_by_trying_all(floor: Floor, stops: list[Stop], start: tuple[float, float]) -> float:
    places = [place_of(floor, x, y, aisle) for _, x, y, aisle in stops]
    here = standing_at(floor, start)
    points = [here, *places]
    lengths = [[way(floor, a, b)[0] for b in points] for a in points]
    return min(
        sum(lengths[a][b] for a, b in itertools.pairwise((0, *order, 0)))
        for order in itertools.permutations(range(1, len(points)))
    )


def check_is_a_walk(walk: Walk, floor: Floor, stops: list[Stop], start: tuple[float, float]) -> None:
    assert sorted(walk.order) == sorted(id_ for id_, *_ in stops)
    assert walk.line[0] == walk.line[-1]
    here = standing_at(floor, start)
    assert walk.line[0] == (here.x, here.y)
    assert walk.length_m == pytest.approx(line_length(walk.line))
    aisle_xs = {x for block in floor.blocks for x in block.aisles.values()}
    cross_ys = {y for block in floor.blocks for y in (block.front_y, block.back_y)}
    for (ax, ay), (bx, by) in itertools.pairwise(walk.line):
        if ax == bx:
            in_front = max(ay, by) <= floor.blocks[0].front_y
            assert ax in aisle_xs or in_front, "walked through a shelf"
        else:
            assert ay == by
            assert ay in cross_ys or ay <= floor.blocks[0].front_y, (
                "crossed from aisle to aisle through shelves"
            )
    reached = place_names_along(walk, floor, stops)
    assert list(walk.order) == reached


def place_names_along(walk: Walk, floor: Floor, stops: list[Stop]) -> list[str]:
    """Ids in the order of the distance along the line at which each is first passed; equal ones as the walk has them."""
    first_passed = {}
    for id_, x, y, aisle in stops:
        place = place_of(floor, x, y, aisle)
        walked = 0.0
        for (ax, ay), (bx, by) in itertools.pairwise(walk.line):
            on_x = ax == bx == place.x and min(ay, by) <= place.y <= max(ay, by)
            on_y = ay == by == place.y and min(ax, bx) <= place.x <= max(ax, bx)
            if on_x or on_y:
                first_passed[id_] = walked + abs(place.x - ax) + abs(place.y - ay)
                break
            walked += abs(ax - bx) + abs(ay - by)
    return sorted(first_passed, key=lambda id_: (round(first_passed[id_], 6), walk.order.index(id_)))


@pytest.mark.parametrize("seed", range(60))
def test_no_order_of_the_stops_makes_a_shorter_walk(seed: int) -> None:
    random_ = random.Random(seed)
    block = block_of(random_.randint(1, 6))
    floor = Floor((block,))
    stops = some_stops(random_, block, random_.randint(1, 7))
    start = (random_.choice([*block.aisles.values(), random_.uniform(-2, 16)]), random_.choice([0.0, -4.0]))
    walk = walking_order(stops, start, floor)
    assert walk.length_m == pytest.approx(shortest_by_trying_all(floor, stops, start))
    check_is_a_walk(walk, floor, stops, start)


@pytest.mark.parametrize("seed", range(30))
def test_where_the_hall_begins_does_not_matter(seed: int) -> None:
    random_ = random.Random(3000 + seed)
    front = random_.uniform(-7.3, 11.1)
    block = block_of(random_.randint(1, 6), depth=random_.uniform(8.0, 20.0), pitch=2.7, front=front)
    floor = Floor((block,))
    stops = [
        (f"{n}", block.aisles[aisle], front + random_.randint(1, 60) * 0.1, aisle)
        for n, aisle in enumerate(random_.choices(list(block.aisles), k=random_.randint(1, 6)))
    ]
    start = (random_.uniform(-2, 16), front)
    walk = walking_order(stops, start, floor)
    assert walk.length_m == pytest.approx(shortest_by_trying_all(floor, stops, start))
    assert sorted(walk.order) == sorted(id_ for id_, *_ in stops)


@pytest.mark.parametrize("seed", range(20))
def test_a_walk_from_within_an_aisle_or_from_the_back_is_the_shortest_too(seed: int) -> None:
    random_ = random.Random(1000 + seed)
    block = block_of(random_.randint(2, 5))
    floor = Floor((block,))
    stops = some_stops(random_, block, random_.randint(1, 6))
    start = (random_.choice(list(block.aisles.values())), random_.choice([4.0, block.back_y]))
    walk = walking_order(stops, start, floor)
    assert walk.length_m == pytest.approx(shortest_by_trying_all(floor, stops, start))
    check_is_a_walk(walk, floor, stops, start)


@pytest.mark.parametrize("seed", range(15))
def test_a_walk_over_two_blocks_is_hardly_longer_than_the_shortest(seed: int) -> None:
    random_ = random.Random(2000 + seed)
    front = block_of(5)
    behind = Block(10.0, 24.0, {f"R{number}": 1.0 + number * 5.6 for number in range(3)})
    floor = Floor((front, behind))
    stops = some_stops(random_, front, 4) + some_stops(random_, behind, 2, "pallet ")
    walk = walking_order(stops, (6.0, 0.0), floor)
    check_is_a_walk(walk, floor, stops, (6.0, 0.0))
    assert walk.length_m <= 1.05 * shortest_by_trying_all(floor, stops, (6.0, 0.0)) + 1e-9


def test_a_list_of_nothing_is_no_walk() -> None:
    assert walking_order([], (3.0, 0.0)) == Walk((), ((3.0, 0.0),), 0.0)


def test_bins_above_each_other_are_picked_together() -> None:
    stops = [("a", 0.8, 5.0, "1"), ("far", 6.8, 3.0, "3"), ("b", -0.8, 5.0, "1")]
    floor = Floor((Block(0.0, 10.0, {"1": 0.0, "2": 3.0, "3": 6.0}),))
    order = walking_order(stops, (0.0, 0.0), floor).order
    assert abs(order.index("a") - order.index("b")) == 1


def test_without_a_floor_the_aisles_are_taken_from_the_stops() -> None:
    walk = walking_order([("a", 1.0, 5.0, "A"), ("b", 9.0, 1.0, "B")], (0.0, 0.0))
    assert walk.length_m == pytest.approx(2 * 5.0 + 2 * 1.0 + 2 * 9.0)


def test_a_stop_in_an_aisle_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="no block at y=5 m has an aisle Z"):
        walking_order([("a", 1.0, 5.0, "Z")], (0.0, 0.0), Floor((block_of(3),)))


def test_a_stop_on_the_open_floor_in_front_is_reached_too() -> None:
    floor = Floor((block_of(4),))
    stops = [("bin", 3.0, 6.0, "1"), ("lane", 7.0, -4.0, "OUT")]
    walk = walking_order(stops, (0.0, 0.0), floor)
    assert set(walk.order) == {"bin", "lane"}
    assert walk.length_m == pytest.approx(2 * 6.0 + 2 * 4.0 + 2 * 7.0)


def test_a_floor_is_worked_out_from_its_bins() -> None:
    bins = [
        (aisle * 3.0 + side, 2.1 + bay * 1.2, f"{aisle}")
        for aisle in range(4)
        for side in (-0.8, 0.8)
        for bay in range(10)
    ]
    pallets = [(2.8 + side, 17.85 + bay * 2.7, "R1") for side in (-1.5, 1.5) for bay in range(5)]
    floor = floor_of(bins + pallets)
    first, second = floor.blocks
    assert list(first.aisles.values()) == pytest.approx([0.0, 3.0, 6.0, 9.0])
    assert first.front_y == pytest.approx(0.0)
    assert first.back_y == pytest.approx(second.front_y) == pytest.approx((13.5 + 16.5) / 2)
    assert second.aisles["R1"] == pytest.approx(2.8)


def test_a_floor_needs_a_bin() -> None:
    with pytest.raises(ValueError, match="at least one bin"):
        floor_of([])


@pytest.mark.real_data
def test_every_published_instance_is_walked_as_short_as_its_optimum(real_data: Path) -> None:
    path = real_data / "picking-sprp-single-block" / "instances.jsonl.gz"
    longer = []
    with gzip.open(path, "rt") as lines:
        instances = [json.loads(line) for line in lines]
    for instance in instances:
        pitch = instance["aisle_pitch"]
        aisles = {str(number): float(number * pitch) for number in range(1, instance["aisles"] + 1)}
        floor = Floor((Block(0.0, float(instance["aisle_length"]), aisles),))
        stops = [
            (str(n), float(aisle * pitch), float(y), str(aisle))
            for n, (aisle, y) in enumerate(instance["picks"])
        ]
        aisle, y = instance["depot"]
        walk = walking_order(stops, (float(aisle * pitch), float(y)), floor)
        if walk.length_m != pytest.approx(instance["optimal_length"]):
            longer.append(instance["id"])
    assert len(instances) == 1000
    assert longer == []
