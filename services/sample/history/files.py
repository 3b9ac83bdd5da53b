"""Opens a file of order lines, whatever it is: CSV, compressed CSV, workbook, or something that we cannot read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO, Final, cast

from services.sample.history import csv_records, xlsx_records
from services.sample.history.errors import HistoryFileError
from services.sample.history.records import Damaged, Record

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
# What people send by mistake, and what to do about it.
_FOREIGN: Final = {
    b"\xd0\xcf\x11\xe0": "is a workbook of Excel 97-2003 (.xls): save it as .xlsx or CSV",
    b"PAR1": "is a Parquet file: export it as CSV or XLSX",
    b"%PDF": "is a PDF: export the orders as CSV or XLSX",
    b"Rar!": "is a RAR archive: unpack it first",
    b"7z\xbc\xaf": "is a 7-Zip archive: unpack it first",
    b"SQLi": "is an SQLite database: export the orders as CSV or XLSX",
}


class HistoryFile:
    """A file of order lines: its records from the first line on, as often as asked, and how far the pass is."""

    def __init__(self, path: Path, is_header: csv_records.IsHeader) -> None:
        self.path = path
        self._is_header = is_header
        self.name = path.name
        self._raw: IO[bytes] | None = None
        try:
            self.size = path.stat().st_size
        except OSError as error:
            raise HistoryFileError(str(path), f"cannot be opened: {error.strerror}") from error
        if path.is_dir():
            raise HistoryFileError(str(path), "is a folder: name the files in it")

    def records(self) -> Generator[Record, None, None]:
        """Every record. Raises HistoryFileError for what cannot be read at all, Damaged where a file breaks off."""
        try:
            raw = self.path.open("rb")
        except OSError as error:
            raise HistoryFileError(str(self.path), f"cannot be opened: {error.strerror}") from error
        with raw:
            self._raw = raw
            try:
                yield from self._records(raw)
            finally:
                self._raw = None

    def position(self) -> int:
        """Bytes of the file that have been read, for a progress bar."""
        return self.size if self._raw is None else self._raw.tell()

    def _records(self, raw: IO[bytes]) -> Iterator[Record]:
        start = raw.read(8)
        raw.seek(0)
        if not start:
            raise HistoryFileError(self.name, "is empty")
        for magic, advice in _FOREIGN.items():
            if start.startswith(magic):
                raise HistoryFileError(self.name, advice)
        if start.startswith(_ZIP):
            yield from xlsx_records.read(raw, self.name)
            return
        try:
            if start.startswith(_GZIP):
                with gzip.open(raw) as unpacked:
                    yield from csv_records.read(cast(IO[bytes], unpacked), self._is_header)
            else:
                yield from csv_records.read(raw, self._is_header)
        except (EOFError, OSError, zlib.error) as error:
            raise Damaged(f"the file is damaged: {error}") from error
