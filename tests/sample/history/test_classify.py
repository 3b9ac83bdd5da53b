"""Each kind of row that a history holds, and how it gives itself away."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.sample.history.classify import Classifier, Style
from services.sample.history.line import Article, LineKind

RETAIL = Style(codes_have_digits=True, codes_are_long=True, names_in_capitals=True)


def kind_of(
    number: str = "536365",
    sku: str = "85123A",
    description: str = "ENAMEL JUG",
    quantity: int = 6,
    price: str = "2.55",
    *,
    walk_in: bool = False,
    style: Style = RETAIL,
) -> LineKind:
    classifier = Classifier(style)
    unit_price = Decimal(price)
    article = classifier.article(sku, description, unit_price)
    return classifier.kind(number, article, sku, description, quantity, unit_price, walk_in=walk_in)


def test_a_product_at_a_price_is_a_sale():
    assert kind_of() is LineKind.SALE
    assert kind_of(walk_in=True) is LineKind.SALE


def test_a_negative_line_of_an_order_marked_as_cancelled_is_a_cancellation():
    assert kind_of("C536379", quantity=-1) is LineKind.CANCELLATION
    assert kind_of("C536379", sku="POST", description="POSTAGE", quantity=-1) is LineKind.CANCELLATION


def test_an_order_number_that_merely_starts_with_c_is_not_cancelled():
    assert kind_of("C536379", quantity=1) is LineKind.SALE
    assert kind_of("CUST-17", quantity=-1) is LineKind.RETURN_OR_CORRECTION


def test_a_negative_quantity_without_a_word_is_a_return_or_correction():
    assert kind_of(quantity=-3) is LineKind.RETURN_OR_CORRECTION
    assert kind_of(description="", quantity=-3, price="0", walk_in=True) is LineKind.RETURN_OR_CORRECTION


@pytest.mark.parametrize(
    ("sku", "description"),
    [
        ("POST", "POSTAGE"),
        ("POST", ""),
        ("DOT", "DOTCOM POSTAGE"),
        ("M", "Manual"),
        ("m", "Manual"),
        ("D", "Discount"),
        ("S", "SAMPLES"),
        ("C2", "CARRIAGE"),
        ("CRUK", "CRUK Commission"),
        ("PADS", "PADS TO MATCH ALL CUSHIONS"),
        ("BANK CHARGES", "Bank Charges"),
        ("AMAZONFEE", "AMAZON FEE"),
        ("23444", "Next Day Carriage"),
        ("90001", "Postage & Packing"),
    ],
)
def test_postage_fees_discounts_and_manual_entries_are_charges(sku: str, description: str):
    assert kind_of(sku=sku, description=description) is LineKind.CHARGE


@pytest.mark.parametrize(
    ("sku", "description"),
    [
        ("DCGSSGIRL", "GIRLS PARTY BAG"),
        ("22138", "POSTAGE STAMP MUG"),
        ("21733", "DELIVERY VAN MONEY BOX"),
        ("23111", "GREEN FERN JOURNAL"),
        ("22200", "GIFT BAG LARGE 2"),
    ],
)
def test_a_product_is_not_a_charge_for_one_word_of_its_name(sku: str, description: str):
    assert kind_of(sku=sku, description=description) is LineKind.SALE


def test_where_products_have_short_codes_without_digits_such_a_code_is_a_product():
    plain = Style.of(["TEA", "MUG", "POT", "M"], ["Tea", "Mug", "Pot", "Matches"])
    assert kind_of(sku="TEA", description="Tea", style=plain) is LineKind.SALE
    assert kind_of(sku="M", description="Matches", style=plain) is LineKind.SALE
    assert kind_of(sku="X", description="Postage", style=plain) is LineKind.CHARGE


@pytest.mark.parametrize(
    ("sku", "description"),
    [("gift_0001_20", "Gift Voucher £20.00"), ("99801", "Gift card 25"), ("GIFT-10", "")],
)
def test_a_voucher_is_a_gift_card(sku: str, description: str):
    assert kind_of(sku=sku, description=description) is LineKind.GIFT_CARD


@pytest.mark.parametrize(
    "description",
    [
        "damaged",
        "?",
        "check",
        "thrown away",
        "Found",
        "mailout",
        "DAMAGED",
        "POSSIBLE DAMAGES OR LOST?",
        "samples",
    ],
)
@pytest.mark.parametrize("quantity", [-4, 4])
def test_a_remark_instead_of_a_name_without_customer_and_price_is_a_warehouse_note(
    description: str, quantity: int
):
    assert (
        kind_of(description=description, quantity=quantity, price="0", walk_in=True)
        is LineKind.WAREHOUSE_NOTE
    )


def test_a_name_that_was_sold_before_is_no_remark():
    classifier = Classifier(RETAIL)
    sold = dict(sku="22000", description="SMALL DISPLAY CABINET")
    for price, walk_in in (("9.95", False), ("0", True)):
        kind = classifier.kind(
            "1", Article.PRODUCT, sold["sku"], sold["description"], 1, Decimal(price), walk_in=walk_in
        )
    assert kind is LineKind.FREE_GOODS


def test_a_named_product_for_nothing_is_free_goods():
    assert kind_of(price="0") is LineKind.FREE_GOODS
    assert kind_of(price="0.0", walk_in=True) is LineKind.FREE_GOODS


def test_units_added_without_customer_price_or_word_are_an_adjustment():
    assert kind_of(description="", price="0", walk_in=True) is LineKind.ADJUSTMENT


def test_bad_debt_and_negative_prices_are_adjustments():
    assert kind_of("A563186", "B", "Adjust bad debt", 1, "-11062.06", walk_in=True) is LineKind.ADJUSTMENT
    assert kind_of("A563185", "B", "Adjust bad debt", 1, "11062.06", walk_in=True) is LineKind.ADJUSTMENT
    assert kind_of(price="-1.25") is LineKind.ADJUSTMENT


def test_the_habits_of_a_file_are_those_of_nine_rows_in_ten():
    assert Style.of(["85123A"] * 9 + ["POST"], ["MUG"] * 9 + ["mailout"]) == RETAIL
    assert Style.of([], []) == Style(codes_have_digits=False, codes_are_long=False, names_in_capitals=False)
