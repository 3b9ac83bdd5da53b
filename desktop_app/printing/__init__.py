"""Paper: pick lists, packing slips, labels and route sheets, as a preview, a PDF, or on a printer.

Qt's print support and the barcode writer are imported when something is first printed, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_app.panel_context import PanelContext

__all__ = ["Paper", "offer_print", "print_out", "render_pdf"]


class Paper(NamedTuple):
    """What can be printed, by the ids of its rows.

    ``kind`` is ``pick_list`` or ``packing_slip`` (of orders), ``route`` (the sheet that a driver takes along), or a label:
    ``bin``, ``product``, ``handling_unit``.
    """

    kind: str
    ids: Sequence[str]


def print_out(context: PanelContext, paper: Paper) -> None:
    """Show how it will look, to be printed or saved. Raises LookupError for a kind that does not exist."""
    from desktop_app.printing.asking import ask

    ask(context, paper.kind, paper.ids)


def offer_print(context: PanelContext, panel: QWidget, paper: Callable[[], Paper | None]) -> None:
    """While ``panel`` is shown, Ctrl+P prints what ``paper()`` answers; a panel calls this in ``activate``.

    ``paper`` answers None, or no ids, where there is nothing to print now.
    """

    def can() -> bool:
        return panel.isVisible() and (found := paper()) is not None and bool(found.ids)

    def act() -> None:
        found = paper()
        if found is not None:
            print_out(context, found)

    context.actions.bind("app.print", act)
    context.actions.when("can_print", can)


def render_pdf(kind: str, data: Sequence[Any], path: Path) -> int:
    """Write a PDF of ``data``, rows of local_db.queries.print_queries, and answer how many pages it has.

    ``kind`` is one of Paper's. Raises LookupError for another kind, ValueError where there is nothing to print, OSError
    where the file cannot be written; no half file is left behind. May run off the UI thread.
    """
    from desktop_app.printing.documents import document_of
    from desktop_app.printing.output import write_pdf

    return write_pdf(document_of(kind, data), path)
