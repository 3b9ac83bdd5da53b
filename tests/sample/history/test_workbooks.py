"""Excel workbooks are read like CSV files of the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from services.sample.history import HistoryFileError, read_history

HEADER = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)


def save(path: Path, *rows: tuple[object, ...], before: int = 0) -> Path:
    book = openpyxl.Workbook()
    for _ in range(before):
        book.create_sheet("empty", 0)
    sheet = book.worksheets[before]
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_typed_cells_are_read_as_they_are_shown(tmp_path: Path):
    path = save(
        tmp_path / "orders.xlsx",
        HEADER,
        (536365, 85123, "ENAMEL JUG", 6, datetime(2010, 12, 1, 8, 26), 2.55, 17850.0, "United Kingdom"),
        (536366, "85123A", "MUG", 1.0, 40513.351388888892, 0.1 + 0.2, None, None),
    )
    first, second = read_history([path])
    assert (first.order_number, first.sku, first.quantity) == ("536365", "85123", 6)
    assert first.unit_price == Decimal("2.55")
    assert first.customer_code == "17850"
    assert (
        first.ordered_at
        == second.ordered_at
        == int(datetime(2010, 12, 1, 8, 26, tzinfo=UTC).timestamp()) * 1000
    )
    assert second.unit_price == Decimal("0.3")
    assert second.walk_in


def test_bad_cells_are_refused_with_their_sheet_row(tmp_path: Path):
    path = save(
        tmp_path / "orders.xlsx",
        ("Export of today",),
        (),
        HEADER,
        (1, "A1", "MUG", "=1/0", datetime(2010, 12, 1), 2.55, 1, "UK"),
        (2, "A1", "MUG", True, datetime(2010, 12, 1), 2.55, 1, "UK"),
        (3, "A1", "MUG", 2, "last week", 2.55, 1, "UK"),
        (4, "A1", "MUG", 2, datetime(2010, 12, 1), 2.55, 1, "UK"),
    )
    reader = read_history([path])
    assert [line.row for line in reader] == [7]
    refused = reader.report.refused_rows
    assert [(row.row, row.problems[0].field) for row in refused] == [
        (4, "quantity"),
        (5, "quantity"),
        (6, "ordered_at"),
    ]


def test_the_first_sheet_with_rows_is_read(tmp_path: Path):
    path = save(tmp_path / "o.xlsx", HEADER, (1, "A1", "MUG", 1, datetime(2010, 12, 1), 1, 1, "UK"), before=1)
    assert len(list(read_history([path]))) == 1


def test_a_workbook_without_rows_is_named(tmp_path: Path):
    with pytest.raises(HistoryFileError, match=r"o\.xlsx: has no rows"):
        read_history([save(tmp_path / "o.xlsx")])


def test_a_workbook_cut_short_is_named(tmp_path: Path):
    path = save(
        tmp_path / "o.xlsx",
        HEADER,
        *[(n, "A1", "M", 1, datetime(2010, 12, 1), 1, 1, "UK") for n in range(99)],
    )
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(HistoryFileError, match=r"o\.xlsx: is not a workbook that can be read"):
        read_history([path])
