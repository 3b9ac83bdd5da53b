"""Reads rows pasted from a spreadsheet: a code, a quantity and maybe a price in each; every wrong row is named."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from services.domain.money import parse_money
from services.domain.refusals import RuleViolation

MOST_ROWS: Final = 2_000
_MOST_UNITS: Final = 1_000_000
_HEADINGS: Final = ("sku", "code", "item", "product", "article", "barcode", "gtin", "ean")
_NUMBER: Final = re.compile(r"\d{1,3}(?:[, ']\d{3})+|\d+")


class PastedRow(NamedTuple):
    """One row as it was pasted; ``row`` counts from 1 as in the spreadsheet's selection. ``price_minor`` None: the usual."""

    row: int
    code: str
    quantity: int
    price_minor: int | None


class WrongRow(NamedTuple):
    """A row that could not be taken, and why, in words."""

    row: int
    text: str
    why: str


def looks_like_rows(text: str) -> bool:
    """Whether a pasted text is a table rather than something to search for."""
    return "\t" in text.strip() or "\n" in text.strip()


def read_rows(text: str, currency: str) -> tuple[list[PastedRow], list[WrongRow]]:
    """The rows of a pasted text, and those that are wrong. Cells are parted by tabs, else by semicolons or commas.

    A first row of headings is passed over; so are empty rows. Without a quantity a row stands for one unit.
    """
    good: list[PastedRow] = []
    wrong: list[WrongRow] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        cells = _cells(line)
        if not any(cells) or (number == 1 and cells[0].lower().strip("* ") in _HEADINGS):
            continue
        if len(good) + len(wrong) >= MOST_ROWS:
            wrong.append(WrongRow(number, line.strip(), f"an order has at most {MOST_ROWS} lines"))
            break
        row = _read(number, cells, currency)
        (good if isinstance(row, PastedRow) else wrong).append(row)  # type: ignore[arg-type]
    return good, wrong


def _cells(line: str) -> list[str]:
    for mark in ("\t", ";"):
        if mark in line:
            return [cell.strip().strip('"') for cell in line.split(mark)]
    if re.fullmatch(r"[^,]+,\s*\d+(\s*,[^,]*)?", line.strip()):
        return [cell.strip().strip('"') for cell in line.split(",")]
    # Two words of which the second is a number: a column of codes and one of quantities, copied as plain text.
    if match := re.fullmatch(r"(\S+)\s+(\d+)", line.strip()):
        return [match[1], match[2]]
    return [line.strip()]


def _read(number: int, cells: list[str], currency: str) -> PastedRow | WrongRow:
    shown = "  ".join(cells)
    code = cells[0]
    if not code:
        return WrongRow(number, shown, "there is no sku or barcode in its first cell")
    quantity = _quantity(cells[1]) if len(cells) > 1 and cells[1] else 1
    if quantity is None:
        return WrongRow(number, shown, f"{cells[1]!r} is no quantity: write a whole number above zero")
    price = cells[2] if len(cells) > 2 else ""
    try:
        minor = parse_money(re.sub(r"^[^\d+-]+", "", price), currency, field="price") if price else None
    except RuleViolation as refusal:
        return WrongRow(number, shown, str(refusal.details[0]["problem"]))
    return PastedRow(number, code, quantity, minor)


def _quantity(text: str) -> int | None:
    # Whole numbers written with decimals. `1.000` stays as it is and is refused: it may mean one or a thousand.
    text = re.sub(r"[.,]0{1,2}$", "", text.strip())
    if not _NUMBER.fullmatch(text):
        return None
    quantity = int(re.sub(r"[^\d]", "", text))
    return quantity if 1 <= quantity <= _MOST_UNITS else None
