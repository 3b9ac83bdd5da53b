"""The first rows of the stock list, before the panel is there."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.first_rows import Asked
from desktop_app.panels.inventory.columns import STOCK
from desktop_app.panels.inventory.filters import filter_of
from desktop_app.widgets.columns import Column
from local_db.queries.inventory_queries import InventoryRow, inventory_page


def columns(_asked: Asked) -> Sequence[Column]:
    """The columns of the list."""
    return STOCK


def rows(asked: Asked) -> Sequence[InventoryRow] | None:
    """The rows; None on another page, and with categories, which the panel asks for when it knows them."""
    chips = asked.state.get("chips") or {}
    if asked.state.get("page", "stock") != "stock" or "categories" in chips:
        return None
    order, descending = asked.order or ("sku", False)
    wanted = filter_of(chips, asked.site_id, "")
    return inventory_page(
        asked.reader, wanted, limit=asked.limit, order=order, descending=descending, now=asked.now
    )
