"""Reads a company's own order lines from its files: a typed line for every row, or the reasons why not."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from services.sample.history.classify import Classifier
from services.sample.history.errors import HistoryError
from services.sample.history.files import HistoryFile
from services.sample.history.line import HistoryLine, RefusedRow
from services.sample.history.mapping import ColumnMapping
from services.sample.history.options import ReadOptions
from services.sample.history.records import Damaged
from services.sample.history.repeats import Repeats
from services.sample.history.report import DamagedFile, HistoryReport
from services.sample.history.row_reader import RowReader
from services.sample.history.survey import FileLayout, Survey, survey

ROWS_BETWEEN_REPORTS: Final = 2_000


class ReadProgress(msgspec.Struct, frozen=True):
    """How far the reading is. Bytes are those of the files as they lie on disk, over all files."""

    file: str
    rows: int
    bytes_done: int
    bytes_total: int


Progress = Callable[[ReadProgress], None]
OnRefused = Callable[[RefusedRow], None]


def read_history(
    paths: Sequence[Path | str],
    mapping: ColumnMapping | None = None,
    *,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    on_refused: OnRefused | None = None,
) -> HistoryReader:
    """Open order files (CSV, compressed CSV, XLSX) for reading, in the order given.

    Every file is opened and its header matched before the first row is read: HistoryFileError names a file that
    cannot be used, MappingError a column that is missing. From there on nothing raises; what cannot be taken is in the
    report. ``progress`` is told every few thousand rows, and may raise to stop the reading.
    """
    if not paths:
        raise HistoryError("no file was given")
    options, mapping = options or ReadOptions(), mapping or ColumnMapping()
    is_header = partial(mapping.fits, dated=options.ordered_at is None)
    files, same = _without_copies([HistoryFile(Path(path), is_header) for path in paths])
    return HistoryReader(survey(files, mapping, options), options, same, progress, on_refused)


class HistoryReader:
    """Iterates over the lines of the files; ``report`` grows as it goes.

    Iterating once more reads the files once more and starts a new report.
    """

    def __init__(
        self,
        surveyed: Survey,
        options: ReadOptions,
        same_files: Sequence[tuple[str, str]],
        progress: Progress | None,
        on_refused: OnRefused | None,
    ) -> None:
        self.survey = surveyed
        self.options = options
        self.report = HistoryReport()
        self._same_files = list(same_files)
        self._progress = progress
        self._on_refused = on_refused
        self._bytes_total = sum(layout.file.size for layout in surveyed.layouts)

    def __iter__(self) -> Iterator[HistoryLine]:
        self.report = HistoryReport(same_files=list(self._same_files))
        classifier = Classifier(self.survey.style, self.options.cancel_prefix)
        repeats = Repeats()
        bytes_before = 0
        for layout in self.survey.layouts:
            row_reader = RowReader(layout, self.options, classifier, repeats)
            yield from self._lines_of(layout, row_reader, bytes_before)
            bytes_before += layout.file.size

    def _lines_of(
        self, layout: FileLayout, row_reader: RowReader, bytes_before: int
    ) -> Iterator[HistoryLine]:
        report = self.report
        rows = 0
        try:
            for record in layout.rows():
                outcome = row_reader.read(record)
                rows += 1
                report.rows += 1
                if isinstance(outcome, HistoryLine):
                    report.take(outcome)
                    yield outcome
                else:
                    report.refuse(outcome)
                    if self._on_refused is not None:
                        self._on_refused(outcome)
                if rows % ROWS_BETWEEN_REPORTS == 0:
                    self._tell(layout, bytes_before + layout.file.position())
        except Damaged as damage:
            report.damaged_files.append(DamagedFile(layout.label, rows, str(damage)))
        finally:
            report.rows_by_file[layout.label] = rows
        self._tell(layout, bytes_before + layout.file.size)

    def _tell(self, layout: FileLayout, bytes_done: int) -> None:
        if self._progress is not None:
            self._progress(ReadProgress(layout.label, self.report.rows, bytes_done, self._bytes_total))


def _without_copies(files: Sequence[HistoryFile]) -> tuple[list[HistoryFile], list[tuple[str, str]]]:
    """The files without those that repeat another's content: counting a month twice is a mistake, not a wish."""
    sizes = Counter(file.size for file in files)
    taken: list[HistoryFile] = []
    same: list[tuple[str, str]] = []
    by_digest: dict[bytes, HistoryFile] = {}
    for file in files:
        if sizes[file.size] > 1:
            digest = _digest(file.path)
            if digest in by_digest:
                same.append((str(file.path), str(by_digest[digest].path)))
                continue
            by_digest[digest] = file
        taken.append(file)
    return taken, same


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as raw:
            return hashlib.file_digest(raw, "sha256").digest()
    except OSError as error:
        raise HistoryError(f"{path}: cannot be opened: {error.strerror}") from error
