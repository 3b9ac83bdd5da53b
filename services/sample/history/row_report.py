"""Writes what became of every row of order files, as a CSV that a person can go through."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Final

from services.sample.history.line import HistoryLine, RefusedRow

HEADER: Final = (
    "file",
    "row",
    "outcome",
    "kind",
    "order_number",
    "sku",
    "quantity",
    "amount",
    "field",
    "value",
    "reason",
)
TAKEN: Final = "taken"
MERGED: Final = "merged"
REFUSED: Final = "refused"
# A cell that starts like a formula would be worked out by the spreadsheet that opens the report.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class RowReport:
    """A report file, open while rows are read. A refused row has a line for each of its reasons."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)

    def __enter__(self) -> RowReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def take(self, line: HistoryLine) -> None:
        """A row that was taken, or merged with an earlier one of its order."""
        outcome = MERGED if line.merged else TAKEN
        sku, number = _harmless(line.sku), _harmless(line.order_number)
        self._writer.writerow(
            (
                line.file,
                line.row,
                outcome,
                line.kind.value,
                number,
                sku,
                line.quantity,
                line.amount,
                "",
                "",
                "",
            )
        )

    def refuse(self, refused: RefusedRow) -> None:
        """A row that was not taken, with every reason."""
        for problem in refused.problems:
            self._writer.writerow(
                (
                    refused.file,
                    refused.row,
                    REFUSED,
                    "",
                    "",
                    "",
                    "",
                    "",
                    problem.field,
                    _harmless(problem.value),
                    problem.reason,
                )
            )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
