"""Low stock: an alert when a product runs low or out, settled when it comes back above its reorder point."""

from __future__ import annotations

from services.domain.stock_rules import Crossing, crossing
from services.handlers.work import Work
from services.storage.tables import Product, StockLevel

LOW_STOCK = "low_stock"


def watch_level(work: Work, product: Product, level: StockLevel, *, fell_by: int) -> None:
    """Look at a level whose available units have just fallen (or with a negative number risen) by so many."""
    match crossing(level.available + fell_by, level.available, product.reorder_point):
        case Crossing.OUT:
            work.raise_alert(LOW_STOCK, "danger", level, f"{product.sku} {product.name} is out of stock.")
        case Crossing.LOW:
            text = f"{level.available} {product.uom} available, reorder point {product.reorder_point}"
            work.raise_alert(LOW_STOCK, "warning", level, f"{product.sku} {product.name} is low: {text}.")
        case Crossing.RECOVERED:
            work.resolve_alert(LOW_STOCK, level)
        case Crossing.NONE:
            pass
