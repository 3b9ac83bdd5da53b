"""What the Inventory panel tells of one product, of one bin, and of the counts that wait."""

from __future__ import annotations

import msgspec

from local_db.queries.inventory_queries import SELECT_ROW, InventoryRow, with_trends
from local_db.queries.order_story_queries import Holder, stock_holders
from local_db.queries.paging import Where
from local_db.queries.search import product_by_code
from local_db.queries.stock import StockRow, stock
from local_db.reader import Reader
from local_db.search_index import like_pattern
from services.domain.barcodes import gtin_forms, is_gtin
from services.storage.tables import Barcode, Product


class MovementRow(msgspec.Struct, frozen=True):
    """One change of stock: ``quantity`` moved, ``delta`` is what it did to on_hand. ``at`` in ms UTC."""

    id: str
    kind: str
    from_code: str
    to_code: str
    lot: str
    quantity: int
    delta: int
    reason: str
    order_number: str
    actor_name: str
    at: int
    provisional: bool


class CountRow(msgspec.Struct, frozen=True):
    """A bin that is to be counted or was: ``counted`` is None until then. Instants in ms UTC."""

    id: str
    product_id: str
    sku: str
    product_name: str
    location_id: str
    location_code: str
    lot: str
    expected: int
    counted: int | None
    status: str
    reason: str
    requested_at: int
    counted_by: str
    counted_at: int | None
    decided_by: str
    decided_at: int | None
    price_minor: int
    currency: str
    provisional: bool

    @property
    def variance(self) -> int | None:
        """Counted minus recorded; None before the count."""
        return None if self.counted is None else self.counted - self.expected

    @property
    def value(self) -> int | None:
        """What the variance is worth at the selling price, in minor units."""
        return None if self.variance is None else self.variance * self.price_minor


class AllotmentRow(msgspec.Struct, frozen=True):
    """Units of a product set aside for one terminal and not used; ``expires_at`` in ms UTC by the server's clock.

    ``is_here``: the terminal is this one. ``is_called_back``: nothing new is certain, the terminal is to give it back.
    """

    id: str
    terminal_code: str
    terminal_name: str
    unused: int
    used: int
    expires_at: int
    is_called_back: bool
    is_here: bool
    provisional: bool


class ProductStory(msgspec.Struct, frozen=True):
    """All that the inspector says of a product, as of one moment."""

    row: InventoryRow
    product: Product
    bins: list[StockRow]
    movements: list[MovementRow]
    holders: list[Holder]
    counts: list[CountRow]
    barcodes: list[Barcode]
    allotments: list[AllotmentRow] = []


class BinRow(msgspec.Struct, frozen=True):
    """A bin with how many products and units lie in it."""

    id: str
    code: str
    zone: str
    kind: str
    active: bool
    products: int
    units: int
    held: int


_LEVEL = f"""
{SELECT_ROW}
FROM product AS p LEFT JOIN stock_level AS v ON v.site_id = ? AND v.product_id = p.id WHERE p.id = ?
"""

_MOVEMENTS = """
SELECT m.id, m.kind, coalesce(f.code, ''), coalesce(t.code, ''), m.lot, m.quantity, m.delta, m.reason,
       coalesce(o.number, ''), coalesce(u.name, ''), m.at, EXISTS (SELECT 1 FROM before_stock_movement AS b WHERE b.id = m.id)
FROM stock_movement AS m LEFT JOIN location AS f ON f.id = m.from_location_id
LEFT JOIN location AS t ON t.id = m.to_location_id LEFT JOIN "order" AS o ON o.id = m.order_id
LEFT JOIN user AS u ON u.id = m.actor_id
WHERE m.site_id = ? AND m.product_id = ? ORDER BY m.at DESC LIMIT ?
"""

_COUNTS = """
SELECT c.id, c.product_id, coalesce(p.sku, ''), coalesce(p.name, ''), c.location_id, coalesce(l.code, ''), c.lot,
       c.expected, c.counted, c.status, c.reason, c.requested_at, coalesce(u.name, ''), c.counted_at,
       coalesce(d.name, ''), c.decided_at, coalesce(p.price_minor, 0), coalesce(p.currency, ''),
       EXISTS (SELECT 1 FROM before_cycle_count AS b WHERE b.id = c.id)
FROM cycle_count AS c LEFT JOIN product AS p ON p.id = c.product_id LEFT JOIN location AS l ON l.id = c.location_id
LEFT JOIN user AS u ON u.id = c.counted_by LEFT JOIN user AS d ON d.id = c.decided_by
"""

_ALLOTMENTS = """
SELECT a.id, coalesce(t.code, '?'), coalesce(t.name, ''), a.quantity - a.used, a.used, a.expires_at,
       a.status <> 'active', t.code IS (SELECT value FROM outbox.meta WHERE key = 'terminal_code'),
       EXISTS (SELECT 1 FROM before_allotment AS b WHERE b.id = a.id)
FROM allotment AS a LEFT JOIN terminal AS t ON t.id = a.terminal_id
WHERE a.site_id = ? AND a.product_id = ? AND a.quantity > a.used ORDER BY t.code, a.id
"""

_BINS = """
SELECT l.id, l.code, l.zone, l.kind, l.active,
       (SELECT count(DISTINCT s.product_id) FROM stock AS s WHERE s.location_id = l.id AND s.on_hand > 0),
       (SELECT coalesce(sum(s.on_hand), 0) FROM stock AS s WHERE s.location_id = l.id),
       (SELECT coalesce(sum(s.on_hand), 0) FROM stock AS s WHERE s.location_id = l.id AND s.status <> 'good')
FROM location AS l
"""


def product_story(
    reader: Reader, site_id: str, product_id: str, *, now: int, movements: int = 100
) -> ProductStory | None:
    """A product at a site at one moment, or None where the desk does not know it."""
    with reader.snapshot():
        row = reader.one(_LEVEL, (site_id, product_id), InventoryRow)
        product = reader.one("SELECT * FROM product WHERE id = ?", (product_id,), Product)
        if row is None or product is None:
            return None
        bins = stock(reader, site_id=site_id, product_id=product_id)
        return ProductStory(
            row=with_trends(reader, site_id, [row], now)[0],
            product=product,
            bins=sorted(bins, key=lambda each: (each.location_code, each.expires_on, each.lot, each.status)),
            movements=reader.rows(_MOVEMENTS, (site_id, product_id, movements), MovementRow),
            holders=stock_holders(reader, site_id, product_id),
            counts=reader.rows(
                f"{_COUNTS} WHERE c.product_id = ? AND c.site_id = ? ORDER BY c.requested_at DESC LIMIT 50",
                (product_id, site_id),
                CountRow,
            ),
            barcodes=reader.rows(
                "SELECT * FROM barcode WHERE product_id = ? ORDER BY code", (product_id,), Barcode
            ),
            allotments=reader.rows(_ALLOTMENTS, (site_id, product_id), AllotmentRow),
        )


def counts_open(reader: Reader, site_id: str, *, limit: int = 2000) -> list[CountRow]:
    """Counts that wait for a decision, then bins that wait to be counted, the oldest first."""
    return reader.rows(
        f"{_COUNTS} WHERE c.site_id = ? AND c.status IN ('counted', 'queued') "
        "ORDER BY c.status, c.requested_at, c.id LIMIT ?",
        (site_id, limit),
        CountRow,
    )


def open_count(reader: Reader, location_id: str, product_id: str, lot: str) -> str:
    """The id of the count that is open for a product and lot in a bin; empty where there is none."""
    found = reader.value(
        "SELECT id FROM cycle_count WHERE location_id = ? AND product_id = ? AND lot = ? "
        "AND status IN ('queued', 'counted') LIMIT 1",
        (location_id, product_id, lot),
    )
    return str(found or "")


def bin_page(
    reader: Reader,
    site_id: str,
    text: str = "",
    *,
    limit: int = 200,
    offset: int = 0,
    after: BinRow | None = None,
) -> list[BinRow]:
    """Bins of a site whose code has ``text`` in it, in order of code."""
    where = _bins_where(site_id, text).after("l.code, l.id", (after.code, after.id) if after else None)
    return reader.rows(
        f"{_BINS} {where} ORDER BY l.code, l.id LIMIT ? OFFSET ?",
        (*where.params, limit, 0 if after else offset),
        BinRow,
    )


def bin_count(reader: Reader, site_id: str, text: str = "") -> int:
    """How many bins ``bin_page`` has in all."""
    where = _bins_where(site_id, text)
    return int(reader.value(f"SELECT count(*) FROM location AS l {where}", where.params) or 0)


def bin_content(reader: Reader, location_id: str) -> list[StockRow]:
    """What lies in a bin, in order of sku."""
    rows = stock(reader, location_id=location_id)
    return sorted(rows, key=lambda each: (each.sku, each.expires_on, each.lot, each.status))


def product_of(reader: Reader, code: str) -> tuple[Product, int] | None:
    """The product that a sku or barcode stands for, whatever length its GTIN is written in, and units per scan."""
    with reader.snapshot():
        for form in (code.strip(), *(gtin_forms(code) if is_gtin(code) else ())):
            found = product_by_code(reader, form)
            if found is not None:
                product = reader.one("SELECT * FROM product WHERE id = ?", (found.product_id,), Product)
                return None if product is None else (product, found.quantity)
    return None


def _bins_where(site_id: str, text: str) -> Where:
    where = Where().equal("l.site_id", site_id)
    if text.strip():
        where.also("l.code LIKE ? ESCAPE '\\'", like_pattern(text.strip()))
    return where
