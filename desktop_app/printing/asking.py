"""From ids to a preview: reads what is to be printed off the UI thread, then opens the dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.printing.documents import document_of
from desktop_app.printing.print_dialog import PrintDialog
from local_db.queries import print_queries


def ask_orders(context: PanelContext, kind: str, order_ids: Sequence[str]) -> None:
    """Preview pick lists or packing slips."""
    read: Any = {"pick_list": print_queries.pick_lists, "packing_slip": print_queries.packing_slips}[kind]
    _ask(context, kind, lambda: read(context.desk.read, order_ids))


def ask_labels(context: PanelContext, kind: str, ids: Sequence[str]) -> None:
    """Preview labels."""
    _ask(context, kind, lambda: print_queries.labels(context.desk.read, kind, ids))


def ask_routes(context: PanelContext, route_ids: Sequence[str]) -> None:
    """Preview route sheets."""
    _ask(context, "route", lambda: print_queries.route_sheets(context.desk.read, route_ids))


def _ask(context: PanelContext, kind: str, read: Callable[[], Sequence[Any]]) -> None:
    window = context.toasts.parent()

    def show(data: Sequence[Any]) -> None:
        if not data:
            context.toasts.show("There is nothing to print: it is not on this desk any more.", "warning")
            return
        assert isinstance(window, QWidget)
        PrintDialog(context, document_of(kind, data), window).open()

    context.runner.run(read, show, context.toasts, key="printing", label="Reading what is to be printed")
