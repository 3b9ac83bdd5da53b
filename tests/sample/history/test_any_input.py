"""Whatever bytes a file holds: reading never breaks, and every row is either taken or refused."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from services.sample.history import HistoryError, HistoryReader, ReadOptions, read_history

HEADER = b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

value = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "-1",
            "C1",
            "6",
            "2.55",
            "1,5",
            "2010-12-01",
            "12/13/2010",
            "POST",
            "damaged",
            "0",
            "1e9",
            '"',
            "NaN",
        ]
    ),
    st.text(max_size=12),
)
rows = st.lists(st.lists(value, max_size=10).map(",".join), max_size=12).map("\n".join)


def read_bytes(raw: bytes) -> HistoryReader | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        path.write_bytes(raw)
        try:
            reader = read_history([path], options=ReadOptions(max_description_length=50))
            lines = list(reader)
        except HistoryError:
            return None
    report = reader.report
    assert report.lines == len(lines) == sum(report.by_kind.values())
    assert report.rows == len(lines) + report.refused
    assert report.units == sum(line.quantity for line in lines)
    assert report.amounts.get("GBP", 0) == sum(line.amount for line in lines)
    assert all(problem.reason for refused in report.refused_rows for problem in refused.problems)
    places = [line.row for line in lines] + [refused.row for refused in report.refused_rows]
    assert len(set(places)) == len(places)
    return reader


@given(rows)
@settings(max_examples=300)
def test_every_row_of_odd_values_is_taken_or_refused(text: str):
    assert read_bytes(HEADER + text.encode(errors="surrogatepass")) is not None


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_any_bytes_below_a_header_are_rows_or_refusals(raw: bytes):
    assert read_bytes(HEADER + raw) is not None


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_read_or_named_as_unreadable(raw: bytes):
    read_bytes(raw)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(1, 999), st.decimals(0, 9999, places=3)),
        min_size=1,
        max_size=30,
    )
)
def test_good_rows_come_back_with_the_numbers_that_were_written(numbers: list[tuple[int, int, object]]):
    body = "".join(f"{order},A100,MUG,{n},2011-01-01,{price},7,UK\n" for order, n, price in numbers)
    reader = read_bytes(HEADER + body.encode())
    assert reader is not None
    assert reader.report.refused == 0
    assert reader.report.units == sum(n for _, n, _ in numbers)
