"""The route sheet: a driver's stops in order, with room for a name at each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from desktop_app.formats import clock
from desktop_app.printing.ink import QUIET, RULE, Ink
from desktop_app.printing.page import (
    MARGIN,
    WIDTH,
    Paint,
    Sheets,
    begin_sheet,
    day_words,
    fact_strip,
    footer,
    sheets_of,
)
from local_db.queries.print_queries import RouteSheet, RouteStop

_GRAMS_PER_KG: Final = 1000
_SHEETS: Final = Sheets(head=540, later_head=340, row=190)


def route_sheet_pages(sheets: Sequence[RouteSheet]) -> list[Paint]:
    """The pages of route sheets, each route beginning a sheet of its own."""
    return sheets_of(sheets, lambda each: each.stops, _SHEETS, _paint)


def _paint(sheet: RouteSheet, rows: range, number: int, of: int, ink: Ink) -> None:
    begin_sheet(ink, "Route sheet", sheet.number)
    y = _SHEETS.later_head
    if number == 1:
        _facts(sheet, ink)
        y = _SHEETS.head
    ink.rule(MARGIN, y - 14, WIDTH, thick=4)
    for index in rows:
        _stop(sheet.stops[index], index + 1, sheet.zone, y, ink)
        y += _SHEETS.row
    if not sheet.stops:
        ink.text(MARGIN, y + 60, WIDTH, "Nothing is on this route yet.", 38, colour=QUIET)
    footer(ink, f"{sheet.site}  ·  {day_words(sheet.planned_on)}", number, of)


def _facts(sheet: RouteSheet, ink: Ink) -> None:
    kilograms = sum(stop.load_g for stop in sheet.stops) / _GRAMS_PER_KG
    parcels = sum(stop.parcels for stop in sheet.stops)
    facts = (
        ("Vehicle", " ".join(part for part in (sheet.vehicle, sheet.registration) if part) or "none", 520),
        ("Driver", sheet.driver or "none", 440),
        ("Starts", clock(sheet.starts_at, sheet.zone), 330),
        ("Load", f"{len(sheet.stops)} stops, {parcels} parcels, {kilograms:,.0f} kg", 510),
    )
    fact_strip(ink, facts)


def _stop(stop: RouteStop, number: int, zone: str, y: float, ink: Ink) -> None:
    ink.text(MARGIN, y + 14, 90, str(number), 64, strong=True)
    ink.text(MARGIN + 110, y + 12, 760, stop.name, 42, strong=True)
    address = ", ".join(part for part in (stop.street, f"{stop.city} {stop.postcode}".strip()) if part)
    ink.text(MARGIN + 110, y + 68, 760, address, 34)
    load = f"{stop.parcels} {'parcel' if stop.parcels == 1 else 'parcels'}, {stop.load_g / _GRAMS_PER_KG:,.1f} kg"
    details = "   ".join(part for part in (load, stop.order_number, stop.note) if part)
    ink.text(MARGIN + 110, y + 118, 760, details, 30, colour=QUIET)
    ink.text(MARGIN + 880, y + 12, 200, clock(stop.eta, zone), 40, strong=True)
    if stop.shipment:
        ink.barcode(MARGIN + 850, y + 74, 500, 56, stop.shipment, most_module=3.0)
        ink.text(MARGIN + 880, y + 132, 470, stop.shipment, 26, colour=QUIET)
    ink.text(MARGIN + 1370, y + 128, 400, "Name and signature", 24, colour=QUIET)
    ink.rule(MARGIN + 1370, y + 120, WIDTH - 1370, RULE, 3)
    ink.rule(MARGIN, y + _SHEETS.row - 8, WIDTH)
