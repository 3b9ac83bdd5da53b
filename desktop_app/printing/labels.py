"""Labels for bins, products and handling units: what a person reads from far, and what a scanner reads near."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from desktop_app.printing.ink import BLACK, QUIET, WHITE, Ink
from desktop_app.printing.page import Paint
from local_db.queries.print_queries import Label
from services.domain.barcodes import gtin14, is_gtin

BIN_SIZE: Final = (1000, 500)
PRODUCT_SIZE: Final = (700, 400)
UNIT_SIZE: Final = (1000, 1500)
_EDGE: Final = 40


def bin_label(label: Label, ink: Ink) -> None:
    """The bin's code as large as it goes, over a code that is read at arm's length."""
    width, height = BIN_SIZE
    ink.text(_EDGE, 30, width - 2 * _EDGE, label.title, 170, strong=True, fit=True, side="centre")
    ink.barcode(_EDGE, 245, width - 2 * _EDGE, 170, label.code, side="centre", most_module=6.0)
    ink.text(
        _EDGE, height - 70, width - 2 * _EDGE, label.detail.capitalize(), 34, side="centre", colour=QUIET
    )


def product_label(label: Label, ink: Ink) -> None:
    """The product's name and SKU over its own number; without one, the SKU is coded."""
    width, height = PRODUCT_SIZE
    room = width - 2 * _EDGE
    ink.text(_EDGE, 26, room, label.title, 48, strong=True, fit=True)
    ink.text(_EDGE, 92, room, label.code, 40, colour=QUIET)
    ink.text(_EDGE, 92, room, label.detail, 32, side="right", colour=QUIET)
    full = gtin14(label.gtin) if is_gtin(label.gtin) else ""
    if full.startswith("0"):
        ink.barcode(_EDGE, 156, room, 165, full[1:], "ean13", side="centre")
    else:
        ink.barcode(_EDGE, 156, room, 165, full or label.code, side="centre")
    ink.text(
        _EDGE, height - 68, room, full[1:] if full.startswith("0") else full or label.code, 36, side="centre"
    )


def unit_label(label: Label, ink: Ink) -> None:
    """A tote or pallet: its code along and across, so that one side can always be scanned."""
    width, height = UNIT_SIZE
    room = width - 2 * _EDGE
    ink.panel(_EDGE, 40, room, 220, BLACK)
    ink.text(_EDGE + 30, 85, room - 60, label.code, 108, strong=True, fit=True, side="centre", colour=WHITE)
    ink.text(_EDGE, 300, room, label.title, 64, strong=True, fit=True)
    ink.text(_EDGE, 390, room, label.detail, 44, colour=QUIET)
    ink.rule(_EDGE, 475, room, thick=4)
    ink.barcode(_EDGE, 530, room, 520, label.code, "datamatrix", side="centre", most_module=40.0)
    ink.barcode(_EDGE, 1110, room, 240, label.code, side="centre", most_module=6.0)
    ink.text(_EDGE, height - 120, room, label.code, 48, side="centre")


LABELS: Final[Mapping[str, tuple[tuple[int, int], Callable[[Label, Ink], None]]]] = {
    "bin": (BIN_SIZE, bin_label),
    "product": (PRODUCT_SIZE, product_label),
    "handling_unit": (UNIT_SIZE, unit_label),
}


def label_pages(kind: str, labels: Sequence[Label]) -> list[Paint]:
    """A page for each label."""
    _size, paint = LABELS[kind]
    return [partial(paint, label) for label in labels]
