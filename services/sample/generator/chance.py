"""Seeded chance: streams of random choices that come out the same on every machine and every version of Python."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

from services.sample.curve_shape import at_probability

T = TypeVar("T")


class Chance:
    """One stream of choices, named by a seed and a purpose, so that one part's choices never shift another's.

    It uses only the generator's plain floats, whose sequence Python promises to keep, and only the four basic
    operations on them, which every machine rounds alike.
    """

    def __init__(self, seed: int, *purpose: object) -> None:
        self._next = random.Random(":".join([str(seed), *map(str, purpose)])).random

    def unit(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self._next()

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` up to ``high``."""
        return low + (high - low) * self._next()

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, ``bound``."""
        return int(self._next() * bound)

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._next() * (high - low + 1))

    def happens(self, share: float) -> bool:
        """True in ``share`` of all cases."""
        return self._next() < share

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, each as likely."""
        return values[int(self._next() * len(values))]

    def from_table(self, table: Sequence[float]) -> float:
        """A value of a distribution given by its quantiles at PROBABILITIES."""
        return at_probability(table, self._next())

    def shuffled(self, values: Iterable[T]) -> list[T]:
        """The values in random order."""
        mixed = list(values)
        for last in range(len(mixed) - 1, 0, -1):
            other = int(self._next() * (last + 1))
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed


class Weighted:
    """Positions drawn in proportion to weights. Raises ValueError when no weight is above zero."""

    def __init__(self, weights: Iterable[float]) -> None:
        self._sums = list(accumulate(weights))
        if not self._sums or self._sums[-1] <= 0:
            raise ValueError("nothing to draw from: no weight is above zero")
        self._total = self._sums[-1]

    def draw(self, chance: Chance) -> int:
        """One position."""
        return min(bisect_right(self._sums, chance.unit() * self._total), len(self._sums) - 1)

    def draw_distinct(self, chance: Chance, count: int) -> list[int]:
        """Up to ``count`` different positions, in the order drawn."""
        wanted = min(count, len(self._sums))
        found: dict[int, None] = {}
        # Positions of great weight come up again and again: past a fair number of tries, take what there is.
        for _ in range(wanted * 20):
            found[self.draw(chance)] = None
            if len(found) >= wanted:
                break
        return list(found)
