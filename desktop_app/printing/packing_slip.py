"""The packing slip: what the customer finds in the parcels of a shipment, to whom it goes, and what follows later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from desktop_app.printing.barcodes import Side
from desktop_app.printing.ink import BLACK, QUIET, Ink
from desktop_app.printing.page import (
    MARGIN,
    WIDTH,
    Paint,
    Sheets,
    begin_sheet,
    day_words,
    footer,
    minute_words,
    sheets_of,
)
from local_db.queries.print_queries import PackingSlip, SlipLine

_GRAMS_PER_KG: Final = 1000
_SHEETS: Final = Sheets(head=900, later_head=420, row=96)


def packing_slip_pages(slips: Sequence[PackingSlip]) -> list[Paint]:
    """The pages of packing slips, each order beginning a sheet of its own."""
    return sheets_of(slips, lambda each: each.lines, _SHEETS, _paint)


def _paint(slip: PackingSlip, rows: range, number: int, of: int, ink: Ink) -> None:
    begin_sheet(ink, "Packing slip", slip.shipment or slip.number)
    y = _SHEETS.later_head
    if number == 1:
        _addressee(slip, ink)
        _facts(slip, ink)
        y = _SHEETS.head
    _titles(ink, y - 66)
    for index in rows:
        _row(slip.lines[index], y, ink)
        y += _SHEETS.row
    if rows.stop == len(slip.lines):
        _sums(slip, y, ink)
    footer(ink, f"Packed at {slip.site}", number, of)


def _addressee(slip: PackingSlip, ink: Ink) -> None:
    ink.text(MARGIN, 400, 600, "Deliver to", 28, colour=QUIET)
    ink.text(MARGIN, 446, 950, slip.ship_name, 50, strong=True)
    place = " ".join(part for part in (slip.ship_city, slip.ship_postcode) if part)
    y = 520
    for text in (slip.ship_street, place, slip.ship_country):
        if text:
            ink.text(MARGIN, y, 950, text, 40)
            y += 56


def _facts(slip: PackingSlip, ink: Ink) -> None:
    parcels = f"{slip.parcels}" if slip.parcels else "not packed yet"
    facts = [
        ("Ordered", minute_words(slip.placed_at, slip.zone)),
        ("Due", day_words(slip.due_on)),
        ("Order", slip.number),
        ("Parcels", parcels),
        ("Weight", f"{slip.weight_g / _GRAMS_PER_KG:,.1f} kg"),
    ]
    x = MARGIN + WIDTH - 740
    ink.panel(x, 390, 740, 56 * len(facts) + 44)
    for index, (title, value) in enumerate(facts):
        ink.text(x + 35, 416 + 56 * index, 220, title, 30, colour=QUIET)
        ink.text(x + 245, 412 + 56 * index, 460, value, 34, strong=True, side="right", fit=True)
    if slip.note:
        ink.text(MARGIN, 752, WIDTH, f"Note: {slip.note}", 32, colour=QUIET)


_COLUMNS: Final[tuple[tuple[int, int, str, Side], ...]] = (
    (0, 330, "SKU", "left"),
    (340, 800, "Product", "left"),
    (1160, 180, "Ordered", "right"),
    (1350, 190, "In parcels", "right"),
    (1560, 240, "To follow", "right"),
)


def _titles(ink: Ink, y: float) -> None:
    for x, width, title, side in _COLUMNS:
        ink.text(MARGIN + x, y, width, title, 27, side=side, colour=QUIET)
    ink.rule(MARGIN, y + 46, WIDTH, thick=4)


def _row(line: SlipLine, y: float, ink: Ink) -> None:
    values = (
        line.sku,
        line.name,
        f"{line.ordered:,}",
        f"{line.packed:,}",
        f"{line.to_follow:,}" if line.to_follow else "",
    )
    for index, (value, (x, width, _title, side)) in enumerate(zip(values, _COLUMNS, strict=True)):
        colour = QUIET if index in (0, 2) else BLACK
        ink.text(MARGIN + x, y + 22, width, value, 36, strong=index == 3, side=side, colour=colour)
    ink.rule(MARGIN, y + _SHEETS.row - 4, WIDTH)


def _sums(slip: PackingSlip, y: float, ink: Ink) -> None:
    packed, to_follow = sum(each.packed for each in slip.lines), sum(each.to_follow for each in slip.lines)
    x, width, _title, side = _COLUMNS[3]
    ink.text(MARGIN, y + 20, 900, "Units in all", 34, colour=QUIET)
    ink.text(MARGIN + x, y + 18, width, f"{packed:,}", 40, strong=True, side=side)
    if to_follow:
        x, width, _title, side = _COLUMNS[4]
        ink.text(MARGIN + x, y + 18, width, f"{to_follow:,}", 40, strong=True, side=side)
