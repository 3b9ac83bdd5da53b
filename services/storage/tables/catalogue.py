"""Products, the barcodes that stand for them, and the customers who buy them."""

from __future__ import annotations

from typing import ClassVar

from services.storage.row import Row, TableSpec


class Product(Row, frozen=True):
    """A sellable item. Weight in grams, volume in millilitres, both of one unit."""

    sku: str
    name: str
    category: str
    uom: str
    gtin: str
    price_minor: int
    currency: str
    weight_g: int
    volume_ml: int
    reorder_point: int
    reorder_quantity: int
    lot_tracked: bool = False
    expiry_tracked: bool = False
    removal_strategy: str = ""
    active: bool = True

    table: ClassVar = TableSpec("product", indexes=(("name",),), unique=(("sku",),))


class Barcode(Row, frozen=True):
    """A code that a scanner may read for a product; ``quantity`` is how many units it stands for (a pack)."""

    code: str
    product_id: str
    quantity: int

    table: ClassVar = TableSpec("barcode", indexes=(("code",), ("product_id",)), unique=(("code",),))


class Customer(Row, frozen=True):
    """Who orders. ``priority`` is 1 (first) to 9 (last) and is what an order starts with."""

    code: str
    name: str
    email: str
    phone: str
    street: str
    city: str
    postcode: str
    country: str
    latitude: float | None
    longitude: float | None
    priority: int = 5
    active: bool = True

    table: ClassVar = TableSpec("customer", indexes=(("code",), ("name",)), unique=(("code",),))
