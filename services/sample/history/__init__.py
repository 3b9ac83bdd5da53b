"""A company's own order history, read from its files: what was sold, to whom, when, and every odd row named."""

from services.sample.history.errors import HistoryError, HistoryFileError, MappingError
from services.sample.history.line import (
    WALK_IN,
    Article,
    FieldProblem,
    HistoryLine,
    LineKind,
    RefusedRow,
    to_minor,
)
from services.sample.history.mapping import FIELDS, ColumnMapping
from services.sample.history.options import ReadOptions
from services.sample.history.reader import HistoryReader, ReadProgress, read_history
from services.sample.history.report import DamagedFile, HistoryReport

__all__ = [
    "FIELDS",
    "WALK_IN",
    "Article",
    "ColumnMapping",
    "DamagedFile",
    "FieldProblem",
    "HistoryError",
    "HistoryFileError",
    "HistoryLine",
    "HistoryReader",
    "HistoryReport",
    "LineKind",
    "MappingError",
    "ReadOptions",
    "ReadProgress",
    "RefusedRow",
    "read_history",
    "to_minor",
]
