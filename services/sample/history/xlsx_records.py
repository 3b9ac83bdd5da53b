"""Reads the rows of an Excel workbook (.xlsx) as text, one sheet, without loading it whole."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from services.sample.history.errors import HistoryFileError
from services.sample.history.records import Damaged, Record

_ROWS_AT_A_TIME: Final = 200
# What openpyxl lets through when the archive or the XML in it is broken.
_BROKEN: Final = (
    zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, OSError,
)  # fmt: skip


def read(raw: IO[bytes], name: str) -> Iterator[Record]:
    """Every row of the first sheet that has any, blank ones left out.

    Raises HistoryFileError when it is no workbook, and Damaged where its sheet breaks off.
    """
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise HistoryFileError(name, "a workbook needs the package openpyxl; or save it as CSV") from error
    try:
        with _quiet():
            workbook = openpyxl.load_workbook(raw, read_only=True, data_only=True)
    except (*_BROKEN, InvalidFileException) as error:
        raise HistoryFileError(name, f"is not a workbook that can be read: {error}") from error
    try:
        for sheet in workbook.worksheets:
            any_row = False
            for record in _rows(sheet):
                any_row = True
                yield record
            if any_row:
                return
    finally:
        workbook.close()


def _rows(sheet: Any) -> Iterator[Record]:
    """The rows of one sheet. Its stated size is not trusted: many programs write it wrong."""
    number = 0
    try:
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        while True:
            # Many at a time: setting the warnings aside costs more than reading a row.
            with _quiet():
                block = list(islice(rows, _ROWS_AT_A_TIME))
            if not block:
                return
            for cells in block:
                number += 1
                fields = [_text(cell) for cell in cells]
                if any(fields):
                    yield Record(number, fields)
    except _BROKEN as error:
        raise Damaged(f"the workbook is damaged after row {number}: {error}") from error


def _quiet() -> warnings.catch_warnings[None]:
    """Remarks about a workbook's styles and extensions do not concern its values."""
    return warnings.catch_warnings(action="ignore")


def _text(cell: object) -> str:
    """A cell as a person sees it: numbers with at most 15 digits, as Excel shows them, and dates in ISO order."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return str(cell)
