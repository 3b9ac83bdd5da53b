"""An import from beginning to end: read the files, send them in parts, and account for every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from services.imports.applying import grouped
from services.imports.counter import Books, Group
from services.imports.fields import KINDS
from services.imports.outcomes import Tally
from services.imports.problems import ImportProblem
from services.imports.sheet import read_sheet
from services.sample.history.errors import HistoryError
from services.sample.history.line import HistoryLine, RefusedRow
from services.sample.history.mapping import ColumnMapping
from services.sample.history.orders import group_orders
from services.sample.history.products import gather_products
from services.sample.history.reader import ReadProgress, read_history
from services.sample.history.report import HistoryReport
from services.sample.history.row_report import RowReport

ROWS_A_PART: Final = 500
"""How many rows share a commit: few enough that a server at work stays responsive."""
DOCUMENTS_A_PART: Final = 500

Say = Callable[[str, float], None]
"""Told what is going on, and how much of it is done (0 to 1)."""


class HistoryImport(msgspec.Struct):
    """What came of past orders: the files' own totals, and how many documents were new."""

    report: HistoryReport
    new: int
    known: int


def import_rows(books: Books, kind: str, files: Sequence[Path], said: Mapping[str, str], say: Say) -> Tally:
    """Apply the rows of files. Raises ImportProblem before anything is taken for files that cannot be used."""
    rows = []
    for file in files:
        say(f"Reading {file.name}", 0.0)
        rows += read_sheet(file, KINDS[kind], said)
    tally = Tally(outcomes=[])
    for part in parts_of(grouped(rows, KINDS[kind])):
        tally.add(books.apply(kind, part))
        done = len(tally.outcomes)
        say(f"{done:,} of {len(rows):,} rows", done / max(1, len(rows)))
    order = {file.name: position for position, file in enumerate(files)}
    tally.outcomes.sort(key=lambda each: (order.get(each.file, 0), each.row))
    return tally


def parts_of(groups: Sequence[Group], rows: int = ROWS_A_PART) -> Iterator[list[Group]]:
    """Groups in parts of about so many rows; a group is never split."""
    part: list[Group] = []
    size = 0
    for group in groups:
        if part and size + len(group) > rows:
            yield part
            part, size = [], 0
        part.append(group)
        size += len(group)
    if part:
        yield part


def import_history(
    books: Books, files: Sequence[Path], mapping: ColumnMapping | None, say: Say, row_report: Path | None
) -> HistoryImport:
    """Keep the past orders of files as events. Begun again after a break, it goes on where it was.

    Raises ImportProblem before anything is taken for files that cannot be used.
    """

    def progress(reading: ReadProgress) -> None:
        share = reading.bytes_done / max(1, reading.bytes_total)
        say(f"Reading {reading.file}: {reading.rows:,} rows", 0.5 * share)

    refusals: list[RefusedRow] = []
    try:
        reader = read_history(files, mapping, progress=progress, on_refused=refusals.append)
        lines = list(reader)
    except HistoryError as problem:
        raise ImportProblem(f"{problem}. Nothing was taken.") from problem
    say("Putting orders together", 0.5)
    documents = group_orders(lines, gather_products(lines).sku_of)
    new: set[str] = set()
    for start in range(0, len(documents), DOCUMENTS_A_PART):
        new |= books.remember(documents[start : start + DOCUMENTS_A_PART])
        done = min(len(documents), start + DOCUMENTS_A_PART)
        say(f"{done:,} of {len(documents):,} documents", 0.5 + 0.5 * done / max(1, len(documents)))
    if row_report is not None:
        write_history_rows(row_report, lines, refusals, new)
    return HistoryImport(reader.report, len(new), len(documents) - len(new))


def write_history_rows(
    path: Path, lines: Sequence[HistoryLine], refusals: Sequence[RefusedRow], new: set[str]
) -> None:
    """A report of every row; those of documents that were known before are merged with them."""
    every: list[HistoryLine | RefusedRow] = [*lines, *refusals]
    files = {name: position for position, name in enumerate(dict.fromkeys(each.file for each in every))}
    every.sort(key=lambda each: (files[each.file], each.row))
    with RowReport(path) as report:
        for each in every:
            if isinstance(each, RefusedRow):
                report.refuse(each)
            else:
                known = each.order_number not in new
                report.take(msgspec.structs.replace(each, merged=True) if known else each)


def amount_of(report: HistoryReport) -> Decimal:
    """The files' amount with two decimals, in the currency of most of it: several cannot be added up."""
    if not report.amounts:
        return Decimal("0.00")
    largest = max(report.amounts, key=lambda currency: abs(report.amounts[currency]))
    return report.amounts[largest].quantize(Decimal("0.01"))
