"""Reads the rows of a file of any kind under our names: CSV, compressed CSV or workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from services.imports.fields import NUMBERS, FileKind
from services.imports.mapping import columns_of, fits
from services.imports.outcomes import SheetRow
from services.imports.problems import ImportProblem
from services.sample.history.errors import HistoryError
from services.sample.history.files import HistoryFile
from services.sample.history.numbers import parse_number, sniff_decimal_mark
from services.sample.history.records import Damaged, Record

HEADER_WITHIN: Final = 20
"""Exports put titles above their header; not more than this many rows of them."""


def read_sheet(path: Path, kind: FileKind, said: Mapping[str, str]) -> list[SheetRow]:
    """Every row below the header. Numbers with a decimal comma are written with a point.

    Raises ImportProblem for a file that cannot be used; a file that breaks off gives a last row that says so.
    """
    try:
        file = HistoryFile(path, partial(fits, kind=kind, said=said))
        with closing(file.records()) as records:
            return _rows(records, file.name, kind, said)
    except HistoryError as problem:
        raise ImportProblem(f"{problem}. Nothing was taken.") from problem


def _rows(records: Iterator[Record], name: str, kind: FileKind, said: Mapping[str, str]) -> list[SheetRow]:
    columns: dict[str, int] | None = None
    tried: list[tuple[int, ImportProblem]] = []
    rows: list[SheetRow] = []
    last = 0
    try:
        for record in records:
            last = record.row
            if columns is not None:
                rows.append(_row(record, name, columns))
                continue
            try:
                columns = columns_of(record.fields, kind, said)
            except ImportProblem as problem:
                tried.append((len(record.fields), problem))
                if len(tried) >= HEADER_WITHIN:
                    break
    except Damaged as damage:
        rows.append(SheetRow(file=name, row=last + 1, problem=f"the rest of the file was not read: {damage}"))
    if columns is None:
        if not tried:
            raise ImportProblem(f"{name} has no rows. Nothing was taken.")
        _, likeliest = max(tried, key=lambda attempt: attempt[0])
        raise ImportProblem(f"{name}: {likeliest}")
    return _with_points(rows, kind)


def _row(record: Record, name: str, columns: Mapping[str, int]) -> SheetRow:
    if record.problem:
        return SheetRow(file=name, row=record.row, problem=record.problem)
    cells = record.fields
    values = {ours: cells[index].strip() for ours, index in columns.items() if index < len(cells)}
    return SheetRow(file=name, row=record.row, values=values)


def _with_points(rows: list[SheetRow], kind: FileKind) -> list[SheetRow]:
    """The rows with a decimal point wherever the file has a comma, so that they read alike everywhere."""
    numbers = [field.name for field in kind.fields if field.holds in NUMBERS]
    mark = sniff_decimal_mark(row.values.get(name, "") for row in rows for name in numbers)
    if mark == ".":
        return rows
    return [
        SheetRow(
            file=row.file,
            row=row.row,
            problem=row.problem,
            values={
                name: _pointed(text, mark) if name in numbers else text for name, text in row.values.items()
            },
        )
        for row in rows
    ]


def _pointed(text: str, mark: str) -> str:
    try:
        return format(parse_number(text, mark), "f") if text else text
    except ValueError:
        return text  # refused where it is read as what it should be, with its own words
