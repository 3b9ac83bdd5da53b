"""Finding things by what a person types or scans: products, customers, orders by number, bins by code."""

from __future__ import annotations

from typing import Any

import msgspec

from local_db.reader import Reader
from local_db.search_index import begins_query, like_pattern, pieces_query, words_of
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
            rows = reader.rows(f"SELECT p.* FROM {sql} {active} LIMIT ?", (*params, limit), Product)
            found.update((row.id, row) for row in rows if row.id not in found)

    code = text.upper()
    with reader.snapshot():
        take("product AS p WHERE p.sku IN (?, ?)", text, code)
        take("barcode AS b JOIN product AS p ON p.id = b.product_id WHERE b.code = ?", text)
        take("product AS p WHERE p.sku >= ? AND p.sku < ?", code, code + _LAST)
        long, short = _by_length(words_of(text))
        if long:
            also, patterns = _begins_with("p.sku, p.name, p.category, p.gtin", short)
            words = "product_words AS w JOIN product AS p ON p.rowid = w.rowid WHERE product_words MATCH ?"
            take(f"{words} {also}", begins_query(long), *patterns)
        elif short:
            first = short[0].upper()
            take("product AS p WHERE p.name >= ? AND p.name < ?", first, first + _LAST)
        if len(text) >= _MIN_PIECE:
            like = like_pattern(text)
            take(
                "product_pieces AS w JOIN product AS p ON p.rowid = w.rowid WHERE product_pieces MATCH ? "
                "AND (p.sku LIKE ? ESCAPE '\\' OR p.name LIKE ? ESCAPE '\\' OR p.gtin LIKE ? ESCAPE '\\')",
                pieces_query(text), like, like, like,
            )  # fmt: skip
    return list(found.values())[:limit]


def search_customers(reader: Reader, text: str, *, limit: int = 50) -> list[Customer]:
    """Customers whose code, name, city or postcode has words that begin as typed; an exact code comes first."""
    long, short = _by_length(words_of(text))
    if not long and not short:
        return []
    code = text.strip().upper()
    with reader.snapshot():
        found = reader.rows("SELECT * FROM customer WHERE code IN (?, ?)", (text.strip(), code), Customer)
        if long:
            also, patterns = _begins_with("c.code, c.name, c.city, c.postcode", short)
            found += reader.rows(
                "SELECT c.* FROM customer_words AS w JOIN customer AS c ON c.rowid = w.rowid "
                f"WHERE customer_words MATCH ? AND c.active = 1 {also} LIMIT ?",
                (begins_query(long), *patterns, limit),
                Customer,
            )
        else:
            first = short[0].upper()
            found += reader.rows(
                "SELECT * FROM customer WHERE name >= ? AND name < ? AND active = 1 LIMIT ?",
                (first, first + _LAST, limit),
                Customer,
            )
    return list({row.id: row for row in found}.values())[:limit]


def _by_length(words: list[str]) -> tuple[list[str], list[str]]:
    """Words that the index finds quickly by their beginning, and single letters, which begin too many."""
    return [word for word in words if len(word) > 1], [word for word in words if len(word) == 1]


def _begins_with(columns: str, letters: list[str]) -> tuple[str, list[str]]:
    """A condition that some word of the columns begins with each of the letters, and its parameters.

    Words begin after any mark, as in "Grantham's". Only plain letters and digits are looked at: SQLite knows no more
    about others' small and capital forms.
    """
    joined = " || ' ' || ".join(("''", *columns.split(", ")))
    plain = [letter.lower() for letter in letters if letter.isascii()]
    return " ".join(f"AND lower({joined}) GLOB ?" for _ in plain), [
        f"*[^0-9a-z]{letter}*" for letter in plain
    ]


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
