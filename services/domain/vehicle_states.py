"""The four axes of a vehicle: what it does, its part in a job, how far it is trusted, and its link.

The axes are those of openTCS (vehicle state, processing state, integration level) and our own for the radio
link.
"""

from enum import StrEnum

from services.domain.refusals import refuse


class VehicleState(StrEnum):
    """What a vehicle does, as it or its driver says."""

    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"
    IDLE = "idle"
    EXECUTING = "executing"
    CHARGING = "charging"
    ERROR = "error"


class Processing(StrEnum):
    """A vehicle's part in a job: none, waiting for its next step, or at it."""

    IDLE = "idle"
    AWAITING = "awaiting"
    PROCESSING = "processing"


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


def integrate(current: str, wanted: str, processing: str) -> Integration:
    """How far the vehicle is taken into account from now on. Any level may follow any other, but a vehicle
    with a job stays utilized until the job ends or is taken from it: raises RuleViolation `wrong_state`.
    """
    level = Integration(wanted)
    has_job = Processing(processing) is not Processing.IDLE
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
