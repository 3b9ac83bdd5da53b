"""A sample business of half a year, made once for all tests."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from services.sample.curves import MEASURED
from services.sample.generator.catalogue import make_catalogue
from services.sample.generator.customers import make_customers
from services.sample.generator.order_book import make_order_book
from services.sample.generator.places import Addresses, Depot
from services.sample.generator.records import SampleCustomer, SampleOrder, SampleProduct

LAST_DAY = date(2026, 5, 29)
DAYS = 182
ZONE = "Europe/London"


class Business(msgspec.Struct, frozen=True):
    products: tuple[SampleProduct, ...]
    customers: tuple[SampleCustomer, ...]
    orders: tuple[SampleOrder, ...]


@pytest.fixture(scope="session")
def business() -> Business:
    products = make_catalogue(7, 3300, MEASURED)
    customers = make_customers(7, 2700, MEASURED, Addresses(Depot()))
    orders = make_order_book(7, products, customers, MEASURED, last_day=LAST_DAY, days=DAYS, timezone=ZONE)
    return Business(products, customers, orders)
