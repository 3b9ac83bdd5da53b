"""Vehicles and drivers: recorded, changed, and what vehicles say of themselves."""

from __future__ import annotations

from services.commands import RecordPosition, SaveDriver, SaveVehicle, SetVehicleState
from services.domain.vehicle_health import AHEAD_MS, VEHICLE_ERROR, VEHICLE_SILENT, error_alert
from services.domain.vehicle_states import Integration, integrate
from services.handlers.edits import apply_edit, new_row, refuse_duplicate, set_fields
from services.handlers.work import Work
from services.storage.tables import Driver, Site, Vehicle


def save_vehicle(work: Work, command: SaveVehicle) -> None:
    """Record a vehicle. One with a job keeps taking part in planning until the job ends."""
    known = work.get(Vehicle, command.vehicle_id)
    wanted = set_fields(command.values)
    if known is not None and "integration" in wanted:
        integrate(known.integration, wanted["integration"], known.processing)
    if known is None:
        defaults = {
            "site_id": command.site_id, "registration": "", "kind": "van", "capacity_g": 0, "capacity_ml": 0,
            "state": "unknown", "processing": "idle", "integration": "noticed", "latitude": None, "longitude": None,
            "heading": 0.0, "speed_kmh": 0.0, "position_at": None, "driver_id": "",
        }  # fmt: skip
        site = work.get(Site, command.site_id)
        if wanted.get("integration") == Integration.UTILIZED and site is not None:
            # Whoever enters a van that takes routes has it in the yard; one without a receiver never tells where it is.
            defaults |= {"state": "idle", "latitude": site.latitude, "longitude": site.longitude}
        vehicle = work.put(new_row(Vehicle, command.vehicle_id, defaults, command.values, "code"))
    else:
        vehicle = apply_edit(work, known, command.expected, command.values)
    refuse_duplicate(work, Vehicle, vehicle.id, "vehicle", code=vehicle.code)
    work.record("vehicle.saved", vehicle, f"Vehicle {vehicle.code} {'added' if known is None else 'changed'}")


def set_vehicle_state(work: Work, command: SetVehicleState) -> None:
    """What a vehicle can do now; one in error raises an alert until it is well again.

    One that is ready for work and never told where it is stands in its yard.
    """
    vehicle = work.need(Vehicle, command.vehicle_id)
    if command.state == "idle":
        vehicle = put_in_yard(work, vehicle)
    if command.state == vehicle.state:
        return
    vehicle = work.change(vehicle, state=command.state)
    because = f": {command.reason}" if command.reason else ""
    alert = error_alert(vehicle, command.reason)
    if alert is not None:
        work.raise_alert(alert.kind, alert.severity.value, vehicle, alert.message)
    else:
        work.resolve_alert(VEHICLE_ERROR, vehicle)
    work.record(
        "vehicle.state", vehicle, f"Vehicle {vehicle.code} is {command.state}{because}", state=command.state
    )


def put_in_yard(work: Work, vehicle: Vehicle) -> Vehicle:
    """A vehicle that never told where it is stands where its site is."""
    site = work.get(Site, vehicle.site_id)
    if site is None or vehicle.position_at is not None:
        return vehicle
    if (vehicle.latitude, vehicle.longitude) == (site.latitude, site.longitude):
        return vehicle
    return work.change(vehicle, latitude=site.latitude, longitude=site.longitude)


def record_position(work: Work, command: RecordPosition) -> None:
    """Keep a vehicle's coarse position, unless a newer one is known. A vehicle first heard of becomes idle."""
    vehicle = work.need(Vehicle, command.vehicle_id)
    latest = work.context.received_at + AHEAD_MS
    # A time that has not come yet is no newer: it would keep out every true position until then.
    measured_at = min(command.measured_at, latest)
    if vehicle.position_at is not None and measured_at <= vehicle.position_at <= latest:
        return
    vehicle = work.change(
        vehicle,
        latitude=command.latitude,
        longitude=command.longitude,
        heading=command.heading % 360,
        speed_kmh=command.speed_kmh,
        position_at=measured_at,
        state="idle" if vehicle.state == "unknown" else vehicle.state,
    )
    work.resolve_alert(VEHICLE_SILENT, vehicle)


def save_driver(work: Work, command: SaveDriver) -> None:
    """Record a driver."""
    known = work.get(Driver, command.driver_id)
    if known is None:
        defaults = {"site_id": command.site_id, "phone": "", "user_id": ""}
        driver = work.put(new_row(Driver, command.driver_id, defaults, command.values, "code name"))
    else:
        driver = apply_edit(work, known, command.expected, command.values)
    refuse_duplicate(work, Driver, driver.id, "driver", code=driver.code)
    work.record("driver.saved", driver, f"Driver {driver.name} {'added' if known is None else 'changed'}")
