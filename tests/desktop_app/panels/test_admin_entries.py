"""What stands in a field comes back as it was stored, and numbers are read as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_app.panels.admin.entries import bounds_of, entered, shown
from desktop_app.panels.admin.sections import SECTIONS, FieldSpec, section_of
from services.commands import CustomerFields, ProductFields


@pytest.mark.parametrize(
    ("spec", "stored", "text"),
    [
        (FieldSpec("capacity_g", "", "decimal", factor=1000), 900_000, "900"),
        (FieldSpec("capacity_g", "", "decimal", factor=1000), 1_250_500, "1250.5"),
        (FieldSpec("x_m", "", "decimal"), 30.0, "30"),
        (FieldSpec("latitude", "", "decimal"), -1.1398, "-1.1398"),
        (FieldSpec("latitude", "", "decimal"), 1e-05, "0.00001"),
        (FieldSpec("latitude", "", "decimal"), None, ""),
        (FieldSpec("price_minor", "", "money"), 1205, "12.05"),
        (FieldSpec("price_minor", "", "money"), -7, "-0.07"),
        (FieldSpec("weight_g", "", "whole"), 100, "100"),
        (FieldSpec("priority", "", "choice"), 5, "5"),
        (FieldSpec("active", "", "switch"), True, True),
    ],
)
def test_a_stored_value_is_shown_as_people_write_it(spec: FieldSpec, stored: Any, text: Any) -> None:
    assert shown(spec, stored, "GBP") == text


def test_bounds_are_those_that_the_commands_declare() -> None:
    assert bounds_of(ProductFields)["weight_g"].most == 100_000_000
    assert bounds_of(CustomerFields)["latitude"].optional
    assert not bounds_of(CustomerFields)["latitude"].whole


def test_an_empty_place_of_a_customer_is_no_place_and_not_zero() -> None:
    customer = section_of("customer")
    assert customer is not None
    raw = {spec.name: "x" for spec in customer.fields} | {
        "latitude": "",
        "longitude": "-1.5",
        "priority": "3",
    }
    values, problems = entered(customer, raw)
    assert problems == {}
    assert (values["latitude"], values["longitude"], values["priority"]) == (None, -1.5, 3)


@pytest.mark.parametrize("text", ["nan", "inf", "1e999999", "--1", "1 2"])
def test_what_is_no_number_is_never_stored(text: str) -> None:
    product = section_of("product")
    assert product is not None
    raw = {spec.name: "1" for spec in product.fields} | {"weight_g": text, "gtin": "", "currency": "GBP"}
    assert "weight_g" in entered(product, raw)[1]


def test_every_field_of_a_section_is_one_that_its_command_takes() -> None:
    for section in SECTIONS:
        if section.fields_type is not None:
            assert {spec.name for spec in section.fields} == set(section.fields_type.__struct_fields__)


@pytest.mark.parametrize(
    ("currency", "stored", "text"),
    [("JPY", 1205, "1205"), ("KWD", 1205, "1.205"), ("gbp", 1205, "12.05"), ("", 7, "0.07")],
)
def test_an_amount_has_the_decimals_of_its_currency(currency: str, stored: int, text: str) -> None:
    product = section_of("product")
    assert product is not None
    price = next(spec for spec in product.fields if spec.name == "price_minor")
    assert shown(price, stored, currency.upper()) == text
    raw = {spec.name: "1" for spec in product.fields} | {
        "gtin": "",
        "price_minor": text,
        "currency": currency or "x",
    }
    assert entered(product, raw)[0]["price_minor"] == stored


def test_more_decimals_than_the_currency_has_are_not_taken() -> None:
    product = section_of("product")
    assert product is not None
    raw = {spec.name: "1" for spec in product.fields} | {"gtin": "", "price_minor": "12.5", "currency": "JPY"}
    assert entered(product, raw)[1]["price_minor"] == "takes whole numbers"
