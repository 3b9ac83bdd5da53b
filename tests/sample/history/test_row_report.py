"""What became of each row can be read afterwards."""

from __future__ import annotations

import csv
from pathlib import Path

from services.sample.history import RowReport, read_history

from .conftest import Write


def test_every_row_is_in_the_report_with_its_outcome_and_every_reason(
    write: Write, tmp_path: Path, good_row: str
):
    path = write(good_row, good_row, "=1+1,,MUG,six,2011-01-01,1,2,UK", "=1+1,@A,MUG,2,2011-01-01,1,2,UK")
    with RowReport(tmp_path / "report.csv") as report:
        for line in read_history([path], on_refused=report.refuse):
            report.take(line)
    with (tmp_path / "report.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["outcome"], row["field"]) for row in rows] == [
        ("2", "taken", ""),
        ("3", "merged", ""),
        ("4", "refused", "sku"),
        ("4", "refused", "quantity"),
        ("5", "taken", ""),
    ]
    assert rows[3]["value"] == "six"
    assert rows[3]["reason"] == "is not a number"


def test_a_cell_that_starts_like_a_formula_is_made_harmless(write: Write, tmp_path: Path):
    path = write("=1+1,@A,MUG,2,2011-01-01,1,2,UK")
    with RowReport(tmp_path / "report.csv") as report:
        for line in read_history([path]):
            report.take(line)
    assert "'=1+1,'@A," in (tmp_path / "report.csv").read_text()
