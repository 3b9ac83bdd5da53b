"""How much is set aside for terminals, and when it is filled, called back or left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.allotments import Holding, Step, lendable, next_step, sized

HOUR = 3_600_000
TERM = 48 * HOUR


def test_a_share_of_what_is_free_may_be_set_aside_and_what_is_set_aside_already_counts_as_free():
    assert lendable(200, 0, 0, 20, share_percent=10) == 20
    assert lendable(180, 20, 0, 20, share_percent=10) == 20


def test_nothing_is_set_aside_of_what_is_scarce_or_waited_for_or_where_it_is_switched_off():
    assert lendable(20, 0, 0, 20, share_percent=10) == 0
    assert lendable(200, 0, 1, 20, share_percent=10) == 0
    assert lendable(200, 0, 0, 20, share_percent=0) == 0


@given(st.integers(0, 10_000), st.integers(0, 500), st.integers(0, 500), st.floats(0, 50), st.integers(0, 3))
def test_what_is_left_for_everybody_never_falls_to_the_reorder_point(
    available: int, leased: int, reorder_point: int, percent: float, backordered: int
) -> None:
    room = lendable(available, leased, backordered, reorder_point, share_percent=percent)
    assert 0 <= room <= available + leased
    assert room == 0 or available + leased - room > reorder_point


def test_a_terminal_gets_what_it_sells_in_the_days_to_be_covered():
    assert sized({"t1": 28, "t2": 1, "t3": 0}, 100, days=28, cover_days=7) == {"t1": 7, "t2": 1}


def test_where_it_does_not_suffice_for_all_each_gets_its_share():
    assert sized({"t1": 300, "t2": 100}, 10, days=28, cover_days=28) == {"t1": 7, "t2": 2}
    assert sized({"t1": 300}, -5, days=28, cover_days=28) == {"t1": 0}


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10_000)), st.integers(-10, 1000))
def test_the_shares_never_come_to_more_than_the_room(sold: dict[str, int], room: int) -> None:
    assert sum(sized(sold, room, days=28, cover_days=7).values()) <= max(0, room)


@pytest.mark.parametrize(
    ("holding", "target", "step"),
    [
        (None, 0, Step.KEEP),
        (None, 5, Step.FILL),
        (Holding(10, "active", TERM), 10, Step.KEEP),
        (Holding(6, "active", TERM), 10, Step.KEEP),
        (Holding(5, "active", TERM), 10, Step.FILL),
        (Holding(10, "active", TERM // 2), 10, Step.FILL),
        (Holding(10, "active", -HOUR), 10, Step.FILL),
        (Holding(10, "closing", TERM), 10, Step.FILL),
        (Holding(10, "active", TERM), 0, Step.CLOSE),
        (Holding(21, "active", TERM), 10, Step.CLOSE),
        (Holding(20, "active", TERM), 10, Step.KEEP),
        (Holding(10, "closing", TERM), 0, Step.KEEP),
        (Holding(0, "active", TERM), 0, Step.DROP),
        (Holding(0, "active", TERM), 4, Step.FILL),
    ],
)
def test_it_is_filled_when_half_is_gone_and_called_back_when_it_is_not_needed(
    holding: Holding | None, target: int, step: Step
) -> None:
    assert next_step(holding, target, now=0, term_ms=TERM) is step
