"""Where customers are: towns around a depot, and an address in one of them for any customer."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Final

import msgspec

from services.domain.routing import haversine_m
from services.sample.generator.chance import Chance, Weighted
from services.sample.generator.records import SampleAddress
from services.sample.generator.vocabulary import Town, customer_words, towns

HOME: Final = "GB"
DAY_TRIP_KM: Final = 110.0
"""How far from the depot a van's customers are at most, as the crow flies."""
_HALF_AS_MANY_KM: Final = 45.0
"""The distance at which a town has half the customers that it would have next to the depot."""
_METRES_PER_DEGREE: Final = 111_195.0
# The second half of a postcode never has these letters: they are too much like others.
_POSTCODE_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"


class Depot(msgspec.Struct, frozen=True):
    """The warehouse that the vans start from. ``dial`` is where its telephone numbers begin."""

    code: str = "MID"
    name: str = "Midlands Warehouse"
    street: str = "Unit 7, Watling Way"
    city: str = "Lutterworth"
    postcode: str = "LE17 4HB"
    latitude: float = 52.4716
    longitude: float = -1.2389
    timezone: str = "Europe/London"


class Forwarder(msgspec.Struct, frozen=True):
    """Who takes goods abroad: their vans call there for every customer in another country."""

    name: str = "Meridian Forwarding"
    street: str = "Unit 12, Gateway Park"
    city: str = "Castle Donington"
    postcode: str = "DE74 2BF"
    latitude: float = 52.8497
    longitude: float = -1.3128


class Addresses:
    """Gives out delivery addresses around a depot: more in large towns and in near ones, none beyond a day trip."""

    def __init__(self, depot: Depot, forwarder: Forwarder | None = None) -> None:
        self._forwarder = forwarder or Forwarder()
        near = [(town, _kilometres(depot, town)) for town in towns()]
        near = [(town, distance) for town, distance in near if distance <= DAY_TRIP_KM]
        # A depot outside the table's towns serves the whole table rather than nobody.
        near = near or [(town, 0.0) for town in towns()]
        self._towns = [town for town, _ in near]
        # Whole numbers, so that the last digit of a machine's cosine changes nobody's town.
        self._weights = Weighted(
            round(100 * (town.thousands + 5) / (1 + (distance / _HALF_AS_MANY_KM) ** 2))
            for town, distance in near
        )

    def address(self, chance: Chance, country: str = HOME, name: str = "") -> SampleAddress:
        """An address in a town near the depot; for another country, the forwarder's, marked for ``name``."""
        if country != HOME:
            return self._at_forwarder(name, country)
        town = self._towns[self._weights.draw(chance)]
        words = customer_words()
        if chance.happens(0.15):
            street = f"Unit {chance.whole(1, 24)}, {chance.pick(words['estate'])}"
        else:
            street = f"{chance.whole(1, 160)} {chance.pick(words['street'])}"
        letters = chance.pick(_POSTCODE_LETTERS) + chance.pick(_POSTCODE_LETTERS)
        postcode = f"{chance.pick(town.outcodes)} {chance.below(10)}{letters}"
        latitude, longitude = _somewhere_in(town, chance)
        return SampleAddress(street, town.name, postcode, HOME, latitude, longitude)

    def address_of(self, code: str, country: str = HOME, name: str = "") -> SampleAddress:
        """The address of a customer of whom only a code is known: the same code has the same address always."""
        return self.address(Chance(0, "address", code), country, name)

    def _at_forwarder(self, name: str, country: str) -> SampleAddress:
        forwarder = self._forwarder
        marked = f"{forwarder.name} for {name}, {country}" if name else f"{forwarder.name}, {country}"
        return SampleAddress(
            f"{marked}, {forwarder.street}",
            forwarder.city,
            forwarder.postcode,
            HOME,
            forwarder.latitude,
            forwarder.longitude,
        )


def _somewhere_in(town: Town, chance: Chance) -> tuple[float, float]:
    """A point of a town: towns grow with the square root of their people, and are denser in the middle."""
    # 0.13 km for each square root of a thousand people: Leicester is 2.5 km from the middle to the edge.
    radius_m = 130.0 * (town.thousands + 4) ** 0.5
    distance, bearing = radius_m * chance.unit(), 2 * pi * chance.unit()
    north, east = distance * cos(bearing), distance * sin(bearing)
    latitude = town.latitude + north / _METRES_PER_DEGREE
    longitude = town.longitude + east / (_METRES_PER_DEGREE * cos(town.latitude * pi / 180))
    # Four decimals are eleven metres.
    return round(latitude, 4), round(longitude, 4)


def _kilometres(depot: Depot, town: Town) -> float:
    return haversine_m(depot.latitude, depot.longitude, town.latitude, town.longitude) / 1000
