"""Live warehouse stock over HTTP: totals and bins, scans, and how to watch it change."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.server.api_desk import resolve_site
from services.server.errors import ApiError
from services.server.inventory_view import BinStock, bins_of, primary_location, product_stock, products_page
from services.server.paging import LARGEST_PAGE
from services.server.requests import PartsOfServer, SignedIn
from services.server.scanning import Scans, take_scans

router = APIRouter(prefix="/api/warehouse", tags=["Live stock"])


@router.get("/live-inventory")
def live_inventory(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
    site_id: str = "",
    q: str = Query("", max_length=64),
) -> dict[str, Any]:
    """Each product's totals over all locations with the locations one by one, and those that run low."""
    person.need("view")
    threshold = parts.settings.low_stock_threshold
    with parts.database.reading() as connection:
        found, following = products_page(connection, site_id=site_id, search=q, cursor=cursor, limit=limit)
        items = [
            {
                **product.shown(threshold),
                "locations": [_bin(each) for each in bins_of(connection, product.product_id, site_id)],
            }
            for product in found
        ]
    return {
        "timestamp": parts.clock(),
        "inventory": items,
        "low_stock": [
            {"product_id": item["product_id"], "sku": item["sku"], "available_quantity": item["available"]}
            for item in items
            if item["low_stock"]
        ],
        "next_cursor": following,
    }


@router.get("/live-inventory/{product_id}")
def live_inventory_of(
    product_id: str, parts: PartsOfServer, person: SignedIn, site_id: str = ""
) -> dict[str, Any]:
    """One product's totals, its bins, and the one to go to."""
    person.need("view")
    with parts.database.reading() as connection:
        product = product_stock(connection, product_id, site_id)
        if product is None:
            raise ApiError(404, "There is no such product.", "not_found", [{"product_id": product_id}])
        bins = bins_of(connection, product_id, site_id)
    primary = primary_location(bins)
    return {
        "timestamp": parts.clock(),
        **product.shown(parts.settings.low_stock_threshold),
        "primary_location": _bin(primary) if primary is not None else None,
        "locations": [_bin(each) for each in bins],
    }


@router.post("/scan")
def scan(body: Scans, request: Request, parts: PartsOfServer, person: SignedIn) -> Response:
    """Receipts, picks, counts and moves by barcode. All are taken, or none; whoever watches is told."""
    site = resolve_site(parts.database, body.site_id)
    return parts.door.answer(
        request,
        person,
        (f"site:{site.id}",),
        lambda desk: take_scans(desk, body.scans, site),
        body.model_dump_json().encode(),
    )


@router.get("/sync-status")
def sync_status(request: Request, parts: PartsOfServer, person: SignedIn) -> dict[str, Any]:
    """How to watch stock change, and how many do."""
    person.need("view")
    base = parts.settings.public_url or str(request.base_url)
    clients = parts.live_stock.watchers
    return {
        "sync_enabled": True,
        "connected_clients": clients,
        "sync_type": "websocket",
        "url": f"{base.rstrip('/').replace('http', 'ws', 1)}/ws",
        "message": f"Stock changes are sent as they happen; {clients} watching.",
    }


def _bin(each: BinStock) -> dict[str, Any]:
    return msgspec.structs.asdict(each)
