"""Products, their stock, and what runs low."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Query

from services.server import listing
from services.server.inventory_view import products_page
from services.server.paging import LARGEST_PAGE
from services.server.requests import PartsOfServer, SignedIn
from services.storage.tables import Alert, Product

router = APIRouter(prefix="/api", tags=["Inventory"])


@router.get("/products")
def products(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
    sku: str = "",
    active: bool | None = None,
) -> dict[str, Any]:
    """What can be sold, by sku."""
    person.need("view")
    where: list[listing.Condition] = [("sku = ?", sku)] if sku else []
    if active is not None:
        where.append(("active = ?", int(active)))
    with parts.database.reading() as connection:
        rows, following = listing.page(
            connection,
            Product,
            where=where,
            order=("sku", "id"),
            kinds=(str, str),
            cursor=cursor,
            limit=limit,
        )
    return {"products": [_shown(row) for row in rows], "next_cursor": following}


def _shown(product: Product) -> dict[str, Any]:
    fields = msgspec.structs.asdict(product)
    return {"product_id": fields.pop("id"), **fields}


@router.get("/inventory")
def inventory(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
    site_id: str = "",
    q: str = Query("", max_length=64),
) -> dict[str, Any]:
    """Totals of each product at a site, or over all, by sku. ``q``: how the sku or a part of the name goes."""
    person.need("view")
    with parts.database.reading() as connection:
        found, following = products_page(connection, site_id=site_id, search=q, cursor=cursor, limit=limit)
    threshold = parts.settings.low_stock_threshold
    return {"inventory": [product.shown(threshold) for product in found], "next_cursor": following}


@router.get("/inventory/alerts")
def inventory_alerts(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
    site_id: str = "",
) -> dict[str, Any]:
    """Products at or below their reorder point (or the threshold of the settings), and the open alerts of stock."""
    person.need("view")
    threshold = parts.settings.low_stock_threshold
    where: list[listing.Condition] = [("subject = ?", "stock_level"), ("status <> ?", "resolved")]
    if site_id:
        where.append(("site_id = ?", site_id))
    with parts.database.reading() as connection:
        low, following = products_page(
            connection, site_id=site_id, only_low=threshold, cursor=cursor, limit=limit
        )
        alerts, _ = listing.page(
            connection,
            Alert,
            where=where,
            order=("raised_at", "id"),
            kinds=(int, str),
            cursor="",
            limit=LARGEST_PAGE,
            descending=True,
        )
    return {
        "threshold": threshold,
        "low_stock": [product.shown(threshold) for product in low],
        "alerts": [msgspec.structs.asdict(alert) for alert in alerts],
        "next_cursor": following,
    }
