"""After stock or promises changed: who waits is served, who cannot be is told, and orders follow their lines."""

from __future__ import annotations

from services.handlers.order_progress import lines_of, refresh_order
from services.handlers.promises import reclaim, serve_backorders
from services.handlers.shipments import keep_shipment
from services.handlers.work import Work
from services.storage.tables import Order


def settle_stock(work: Work, site_id: str, product_id: str) -> list[str]:
    """Bring a product's promises in line with what is there: too many are taken back, backorders are filled.

    Answers the ids of the orders that changed.
    """
    changed = reclaim(work, site_id, product_id) or serve_backorders(work, site_id, product_id)
    for order_id in dict.fromkeys(changed):
        settle_order(work, order_id)
    return changed


def settle_order(work: Work, order_id: str) -> Order:
    """Let an order's state and its shipment follow its lines."""
    lines = lines_of(work, order_id)
    order = refresh_order(work, work.need(Order, order_id), lines)
    keep_shipment(work, order, lines)
    return order
