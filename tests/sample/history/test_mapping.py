"""Whose column is which."""

from __future__ import annotations

import pytest

from services.sample.history import ColumnMapping, MappingError

RETAIL = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]


def test_the_usual_headings_are_recognised_without_a_mapping():
    assert ColumnMapping().columns(RETAIL) == {
        "order_number": 0,
        "sku": 1,
        "description": 2,
        "quantity": 3,
        "ordered_at": 4,
        "unit_price": 5,
        "customer_code": 6,
        "country": 7,
    }


@pytest.mark.parametrize(
    "header",
    [
        [
            "Name",
            "Created at",
            "Lineitem quantity",
            "Lineitem name",
            "Lineitem price",
            "Lineitem sku",
            "Currency",
        ],
        ["Bestellnummer", "Bestelldatum", "Menge", "Bezeichnung", "Preis", "Artikelnummer", "Währung"],
        ["order_number", "ordered_at", "quantity", "description", "unit_price", "sku", "currency"],
        ["ORDER NO.", "Order Date", "QTY", "Product Name", "Price", "Item Code", "Curr."],
    ],
)
def test_the_headings_of_other_programs_are_recognised_too(header: list[str]):
    columns = ColumnMapping().columns(header)
    assert {name: columns[name] for name in ("order_number", "ordered_at", "quantity", "description")} == {
        "order_number": 0,
        "ordered_at": 1,
        "quantity": 2,
        "description": 3,
    }
    assert (columns["unit_price"], columns["sku"], columns["currency"]) == (4, 5, 6)


def test_what_is_mapped_wins_over_what_would_be_guessed():
    mapping = ColumnMapping.parse("Their Ref=order_number, Quantity shipped=quantity")
    columns = mapping.columns(["Order", "Their Ref", "SKU", "Quantity", "Quantity shipped", "Date"])
    assert columns["order_number"] == 1
    assert columns["quantity"] == 4


def test_a_heading_with_a_comma_or_an_equals_sign_can_be_mapped():
    mapping = ColumnMapping.parse('"Price, net=unit_price",A=B=sku')
    assert mapping.ours_by_theirs == {"Price, net": "unit_price", "A=B": "sku"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("StockCode", "THEIRS=ours"),
        ("=sku", "THEIRS=ours"),
        ("StockCode=article_nr", "there is no field 'article_nr'"),
        ("A=sku,A=quantity", "'A' is mapped twice"),
        ("A=sku,B=sku", "'sku' is mapped twice"),
    ],
)
def test_a_mapping_that_is_not_one_says_what_is_wrong(text: str, reason: str):
    with pytest.raises(MappingError, match=reason):
        ColumnMapping.parse(text)


def test_a_mapped_column_that_the_file_lacks_is_named_with_what_the_file_has():
    with pytest.raises(MappingError, match="no column 'Artikel'; the header has: InvoiceNo, StockCode"):
        ColumnMapping.parse("Artikel=sku").columns(RETAIL)


def test_a_missing_required_column_is_named_with_how_to_map_it():
    with pytest.raises(MappingError, match=r"no column for sku, quantity; .* --map Order=sku"):
        ColumnMapping().columns(["Order", "Date"])


def test_open_orders_need_no_date_column():
    assert "ordered_at" not in ColumnMapping().columns(["Order", "SKU", "Qty"], dated=False)
