"""Looks a file over before it is read: where its header is, which column is what, and how it writes values."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from services.sample.history.classify import Style
from services.sample.history.dates import DateOrder
from services.sample.history.errors import HistoryFileError, MappingError
from services.sample.history.files import HistoryFile
from services.sample.history.mapping import ColumnMapping
from services.sample.history.numbers import sniff_decimal_mark
from services.sample.history.options import ReadOptions
from services.sample.history.records import Damaged, Record

HEADER_WITHIN: Final = 20
"""Exports put titles and dates above their header; not more than this many rows of them."""
SAMPLE_ROWS: Final = 3_000


class FileLayout(msgspec.Struct, frozen=True):
    """How one file is to be read. ``columns`` gives the index of each of our fields that the file has."""

    file: HistoryFile
    label: str
    """The file's name in reports: with its folder only where two files have the same name."""
    header_row: int
    header: tuple[str, ...]
    columns: dict[str, int]
    decimal_mark: str
    day_first: bool

    def rows(self) -> Iterator[Record]:
        """The records below the header."""
        for record in self.file.records():
            if record.row > self.header_row:
                yield record


class Survey(msgspec.Struct, frozen=True):
    """The layouts of all files, and the habits that they share."""

    layouts: tuple[FileLayout, ...]
    style: Style


class _Look(msgspec.Struct):
    """What a first look at one file found."""

    file: HistoryFile
    label: str
    header_row: int
    header: tuple[str, ...]
    columns: dict[str, int]
    sample: list[list[str]]
    order: DateOrder

    def column(self, ours: str) -> Iterator[str]:
        index = self.columns.get(ours)
        if index is not None:
            yield from (row[index] for row in self.sample if index < len(row))


def survey(files: Sequence[HistoryFile], mapping: ColumnMapping, options: ReadOptions) -> Survey:
    """Look over all files. Raises HistoryFileError or MappingError, with its name, for a file that cannot be used."""
    names = [file.name for file in files]
    looks = [
        _look(file, file.name if names.count(file.name) == 1 else str(file.path), mapping, options)
        for file in files
    ]
    decided = {look.order.decided for look in looks if look.order.decided is not None}
    # A file that leaves the order of day and month open is written like its neighbours.
    neighbours = decided.pop() if len(decided) == 1 else None
    layouts = tuple(_layout(look, neighbours, options) for look in looks)
    codes = [code for look in looks for code in look.column("sku")]
    return Survey(layouts, Style.of(codes, (text for look in looks for text in look.column("description"))))


def _layout(look: _Look, neighbours: bool | None, options: ReadOptions) -> FileLayout:
    day_first = options.day_first
    if day_first is None:
        day_first = look.order.decided if look.order.decided is not None else neighbours
    if day_first is None:
        day_first = look.order.day_first()
    mark = options.decimal_mark
    if mark is None:
        mark = sniff_decimal_mark(text for ours in ("unit_price", "quantity") for text in look.column(ours))
    return FileLayout(look.file, look.label, look.header_row, look.header, look.columns, mark, day_first)


def _look(file: HistoryFile, label: str, mapping: ColumnMapping, options: ReadOptions) -> _Look:
    look: _Look | None = None
    tried: list[tuple[int, MappingError]] = []
    try:
        with contextlib.closing(file.records()) as records:
            for record in records:
                if look is not None:
                    if _seen_enough(look, record, options):
                        break
                    continue
                try:
                    columns = mapping.columns(record.fields, dated=options.ordered_at is None)
                except MappingError as error:
                    tried.append((len(record.fields), error))
                    if len(tried) >= HEADER_WITHIN:
                        break
                else:
                    header = tuple(heading.strip() for heading in record.fields)
                    look = _Look(file, label, record.row, header, columns, [], DateOrder())
    except Damaged as damage:
        if look is None:
            raise HistoryFileError(label, str(damage)) from damage
    if look is not None:
        return look
    if not tried:
        raise HistoryFileError(label, "has no rows")
    # The widest of the rows above is what the person means by the header; of equals, the first.
    _, likeliest = max(tried, key=lambda attempt: attempt[0])
    raise MappingError(f"{label}: {likeliest}") from likeliest


def _seen_enough(look: _Look, record: Record, options: ReadOptions) -> bool:
    """Note one more row; true when nothing more can be learned that matters."""
    if len(look.sample) < SAMPLE_ROWS:
        look.sample.append(record.fields)
    index = look.columns.get("ordered_at")
    if index is not None and index < len(record.fields):
        look.order.feed(record.fields[index])
    if len(look.sample) < SAMPLE_ROWS:
        return False
    return options.day_first is not None or look.order.decided is not None or not look.order.ambiguous
