"""Writes what became of every row of a file, as a CSV that a person can go through."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from services.imports.outcomes import RowOutcome

HEADER: Final = ("file", "row", "outcome", "key", "field", "value", "reason")
# A cell that starts like a formula would be worked out by the spreadsheet that opens the report.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_rows(path: Path, outcomes: Iterable[RowOutcome]) -> None:
    """Write the report. Raises OSError where the file cannot be written."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for each in outcomes:
            cells = (each.key, each.field, each.value, each.reason)
            writer.writerow((each.file, each.row, each.outcome, *(harmless(cell) for cell in cells)))


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
