"""Selected rows as tab-separated text, for the clipboard and a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from desktop_app.task_runner import report_progress
from desktop_app.widgets.columns import Column
from desktop_app.widgets.row_model import PAGE_ROWS
from desktop_app.widgets.row_source import RowSource

# What a clipboard and a spreadsheet still take without complaint.
MOST_ROWS: Final = 100_000


def rows_as_text(
    source: RowSource, spans: Sequence[tuple[int, int]], cached: Mapping[int, Any], columns: Sequence[Column]
) -> str:
    """The titles, then a line for each row of `spans` (first, last); rows not `cached` are fetched. Runs in a lane."""
    most = min(MOST_ROWS, sum(last - first + 1 for first, last in spans))
    lines = ["\t".join(column.title for column in columns)]
    for first, last in spans:
        at = first
        while at <= last and len(lines) <= most:
            row = cached.get(at)
            rows = [row] if row is not None else source.page(at, min(PAGE_ROWS, last - at + 1), None)
            if not rows:
                break
            lines.extend("\t".join(_flat(column.text(each)) for column in columns) for each in rows)
            at += len(rows)
            report_progress(len(lines) / (most + 1))
    return "\n".join(lines[: most + 1]) + "\n"


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ")
