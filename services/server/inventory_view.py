"""Stock as answers show it: totals per product, where it lies, and what runs low."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from services.domain.stock_rules import band, is_low
from services.server.paging import cursor_of, read_cursor

_TOTALS = (
    "SELECT p.id, p.sku, p.name, p.uom, p.category, p.price_minor, p.currency, p.reorder_point, p.active, "
    "COALESCE(SUM(l.on_hand), 0), COALESCE(SUM(l.reserved), 0), COALESCE(SUM(l.held), 0), "
    "COALESCE(SUM(l.leased), 0), COALESCE(SUM(l.in_transit), 0), COALESCE(SUM(l.backordered), 0) "
    "FROM product p LEFT JOIN stock_level l ON l.product_id = p.id{site} {where} "
    "GROUP BY p.id, p.sku, p.name, p.uom, p.category, p.price_minor, p.currency, p.reorder_point, p.active "
    "ORDER BY p.sku, p.id {limit}"
)
_BINS = (
    "SELECT s.id, s.site_id, s.location_id, c.code, c.zone, c.kind, s.lot, s.expires_on, s.status, s.on_hand, "
    "s.allocated FROM stock s JOIN location c ON c.id = s.location_id WHERE s.product_id = {mark}{site} "
    "ORDER BY s.on_hand DESC, c.pick_sequence, s.id"
)


class ProductStock(msgspec.Struct, frozen=True):
    """A product and its totals over the sites asked for."""

    product_id: str
    sku: str
    name: str
    uom: str
    category: str
    price_minor: int
    currency: str
    reorder_point: int
    active: bool
    on_hand: int
    reserved: int
    held: int
    leased: int
    in_transit: int
    backordered: int

    @property
    def available(self) -> int:
        """What may be promised now."""
        return self.on_hand - self.reserved - self.held - self.leased

    def shown(self, threshold: int) -> dict[str, Any]:
        """As JSON, with its colour band and whether it is low; ``threshold`` holds without a reorder point."""
        point = self.reorder_point or threshold
        return {
            **msgspec.structs.asdict(self),
            "available": self.available,
            "available_quantity": self.available,
            "band": band(self.available, self.reorder_point).value,
            "low_stock": is_low(self.available, point),
            "out_of_stock": self.available <= 0,
        }


class BinStock(msgspec.Struct, frozen=True):
    """What lies of a product in one bin, lot and status."""

    stock_id: str
    site_id: str
    location_id: str
    location: str
    zone: str
    kind: str
    lot: str
    expires_on: str
    status: str
    on_hand: int
    allocated: int


def products_page(
    connection: Connection,
    *,
    site_id: str = "",
    search: str = "",
    only_low: int | None = None,
    cursor: str,
    limit: int,
) -> tuple[list[ProductStock], str]:
    """A page of products by sku with their totals.

    ``search`` is how the sku or a word of the name begins. ``only_low``: only those at their reorder point, or at this
    threshold where they have none.
    """
    conditions: list[str] = []
    parameters: list[Any] = [site_id] if site_id else []
    if search:
        conditions.append("(p.sku LIKE ? ESCAPE '!' OR LOWER(p.name) LIKE ? ESCAPE '!')")
        plain = search.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        parameters += [f"{plain}%", f"%{plain.lower()}%"]
    key = read_cursor(cursor, str, str)
    if key is not None:
        conditions.append("(p.sku, p.id) > (?, ?)")
        parameters += key
    having = ""
    if only_low is not None:
        having = (
            "HAVING COALESCE(SUM(l.on_hand - l.reserved - l.held - l.leased), 0) <= "
            "CASE WHEN p.reorder_point > 0 THEN p.reorder_point ELSE ? END"
        )
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = _TOTALS.format(site=" AND l.site_id = ?" if site_id else "", where=where, limit="LIMIT ?")
    if having:
        sql = sql.replace("ORDER BY", f"{having} ORDER BY")
        parameters.append(only_low)
    found = _run(connection, sql, (*parameters, limit + 1))
    products = [_product(row) for row in found]
    if len(products) <= limit:
        return products, ""
    last = products[limit - 1]
    return products[:limit], cursor_of((last.sku, last.product_id))


def product_stock(connection: Connection, product_id: str, site_id: str = "") -> ProductStock | None:
    """One product with its totals."""
    sql = _TOTALS.format(site=" AND l.site_id = ?" if site_id else "", where="WHERE p.id = ?", limit="")
    parameters = (site_id, product_id) if site_id else (product_id,)
    found = _run(connection, sql, parameters)
    return _product(found[0]) if found else None


def bins_of(connection: Connection, product_id: str, site_id: str = "") -> list[BinStock]:
    """Where a product lies, the fullest bin first."""
    sql = _BINS.format(mark="?", site=" AND s.site_id = ?" if site_id else "")
    parameters = (product_id, site_id) if site_id else (product_id,)
    return [BinStock(*row) for row in _run(connection, sql, parameters)]


def primary_location(bins: Sequence[BinStock]) -> BinStock | None:
    """Where to go for a product: the pick bin with the most of it, else the bin with the most."""
    good = [each for each in bins if each.status == "good" and each.on_hand > 0]
    picks = [each for each in good if each.kind == "pick"]
    return next(iter(picks or good), None)


def _product(row: Sequence[Any]) -> ProductStock:
    head = (*row[:7], int(row[7]), bool(row[8]))
    # PostgreSQL's sums are of a type of their own.
    return ProductStock(*head, *(int(value) for value in row[len(head) :]))


def _run(connection: Connection, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    if connection.dialect.name != "sqlite":
        sql = sql.replace("%", "%%").replace("?", "%s")
    return [tuple(row) for row in connection.exec_driver_sql(sql, tuple(parameters))]
