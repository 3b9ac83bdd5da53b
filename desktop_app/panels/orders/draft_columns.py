"""The columns of the lines that are being entered, as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop_app.panels.orders.draft import DraftLine
from desktop_app.themes.tokens import Tone
from desktop_app.widgets.columns import Column


def draft_columns(currency: str, refuses: Callable[[], bool]) -> Sequence[Column]:
    """The columns; ``refuses()`` says whether the order is to be refused where stock is short."""

    def promise(line: DraftLine) -> tuple[str, Tone]:
        return promise_of(line, refuses())

    return (
        Column("sku", "SKU", lambda line: line.sku, width=84, strong=True, sortable=False),
        Column("name", "Product", lambda line: line.name, width=116, stretch=True, sortable=False),
        Column("quantity", "Quantity", lambda line: line.quantity, "number", width=78, sortable=False, strong=True),
        Column("price", "Price", lambda line: (line.price_minor, currency), "money", width=82, sortable=False,
               tone=lambda line: "info" if line.price_minor != line.usual_price_minor else None,
               tip=lambda line: "Not the usual price" if line.price_minor != line.usual_price_minor else ""),
        Column("amount", "Amount", lambda line: (line.amount_minor, currency), "money", width=104, sortable=False),
        Column("available", "Free", lambda line: max(0, line.available), "number", width=60, sortable=False,
               tone=lambda line: "warning" if line.lacking else None, quiet=True),
        Column("promise", "Promise", promise, "pill", width=138, sortable=False),
    )  # fmt: skip


def promise_of(line: DraftLine, refuses: bool) -> tuple[str, Tone]:
    """What can be said to the customer about a line now."""
    if line.is_certain:
        return "Certain offline", "ok"
    if not line.lacking:
        return "In stock", "ok"
    if refuses:
        return f"{line.lacking:,} short", "danger"
    if line.available <= 0:
        return "Backorder", "warning"
    return f"{line.lacking:,} to backorder", "warning"
