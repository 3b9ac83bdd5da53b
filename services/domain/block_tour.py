"""The shortest closed walk over picks in one block of parallel aisles, by dynamic programming from aisle to aisle.

Source: Ratliff and Rosenthal, "Order-picking in a rectangular warehouse: a solvable case of the traveling salesman
problem", Operations Research 31(3), 1983. A partial tour up to an aisle matters only by the parity of its degree at the
aisle's two ends and by whether its parts hang together: seven states. Every aisle is crossed once, entered from an end,
entered from both ends leaving out its largest gap, crossed twice, or left alone; two aisles are joined by one or two
passes along either cross aisle. The time is linear in the number of aisles.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

INF: Final = float("inf")


class State(IntEnum):
    """Degree at the aisle's back end, degree at its front end (odd, even, zero), and in how many parts."""

    ODD_ODD = 0
    EVEN_ZERO = 1
    ZERO_EVEN = 2
    EVEN_EVEN = 3
    EVEN_EVEN_APART = 4
    NOTHING_YET = 5
    COMPLETE = 6


class Visit(IntEnum):
    """How an aisle is walked."""

    NOT = 0
    ONCE = 1
    FROM_BACK = 2
    FROM_FRONT = 3
    BOTH_ENDS = 4
    TWICE = 5


class Column(NamedTuple):
    """A place along the front: an aisle with picks at rising distances from the front cross aisle, or, with
    `is_aisle` false, only a point of the front cross aisle that has to be visited (its one pick at distance 0).
    """

    x: float
    picks: Sequence[float]
    is_aisle: bool = True


class Tour(NamedTuple):
    """The least length, how each column is visited, and how often the back and front cross aisles are walked after it."""

    length: float
    visits: list[Visit]
    passes: list[tuple[int, int]]


_Step = tuple[State, Visit]
_Cross = tuple[State, int, int]


def shortest_tour(columns: Sequence[Column], depth: float) -> Tour:
    """The shortest closed walk over all picks of all columns; the columns from left to right, `depth` from cross
    aisle to cross aisle, all in one unit. With no picks at all the tour is empty.
    """
    odd = even_zero = zero_even = even = apart = complete = INF
    nothing = 0.0
    walked: list[tuple[_Step, ...]] = []
    crossed: list[tuple[_Cross, ...]] = []
    last = len(columns) - 1
    for number, column in enumerate(columns):
        once, back, front, gap, twice = _costs(column, depth)
        spare, spare_visit = _cheapest(back, front, gap)
        is_free = not column.picks
        if is_free:
            spare, spare_visit = 0.0, Visit.NOT

        # Along the aisle: each new state from the cheapest of the states that lead to it.
        n_odd, f_odd = odd + spare, (State.ODD_ODD, spare_visit)
        least, least_state = nothing, State.NOTHING_YET
        if even_zero < least:
            least, least_state = even_zero, State.EVEN_ZERO
        if zero_even < least:
            least, least_state = zero_even, State.ZERO_EVEN
        if apart < least:
            least, least_state = apart, State.EVEN_EVEN_APART
        n_even, f_even = odd + once, (State.ODD_ODD, Visit.ONCE)
        if least + twice < n_even:
            n_even, f_even = least + twice, (least_state, Visit.TWICE)
        if even + spare < n_even:
            n_even, f_even = even + spare, (State.EVEN_EVEN, spare_visit)
        if even < least:
            least, least_state = even, State.EVEN_EVEN
        if least + once < n_odd:
            n_odd, f_odd = least + once, (least_state, Visit.ONCE)

        from_back = (0.0, Visit.NOT) if is_free else (back, Visit.FROM_BACK)
        n_even_zero, f_even_zero = even_zero + from_back[0], (State.EVEN_ZERO, from_back[1])
        if nothing + back < n_even_zero:
            n_even_zero, f_even_zero = nothing + back, (State.NOTHING_YET, Visit.FROM_BACK)
        from_front = (0.0, Visit.NOT) if is_free else (front, Visit.FROM_FRONT)
        n_zero_even, f_zero_even = zero_even + from_front[0], (State.ZERO_EVEN, from_front[1])
        if nothing + front < n_zero_even:
            n_zero_even, f_zero_even = nothing + front, (State.NOTHING_YET, Visit.FROM_FRONT)

        n_apart, f_apart = apart + spare, (State.EVEN_EVEN_APART, spare_visit)
        if nothing + gap < n_apart:
            n_apart, f_apart = nothing + gap, (State.NOTHING_YET, Visit.BOTH_ENDS)
        for cost, state, end, end_visit in (
            (even_zero, State.EVEN_ZERO, front, Visit.FROM_FRONT),
            (zero_even, State.ZERO_EVEN, back, Visit.FROM_BACK),
        ):
            added, visit = (gap, Visit.BOTH_ENDS) if gap < end else (end, end_visit)
            if cost + added < n_apart:
                n_apart, f_apart = cost + added, (state, visit)
        if not is_free:
            nothing = complete = INF
        walked.append((f_odd, f_even_zero, f_zero_even, f_even, f_apart))

        # Along the cross aisles to the next column.
        if number == last:
            odd, even_zero, zero_even, even, apart = n_odd, n_even_zero, n_zero_even, n_even, n_apart
            break
        step = 2 * (columns[number + 1].x - column.x)
        f_complete: _Cross = (State.COMPLETE, 0, 0)
        for cost, state in (
            (n_even_zero, State.EVEN_ZERO),
            (n_zero_even, State.ZERO_EVEN),
            (n_even, State.EVEN_EVEN),
        ):
            if cost < complete:
                complete, f_complete = cost, (state, 0, 0)
        odd = n_odd + step
        c_even_zero: _Cross = (State.EVEN_ZERO, 2, 0) if n_even_zero <= n_even else (State.EVEN_EVEN, 2, 0)
        even_zero = min(n_even_zero, n_even) + step
        c_zero_even: _Cross = (State.ZERO_EVEN, 0, 2) if n_zero_even <= n_even else (State.EVEN_EVEN, 0, 2)
        zero_even = min(n_zero_even, n_even) + step
        even = n_even + 2 * step
        c_apart: _Cross = (State.EVEN_EVEN_APART, 2, 2)
        apart = n_apart
        if n_even_zero < apart:
            apart, c_apart = n_even_zero, (State.EVEN_ZERO, 2, 2)
        if n_zero_even < apart:
            apart, c_apart = n_zero_even, (State.ZERO_EVEN, 2, 2)
        apart += 2 * step
        crossed.append(
            (
                (State.ODD_ODD, 1, 1),
                c_even_zero,
                c_zero_even,
                (State.EVEN_EVEN, 2, 2),
                c_apart,
                (State.NOTHING_YET, 0, 0),
                f_complete,
            )
        )
    length, state = min(
        (even_zero, State.EVEN_ZERO),
        (zero_even, State.ZERO_EVEN),
        (even, State.EVEN_EVEN),
        (complete, State.COMPLETE),
        (nothing, State.NOTHING_YET),
    )
    return _trace_back(length, state, walked, crossed)


def _costs(column: Column, depth: float) -> tuple[float, float, float, float, float]:
    """Of walking the aisle once, from the back, from the front, from both ends, twice."""
    picks = column.picks
    if not column.is_aisle:
        return INF, INF, 0.0, INF, INF
    if not picks:
        return depth, INF, INF, INF, 2 * depth
    widest, index = widest_gap(picks)
    gap = 2 * (depth - widest) if index else INF
    return depth, 2 * (depth - picks[0]), 2 * picks[-1], gap, 2 * depth


def widest_gap(picks: Sequence[float]) -> tuple[float, int]:
    """The widest gap between neighbouring picks, and the number of picks in front of it; 0 of them for a single pick."""
    widest, index = 0.0, 0
    for number in range(1, len(picks)):
        gap = picks[number] - picks[number - 1]
        if gap > widest:
            widest, index = gap, number
    return widest, index


def _cheapest(back: float, front: float, gap: float) -> tuple[float, Visit]:
    if gap < back and gap < front:
        return gap, Visit.BOTH_ENDS
    return (back, Visit.FROM_BACK) if back < front else (front, Visit.FROM_FRONT)


def _trace_back(
    length: float, state: State, walked: list[tuple[_Step, ...]], crossed: list[tuple[_Cross, ...]]
) -> Tour:
    visits: list[Visit] = []
    passes: list[tuple[int, int]] = []
    for number in range(len(walked) - 1, -1, -1):
        if state < State.NOTHING_YET:
            state, visit = walked[number][state]
        else:
            visit = Visit.NOT
        visits.append(visit)
        if number:
            state, at_back, at_front = crossed[number - 1][state]
            passes.append((at_back, at_front))
    return Tour(length, visits[::-1], passes[::-1])
