"""Whether a vehicle may be given work, how old its position is, and what to be alarmed about."""

from enum import StrEnum
from typing import Final, Protocol

import msgspec

from services.domain.refusals import refuse
from services.domain.routing import haversine_m
from services.domain.vehicle_states import Integration, Link, Processing, VehicleState

STALE_AFTER_MS: Final = 5 * 60_000
OFFLINE_AFTER_MS: Final = 20 * 60_000
"""A vehicle that is silent for so long is offline, and raises an alert when it is on a job."""

VEHICLE_ERROR: Final = "vehicle_error"
VEHICLE_SILENT: Final = "vehicle_silent"

AHEAD_MS: Final = 5 * 60_000
"""How far a device's clock may run ahead of ours before its positions would keep later ones out."""

RECORD_EVERY_MS: Final = 30_000
RECORD_EVERY_M: Final = 250.0


class Severity(StrEnum):
    """How soon somebody must look."""

    WARNING = "warning"
    DANGER = "danger"


class VehicleFacts(Protocol):
    """What the rules need to know of a vehicle. Grams, millilitres, milliseconds UTC, degrees."""

    @property
    def code(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def processing(self) -> str: ...
    @property
    def integration(self) -> str: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...
    @property
    def position_at(self) -> int | None: ...
    @property
    def capacity_g(self) -> int: ...
    @property
    def capacity_ml(self) -> int: ...
    @property
    def active(self) -> bool: ...


class VehicleAlert(msgspec.Struct, frozen=True):
    """Something about a vehicle that a person should see. ``since`` in ms UTC, 0 where it is not known."""

    kind: str
    severity: Severity
    message: str
    since: int = 0


def link_of(
    position_at: int | None,
    now: int,
    *,
    stale_after: int = STALE_AFTER_MS,
    offline_after: int = OFFLINE_AFTER_MS,
) -> Link:
    """A vehicle's link by the age of its last position. A position from the future (its clock is ahead) is
    new.
    """
    if position_at is None or now - position_at >= offline_after:
        return Link.OFFLINE
    return Link.STALE if now - position_at >= stale_after else Link.ONLINE


def is_on_job(vehicle: VehicleFacts) -> bool:
    """Whether it is driving a route, or about to."""
    return vehicle.processing != Processing.IDLE or vehicle.state == VehicleState.EXECUTING


def why_not(
    vehicle: VehicleFacts, load_g: int = 0, load_ml: int = 0, *, after_its_job: bool = False
) -> list[str]:
    """Why a vehicle may not take a route with this load, in words; empty when it may.

    ``after_its_job``: the route is a later one of a vehicle that may be on the road now, so that this is no reason.
    """
    reasons: list[str] = []
    if not vehicle.active:
        reasons.append("it is out of service")
    if vehicle.integration != Integration.UTILIZED:
        reasons.append(f"it is only {vehicle.integration}, not utilized")
    if vehicle.state != VehicleState.IDLE and not (after_its_job and vehicle.state == VehicleState.EXECUTING):
        reasons.append(f"it is {vehicle.state}, not idle")
    if vehicle.processing != Processing.IDLE and not after_its_job:
        reasons.append("it has a job")
    if vehicle.latitude is None or vehicle.longitude is None:
        reasons.append("its position is not known")
    if load_g > vehicle.capacity_g:
        reasons.append(f"{_short(load_g)} kg are more than its {_short(vehicle.capacity_g)} kg")
    if load_ml > vehicle.capacity_ml:
        reasons.append(f"{_short(load_ml)} litres are more than its {_short(vehicle.capacity_ml)} litres")
    return reasons


def may_take_route(
    vehicle: VehicleFacts, load_g: int = 0, load_ml: int = 0, *, after_its_job: bool = False
) -> None:
    """Check that a vehicle may take a route, or a later one (``after_its_job``). Raises RuleViolation `vehicle_unfit`
    with every reason against it.
    """
    reasons = why_not(vehicle, load_g, load_ml, after_its_job=after_its_job)
    if reasons:
        details = [{"vehicle": vehicle.code, "reason": reason} for reason in reasons]
        refuse("vehicle_unfit", details=details, vehicle=vehicle.code, reasons="; ".join(reasons))


def error_alert(vehicle: VehicleFacts, reason: str = "") -> VehicleAlert | None:
    """The alarm about a vehicle in error, with the reason that it or its driver gave."""
    if vehicle.state != VehicleState.ERROR:
        return None
    because = f": {reason}" if reason else ""
    return VehicleAlert(
        VEHICLE_ERROR, Severity.DANGER, f"Vehicle {vehicle.code} reports an error{because}."
    )  # fmt: skip


def silence_alert(
    vehicle: VehicleFacts, now: int, *, on_job_since: int = 0, silent_after: int = OFFLINE_AFTER_MS
) -> VehicleAlert | None:
    """The alarm about a long silence of a vehicle that is on a job; a parked one may be silent.

    Silence counts from its last position or the beginning of the job, whichever came later.
    """
    since = max(vehicle.position_at or 0, on_job_since)
    if not is_on_job(vehicle) or now - since < silent_after:
        return None
    silence = (
        f"has been silent for {(now - since) // 60_000} minutes"
        if vehicle.position_at is not None
        else "has never sent its position"
    )
    return VehicleAlert(
        VEHICLE_SILENT, Severity.WARNING, f"Vehicle {vehicle.code} is on a job and {silence}.", since
    )


def is_worth_recording(
    vehicle: VehicleFacts,
    latitude: float,
    longitude: float,
    at: int,
    *,
    every_ms: int = RECORD_EVERY_MS,
    every_m: float = RECORD_EVERY_M,
) -> bool:
    """Whether a new position goes into the feed: the last one there is 30 s old or 250 m away. Older ones
    never do.
    """
    if vehicle.position_at is None or vehicle.latitude is None or vehicle.longitude is None:
        return True
    if at <= vehicle.position_at:
        return False
    if at - vehicle.position_at >= every_ms:
        return True
    return haversine_m(vehicle.latitude, vehicle.longitude, latitude, longitude) >= every_m


def _short(thousandths: int) -> str:
    return f"{thousandths / 1000:.1f}".removesuffix(".0")
