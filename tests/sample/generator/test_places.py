"""Customers live where a van can reach them."""

from __future__ import annotations

import re
from collections import Counter

import msgspec
import pytest

from services.domain.routing import haversine_m
from services.sample.curves import MEASURED
from services.sample.generator.chance import Chance
from services.sample.generator.customers import customer_of, make_customers
from services.sample.generator.places import DAY_TRIP_KM, Addresses, Depot, Forwarder
from services.sample.generator.vocabulary import towns

from .conftest import Business

POSTCODE = re.compile(r"[A-Z]{1,2}\d{1,2} \d[ABDEFGHJLNPQRSTUWXYZ]{2}")


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return haversine_m(*one, *other) / 1000


def test_towns_lie_in_the_united_kingdom_and_none_twice():
    assert len(towns()) > 200
    assert len({town.name for town in towns()}) == len(towns())
    for town in towns():
        assert 49.9 < town.latitude < 58.7, town
        assert -6.5 < town.longitude < 1.8, town
        assert town.outcodes, town


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("Leicester", "Coventry", 36),
        ("Birmingham", "Manchester", 113),
        ("Nottingham", "Derby", 22),
        ("Oxford", "Cambridge", 107),
        ("Edinburgh", "Glasgow", 67),
        ("Bristol", "Cardiff", 41),
        ("Norwich", "Ipswich", 64),
        ("Leeds", "York", 36),
        ("Plymouth", "Exeter", 58),
        ("Northampton", "Milton Keynes", 24),
    ],
)
def test_towns_are_as_far_apart_as_they_are(one: str, other: str, distance: float):
    places = {town.name: (town.latitude, town.longitude) for town in towns()}
    assert kilometres(places[one], places[other]) == pytest.approx(distance, rel=0.06)


def test_every_customer_is_within_a_day_trip_of_the_depot(business: Business):
    depot = Depot()
    for customer in business.customers:
        place = (customer.address.latitude, customer.address.longitude)
        assert kilometres((depot.latitude, depot.longitude), place) < DAY_TRIP_KM + 10
        assert POSTCODE.fullmatch(customer.address.postcode), customer


def test_near_and_large_towns_have_more_customers(business: Business):
    cities = Counter(customer.address.city for customer in business.customers)
    assert cities["Coventry"] > cities["Kettering"] > cities["Stamford"]
    assert cities["Leicester"] > cities["Oxford"]


def test_a_depot_anywhere_serves_the_towns_around_it():
    leeds = Addresses(Depot(latitude=53.80, longitude=-1.55))
    cities = {leeds.address(Chance(1, number)).city for number in range(200)}
    assert "Bradford" in cities
    assert "Oxford" not in cities
    sydney = Addresses(Depot(latitude=-33.87, longitude=151.2))
    assert sydney.address(Chance(1)).city


def test_customers_abroad_are_reached_through_the_forwarder(business: Business):
    abroad = [customer for customer in business.customers if customer.country != "GB"]
    forwarder = Forwarder()
    assert 0.04 < len(abroad) / len(business.customers) < 0.14
    for customer in abroad:
        assert customer.name in customer.address.street
        assert (customer.address.latitude, customer.address.longitude) == (
            forwarder.latitude,
            forwarder.longitude,
        )


def test_no_two_customers_have_one_code_or_one_name(business: Business):
    assert len({customer.code for customer in business.customers}) == len(business.customers)
    assert len({customer.name for customer in business.customers}) == len(business.customers)


def test_nobody_real_can_be_called_or_written_to(business: Business):
    for customer in business.customers:
        assert re.fullmatch(r"orders@[a-z0-9-]+\.example", customer.email), customer
        assert re.match(r"(0116 496|0121 496|0115 496|0114 496|01632 960|07700 900)", customer.phone), (
            customer
        )


def test_a_customer_known_by_its_code_alone_always_has_the_same_address():
    addresses = Addresses(Depot())
    assert customer_of("17850", "GB", addresses) == customer_of("17850", "GB", addresses)
    assert customer_of("17850", "GB", addresses).address != customer_of("17851", "GB", addresses).address
    assert customer_of("12583", "FR", addresses).address.city == Forwarder().city
    assert customer_of("17850", "GB", addresses).name == "Customer 17850"


def test_a_customers_country_is_understood_as_the_history_writes_it():
    addresses = Addresses(Depot())
    assert customer_of("1", "United Kingdom", addresses) == customer_of("1", "GB", addresses)
    assert customer_of("1", "EIRE", addresses).country == "IE"
    assert customer_of("1", "Unspecified", addresses).country == "GB"


def test_customers_of_one_country_only_can_be_made():
    home = msgspec.structs.replace(MEASURED, countries={"GB": 1.0})
    assert {customer.country for customer in make_customers(1, 200, home, Addresses(Depot()))} == {"GB"}
