"""What an order is made of while it is entered: products to choose from, customers, and whether it is placed already."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from local_db.queries.search import ScannedProduct, product_by_code, search_products
from local_db.reader import Reader
from services.domain.barcodes import gtin_forms, is_gtin
from services.storage.tables import Customer


class ProductHit(msgspec.Struct, frozen=True):
    """A product to order, with what of it this desk may promise now (units) and what one costs (minor units).

    ``certain`` units of it are set aside for this desk: the server takes what is sold of them, whatever others sell.
    ``set_aside`` counts those too whose time is over.
    ``pack`` is how many units the code that found it stands for.
    """

    product_id: str
    sku: str
    name: str
    uom: str
    price_minor: int
    currency: str
    available: int
    active: bool = True
    certain: int = 0
    set_aside: int = 0
    pack: int = 1

    def for_a_draft(self) -> ProductHit:
        """The same, as an order may have it that promises nothing yet: it draws on nothing."""
        return msgspec.structs.replace(
            self, available=self.available - self.set_aside, certain=0, set_aside=0
        )


_HIT = """
SELECT p.id, p.sku, p.name, p.uom, p.price_minor, p.currency,
       coalesce((SELECT v.on_hand - v.reserved - v.held - v.leased FROM stock_level AS v
                 WHERE v.site_id = ?1 AND v.product_id = p.id), 0) + coalesce(a.quantity - a.used, 0),
       p.active, iif(a.status = 'active' AND a.expires_at > ?3, a.quantity - a.used, 0),
       coalesce(a.quantity - a.used, 0)
FROM product AS p LEFT JOIN allotment AS a ON a.site_id = ?1 AND a.product_id = p.id AND a.terminal_id = (
    SELECT t.id FROM terminal AS t JOIN outbox.meta AS m ON m.value = t.code WHERE m.key = 'terminal_code')
WHERE p.id IN (SELECT value FROM json_each(?2))
"""


def product_hits(reader: Reader, site_id: str, text: str, *, limit: int = 12) -> list[ProductHit]:
    """Products by sku, name or barcode as a person types, the likeliest first."""
    with reader.snapshot():
        found = search_products(reader, text, limit=limit)
        known = products_now(reader, site_id, [row.id for row in found])
    return [known[row.id] for row in found]


def products_now(reader: Reader, site_id: str, product_ids: Sequence[str]) -> dict[str, ProductHit]:
    """Products as they stand now, by id; what does not exist is left out.

    Whether what is set aside has run out is taken from this computer's clock: only a hint, the server decides.
    """
    ids = msgspec.json.encode(list(product_ids)).decode()
    return {
        hit.product_id: hit
        for hit in reader.rows(_HIT, (site_id, ids, time.time_ns() // 1_000_000), ProductHit)
    }


def product_of_code(reader: Reader, site_id: str, code: str) -> ProductHit | None:
    """The product that a scanned or pasted code stands for, whatever length its GTIN is written in; or None."""
    with reader.snapshot():
        scanned = _scanned(reader, code)
        if scanned is None:
            return None
        hit = products_now(reader, site_id, [scanned.product_id])[scanned.product_id]
    return msgspec.structs.replace(hit, pack=scanned.quantity)


def _scanned(reader: Reader, code: str) -> ScannedProduct | None:
    for form in (code, *(gtin_forms(code) if is_gtin(code) else ())):
        found = product_by_code(reader, form)
        if found is not None:
            return found
    return None


_RECENT = """
SELECT c.* FROM (SELECT customer_id, max(placed_at) AS latest FROM (
    SELECT customer_id, placed_at FROM "order" WHERE site_id = ? ORDER BY rowid DESC LIMIT 200)
    GROUP BY customer_id ORDER BY latest DESC LIMIT ?) AS r
JOIN customer AS c ON c.id = r.customer_id WHERE c.active = 1 ORDER BY r.latest DESC
"""


def recent_customers(reader: Reader, site_id: str, *, limit: int = 8) -> list[Customer]:
    """Who ordered last, the latest first: what the customer field offers before anything is typed."""
    return reader.rows(_RECENT, (site_id, limit), Customer)


def orders_exist(reader: Reader, order_ids: Sequence[str]) -> set[str]:
    """Which of these orders the desk knows: a draft whose order is there has been placed already."""
    ids = msgspec.json.encode(list(order_ids)).decode()
    return set(reader.values('SELECT id FROM "order" WHERE id IN (SELECT value FROM json_each(?))', (ids,)))
