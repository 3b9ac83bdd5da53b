"""Which document a kind of paper is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from desktop_app.printing.labels import LABELS, label_pages
from desktop_app.printing.packing_slip import packing_slip_pages
from desktop_app.printing.page import A4, Document, Paint
from desktop_app.printing.pick_list import pick_list_pages
from desktop_app.printing.route_sheet import route_sheet_pages


class _Sheet(NamedTuple):
    one: str
    several: str
    pages: Callable[[Sequence[Any]], Sequence[Paint]]


_SHEETS: Final[Mapping[str, _Sheet]] = {
    "pick_list": _Sheet("Pick list", "pick lists", pick_list_pages),
    "packing_slip": _Sheet("Packing slip", "packing slips", packing_slip_pages),
    "route": _Sheet("Route sheet", "route sheets", route_sheet_pages),
}
_LABEL_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "bin": ("Bin label", "bin labels"),
    "product": ("Product label", "product labels"),
    "handling_unit": ("Handling unit label", "handling unit labels"),
}


def document_of(kind: str, data: Sequence[Any]) -> Document:
    """The document of a kind. Raises LookupError for a kind that does not exist, ValueError where there is nothing."""
    if kind not in _SHEETS and kind not in LABELS:
        raise LookupError(f"there is no paper of the kind {kind!r}")
    if not data:
        raise ValueError("there is nothing to print")
    if kind in _SHEETS:
        one, several, pages = _SHEETS[kind]
        size, made = A4, pages(data)
        what = data[0].number
    else:
        one, several = _LABEL_WORDS[kind]
        size, made = LABELS[kind][0], label_pages(kind, data)
        what = data[0].code
    title = f"{one} {what}" if len(data) == 1 else f"{len(data):,} {several}"
    return Document(title, _file_name(title), size, made)


def _file_name(title: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in title.lower()) + ".pdf"
