"""The life of a route and of its stops."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.domain.state_machine import follow


class RouteState(StrEnum):
    """How far a route has come."""

    OPEN = "open"
    LOCKED = "locked"
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class RouteEvent(StrEnum):
    """What moves a route on."""

    LOCK = "lock"
    UNLOCK = "unlock"
    DEPART = "depart"
    FINISH = "finish"
    CANCEL = "cancel"
    REOPEN = "reopen"


class StopState(StrEnum):
    """How far a call of a route has come."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


R, RE = RouteState, RouteEvent
T = StopState

ROUTE_TRANSITIONS: Final[Mapping[RouteEvent, Mapping[RouteState, RouteState]]] = {
    # A locked route takes no further stops: its van is being loaded in the order of the stops.
    RE.LOCK: {R.OPEN: R.LOCKED},
    RE.UNLOCK: {R.LOCKED: R.OPEN},
    RE.DEPART: {R.OPEN: R.UNDER_WAY, R.LOCKED: R.UNDER_WAY},
    RE.FINISH: {R.UNDER_WAY: R.FINISHED},
    RE.CANCEL: {R.OPEN: R.CANCELLED, R.LOCKED: R.CANCELLED},
    # It was cancelled by mistake.
    RE.REOPEN: {R.CANCELLED: R.OPEN},
}

ACCEPTS_STOPS: Final = frozenset({R.OPEN})
TAKES_ITS_VAN: Final = (R.OPEN, R.LOCKED, R.UNDER_WAY)
"""States in which a route has its vehicle for itself, from its beginning to its end."""
STOPS_AHEAD: Final = frozenset({T.PLANNED, T.ARRIVED})
"""States of a stop that the vehicle has yet to finish."""


def advance_route(current: str, event: str) -> RouteState:
    """The route's next state. Raises RuleViolation `wrong_state` where the table has no such step."""
    return follow("route", ROUTE_TRANSITIONS, RouteState(current), RouteEvent(event))
