"""The catalogue reads like one, and its codes can be scanned."""

from __future__ import annotations

import re

import pytest

from services.domain.barcodes import is_gtin
from services.domain.labels import LabelKind, label_kind
from services.sample.curve_shape import PROBABILITIES, mean_of
from services.sample.curves import MEASURED
from services.sample.generator.catalogue import make_catalogue
from services.sample.generator.vocabulary import collections, families, finishes

from .conftest import Business


@pytest.mark.parametrize("count", [1, 40, 700, 20_000])
def test_a_catalogue_of_any_size_has_no_code_name_or_barcode_twice(count: int):
    products = make_catalogue(3, count, MEASURED)
    barcodes = [product.gtin for product in products] + [pack.barcode for p in products for pack in p.packs]
    assert len(products) == count
    assert len({product.sku for product in products}) == count
    assert len({product.name for product in products}) == count
    assert len(set(barcodes)) == len(barcodes)


def test_barcodes_check_and_lie_in_the_range_that_is_nobodys(business: Business):
    for product in business.products:
        for barcode in (product.gtin, *(pack.barcode for pack in product.packs)):
            assert is_gtin(barcode)
            assert len(barcode) == 13
            assert 20 <= int(barcode[:2]) <= 29


def test_no_product_code_is_taken_for_one_of_our_own_labels(business: Business):
    assert all(re.fullmatch(r"[A-Z]\d{4,5}[A-Z]?", product.sku) for product in business.products)
    assert {label_kind(product.sku) for product in business.products} == {None}
    assert LabelKind.BIN not in {label_kind(product.sku) for product in business.products}


def test_names_say_what_a_thing_is_before_its_colour(business: Business):
    nouns = sorted({family.noun for family in families()}, key=len, reverse=True)
    for product in business.products:
        assert any(noun in product.name.split(", ")[0] for noun in nouns), product.name
        assert product.name == " ".join(product.name.split())


def test_the_words_of_the_sample_fit_together():
    lists = finishes()
    assert all(family.finishes in lists for family in families() if family.finishes)
    assert all(len(set(values)) == len(values) for values in [*lists.values(), *collections().values()])
    assert len({(family.category, family.noun) for family in families()}) == len(families())


def test_sizes_weights_and_prices_are_those_of_things_a_person_can_carry(business: Business):
    for product in business.products:
        assert 1 <= product.weight_g <= 20_000, product
        assert 1 <= product.volume_ml <= 250_000, product
        assert 0 < product.price_minor <= 25_000, product
        assert product.reorder_point >= product.order_pack
        assert product.reorder_quantity % product.order_pack == 0
        assert all(pack.quantity % product.order_pack == 0 for pack in product.packs)


def test_prices_follow_the_measured_ones(business: Business):
    prices = sorted(product.price_minor for product in business.products)
    for probability, price in zip(PROBABILITIES, MEASURED.price, strict=True):
        if 0.05 <= probability <= 0.98:
            assert prices[int(probability * len(prices))] == pytest.approx(price, rel=0.1)


def test_popularity_adds_up_to_all_lines(business: Business):
    assert sum(product.popularity for product in business.products) == pytest.approx(1.0)
    ranked = sorted((product.popularity for product in business.products), reverse=True)
    assert sum(ranked[: len(ranked) // 10]) == pytest.approx(MEASURED.popularity[6], abs=0.002)


def test_what_is_eaten_or_burned_is_tracked_by_lot(business: Business):
    food = [product for product in business.products if product.category == "food"]
    assert food
    assert all(
        product.expiry_tracked and product.lot_tracked and product.shelf_life_days > 0 for product in food
    )
    candles = [product for product in business.products if "Soy Candle" in product.name]
    assert candles
    assert all(product.lot_tracked and not product.expiry_tracked for product in candles)


def test_expected_sales_are_what_the_orders_come_to(business: Business):
    expected = sum(product.units_a_day for product in business.products)
    quiet = make_catalogue(7, 3300, MEASURED, orders_a_day=MEASURED.orders_a_day / 2)
    assert sum(product.units_a_day for product in quiet) == pytest.approx(expected / 2)
    assert mean_of((1.0,) * len(PROBABILITIES)) == pytest.approx(1.0)


def test_a_catalogue_larger_than_the_vocabulary_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "services.sample.generator.catalogue.collections", lambda: {"house": (), "workshop": ()}
    )
    with pytest.raises(ValueError, match="has names for"):
        make_catalogue(1, 50_000, MEASURED)
