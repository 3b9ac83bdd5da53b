"""People find products, customers, orders and bins by what they type or scan."""

from __future__ import annotations

import msgspec
import pytest

from local_db import Desk
from services.commands import CustomerFields, ProductFields, SaveCustomer, SaveProduct
from services.storage.search_tables import check_search
from services.storage.tables import Barcode, Customer, Product
from tests.helpers.books import SITE
from tests.local_db.orders import new_order
from tests.local_db.truth import patch, pull

PRODUCTS = (
    Product("p-1", "KB-100", "Blue Enamel Jug", "Kitchen", "ea", "5012345000015", 100, "GBP", 1, 1, 1, 1),
    Product("p-2", "KB-200", "Green Enamel Plate", "Kitchen", "ea", "5012345000022", 100, "GBP", 1, 1, 1, 1),
    Product("p-3", "XJ-7", 'Café Mug 100% "best"', "Kitchen", "ea", "", 100, "GBP", 1, 1, 1, 1),
    Product("p-4", "OLD-1", "Blue Enamel Bowl", "Kitchen", "ea", "", 100, "GBP", 1, 1, 1, 1, active=False),
)


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """The desk with a few products, a pack barcode and a customer more."""
    barcode = Barcode("b-1", "PACK6", "p-2", 6)
    customer = Customer(
        "c-1", "K77", "Zoë's Kitchen Depot", "", "", "", "Loughborough", "LE11", "GB", None, None
    )
    pull(desk, patch(*PRODUCTS, barcode, customer), version=2)
    return desk


def _found(desk: Desk, text: str) -> list[str]:
    return [product.id for product in desk.read.search_products(text)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("blue", ["p-1"]),
        ("en ju", ["p-1"]),
        ("JUG en", ["p-1"]),
        ("enamel", ["p-1", "p-2"]),
        ("cafe", ["p-3"]),
        ("kb-1", ["p-1"]),
        ("KB", ["p-1", "p-2"]),
        ("5012345000022", ["p-2"]),
        ("PACK6", ["p-2"]),
        ("namel pl", ["p-2"]),
        ("345000", ["p-1", "p-2"]),
        ('00% "b', ["p-3"]),
        ("nothing like it", []),
        ("bowl", []),
        ("   ", []),
        ("*", []),
        ('"', []),
        ("_", []),
        ("%%%", []),
    ],
)
def test_products_are_found_by_words_codes_and_pieces(shop: Desk, text: str, ids: list[str]) -> None:
    assert _found(shop, text) == ids


def test_the_exact_sku_comes_first(shop: Desk) -> None:
    pull(shop, patch(Product("p-9", "JUG", "Something else", "", "ea", "", 1, "GBP", 1, 1, 1, 1)), version=3)
    assert _found(shop, "jug")[0] == "p-9"


def test_what_is_no_longer_sold_is_found_only_when_asked_for(shop: Desk) -> None:
    assert [row.id for row in shop.read.search_products("bowl", active_only=False)] == ["p-4"]


def test_a_change_is_found_by_its_new_words_only(shop: Desk) -> None:
    shop.do(
        SaveProduct(
            product_id="p-1",
            expected=ProductFields(name="Blue Enamel Jug"),
            values=ProductFields(name="Copper Kettle"),
        )
    )
    assert (_found(shop, "copper"), _found(shop, "jug")) == (["p-1"], [])
    pull(shop, version=3, last_n=1)
    assert (_found(shop, "copper"), _found(shop, "jug")) == ([], ["p-1"])
    check_search(shop._store.cache.connection)


def test_a_new_customer_is_found_at_once_and_not_any_more_when_it_was_refused(shop: Desk) -> None:
    shop.do(SaveCustomer(customer_id="c-2", values=CustomerFields(code="N1", name="Newcomer Ltd")))
    assert [row.id for row in shop.read.search_customers("newc")] == ["c-2"]
    pull(shop, version=3, last_n=1)
    assert shop.read.search_customers("newc") == []


@pytest.mark.parametrize(
    "text", ["zoe", "Zoë's", "zoe's kit", "d zoe", "K77", "k77", "lough", "kitchen lough", "LE11"]
)
def test_customers_are_found_by_name_code_and_place(shop: Desk, text: str) -> None:
    assert [row.id for row in shop.read.search_customers(text)] == ["c-1"]


def test_the_palette_finds_orders_products_customers_and_bins(shop: Desk) -> None:
    order = new_order(shop, ("p-1", 1))
    shop.do(order)
    assert [(hit.kind, hit.id) for hit in shop.read.search("t01-0000")] == [("order", order.order_id)]
    assert [(hit.kind, hit.title) for hit in shop.read.search("A-01")] == [
        ("location", "A-01-01-1"),
        ("location", "A-01-02-1"),
    ]
    assert [(hit.kind, hit.id) for hit in shop.read.search("kitchen", limit=1)] == [
        ("product", "p-1"),
        ("customer", "c-1"),
    ]


def test_a_scan_stands_for_a_product_and_how_many_of_it(shop: Desk) -> None:
    pack = shop.read.product_by_code("PACK6")
    assert pack is not None
    assert (pack.product_id, pack.quantity) == ("p-2", 6)
    for code in ("5012345000015", "kb-100", " KB-100 "):
        scanned = shop.read.product_by_code(code)
        assert scanned is not None
        assert (scanned.product_id, scanned.quantity) == ("p-1", 1)
    assert shop.read.product_by_code("") is None
    assert shop.read.product_by_code("unknown") is None


def test_a_bin_is_found_by_its_code_at_its_site(shop: Desk) -> None:
    place = shop.read.location_by_code("a-01-01-1", site_id=SITE)
    assert place is not None
    assert place.code == "A-01-01-1"
    assert shop.read.location_by_code("A-01-01-1", site_id="elsewhere") is None


def test_the_indexes_agree_with_the_tables_after_many_changes(shop: Desk) -> None:
    for n in range(30):
        changed = msgspec.structs.replace(PRODUCTS[n % 3], name=f"Name {n}", sku=f"S{n}")
        pull(shop, patch(changed, deletes=[PRODUCTS[(n + 1) % 3]]), version=3 + n)
    check_search(shop._store.cache.connection)
