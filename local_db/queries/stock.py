"""What lies where, and a product's totals at a site."""

from __future__ import annotations

import msgspec

from local_db.queries.paging import Where
from local_db.reader import Reader


class StockRow(msgspec.Struct, frozen=True):
    """A product in one bin, lot and status; quantities in units."""

    id: str
    site_id: str
    product_id: str
    sku: str
    product_name: str
    location_id: str
    location_code: str
    zone: str
    lot: str
    expires_on: str
    status: str
    on_hand: int
    allocated: int
    provisional: bool


class StockLevelRow(msgspec.Struct, frozen=True):
    """A product's totals at a site, in units: ``on_hand = reserved + held + leased + available``."""

    id: str
    site_id: str
    product_id: str
    sku: str
    product_name: str
    category: str
    uom: str
    price_minor: int
    currency: str
    on_hand: int
    reserved: int
    held: int
    leased: int
    available: int
    in_transit: int
    backordered: int
    reorder_point: int
    provisional: bool


_STOCK = """
SELECT s.id, s.site_id, s.product_id, coalesce(p.sku, ''), coalesce(p.name, ''), s.location_id, coalesce(l.code, ''),
       coalesce(l.zone, ''), s.lot, s.expires_on, s.status, s.on_hand, s.allocated,
       EXISTS (SELECT 1 FROM before_stock AS b WHERE b.id = s.id)
FROM stock AS s LEFT JOIN product AS p ON p.id = s.product_id LEFT JOIN location AS l ON l.id = s.location_id
"""

_LEVEL = """
SELECT v.id, v.site_id, v.product_id, p.sku, p.name, p.category, p.uom, p.price_minor, p.currency, v.on_hand,
v.reserved, v.held, v.leased, v.on_hand - v.reserved - v.held - v.leased, v.in_transit, v.backordered, p.reorder_point,
       EXISTS (SELECT 1 FROM before_stock_level AS b WHERE b.id = v.id)
FROM product AS p JOIN stock_level AS v ON v.product_id = p.id
"""


def stock(
    reader: Reader,
    *,
    site_id: str = "",
    product_id: str = "",
    location_id: str = "",
    limit: int = 500,
    after: str = "",
) -> list[StockRow]:
    """Stock by bin, in order of id. ``after``: the id of the last row of the page before."""
    where = (
        Where()
        .equal("s.site_id", site_id)
        .equal("s.product_id", product_id)
        .equal("s.location_id", location_id)
    )
    where.after("s.id", (after,) if after else None)
    return reader.rows(f"{_STOCK} {where} ORDER BY s.id LIMIT ?", (*where.params, limit), StockRow)


def stock_levels(
    reader: Reader,
    *,
    site_id: str,
    product_id: str = "",
    limit: int = 200,
    after: tuple[str, str] | None = None,
) -> list[StockLevelRow]:
    """Totals by product at a site, in order of sku. ``after``: (sku, product_id) of the last row of the page before."""
    where = Where().equal("v.site_id", site_id).equal("p.id", product_id).after("p.sku, p.id", after)
    return reader.rows(
        f"{_LEVEL} {where} ORDER BY p.sku, p.id LIMIT ?", (*where.params, limit), StockLevelRow
    )
