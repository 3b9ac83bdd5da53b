"""Finding things by what a person types or scans: products, customers, orders by number, bins by code."""

from __future__ import annotations

from typing import Any

import msgspec

from local_db.reader import Reader
from local_db.search_index import like_pattern, pieces_query, words_query
from services.storage.tables import Customer, Location, Product


class Found(msgspec.Struct, frozen=True):
    """One hit. ``kind``: order, product, customer or location; ``title`` is what it is called, ``subtitle`` what tells
    it from others."""

    kind: str
    id: str
    title: str
    subtitle: str


class ScannedProduct(msgspec.Struct, frozen=True):
    """The product that a code stands for, and how many units of it (a pack)."""

    product_id: str
    sku: str
    name: str
    quantity: int


_MIN_PIECE = 3
_LAST = "\U0010ffff"


def search_products(reader: Reader, text: str, *, limit: int = 50, active_only: bool = True) -> list[Product]:
    """Products whose words begin as typed, in any order; else those with the text anywhere in sku, name or gtin.

    An exact sku, gtin or barcode comes first.
    """
    text = text.strip()
    if not text:
        return []
    active = "AND p.active = 1" if active_only else ""
    found: dict[str, Product] = {}

    def take(sql: str, *params: Any) -> None:
        if len(found) < limit:
            rows = reader.rows(f"{sql} {active} LIMIT ?", (*params, limit), Product)
            found.update((row.id, row) for row in rows if row.id not in found)

    with reader.snapshot():
        take("SELECT p.* FROM product AS p WHERE p.sku IN (?, ?)", text, text.upper())
        take("SELECT p.* FROM barcode AS b JOIN product AS p ON p.id = b.product_id WHERE b.code = ?", text)
        take(
            "SELECT p.* FROM product AS p WHERE p.sku >= ? AND p.sku < ?", text.upper(), text.upper() + _LAST
        )
        words = words_query(text)
        if words:
            take("SELECT p.* FROM product_words AS w JOIN product AS p ON p.rowid = w.rowid "
                 "WHERE product_words MATCH ?", words)  # fmt: skip
        if len(found) < limit and len(text) >= _MIN_PIECE:
            like = like_pattern(text)
            take("SELECT p.* FROM product_pieces AS w JOIN product AS p ON p.rowid = w.rowid "
                 "WHERE product_pieces MATCH ? AND (p.sku LIKE ? ESCAPE '\\' OR p.name LIKE ? ESCAPE '\\' "
                 "OR p.gtin LIKE ? ESCAPE '\\')", pieces_query(text), like, like, like)  # fmt: skip
    return list(found.values())[:limit]


def search_customers(reader: Reader, text: str, *, limit: int = 50) -> list[Customer]:
    """Customers whose code, name, city or postcode has words that begin as typed; an exact code comes first."""
    words = words_query(text)
    if not words:
        return []
    with reader.snapshot():
        exact = reader.rows(
            "SELECT * FROM customer WHERE code IN (?, ?)", (text.strip(), text.strip().upper()), Customer
        )
        found = reader.rows(
            "SELECT c.* FROM customer_words AS w JOIN customer AS c ON c.rowid = w.rowid "
            "WHERE customer_words MATCH ? AND c.active = 1 LIMIT ?",
            (words, limit),
            Customer,
        )
    return list({row.id: row for row in [*exact, *found]}.values())[:limit]


def search_locations(reader: Reader, text: str, *, site_id: str = "", limit: int = 50) -> list[Location]:
    """Bins whose code begins as typed."""
    code = text.strip().upper()
    if not code:
        return []
    site = "AND site_id = ?" if site_id else ""
    return reader.rows(
        f"SELECT * FROM location WHERE code >= ? AND code < ? {site} ORDER BY code, id LIMIT ?",
        (code, code + _LAST, *([site_id] if site_id else []), limit),
        Location,
    )


def search(reader: Reader, text: str, *, site_id: str = "", limit: int = 8) -> list[Found]:
    """What the palette offers for a text: up to ``limit`` of each kind; orders by number, then products, customers,
    bins."""
    number = text.strip().upper()
    if not number:
        return []
    with reader.snapshot():
        orders = reader.rows(
            "SELECT 'order', o.id, o.number, o.status || ' · ' || coalesce(c.name, o.ship_name) FROM \"order\" AS o "
            "LEFT JOIN customer AS c ON c.id = o.customer_id WHERE o.number >= ? AND o.number < ? "
            "ORDER BY o.number DESC LIMIT ?",
            (number, number + _LAST, limit),
            Found,
        )
        products = [Found("product", p.id, p.sku, p.name) for p in search_products(reader, text, limit=limit)]
        customers = [
            Found("customer", c.id, c.name, " · ".join(part for part in (c.code, c.city) if part))
            for c in search_customers(reader, text, limit=limit)
        ]
        bins = [
            Found("location", place.id, place.code, place.kind)
            for place in search_locations(reader, text, site_id=site_id, limit=limit)
        ]
    return [*orders, *products, *customers, *bins]


def product_by_code(reader: Reader, code: str) -> ScannedProduct | None:
    """The product that a scanned code stands for: a barcode, a gtin or a sku, in this order."""
    code = code.strip()
    with reader.snapshot():
        return (
            reader.one(
                "SELECT p.id, p.sku, p.name, b.quantity FROM barcode AS b JOIN product AS p ON p.id = b.product_id "
                "WHERE b.code = ? LIMIT 1",
                (code,),
                ScannedProduct,
            )
            or reader.one(
                "SELECT id, sku, name, 1 FROM product WHERE gtin = ? AND gtin <> '' LIMIT 1",
                (code,),
                ScannedProduct,
            )
            or reader.one(
                "SELECT id, sku, name, 1 FROM product WHERE sku IN (?, ?) LIMIT 1",
                (code, code.upper()),
                ScannedProduct,
            )
        )


def location_by_code(reader: Reader, code: str, *, site_id: str) -> Location | None:
    """The bin with this code at a site, or None."""
    return reader.one(
        "SELECT * FROM location WHERE code = ? AND site_id = ?", (code.strip().upper(), site_id), Location
    )
