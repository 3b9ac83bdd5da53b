"""The four axes of a vehicle: what it does, its part in a job, how far it is trusted, and its link.

The axes are those of openTCS (vehicle state, processing state, integration level) and our own for the radio
link.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.domain.refusals import refuse
from services.domain.state_machine import follow


class VehicleState(StrEnum):
    """What a vehicle does, as it or its driver says."""

    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"
    IDLE = "idle"
    EXECUTING = "executing"
    CHARGING = "charging"
    ERROR = "error"


class VehicleEvent(StrEnum):
    """What changes what a vehicle does."""

    APPEAR = "appear"
    START = "start"
    FINISH = "finish"
    CHARGE = "charge"
    UNPLUG = "unplug"
    WITHDRAW = "withdraw"
    FAIL = "fail"
    RECOVER = "recover"
    LOSE = "lose"


class Processing(StrEnum):
    """A vehicle's part in a job: none, waiting for its next step, or at it."""

    IDLE = "idle"
    AWAITING = "awaiting"
    PROCESSING = "processing"


class ProcessingEvent(StrEnum):
    """What moves a vehicle's job on."""

    ACCEPT = "accept"
    BEGIN = "begin"
    WAIT = "wait"
    FINISH = "finish"


class Integration(StrEnum):
    """How far the desk takes a vehicle into account, from not at all to giving it work."""

    IGNORED = "ignored"
    NOTICED = "noticed"
    RESPECTED = "respected"
    UTILIZED = "utilized"


class Link(StrEnum):
    """How fresh our knowledge of a vehicle is."""

    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"


S, E = VehicleState, VehicleEvent
P, PE = Processing, ProcessingEvent

STATE_TRANSITIONS: Final[Mapping[VehicleEvent, Mapping[VehicleState, VehicleState]]] = {
    E.APPEAR: {S.UNKNOWN: S.IDLE, S.UNAVAILABLE: S.IDLE},
    E.START: {S.IDLE: S.EXECUTING},
    E.FINISH: {S.EXECUTING: S.IDLE},
    E.CHARGE: {S.IDLE: S.CHARGING},
    E.UNPLUG: {S.CHARGING: S.IDLE},
    E.WITHDRAW: {
        S.UNKNOWN: S.UNAVAILABLE,
        S.IDLE: S.UNAVAILABLE,
        S.CHARGING: S.UNAVAILABLE,
        S.ERROR: S.UNAVAILABLE,
    },
    E.FAIL: {state: S.ERROR for state in VehicleState},
    E.RECOVER: {S.ERROR: S.IDLE},
    E.LOSE: {state: S.UNKNOWN for state in VehicleState},
}

PROCESSING_TRANSITIONS: Final[Mapping[ProcessingEvent, Mapping[Processing, Processing]]] = {
    PE.ACCEPT: {P.IDLE: P.AWAITING},
    PE.BEGIN: {P.AWAITING: P.PROCESSING},
    PE.WAIT: {P.PROCESSING: P.AWAITING},
    PE.FINISH: {P.AWAITING: P.IDLE, P.PROCESSING: P.IDLE},
}


def advance(current: str, event: str) -> VehicleState:
    """The vehicle's next state. Raises RuleViolation `wrong_state` where the table has no such step."""
    return follow("vehicle", STATE_TRANSITIONS, VehicleState(current), VehicleEvent(event))


def advance_processing(current: str, event: str) -> Processing:
    """The next step of the vehicle's part in a job. Raises RuleViolation `wrong_state`."""
    return follow("vehicle's job", PROCESSING_TRANSITIONS, Processing(current), ProcessingEvent(event))


def integrate(current: str, wanted: str, processing: str) -> Integration:
    """How far the vehicle is taken into account from now on. Any level may follow any other, but a vehicle
    with a job stays utilized until the job ends or is taken from it: raises RuleViolation `wrong_state`.
    """
    level = Integration(wanted)
    has_job = Processing(processing) is not P.IDLE
    if has_job and Integration(current) is Integration.UTILIZED and level is not Integration.UTILIZED:
        refuse(
            "wrong_state",
            details=[{"thing": "vehicle", "current": processing, "wanted": wanted, "possible": ["finish"]}],
            thing="vehicle",
            current="on a job",
            wanted=f"become {level.value}",
            possible="finish the job, or have its route taken off it",
        )
    return level
