"""A bad row costs itself alone, and says where it is and what is wrong with it."""

from __future__ import annotations

import gzip
import re

import pytest

from services.sample.history import FieldProblem, HistoryReader, RefusedRow, read_history

from .conftest import Write


def read_all(reader: HistoryReader) -> list[RefusedRow]:
    """Read to the end; the refusals, after checking that no row went missing."""
    lines = list(reader)
    report = reader.report
    assert len(lines) == report.lines == sum(report.by_kind.values())
    assert report.rows == report.lines + report.refused
    assert report.refused == len(report.refused_rows)
    return report.refused_rows


@pytest.mark.parametrize(
    ("row", "field", "column", "reason"),
    [
        (",A1,MUG,1,2011-01-01,1,2,UK", "order_number", "InvoiceNo", "is missing"),
        ("1,,MUG,1,2011-01-01,1,2,UK", "sku", "StockCode", "is missing"),
        ("1,A1,MUG,,2011-01-01,1,2,UK", "quantity", "Quantity", "is missing"),
        ("1,A1,MUG,six,2011-01-01,1,2,UK", "quantity", "Quantity", "is not a number"),
        ("1,A1,MUG,1.5,2011-01-01,1,2,UK", "quantity", "Quantity", "is not a whole number"),
        ("1,A1,MUG,0,2011-01-01,1,2,UK", "quantity", "Quantity", "is zero"),
        ("1,A1,MUG,5012345678900,2011-01-01,1,2,UK", "quantity", "Quantity", "is more than 1000000"),
        ("1,A1,MUG,9e99,2011-01-01,1,2,UK", "quantity", "Quantity", "is more than 1000000"),
        ("1,A1,MUG,1,,1,2,UK", "ordered_at", "InvoiceDate", "is missing"),
        ("1,A1,MUG,1,2011-02-30,1,2,UK", "ordered_at", "InvoiceDate", "is not a date"),
        ("1,A1,MUG,1,soon,1,2,UK", "ordered_at", "InvoiceDate", "is not a date"),
        ("1,A1,MUG,1,2011-01-01,,2,UK", "unit_price", "UnitPrice", "is missing"),
        ("1,A1,MUG,1,2011-01-01,free,2,UK", "unit_price", "UnitPrice", "is not a number"),
        ("1,A1,MUG,1,2011-01-01,99999999,2,UK", "unit_price", "UnitPrice", "is more than"),
        (f"1,A1,{'x' * 501},1,2011-01-01,1,2,UK", "description", "Description", "longer than 500"),
        (f"1,{'A' * 65},MUG,1,2011-01-01,1,2,UK", "sku", "StockCode", "longer than 64"),
        ("1,A\x001,MUG,1,2011-01-01,1,2,UK", "sku", "StockCode", "NUL byte"),
        ("1,A1,M\x07UG,1,2011-01-01,1,2,UK", "description", "Description", r"control character \(U\+0007\)"),
        ("1,A\ufffd1,MUG,1,2011-01-01,1,2,UK", "sku", "StockCode", "cannot be read"),
        ("1,A1,MUG,1", "row", "", "has 4 columns where the header has 8"),
        ("1,A1,MUG, LARGE,1,2011-01-01,1,2,UK", "row", "", "a delimiter inside a field"),
    ],
)
def test_a_refused_row_names_its_file_row_field_and_reason(
    write: Write, good_row: str, row: str, field: str, column: str, reason: str
):
    (refused,) = read_all(read_history([write(good_row, row, good_row)]))
    assert (refused.file, refused.row) == ("orders.csv", 3)
    (problem,) = refused.problems
    assert (problem.field, problem.column) == (field, column)
    assert str(refused).startswith(f"orders.csv, row 3: {field}: ")
    assert re.search(reason, problem.reason)


def test_every_wrong_field_of_a_row_is_named(write: Write):
    (refused,) = read_all(read_history([write("1,,MUG,six,soon,1,2,UK")]))
    assert refused.problems == (
        FieldProblem("sku", "StockCode", "", "is missing"),
        FieldProblem("quantity", "Quantity", "six", "is not a number"),
        FieldProblem("ordered_at", "InvoiceDate", "soon", "is not a date"),
    )


def test_a_row_that_lacks_only_optional_columns_at_its_end_is_taken(write: Write):
    assert not read_all(read_history([write("1,A1,MUG,1,2011-01-01,2.5")]))


def test_a_quote_that_is_never_closed_costs_one_row(write: Write, good_row: str):
    path = write(good_row, '2,A1,"MUG,1,2011-01-01,1,2,UK', *[good_row] * 200)
    reader = read_history([path])
    (refused,) = read_all(reader)
    assert refused.row == 3
    assert "never closed" in refused.problems[0].reason
    assert reader.report.rows == 202


def test_a_quote_that_is_never_closed_on_the_last_row_costs_that_row(write: Write, good_row: str):
    (refused,) = read_all(read_history([write(good_row, '2,A1,"MUG,1,2011-01-01,1,2,UK')]))
    assert refused.row == 3


def test_inches_and_quotes_inside_a_name_are_part_of_the_name(write: Write):
    path = write('1,A1,PLATE 12",1,2011-01-01,1,2,UK', '2,A2,RETRO ""TEA"" SET,1,2011-01-01,1,2,UK')
    reader = read_history([path])
    assert [line.description for line in reader] == ['PLATE 12"', 'RETRO ""TEA"" SET']


def test_a_name_over_two_lines_in_quotes_is_one_row(write: Write, good_row: str):
    reader = read_history([write('1,A1,"TALL\nMUG",1,2011-01-01,1,2,UK', good_row)])
    assert [(line.row, line.description) for line in reader] == [(2, "TALL MUG"), (4, "ENAMEL JUG")]


def test_an_endless_line_costs_itself_alone(write: Write, header: str, good_row: str):
    raw = f"{header}\n{good_row}\n1,A1,{'x' * 3_000_000},1,2011-01-01,1,2,UK\n{good_row}\n".encode()
    (refused,) = read_all(read_history([write(raw=raw)]))
    assert (refused.row, refused.problems[0].field) == (3, "row")
    assert "longer than" in refused.problems[0].reason


def test_a_field_too_large_for_a_row_costs_its_row_alone(write: Write, good_row: str):
    (refused,) = read_all(
        read_history([write(good_row, f"1,A1,{'x' * 200_000},1,2011-01-01,1,2,UK", good_row)])
    )
    assert refused.row == 3


def test_a_header_in_the_middle_of_joined_files_is_named_as_such(write: Write, header: str, good_row: str):
    (refused,) = read_all(read_history([write(good_row, header, good_row)]))
    assert refused.problems == (FieldProblem("row", "", "", "repeats the header"),)


def test_a_compressed_file_that_breaks_off_gives_what_came_before_and_says_so(
    write: Write, header: str, good_row: str
):
    rows = "\n".join(f"{n},{good_row.partition(',')[2]}" for n in range(100_000, 150_000))
    whole = gzip.compress(f"{header}\n{rows}\n".encode())
    after = write(good_row, name="after.csv")
    reader = read_history([write(name="cut.csv.gz", raw=whole[: len(whole) // 2]), after])
    lines = list(reader)
    assert lines[-1].file == "after.csv"
    (damaged,) = reader.report.damaged_files
    assert damaged.file == "cut.csv.gz"
    assert 0 < damaged.rows == len(lines) - 1 < 50_000
    assert "damaged" in damaged.reason


def test_every_refusal_is_told_even_past_those_that_are_kept(write: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.sample.history.report.REFUSALS_KEPT", 3)
    told: list[RefusedRow] = []
    reader = read_history([write(*["1,A1,MUG,none,2011-01-01,1,2,UK"] * 10)], on_refused=told.append)
    assert list(reader) == []
    assert (len(told), reader.report.refused, len(reader.report.refused_rows)) == (10, 10, 3)
