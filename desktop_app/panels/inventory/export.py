"""Writes what is filtered to a CSV or XLSX file, page by page, whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from desktop_app.task_runner import report_progress
from local_db.queries.inventory_queries import InventoryFilter, InventoryRow, inventory_count, inventory_page
from local_db.reader import Reader

_PAGE: Final = 2_000
# A spreadsheet takes a text that begins so for a formula.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")

_TITLES: Final = ("SKU", "Product", "Category", "Unit", "Level", "Available", "On hand", "Reserved", "Held", "Set aside",
                  "In transit", "Backordered", "Reorder point")  # fmt: skip


def export_stock(
    reader: Reader,
    wanted: InventoryFilter,
    order: tuple[str, bool],
    path: Path,
    level: Callable[[InventoryRow], str],
) -> int:
    """Write the rows that ``wanted`` lets through, in their order, and answer how many. The ending decides the format.

    ``level(row)`` is the word of a row's band. Raises OSError where the file cannot be written, Cancelled where the
    person stops it; neither leaves a file behind.
    """
    part = path.with_name(f".{path.name}.part")
    write = _write_xlsx if path.suffix.lower() == ".xlsx" else _write_csv
    try:
        written = write(part, _rows(reader, wanted, order, level))
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return written


def _rows(
    reader: Reader, wanted: InventoryFilter, order: tuple[str, bool], level: Callable[[InventoryRow], str]
) -> Iterator[Sequence[str | int]]:
    total, done = inventory_count(reader, wanted), 0
    after: InventoryRow | None = None
    while True:
        report_progress(done / total if total else None, f"{done:,} of {total:,} rows")
        page = inventory_page(reader, wanted, limit=_PAGE, after=after, order=order[0], descending=order[1])
        for row in page:
            yield (
                row.sku, row.name, row.category, row.uom, level(row), row.available, row.on_hand, row.reserved, row.held,
                row.leased, row.in_transit, row.backordered, row.reorder_point,
            )  # fmt: skip
        if len(page) < _PAGE:
            return
        done, after = done + len(page), page[-1]


def _write_csv(path: Path, rows: Iterable[Sequence[str | int]]) -> int:
    # With its mark, spreadsheets read the file as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_TITLES)
        written = 0
        for row in rows:
            writer.writerow([_harmless(value) if isinstance(value, str) else value for value in row])
            written += 1
    return written


def _write_xlsx(path: Path, rows: Iterable[Sequence[str | int]]) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        sheet = book.add_worksheet("Stock")
        head = book.add_format({"bold": True, "bottom": 1})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 36)
        sheet.set_column(2, len(_TITLES) - 1, 13)
        sheet.write_row(0, 0, _TITLES, head)
        written = 0
        for written, row in enumerate(rows, 1):
            sheet.write_row(written, 0, row)
        sheet.autofilter(0, 0, written, len(_TITLES) - 1)
    finally:
        book.close()
    return written


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
