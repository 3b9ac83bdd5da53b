"""The pick list: one order, its bins in the order in which one walks past them, each with a box to tick."""

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
    fact_strip,
    footer,
    minute_words,
    sheets_of,
)
from local_db.queries.print_queries import PickLine, PickList

_OPEN: Final = frozenset({"pending", "picking"})
_SHEETS: Final = Sheets(head=640, later_head=330, row=150)


def pick_list_pages(lists: Sequence[PickList]) -> list[Paint]:
    """The pages of pick lists, each order beginning a sheet of its own."""
    return sheets_of(lists, lambda each: each.lines, _SHEETS, _paint)


def _paint(order: PickList, rows: range, number: int, of: int, ink: Ink) -> None:
    begin_sheet(ink, "Pick list", order.number)
    y = _SHEETS.later_head
    if number == 1:
        _facts(order, ink)
        y = _SHEETS.head
    _titles(ink, y - 62)
    for index in rows:
        _row(order.lines[index], index + 1, y, ink)
        y += _SHEETS.row
    if not order.lines:
        words = "Nothing of this order is to be picked: no stock is promised to it yet."
        ink.text(MARGIN, y + 60, WIDTH, words, 38, colour=QUIET)
    footer(ink, f"{order.site}  ·  placed {minute_words(order.placed_at, order.zone)}", number, of)


def _facts(order: PickList, ink: Ink) -> None:
    to_pick = sum(line.quantity - line.picked for line in order.lines if line.status in _OPEN)
    stops = sum(line.status in _OPEN for line in order.lines)
    bins = "bin" if stops == 1 else "bins"
    words_to_pick = f"{to_pick:,} units in {stops} {bins}" if stops else "nothing any more"
    facts = (
        ("Customer", f"{order.customer}, {order.city}" if order.city else order.customer, 760),
        ("Due", day_words(order.due_on), 400),
        ("Priority", str(order.priority), 200),
        ("To pick", words_to_pick, 440),
    )
    fact_strip(ink, facts)
    words = [f"Note: {order.note}"] if order.note else []
    if order.missing:
        words.append(f"{order.missing:,} units are on backorder and not on this list.")
    if words:
        ink.text(MARGIN, 496, WIDTH, "   ".join(words), 32, colour=QUIET)


def _titles(ink: Ink, y: float) -> None:
    for x, width, title in ((110, 560, "Bin"), (650, 700, "Product"), (1380, 220, "Quantity")):
        side: Side = "right" if title == "Quantity" else "left"
        ink.text(MARGIN + x, y, width, title, 27, colour=QUIET, side=side)
    ink.rule(MARGIN, y + 46, WIDTH, thick=4)


def _row(line: PickLine, number: int, y: float, ink: Ink) -> None:
    done = line.status not in _OPEN
    colour = QUIET if done else BLACK
    ink.text(MARGIN, y + 50, 90, f"{number}.", 32, colour=QUIET)
    ink.text(MARGIN + 110, y + 12, 510, line.bin or "no bin", 46, strong=True, colour=colour, fit=True)
    if line.bin and not done:
        ink.barcode(MARGIN + 85, y + 74, 500, 56, line.bin, most_module=3.0)
    elif done:
        ink.text(MARGIN + 110, y + 78, 500, "already picked" if line.picked else "closed", 28, colour=QUIET)
    ink.text(MARGIN + 650, y + 16, 720, line.name, 38, strong=not done, colour=colour)
    details = f"{line.sku}   lot {line.lot}" if line.lot else line.sku
    ink.text(MARGIN + 650, y + 78, 720, details, 32, colour=QUIET)
    left = line.picked if done else line.quantity - line.picked
    ink.text(MARGIN + 1360, y + 12, 240, f"{left:,}", 62, strong=not done, side="right", colour=colour)
    ink.text(MARGIN + 1360, y + 92, 240, line.uom, 28, side="right", colour=QUIET)
    ink.tick_box(MARGIN + WIDTH - 105, y + 24, 90, done)
    ink.rule(MARGIN, y + _SHEETS.row - 6, WIDTH)
