"""Products, the barcodes that stand for them, and customers."""

from __future__ import annotations

from services import commands as c
from services.commands import CustomerFields, ProductFields
from services.handlers.dispatch import Effect
from services.storage.tables import Barcode, Customer, Order, Product
from tests.helpers.books import Books

GTIN, OTHER_GTIN = "5012345678900", "4006381333931"


def save(
    books: Books, product_id: str, values: ProductFields, expected: ProductFields | None = None
) -> Effect:
    return books.do(c.SaveProduct(product_id=product_id, expected=expected or ProductFields(), values=values))


def codes(books: Books, product_id: str) -> dict[str, int]:
    return {row.code: row.quantity for row in books.find(Barcode, product_id=product_id)}


def test_a_products_own_gtin_is_a_barcode_for_one_unit_of_it(books: Books) -> None:
    assert save(books, "new", ProductFields(sku="NEW", name="New", gtin=GTIN)).status == "applied"
    assert codes(books, "new") == {f"0{GTIN}": 1}


def test_another_gtin_takes_the_place_of_the_first_and_none_removes_it(books: Books) -> None:
    save(books, "prod-1", ProductFields(gtin=GTIN))
    save(books, "prod-1", ProductFields(gtin=OTHER_GTIN))
    assert codes(books, "prod-1") == {f"0{OTHER_GTIN}": 1}
    save(books, "prod-1", ProductFields(gtin=""))
    assert codes(books, "prod-1") == {}


def test_a_product_needs_a_sku_that_no_other_has_and_a_name(books: Books) -> None:
    assert save(books, "new", ProductFields(name="New")).code == "missing_value"
    assert save(books, "new", ProductFields(sku="SKU1", name="New")).code == "duplicate"
    assert save(books, "prod-2", ProductFields(sku="SKU1")).code == "duplicate"
    assert books.get(Product, "prod-2").sku == "SKU2"


def test_a_product_that_somebody_changed_meanwhile_is_kept(books: Books) -> None:
    effect = save(books, "prod-1", ProductFields(price_minor=120), ProductFields(price_minor=90))
    assert effect.code == "changed_meanwhile"
    assert effect.details == [{"field": "price_minor", "expected": 90, "actual": 100}]


def test_a_barcode_may_stand_for_a_pack_and_for_one_product_only(books: Books) -> None:
    books.must(c.AddBarcode(product_id="prod-1", code="BOX-12", quantity=12))
    assert codes(books, "prod-1") == {"BOX-12": 12}
    effect = books.do(c.AddBarcode(product_id="prod-2", code="BOX-12"))
    assert (effect.code, effect.details) == ("duplicate", [{"code": "BOX-12", "sku": "SKU1"}])


def test_a_removed_barcode_stands_for_nothing_and_is_free_for_another_product(books: Books) -> None:
    books.must(c.AddBarcode(product_id="prod-1", code="BOX-12", quantity=12))
    [row] = books.find(Barcode, product_id="prod-1")
    books.must(c.RemoveBarcode(barcode_id=row.id))
    assert codes(books, "prod-1") == {}
    assert books.do(c.RemoveBarcode(barcode_id=row.id)).code == "not_found"
    books.must(c.AddBarcode(product_id="prod-2", code="BOX-12", quantity=12))
    assert codes(books, "prod-2") == {"BOX-12": 12}


def test_a_product_no_longer_sold_is_not_ordered(books: Books) -> None:
    save(books, "prod-1", ProductFields(active=False))
    line = c.NewLine(line_id="l", product_id="prod-1", quantity=1, price_minor=1)
    effect = books.do(
        c.PlaceOrder(
            site_id="site-1", order_id="o", number="N", customer_id="cust-1", lines=(line,), currency="GBP"
        )
    )
    assert effect.code == "product_inactive"


def test_customers_are_recorded_and_orders_keep_the_address_they_were_placed_with(stocked: Books) -> None:
    def customer(customer_id: str, values: CustomerFields, **expected: str) -> str:
        effect = stocked.do(
            c.SaveCustomer(customer_id=customer_id, expected=CustomerFields(**expected), values=values)
        )
        return effect.code or effect.status

    order_id = stocked.order(("prod-1", 1))
    assert customer("cust-1", CustomerFields(street="9 New Rd"), street="1 High St") == "applied"
    assert customer("cust-1", CustomerFields(street="8 Old Rd"), street="1 High St") == "changed_meanwhile"
    assert stocked.get(Customer, "cust-1").street == "9 New Rd"
    assert stocked.get(Order, order_id).ship_street == "1 High St"
    assert customer("cust-3", CustomerFields(code="C3", name="New")) == "applied"
    assert customer("cust-4", CustomerFields(code="C3", name="Newer")) == "duplicate"
    assert customer("cust-4", CustomerFields(code="C4")) == "missing_value"
