"""The plain data that a bin map draws: bins, and the stops of a pick path."""

from __future__ import annotations

from typing import Literal, NamedTuple

BinKind = Literal["pick", "reserve", "receiving", "staging", "dock"]
StopStatus = Literal["planned", "next", "done", "short"]


class BinMark(NamedTuple):
    """A bin. `x_m`, `y_m` is the front edge of its face, y growing into the hall; `level` orders bins above each other.

    `fill` is how full it is, 0 to 1, None if that is not known.
    """

    id: str
    code: str
    x_m: float
    y_m: float
    kind: BinKind = "pick"
    aisle: str = ""
    level: str = ""
    fill: float | None = None
    highlight: bool = False


class PickStop(NamedTuple):
    """A bin to walk to. `number` is its place in the walk, from 1."""

    bin_id: str
    number: int
    status: StopStatus = "planned"
