"""From ids to a preview: reads what is to be printed off the UI thread, then opens the dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.printing.documents import document_of
from desktop_app.printing.labels import LABELS
from desktop_app.printing.print_dialog import PrintDialog
from local_db.queries import print_queries
from local_db.reader import Reader


def _labels(kind: str, reader: Reader, ids: Sequence[str]) -> Sequence[Any]:
    return print_queries.labels(reader, kind, ids)


_READ: Final[Mapping[str, Callable[[Reader, Sequence[str]], Sequence[Any]]]] = {
    "pick_list": print_queries.pick_lists,
    "packing_slip": print_queries.packing_slips,
    "route": print_queries.route_sheets,
    **{kind: partial(_labels, kind) for kind in LABELS},
}


def ask(context: PanelContext, kind: str, ids: Sequence[str]) -> None:
    """Preview a kind of paper. Raises LookupError for a kind that does not exist."""
    read, window = _READ[kind], context.toasts.parent()

    def show(data: Sequence[Any]) -> None:
        if not data:
            context.toasts.show("There is nothing to print: it is not on this desk any more.", "warning")
            return
        assert isinstance(window, QWidget)
        PrintDialog(context, document_of(kind, data), window).open()

    context.runner.run(
        lambda: read(context.desk.read, ids),
        show,
        context.toasts,
        key="printing",
        label="Reading what is to be printed",
    )
