"""Makes a fleet: vans and trucks with their room, number plates and drivers, parked in the depot's yard."""

from __future__ import annotations

from math import cos, pi
from typing import Final

import msgspec

from services.sample.generator.chance import Chance, Weighted
from services.sample.generator.places import Depot
from services.sample.generator.records import SampleDriver, SampleVehicle
from services.sample.generator.vocabulary import customer_words

_METRES_PER_DEGREE: Final = 111_195.0
_PLACES_IN_A_ROW: Final = 12
_PLACE_WIDTH_M: Final = 3.6
_ROW_DEPTH_M: Final = 16.0
# The year on these plates is 01, which was never issued: they are nobody's.
_PLATE_AREAS: Final = ("FJ", "FN", "FP", "FX", "KM", "KV", "BD", "BX")
_PLATE_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXY"


class VehicleKind(msgspec.Struct, frozen=True):
    """A kind of vehicle and its room: kilograms and litres."""

    name: str
    share: float
    kilograms: int
    litres: int


KINDS: Final = (
    VehicleKind("small van", 0.20, 600, 3_300),
    VehicleKind("panel van", 0.40, 1_050, 9_500),
    VehicleKind("long van", 0.25, 1_200, 14_000),
    VehicleKind("box van", 0.10, 1_000, 18_500),
    VehicleKind("truck 7.5 t", 0.05, 2_600, 34_000),
)


def make_fleet(
    seed: int, count: int, depot: Depot
) -> tuple[tuple[SampleVehicle, ...], tuple[SampleDriver, ...]]:
    """``count`` vehicles with a driver each."""
    chance = Chance(seed, "fleet")
    kinds = Weighted(kind.share for kind in KINDS)
    names = _names(chance, count)
    plates: set[str] = set()
    vehicles, drivers = [], []
    for number in range(count):
        kind = KINDS[kinds.draw(chance)]
        latitude, longitude, heading = _place_in_yard(depot, number)
        drivers.append(SampleDriver(f"D{number + 1:02d}", names[number], f"07700 900{number % 1000:03d}"))
        vehicles.append(
            SampleVehicle(
                code=f"V{number + 1:02d}",
                registration=_plate(chance, plates),
                kind=kind.name,
                capacity_g=kind.kilograms * 1000,
                capacity_ml=kind.litres * 1000,
                driver_code=drivers[-1].code,
                latitude=latitude,
                longitude=longitude,
                heading=heading,
            )
        )
    return tuple(vehicles), tuple(drivers)


def _names(chance: Chance, count: int) -> list[str]:
    """Different names, as long as there are."""
    words = customer_words()
    names: list[str] = []
    while len(names) < count:
        given, surnames = chance.shuffled(words["given"]), chance.shuffled(words["surname"])
        names += [f"{one} {other}" for one, other in zip(given, surnames, strict=False)]
    return names[:count]


def _plate(chance: Chance, taken: set[str]) -> str:
    while True:
        letters = "".join(chance.pick(_PLATE_LETTERS) for _ in range(3))
        plate = f"{chance.pick(_PLATE_AREAS)}01 {letters}"
        if plate not in taken:
            taken.add(plate)
            return plate


def _place_in_yard(depot: Depot, number: int) -> tuple[float, float, float]:
    """Latitude, longitude and heading of a parking place: rows beside the hall, every other one facing back."""
    row, place = divmod(number, _PLACES_IN_A_ROW)
    north = -40.0 - row * _ROW_DEPTH_M
    east = (place - _PLACES_IN_A_ROW / 2) * _PLACE_WIDTH_M
    latitude = depot.latitude + north / _METRES_PER_DEGREE
    longitude = depot.longitude + east / (_METRES_PER_DEGREE * cos(depot.latitude * pi / 180))
    return round(latitude, 6), round(longitude, 6), 0.0 if row % 2 == 0 else 180.0
