"""Commands of vehicles and drivers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from services.commands.command import (
    Code,
    Command,
    CommandSpec,
    Id,
    Instant,
    Kind,
    Latitude,
    Line,
    Longitude,
    Name,
    OptionalId,
)

Capacity = Annotated[int, Meta(ge=0, le=100_000_000_000)]


class VehicleFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be recorded of a vehicle; fields not set stay."""

    code: Code | UnsetType = UNSET
    registration: Line | UnsetType = UNSET
    kind: Line | UnsetType = UNSET
    capacity_g: Capacity | UnsetType = UNSET
    capacity_ml: Capacity | UnsetType = UNSET
    driver_id: OptionalId | UnsetType = UNSET
    integration: Literal["ignored", "noticed", "respected", "utilized"] | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class SaveVehicle(Command, frozen=True, kw_only=True):
    """Record a vehicle, new (``expected`` empty) or changed from what was seen."""

    site_id: Id
    vehicle_id: Id
    expected: VehicleFields = VehicleFields()
    values: VehicleFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "fleet.edit")


class SetVehicleState(Command, frozen=True, kw_only=True):
    """What a vehicle is able to do now, as its driver or the workshop says."""

    site_id: Id
    vehicle_id: Id
    state: Literal["unknown", "unavailable", "idle", "executing", "charging", "error"]
    reason: Line = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "fleet.state")


class RecordPosition(Command, frozen=True, kw_only=True):
    """A vehicle's coarse position, so that the map works offline and rules have something to stand on."""

    site_id: Id
    vehicle_id: Id
    latitude: Latitude
    longitude: Longitude
    heading: Annotated[float, Meta(ge=0, le=360)] = 0.0
    speed_kmh: Annotated[float, Meta(ge=0, le=400)] = 0.0
    measured_at: Instant

    spec: ClassVar = CommandSpec(Kind.FACT, "fleet.position")


class DriverFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be recorded of a driver; fields not set stay."""

    code: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    phone: Line | UnsetType = UNSET
    user_id: OptionalId | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class SaveDriver(Command, frozen=True, kw_only=True):
    """Record a driver, new (``expected`` empty) or changed from what was seen."""

    site_id: Id
    driver_id: Id
    expected: DriverFields = DriverFields()
    values: DriverFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "fleet.edit")
