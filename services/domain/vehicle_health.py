"""Whether a vehicle may be given work, how old its position is, and what to be alarmed about."""

from enum import StrEnum
from typing import Final

import msgspec

from services.domain.refusals import refuse
from services.domain.routing import haversine_m
from services.domain.vehicle_states import Integration, Link, Processing, VehicleState

STALE_AFTER_MS: Final = 5 * 60_000
OFFLINE_AFTER_MS: Final = 20 * 60_000
"""A vehicle that is silent for so long is offline, and raises an alert when it is on a job."""

RECORD_EVERY_MS: Final = 30_000
RECORD_EVERY_M: Final = 250.0


class Severity(StrEnum):
    """How soon somebody must look."""

    WARNING = "warning"
    DANGER = "danger"


class VehicleFacts(msgspec.Struct, frozen=True):
    """What the rules need to know of a vehicle. Grams, millilitres, milliseconds UTC, degrees."""

    code: str
    state: str
    processing: str
    integration: str
    latitude: float | None
    longitude: float | None
    position_at: int | None
    capacity_g: int
    capacity_ml: int
    active: bool = True


class VehicleAlert(msgspec.Struct, frozen=True):
    """Something about a vehicle that a person should see."""

    kind: str
    severity: Severity
    message: str


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


def why_not(vehicle: VehicleFacts, load_g: int = 0, load_ml: int = 0) -> list[str]:
    """Why a vehicle may not take a route with this load, in words; empty when it may."""
    checks = [
        (not vehicle.active, "it is out of service"),
        (vehicle.integration != Integration.UTILIZED, f"it is only {vehicle.integration}, not utilized"),
        (vehicle.state != VehicleState.IDLE, f"it is {vehicle.state}, not idle"),
        (vehicle.processing != Processing.IDLE, "it has a job"),
        (vehicle.latitude is None or vehicle.longitude is None, "its position is not known"),
        (
            load_g > vehicle.capacity_g,
            f"{_short(load_g)} kg are more than its {_short(vehicle.capacity_g)} kg",
        ),
        (
            load_ml > vehicle.capacity_ml,
            f"{_short(load_ml)} litres are more than its {_short(vehicle.capacity_ml)} litres",
        ),
    ]
    return [reason for wrong, reason in checks if wrong]


def may_take_route(vehicle: VehicleFacts, load_g: int = 0, load_ml: int = 0) -> None:
    """Check that a vehicle may take a route. Raises RuleViolation `vehicle_unfit` with every reason against
    it.
    """
    reasons = why_not(vehicle, load_g, load_ml)
    if reasons:
        details = [{"vehicle": vehicle.code, "reason": reason} for reason in reasons]
        refuse("vehicle_unfit", details=details, vehicle=vehicle.code, reasons="; ".join(reasons))


def alerts_for(
    vehicle: VehicleFacts, now: int, *, silent_after: int = OFFLINE_AFTER_MS
) -> list[VehicleAlert]:
    """What to be alarmed about: an error, or a long silence of a vehicle that is on a job."""
    alerts: list[VehicleAlert] = []
    if vehicle.state == VehicleState.ERROR:
        alerts.append(VehicleAlert("vehicle_error", Severity.DANGER, f"{vehicle.code} reports an error"))
    on_job = vehicle.processing != Processing.IDLE or vehicle.state == VehicleState.EXECUTING
    if on_job and vehicle.position_at is None:
        message = f"{vehicle.code} is on a job and has never sent its position"
        alerts.append(VehicleAlert("vehicle_silent", Severity.WARNING, message))
    elif on_job and vehicle.position_at is not None and now - vehicle.position_at >= silent_after:
        minutes = (now - vehicle.position_at) // 60_000
        message = f"{vehicle.code} is on a job and has been silent for {minutes} minutes"
        alerts.append(VehicleAlert("vehicle_silent", Severity.WARNING, message))
    return alerts


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
