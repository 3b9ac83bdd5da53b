"""The fleet is plausible, and parked."""

from __future__ import annotations

import re

from services.domain.routing import haversine_m
from services.sample.generator.fleet import KINDS, make_fleet
from services.sample.generator.places import Depot


def test_every_vehicle_has_a_driver_a_plate_and_a_place_of_its_own():
    vehicles, drivers = make_fleet(1, 40, Depot())
    assert len(vehicles) == len(drivers) == 40
    assert {vehicle.driver_code for vehicle in vehicles} == {driver.code for driver in drivers}
    assert len({vehicle.registration for vehicle in vehicles}) == 40
    assert len({(vehicle.latitude, vehicle.longitude) for vehicle in vehicles}) == 40
    assert len({driver.name for driver in drivers}) == 40


def test_plates_are_of_a_year_that_was_never_issued():
    vehicles, _ = make_fleet(1, 200, Depot())
    assert all(re.fullmatch(r"[A-Z]{2}01 [A-Z]{3}", vehicle.registration) for vehicle in vehicles)


def test_vehicles_stand_in_the_yard():
    depot = Depot()
    vehicles, _ = make_fleet(1, 40, depot)
    for vehicle in vehicles:
        assert haversine_m(depot.latitude, depot.longitude, vehicle.latitude, vehicle.longitude) < 150
        assert vehicle.heading in (0.0, 180.0)


def test_there_are_vehicles_of_every_size_and_room_in_them():
    vehicles, _ = make_fleet(1, 200, Depot())
    assert {vehicle.kind for vehicle in vehicles} == {kind.name for kind in KINDS}
    assert all(vehicle.capacity_g >= 500_000 and vehicle.capacity_ml >= 3_000_000 for vehicle in vehicles)
