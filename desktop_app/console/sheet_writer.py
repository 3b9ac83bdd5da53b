"""Writes rows to a CSV file or a workbook one after the other, however many there are."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

from services.domain.money import exponent
from services.storage.exports import INSTANT, MONEY, TEXT, Column

SUFFIXES: Final = (".csv", ".xlsx")
ROWS_OF_A_SHEET: Final = 1_048_576
"""What Excel takes on one sheet, the header included (Microsoft's Excel specifications and limits)."""
_LONGEST_CELL: Final = 32_767
# A cell that starts like a formula would be worked out by the spreadsheet that opens the file.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class TooManyRows(Exception):
    """More rows than a workbook's sheet can have."""


def write_sheet(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
    """Write all rows; answers how many. The file appears whole or not at all.

    Raises OSError where it cannot be written, TooManyRows for a workbook.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        count = (_workbook if path.suffix.lower() == ".xlsx" else _csv)(part, columns, rows)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _csv(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    # With the mark by which spreadsheets tell UTF-8 from the code pages of old.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in columns])
        for row in rows:
            writer.writerow(_cells(columns, row))
            count += 1
    return count


def _workbook(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> int:
    import openpyxl
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.freeze_panes = "A2"
    sheet.append([column.heading for column in columns])
    count = 0
    for row in rows:
        count += 1
        if count >= ROWS_OF_A_SHEET:
            raise TooManyRows(f"a workbook's sheet takes {ROWS_OF_A_SHEET - 1:,} rows; write a .csv instead")
        sheet.append(
            [
                ILLEGAL_CHARACTERS_RE.sub(" ", cell)[:_LONGEST_CELL] if isinstance(cell, str) else cell
                for cell in _cells(columns, row)
            ]
        )
    # Now, and not by the save: one that failed would leave its rows half closed.
    sheet.close()
    with path.open("wb") as file:
        part = _Part(file)
        try:
            book.save(part)
        except BaseException:
            part.give_up()
            raise
    return count


class _Part:
    """A file that an archive is written to, until it is given up.

    An archive that could not be finished tries it once more when it is let go of, and would complain where nobody hears
    it; by then it writes to nowhere.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file
        self._at = 0

    def give_up(self) -> None:
        """Keep nothing from now on."""
        self._file = None

    def write(self, data: bytes) -> int:
        """Write all of it."""
        if self._file is not None:
            self._file.write(data)
        self._at += len(data)
        return len(data)

    def flush(self) -> None:
        """Hand on what is held back."""
        if self._file is not None:
            self._file.flush()

    def tell(self) -> int:
        """Where the next byte goes."""
        return self._at

    def seek(self, offset: int) -> int:
        """Go to another place, counted from the start."""
        if self._file is not None:
            self._file.seek(offset)
        self._at = offset
        return offset


def _cells(columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
    currency = next((row[i] for i, column in enumerate(columns) if column.heading == "currency"), "") or "GBP"
    return [_cell(column.holds, value, currency) for column, value in zip(columns, row, strict=True)]


def _cell(holds: str, value: Any, currency: str) -> Any:
    if value is None:
        return ""
    if holds == MONEY:
        return Decimal(value).scaleb(-exponent(currency))
    if holds == INSTANT:
        return (
            datetime.fromtimestamp(value / 1000, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )
    if holds == TEXT:
        text = str(value)
        return f"'{text}" if text.startswith(_FORMULA) else text
    return int(value) if isinstance(value, bool) else value
