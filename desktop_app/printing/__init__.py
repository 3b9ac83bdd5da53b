"""Paper: pick lists, packing slips, labels and route sheets, as a preview, a PDF, or on a printer.

Qt's print support and the barcode writer are imported when something is first printed, not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop_app.panel_context import PanelContext

__all__ = ["print_labels", "print_order", "print_route", "render_pdf"]


def print_order(context: PanelContext, kind: str, order_ids: Sequence[str]) -> None:
    """Show pick lists (``pick_list``) or packing slips (``packing_slip``) of orders, to be printed or saved."""
    from desktop_app.printing.asking import ask_orders

    ask_orders(context, kind, order_ids)


def print_labels(context: PanelContext, kind: str, ids: Sequence[str]) -> None:
    """Show labels of bins (``bin``), products (``product``) or handling units (``handling_unit``), by row id."""
    from desktop_app.printing.asking import ask_labels

    ask_labels(context, kind, ids)


def print_route(context: PanelContext, route_ids: Sequence[str]) -> None:
    """Show the sheets that drivers take along, one for each route."""
    from desktop_app.printing.asking import ask_routes

    ask_routes(context, route_ids)


def render_pdf(kind: str, data: Sequence[Any], path: Path) -> int:
    """Write a PDF of ``data``, rows of local_db.queries.print_queries, and answer how many pages it has.

    ``kind`` is one of the kinds above, or ``route``. Raises LookupError for another kind, ValueError where there is
    nothing to print, OSError where the file cannot be written; no half file is left behind. May run off the UI thread.
    """
    from desktop_app.printing.documents import document_of
    from desktop_app.printing.output import write_pdf

    return write_pdf(document_of(kind, data), path)
