"""Products, customers, bins, stock and open orders from files: taken once, refused by row and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.imports.outcomes import MERGED, REFUSED, TAKEN, Tally
from services.imports.problems import ImportProblem
from services.imports.running import import_rows
from services.server.doctor import examine
from services.server.importing import CommitterBooks
from services.server.offline import OpenDatabase
from services.storage.stock_rule import stock_problems
from tests.helpers.import_books import rows


def taken(database: OpenDatabase, folder: Path, kind: str, text: str, **how: object) -> Tally:
    """Import a CSV text."""
    file = folder / f"{kind}.csv"
    file.write_text(text, encoding="utf-8")
    books = CommitterBooks(database.committer, **how)  # type: ignore[arg-type]
    return import_rows(books, kind, [file], {}, lambda what, done: None)


def fates(tally: Tally) -> list[str]:
    return [each.outcome for each in tally.outcomes]


def test_products_are_added_changed_and_left_as_they_are(database: OpenDatabase, tmp_path: Path) -> None:
    text = "SKU,Description,Price,Weight\nNEW1,Oak tray,4.25,300\nSKU1,Renamed,1.00,250\nSKU2,Product 2,2.00,250\n"
    first = taken(database, tmp_path, "products", text)
    assert fates(first) == [TAKEN, MERGED, MERGED]
    assert rows(database.database, "SELECT name, price_minor FROM product WHERE sku = 'NEW1'") == [
        ("Oak tray", 425)
    ]
    assert rows(database.database, "SELECT name FROM product WHERE sku = 'SKU1'") == [("Renamed",)]
    again = taken(database, tmp_path, "products", text)
    assert [each.reason for each in again.outcomes] == ["is as it was"] * 3
    assert rows(database.database, "SELECT COUNT(*) FROM product") == [(6,)]


def test_a_refused_row_names_its_row_and_field_and_the_rest_goes_on(
    database: OpenDatabase, tmp_path: Path
) -> None:
    text = "sku,name,price,reorder_point\nA,Apron,much,1\n,Nameless,1,1\nB,,1,1\nC,Cup,1,-4\nD,Dish,1,2\n"
    tally = taken(database, tmp_path, "products", text)
    assert [(each.row, each.outcome, each.field) for each in tally.outcomes] == [
        (2, REFUSED, "price"),
        (3, REFUSED, "sku"),
        (4, REFUSED, "name"),
        (5, REFUSED, "reorder_point"),
        (6, TAKEN, ""),
    ]
    assert all(each.reason for each in tally.outcomes if each.outcome == REFUSED)


def test_customers_and_bins_are_imported_with_a_decimal_comma(database: OpenDatabase, tmp_path: Path) -> None:
    customers = taken(
        database, tmp_path, "customers", "Kundennummer;Firma;City;lat;lon\nK1;Huber;Wien;48,2;16,37\n"
    )
    assert fates(customers) == [TAKEN]
    assert rows(database.database, "SELECT name, latitude FROM customer WHERE code = 'K1'") == [
        ("Huber", 48.2)
    ]
    bins = taken(database, tmp_path, "locations", "bin,kind,x,y\nB-02-03-4,pick,1.5,2\nB-02-03-5,attic,1,1\n")
    assert [(each.outcome, each.field) for each in bins.outcomes] == [(TAKEN, ""), (REFUSED, "kind")]
    found = rows(
        database.database, "SELECT zone, aisle, bay, level, x_m FROM location WHERE code = 'B-02-03-4'"
    )
    assert found == [("B", "02", "03", "4", 1.5)]


def test_stock_is_what_the_file_says_however_often_it_is_given(
    database: OpenDatabase, tmp_path: Path
) -> None:
    text = "sku,bin,qty\nSKU1,A-02-01-1,30\nSKU1,A-02-01-1,12\nSKU2,A-02-01-1,7\nSKU9,A-02-01-1,1\nSKU1,Z,1\n"
    first = taken(database, tmp_path, "stock", text)
    assert fates(first) == [TAKEN, MERGED, MERGED, REFUSED, REFUSED]
    assert [each.field for each in first.outcomes[3:]] == ["sku", "location"]
    assert first.units() == 49
    query = "SELECT p.sku, l.on_hand FROM stock_level l JOIN product p ON p.id = l.product_id ORDER BY p.sku"
    # SKU1 had 100 in another bin; SKU2 had 100 in this one, which the file sets to 7.
    assert rows(database.database, query)[:2] == [("SKU1", 142), ("SKU2", 7)]
    taken(database, tmp_path, "stock", text)
    assert rows(database.database, query)[:2] == [("SKU1", 142), ("SKU2", 7)]
    with database.database.reading() as connection:
        assert stock_problems(connection) == []


def test_open_orders_are_placed_whole_once_and_reserve_stock(database: OpenDatabase, tmp_path: Path) -> None:
    text = (
        "order,customer,sku,qty,price\n"
        "N1,C1,SKU1,2,1.50\nN1,C1,SKU2,3,2.00\n"
        "N2,C1,SKU1,1,1.50\nN2,C1,NOSUCH,1,1\n"
        "N3,NOBODY,SKU1,1,1\n"
        "N4,C1,SKU1,-2,1\n"
    )
    tally = taken(database, tmp_path, "orders", text)
    assert [(each.row, each.outcome, each.field) for each in tally.outcomes] == [
        (2, TAKEN, ""),
        (3, TAKEN, ""),
        (4, REFUSED, "order_number"),
        (5, REFUSED, "sku"),
        (6, REFUSED, "customer_code"),
        (7, REFUSED, "quantity"),
    ]
    assert "row 5" in tally.outcomes[2].reason
    assert (tally.units(), tally.amount_minor(), tally.keys()) == (5, 900, 1)
    orders = rows(database.database, 'SELECT number, channel, external_id, total_minor FROM "order"')
    assert orders == [("N1", "csv", "N1", 900)]
    assert rows(database.database, "SELECT SUM(reserved) FROM stock_level") == [(5,)]
    again = taken(database, tmp_path, "orders", text)
    assert fates(again)[:2] == [MERGED, MERGED]
    assert rows(database.database, 'SELECT COUNT(*) FROM "order"') == [(1,)]


def test_a_dry_run_writes_nothing_and_says_the_same(database: OpenDatabase, tmp_path: Path) -> None:
    before = rows(database.database, "SELECT scope, version FROM scope_head ORDER BY scope")
    tally = taken(database, tmp_path, "products", "sku,name\nNEW1,Tray\nSKU1,Other\n,Lost\n", dry_run=True)
    assert fates(tally) == [TAKEN, MERGED, REFUSED]
    assert rows(database.database, "SELECT scope, version FROM scope_head ORDER BY scope") == before
    assert rows(database.database, "SELECT COUNT(*) FROM product") == [(5,)]


def test_what_was_imported_is_in_the_feed(database: OpenDatabase, tmp_path: Path) -> None:
    taken(database, tmp_path, "products", "sku,name\nNEW1,Tray\n")
    taken(database, tmp_path, "stock", "sku,bin,qty\nNEW1,A-02-01-1,30\n")
    assert [finding.problems for finding in examine(database.database) if not finding.is_well] == []


def test_a_header_that_lacks_a_column_stops_before_the_first_row(
    database: OpenDatabase, tmp_path: Path
) -> None:
    with pytest.raises(ImportProblem, match=r"no column for quantity.*--map"):
        taken(database, tmp_path, "stock", "sku,bin\nSKU1,A-02-01-1\n")


def test_an_unknown_site_is_named_with_those_there_are(database: OpenDatabase, tmp_path: Path) -> None:
    with pytest.raises(ImportProblem, match=r"There is no site NOWHERE.*SITE-1"):
        taken(database, tmp_path, "products", "sku,name\nA,B\n", site_code="NOWHERE")
