"""The plain data that a fleet map draws: vehicles, routes with stops, depots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np

VehicleState = Literal["unknown", "unavailable", "idle", "executing", "charging", "error"]
Link = Literal["online", "stale", "offline"]
StopStatus = Literal["planned", "next", "done", "failed"]

STATES: Final[tuple[VehicleState, ...]] = ("executing", "idle", "charging", "error", "unavailable", "unknown")
"""A vehicle's state as the number that stands in the arrays."""
LINKS: Final[tuple[Link, ...]] = ("online", "stale", "offline")
"""A vehicle's link as the number that stands in the arrays."""


class VehicleMark(NamedTuple):
    """A vehicle at a place. `heading` in degrees clockwise from north, None if unknown; `age_s` of its last report."""

    id: str
    lat: float
    lon: float
    heading: float | None = None
    state: VehicleState = "unknown"
    link: Link = "online"
    age_s: float = 0.0
    label: str = ""
    """What a person calls it; the id is shown where this is empty."""


class StopMark(NamedTuple):
    """A stop of a route. `number` is its place in the route, from 1."""

    id: str
    lat: float
    lon: float
    number: int
    status: StopStatus = "planned"
    is_late: bool = False
    label: str = ""


class RouteMark(NamedTuple):
    """A route as its stops in order, from `start` and back to `end` where these are given as (lat, lon)."""

    id: str
    stops: Sequence[StopMark]
    vehicle_id: str | None = None
    start: tuple[float, float] | None = None
    end: tuple[float, float] | None = None
    name: str = ""


class DepotMark(NamedTuple):
    """A place where routes begin."""

    id: str
    lat: float
    lon: float
    label: str = ""


class VehicleRecords(NamedTuple):
    """Many vehicles as one record array (see `vehicle_dtype`) and, if wanted, what people call them."""

    rows: np.ndarray
    labels: Sequence[str] = ()


def vehicle_dtype() -> np.dtype:
    """The fields of a record array of vehicles: id, lat, lon, heading (NaN if unknown), state, link, age_s.

    `state` and `link` are places in STATES and LINKS.
    """
    import numpy as np

    return np.dtype(
        [
            ("id", "U48"),
            ("lat", "f8"),
            ("lon", "f8"),
            ("heading", "f4"),
            ("state", "u1"),
            ("link", "u1"),
            ("age_s", "f4"),
        ]
    )
