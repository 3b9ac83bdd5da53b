"""A short closed tour through points of which only the distances are known: cheapest insertion, then improvement.

Sources: insertion by Rosenkrantz, Stearns and Lewis (SIAM Journal on Computing 6(3), 1977); exchanging two legs by Croes
(Operations Research 6(6), 1958); moving up to three points elsewhere by Or (PhD thesis, Northwestern University, 1976).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

_LEAST_GAIN: Final = 1e-9
_LONGEST_MOVED: Final = 3

Lengths = Sequence[Sequence[float]]


def short_tour(lengths: Lengths) -> list[int]:
    """An order of all points, beginning with point 0; `lengths[a][b]` is the way between two, the same both ways."""
    order = _insert_all(lengths)
    while _exchange_legs(order, lengths) or _move_points(order, lengths):
        pass
    begin = order.index(0)
    return order[begin:] + order[:begin]


def _insert_all(lengths: Lengths) -> list[int]:
    order = [0]
    waiting = set(range(1, len(lengths)))
    while waiting:
        _, point, at = min(
            (lengths[a][point] + lengths[point][b] - lengths[a][b], point, at + 1)
            for point in waiting
            for at, (a, b) in enumerate(zip(order, [*order[1:], order[0]], strict=True))
        )
        order.insert(at, point)
        waiting.remove(point)
    return order


def _exchange_legs(order: list[int], lengths: Lengths) -> bool:
    """Turn round one stretch where that makes the tour shorter; whether it did."""
    count = len(order)
    for i in range(count - 1):
        a, b = order[i], order[i + 1]
        for j in range(i + 2, count if i else count - 1):
            c, d = order[j], order[(j + 1) % count]
            if lengths[a][c] + lengths[b][d] < lengths[a][b] + lengths[c][d] - _LEAST_GAIN:
                order[i + 1 : j + 1] = order[i + 1 : j + 1][::-1]
                return True
    return False


def _move_points(order: list[int], lengths: Lengths) -> bool:
    """Move up to three neighbours elsewhere, either way round, where that makes the tour shorter; whether it did."""
    count = len(order)
    for size in range(1, min(_LONGEST_MOVED, count - 2) + 1):
        for i in range(count):
            moved = [order[(i + k) % count] for k in range(size)]
            before, after = order[i - 1], order[(i + size) % count]
            saved = lengths[before][moved[0]] + lengths[moved[-1]][after] - lengths[before][after]
            if saved <= _LEAST_GAIN:
                continue
            rest = [order[(i + size + k) % count] for k in range(count - size)]
            for at, (a, b) in enumerate(pairwise(rest)):
                for piece in (moved, moved[::-1]):
                    added = lengths[a][piece[0]] + lengths[piece[-1]][b] - lengths[a][b]
                    if added < saved - _LEAST_GAIN:
                        order[:] = rest[: at + 1] + piece + rest[at + 1 :]
                        return True
    return False
