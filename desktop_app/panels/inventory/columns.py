"""The columns of the stock list and of the lists in its inspector, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from desktop_app.panels.inventory.words import COUNTS, LOCATION_KINDS, MOVEMENTS, STATUSES, band_pill
from desktop_app.themes.tokens import Tone
from desktop_app.widgets.columns import Column, mark_column

if TYPE_CHECKING:
    from local_db.queries.inventory_queries import InventoryRow
    from local_db.queries.stock import StockRow
    from local_db.queries.stock_story_queries import CountRow, MovementRow

_MARK: Final = mark_column(lambda each: "provisional" if each.provisional else "")


def _band_tone(row: InventoryRow) -> Tone:
    return band_pill(row.band, row.available)[1]


def _available_tip(row: InventoryRow) -> str:
    leased = f", {row.leased:,} set aside for terminals" if row.leased else ""
    return f"{row.on_hand:,} on hand, {row.reserved:,} reserved, {row.held:,} held{leased}: {row.available:,} can be promised"


STOCK: Final = (
    _MARK,
    Column("sku", "SKU", lambda row: row.sku, width=90, strong=True),
    Column("name", "Product", lambda row: row.name if row.active else f"{row.name} (not sold any more)", width=250,
           stretch=True),
    Column("band", "Level", lambda row: band_pill(row.band, row.available), "pill", width=82, sortable=False,
           tip=_available_tip),
    Column("available", "Available", lambda row: row.available, "number", width=92, strong=True, tip=_available_tip,
           tone=lambda row: "danger" if row.available <= 0 else None),
    Column("trend", "30 days", lambda row: row.trend, "spark", width=78, sortable=False, tone=_band_tone, yields=3,
           tip=lambda row: f"On hand over 30 days: {min(row.trend):,} to {max(row.trend):,}, now {row.trend[-1]:,}"
           if row.trend else "Nothing moved in 30 days"),
    Column("on_hand", "On hand", lambda row: row.on_hand, "number", width=84, sortable=False, yields=1),
    Column("reserved", "Reserved", lambda row: row.reserved or None, "number", width=90, sortable=False, quiet=True, yields=4),
    Column("held", "Held", lambda row: row.held or None, "number", width=60, sortable=False, yields=2,
           tone=lambda row: "warning" if row.held else None),
    Column("backordered", "Backorder", lambda row: row.backordered or None, "number", width=98, sortable=False, yields=5,
           tone=lambda row: "warning" if row.backordered else None),
    Column("in_transit", "In transit", lambda row: row.in_transit or None, "number", width=92, sortable=False, quiet=True,
           yields=6),
    Column("reorder_point", "Reorder at", lambda row: row.reorder_point or None, "number", width=98, sortable=False,
           quiet=True, yields=7),
    Column("category", "Category", lambda row: row.category, width=116, quiet=True, sortable=False, yields=8),
)  # fmt: skip

BINS: Final = (
    _MARK,
    Column("code", "Bin", lambda row: row.location_code, width=100, strong=True, sortable=False,
           tip=lambda row: f"{row.location_code}, zone {row.zone}"),
    Column("lot", "Lot", lambda row: bin_words(row), width=62, stretch=True, sortable=False,
           tone=lambda row: None if row.status == "good" else STATUSES.get(row.status, ("", "neutral"))[1]),
    Column("on_hand", "Units", lambda row: row.on_hand, "number", width=72, sortable=False),
    Column("free", "Free", lambda row: row.on_hand - row.allocated if row.status == "good" else None, "number", width=70,
           sortable=False, quiet=True, yields=1, tip=lambda row: f"{row.allocated:,} are promised to order lines"),
)  # fmt: skip
MOVES: Final = (
    _MARK,
    Column("kind", "What", lambda row: MOVEMENTS.get(row.kind, row.kind.replace("_", " ").capitalize()), width=80,
           sortable=False, tip=lambda row: movement_words(row)),
    Column("quantity", "Units", lambda row: row.delta or row.quantity, "number", width=72, sortable=False,
           tone=lambda row: "ok" if row.delta > 0 else "danger" if row.delta < 0 else None,
           tip=lambda row: movement_words(row)),
    Column("where", "Where, why", lambda row: where_words(row), width=70, stretch=True, quiet=True, sortable=False,
           tip=lambda row: movement_words(row)),
    Column("at", "When", lambda row: row.at, "age", width=60, sortable=False, yields=1),
)  # fmt: skip
HOLDERS: Final = (
    Column("number", "Order", lambda each: each.number, width=102, strong=True, sortable=False),
    Column("customer", "Customer", lambda each: each.customer_name, width=50, stretch=True, sortable=False),
    Column("waits", "", lambda each: "waits" if each.waits else "has", width=48, sortable=False, quiet=True,
           tone=lambda each: "warning" if each.waits else None),
    Column("quantity", "Units", lambda each: each.quantity, "number", width=58, sortable=False),
    Column("since", "Since", lambda each: each.since, "age", width=60, sortable=False, yields=1),
)  # fmt: skip
PRODUCT_COUNTS: Final = (
    _MARK,
    Column("code", "Bin", lambda row: row.location_code, width=92, strong=True, sortable=False),
    Column("status", "State", lambda row: COUNTS.get(row.status, (row.status, "neutral"))[0], width=64, stretch=True,
           sortable=False, tone=lambda row: COUNTS.get(row.status, ("", "neutral"))[1], tip=lambda row: count_words(row)),
    Column("variance", "Differs", lambda row: row.variance, "number", width=66, sortable=False,
           tone=lambda row: _variance_tone(row), tip=lambda row: count_words(row)),
    Column("at", "When", lambda row: row.counted_at or row.requested_at, "age", width=60, sortable=False, yields=1),
)  # fmt: skip
BARCODES: Final = (
    Column("code", "Code", lambda row: row.code, width=150, strong=True, stretch=True, sortable=False),
    Column(
        "quantity", "Stands for", lambda row: row.quantity, "number", width=100, unit="pcs", sortable=False
    ),
)
ALL_COUNTS: Final = (
    _MARK,
    Column("location_code", "Bin", lambda row: row.location_code, width=96, strong=True),
    Column("sku", "SKU", lambda row: row.sku, width=80, strong=True),
    Column("product_name", "Product", lambda row: row.product_name, width=140, stretch=True),
    Column("lot", "Lot", lambda row: row.lot, width=60, quiet=True, yields=4),
    Column("status", "State", lambda row: COUNTS.get(row.status, (row.status, "neutral")), "pill", width=122),
    Column("expected", "Recorded", lambda row: row.expected, "number", width=94, quiet=True),
    Column("counted", "Counted", lambda row: row.counted, "number", width=88),
    Column("variance", "Variance", lambda row: row.variance, "number", width=90, strong=True,
           tone=lambda row: _variance_tone(row)),
    Column("value", "Worth", lambda row: None if row.value is None else (row.value, row.currency), "money", width=84,
           quiet=True, yields=3, tip=lambda row: "At the selling price"),
    Column("counted_by", "By", lambda row: row.counted_by, width=104, quiet=True, yields=5),
    Column("reason", "Why", lambda row: row.reason, width=120, quiet=True, yields=2),
    Column("requested_at", "Asked", lambda row: row.requested_at, "age", width=70),
)  # fmt: skip
BIN_LIST: Final = (
    Column("code", "Bin", lambda row: row.code, width=112, strong=True, stretch=True, sortable=False),
    Column(
        "kind",
        "Kind",
        lambda row: LOCATION_KINDS.get(row.kind, row.kind),
        width=72,
        quiet=True,
        sortable=False,
    ),
    Column("products", "Products", lambda row: row.products or None, "number", width=84, sortable=False),
    Column("units", "Units", lambda row: row.units or None, "number", width=60, sortable=False),
)
BIN_CONTENT: Final = (
    _MARK,
    Column("sku", "SKU", lambda row: row.sku, width=88, strong=True),
    Column("product_name", "Product", lambda row: row.product_name, width=180, stretch=True),
    Column("on_hand", "Units", lambda row: row.on_hand, "number", width=72),
    Column("allocated", "Promised", lambda row: row.allocated or None, "number", width=94, quiet=True),
    Column("status", "State", lambda row: STATUSES.get(row.status, (row.status, "neutral")), "pill", width=92),
    Column("lot", "Lot", lambda row: row.lot, width=90, quiet=True),
    Column("expires_on", "Use by", lambda row: row.expires_on, width=92, quiet=True),
)  # fmt: skip


def where_words(row: MovementRow) -> str:
    """`A-01 to B-02`, the order or the reason."""
    if row.from_code and row.to_code and row.from_code != row.to_code:
        place = f"{row.from_code} to {row.to_code}"
    else:
        place = row.to_code or row.from_code
    return ", ".join(part for part in (place, row.order_number, row.reason) if part)


def movement_words(row: MovementRow) -> str:
    """A movement in one sentence, with who and which lot."""
    lot = f", lot {row.lot}" if row.lot else ""
    by = f", by {row.actor_name}" if row.actor_name else ""
    kind = MOVEMENTS.get(row.kind, row.kind.replace("_", " ").capitalize())
    return f"{kind}: {row.quantity:,}{lot}, {where_words(row)}{by}"


def bin_words(row: StockRow) -> str:
    """`lot L7, use by 2027-03-31, on hold`: nothing for good units without a lot."""
    state = "" if row.status == "good" else STATUSES.get(row.status, (row.status, "neutral"))[0]
    return ", ".join(
        part for part in (state, f"lot {row.lot}" if row.lot else "", _until(row.expires_on)) if part
    )


def count_words(row: CountRow) -> str:
    """A count in one sentence."""
    counted = (
        "not counted yet"
        if row.counted is None
        else f"{row.counted:,} counted by {row.counted_by or 'somebody'}"
    )
    decided = f", decided by {row.decided_by}" if row.decided_by else ""
    return f"{row.expected:,} recorded, {counted}{decided}. {row.reason.capitalize()}"


def _until(day: str) -> str:
    return f"use by {day}" if day else ""


def _variance_tone(row: CountRow) -> Tone | None:
    if row.variance is None or row.variance == 0:
        return None
    return "danger" if row.variance < 0 else "warning"
