"""No sequence of steps fills a line twice, and every step has its reverse."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.line_quantities import LineQuantities
from services.domain.refusals import RuleViolation

STEPS = (
    "reserve",
    "allocate",
    "unallocate",
    "pick",
    "unpick",
    "short",
    "unreserve",
    "depart",
    "deliver",
    "come_back",
    "cancel",
)
# Small numbers and long paths, so that steps are mostly possible and limits are met often.
ORDERED = st.integers(min_value=1, max_value=6)
PATHS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(min_value=1, max_value=3)), min_size=25, max_size=60
)


def walk(ordered: int, path: list[tuple[str, int]]) -> list[LineQuantities]:
    """Every state of a line on a path, of which the refused steps change nothing."""
    states = [LineQuantities(ordered)]
    for step, quantity in path:
        try:
            states.append(getattr(states[-1], step)(quantity, "B-1"))
        except RuleViolation:
            continue
    return states


@given(ORDERED, PATHS)
def test_no_path_fills_a_line_twice(ordered: int, path: list[tuple[str, int]]):
    for line in walk(ordered, path):
        assert 0 <= line.picked <= line.allocated <= line.reserved
        assert line.unfilled >= 0
        assert min(line.consumed, line.cancelled, line.delivered, line.returned) >= 0
        assert line.reserved + line.consumed + line.cancelled + line.unfilled == ordered
        assert line.delivered + line.returned <= line.consumed


@given(ORDERED, PATHS)
def test_what_departs_was_picked_and_never_exceeds_the_order(ordered: int, path: list[tuple[str, int]]):
    states = walk(ordered, path)
    for before, after in pairwise(states):
        assert after.consumed - before.consumed <= before.picked
        assert before.consumed <= after.consumed <= ordered


@pytest.mark.parametrize(
    ("there", "back"), [("reserve", "unreserve"), ("allocate", "unallocate"), ("pick", "unpick")]
)
@given(ORDERED, PATHS, st.integers(min_value=1, max_value=3))
def test_going_back_reverses_the_step(
    there: str, back: str, ordered: int, path: list[tuple[str, int]], quantity: int
):
    line = walk(ordered, path)[-1]
    try:
        moved = getattr(line, there)(quantity)
    except RuleViolation:
        return
    assert getattr(moved, back)(quantity) == line


def test_a_line_is_reserved_up_to_what_it_wants_and_not_further():
    line = LineQuantities(5).reserve(3)
    with pytest.raises(RuleViolation) as caught:
        line.reserve(3, "B-1")
    assert caught.value.code == "line_overfilled"
    assert caught.value.details == [{"sku": "B-1", "ordered": 5, "would_be": 6}]


@pytest.mark.parametrize(
    ("step", "has"),
    [
        ("reserve", 10),
        ("allocate", 25),
        ("unallocate", 15),
        ("pick", 15),
        ("unpick", 20),
        ("short", 15),
        ("unreserve", 25),
        ("depart", 20),
        ("deliver", 12),
        ("come_back", 23),
        ("cancel", 10),
    ],
)
def test_a_step_takes_all_that_there_is_and_not_one_more(step: str, has: int):
    line = LineQuantities(
        100, reserved=60, allocated=35, picked=20, consumed=26, delivered=11, returned=3, cancelled=4
    )
    assert getattr(line, step)(has) != line
    with pytest.raises(RuleViolation) as caught:
        getattr(line, step)(has + 1)
    assert caught.value.code == ("line_overfilled" if step == "reserve" else "line_underfilled")


def test_a_short_gives_the_missing_units_back_to_be_found_elsewhere():
    line = LineQuantities(5).reserve(5).allocate(5).pick(3).short(2)
    assert (line.reserved, line.allocated, line.picked, line.unfilled) == (3, 3, 3, 2)
    assert line.reserve(2).allocate(2).pick(2).picked == 5


def test_picked_units_cannot_be_given_back_without_a_put_back():
    line = LineQuantities(5).reserve(5).allocate(5).pick(5)
    for step in ("unallocate", "unreserve", "short"):
        with pytest.raises(RuleViolation):
            getattr(line, step)(1)
    assert line.unpick(5).unallocate(5).unreserve(5) == LineQuantities(5)


def test_departure_takes_reserved_down_and_keeps_the_line_filled():
    line = LineQuantities(5).reserve(5).allocate(5).pick(5).depart(5)
    assert (line.reserved, line.consumed, line.unfilled) == (0, 5, 0)
    with pytest.raises(RuleViolation):
        line.reserve(1)


def test_what_was_never_delivered_comes_back_before_what_was():
    line = LineQuantities(5).reserve(5).allocate(5).pick(5).depart(5).deliver(3)
    assert line.come_back(2) == LineQuantities(5, consumed=5, delivered=3, returned=2)
    assert line.come_back(4) == LineQuantities(5, consumed=5, delivered=1, returned=4)
    assert line.come_back(1).come_back(3) == line.come_back(4)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("quantity", [0, -1])
def test_a_step_of_nothing_or_less_is_refused(step: str, quantity: int):
    with pytest.raises(RuleViolation) as caught:
        getattr(LineQuantities(5, reserved=2, allocated=1), step)(quantity)
    assert caught.value.code == "quantity_not_positive"


def test_an_order_is_the_sum_of_its_lines():
    total = LineQuantities.total([LineQuantities(5, reserved=2), LineQuantities(3, consumed=3, delivered=1)])
    assert total == LineQuantities(8, reserved=2, consumed=3, delivered=1)
    assert LineQuantities.total([]) == LineQuantities(0)
