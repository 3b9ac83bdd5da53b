"""Order files are read row by row, whatever wrote them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.sample.history import (
    WALK_IN,
    Article,
    ColumnMapping,
    HistoryError,
    HistoryFileError,
    HistoryLine,
    LineKind,
    MappingError,
    ReadOptions,
    ReadProgress,
    read_history,
)

from .conftest import Write

SEMICOLONS = "Bestellnummer;Artikelnummer;Bezeichnung;Menge;Bestelldatum;Einzelpreis;Kundennummer;Land"


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000


def test_a_row_becomes_a_typed_line(write: Write, good_row: str):
    (line,) = read_history([write(good_row)])
    assert line == HistoryLine(
        file="orders.csv",
        row=2,
        kind=LineKind.SALE,
        article=Article.PRODUCT,
        order_number="536365",
        sku="85123A",
        description="ENAMEL JUG",
        quantity=6,
        ordered_at=ms(2010, 12, 1, 8, 26),
        unit_price=Decimal("2.55"),
        customer_code="17850",
        country="United Kingdom",
        currency="GBP",
    )
    assert line.amount == Decimal("15.30")
    assert line.unit_price_minor == 255


def test_a_compressed_file_reads_like_the_file_itself(write: Write, header: str, good_row: str):
    packed = write(name="orders.csv.gz", raw=gzip.compress(f"{header}\n{good_row}\n".encode()))
    plain = write(good_row)
    assert (
        [line.sku for line in read_history([packed])]
        == [line.sku for line in read_history([plain])]
        == ["85123A"]
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_usual_encodings_are_read(write: Write, header: str, encoding: str):
    row = "536365,85123A,CRÈME BRÛLÉE DISH,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"
    (line,) = read_history([write(raw=f"{header}\r\n{row}\r\n".encode(encoding))])
    assert line.description == "CRÈME BRÛLÉE DISH"


def test_lines_that_end_in_a_carriage_return_alone_are_read(write: Write, header: str, good_row: str):
    lines = list(read_history([write(raw=f"{header}\r{good_row}\r{good_row}\r".encode())]))
    assert [line.row for line in lines] == [2, 3]


def test_semicolons_and_decimal_commas_are_found_out(write: Write):
    row = 'B-1;A100;"Emaillekrug; groß";1.200;01.12.2010 08:26;2,55;K7;Deutschland'
    (line,) = read_history([write(row, header=SEMICOLONS)])
    assert (line.quantity, line.unit_price) == (1200, Decimal("2.55"))
    assert line.description == "Emaillekrug; groß"
    assert line.ordered_at == ms(2010, 12, 1, 8, 26)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_found_out(write: Write, header: str, good_row: str, delimiter: str):
    path = write(good_row.replace(",", delimiter), header=header.replace(",", delimiter))
    assert [line.sku for line in read_history([path])] == ["85123A"]


def test_titles_above_the_header_are_passed_over(write: Write, header: str, good_row: str):
    path = write("Period: December,,,", "", header, good_row, header="Sales export,,,")
    (line,) = read_history([path])
    assert (line.row, line.sku) == (5, "85123A")


def test_a_mapping_names_the_columns_of_any_other_file(write: Write):
    mapping = ColumnMapping.parse("doc=order_number,code=sku,n=quantity,when=ordered_at,each=unit_price")
    path = write("D1,A1,3,2011-01-02,1.5", header="doc,code,n,when,each")
    (line,) = read_history([path], mapping)
    assert (line.order_number, line.sku, line.quantity, line.unit_price) == ("D1", "A1", 3, Decimal("1.5"))


def test_a_time_without_a_zone_is_the_sites_own(write: Write):
    path = write("1,A1,MUG,1,2011-07-01 12:00,1,2,UK")
    (line,) = read_history([path], options=ReadOptions(zone=ZoneInfo("Europe/London")))
    assert line.ordered_at == ms(2011, 7, 1, 11)


def test_month_first_dates_are_found_out_from_a_row_far_down_the_file(write: Write):
    rows = [f"{n},85123A,MUG,1,12/1/2010 8:26,1.00,1,UK" for n in range(4000)]
    path = write(*rows, "9999,85123A,MUG,1,12/23/2010 8:26,1.00,1,UK")
    reader = read_history([path])
    lines = list(reader)
    assert lines[0].ordered_at == ms(2010, 12, 1, 8, 26)
    assert lines[-1].ordered_at == ms(2010, 12, 23, 8, 26)
    assert reader.report.refused == 0


def test_a_file_with_an_open_order_of_day_and_month_is_read_like_its_neighbours(write: Write):
    clear = write("1,A1,MUG,1,1/13/2011,1,1,UK", name="a.csv")
    open_ = write("2,A1,MUG,1,3/4/2011,1,1,UK", name="b.csv")
    assert [line.ordered_at for line in read_history([clear, open_])] == [ms(2011, 1, 13), ms(2011, 3, 4)]


def test_a_blank_customer_is_a_walk_in(write: Write):
    path = write(
        "1,A1,MUG,1,2011-01-01,1,,UK", "2,A1,MUG,1,2011-01-01,1,nan,UK", "3,A1,MUG,1,2011-01-01,1,NULL,UK"
    )
    reader = read_history([path])
    assert [line.customer_code for line in reader] == [WALK_IN] * 3
    assert reader.report.blank_customers == 3


def test_a_file_without_prices_is_read_as_sales_for_nothing(write: Write):
    path = write("1,A1,3,2011-01-01", header="Order,SKU,Qty,Date")
    (line,) = read_history([path])
    assert (line.kind, line.unit_price) == (LineKind.SALE, 0)


def test_open_orders_without_a_date_take_the_one_that_is_given(write: Write):
    at = ms(2026, 1, 2)
    path = write("1,A1,3", header="Order,SKU,Qty")
    (line,) = read_history([path], options=ReadOptions(ordered_at=at))
    assert line.ordered_at == at


def test_rows_of_several_currencies_are_added_up_apart(write: Write):
    header = "Order,SKU,Qty,Date,Price,Currency"
    path = write(
        "1,A1,2,2011-01-01,1.25,EUR", "2,A1,1,2011-01-01,300,jpy", "3,A1,1,2011-01-01,4.005,", header=header
    )
    reader = read_history([path])
    list(reader)
    report = reader.report
    assert [report.amount_minor(code) for code in ("EUR", "JPY", "GBP", "USD")] == [250, 300, 401, 0]


def test_amounts_are_exact_and_rounded_once_at_the_end(write: Write):
    path = write(*(f"{n},A{n},MUG,1,2011-01-01,0.001,1,UK" for n in range(1, 1006)))
    reader = read_history([path])
    list(reader)
    assert reader.report.amounts["GBP"] == Decimal("1.005")
    assert reader.report.amount_minor("GBP") == 101


def test_totals_count_what_the_file_holds(write: Write, good_row: str):
    path = write(
        good_row,
        "536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom",
        "C536379,71053,LANTERN,-2,2010-12-01 09:41:00,3.39,17850.0,United Kingdom",
        "536380,POST,POSTAGE,1,2010-12-01 09:41:00,18.00,12583.0,France",
        "536381,22423,damaged,-5,2010-12-01 09:41:00,0.0,,United Kingdom",
        "536382,22423,CAKESTAND,x,2010-12-01 09:41:00,1.0,,United Kingdom",
    )
    reader = read_history([path])
    kinds = [line.kind.value for line in reader]
    assert kinds == ["sale", "sale", "cancellation", "charge", "warehouse_note"]
    assert reader.report.totals("GBP") == {
        "rows": 6,
        "orders": 3,
        "lines": 5,
        "cancellations": 1,
        "units": 6 + 6 - 2 + 1 - 5,
        "amount": 1530 + 2034 - 678 + 1800,
        "refused": 1,
    }
    assert reader.report.examples[LineKind.CHARGE][0].sku == "POST"


def test_blank_lines_are_no_rows(write: Write, good_row: str):
    reader = read_history([write("", good_row, ",,,,,,,", "   ", good_row)])
    assert [line.row for line in reader] == [3, 6]
    assert reader.report.rows == 2


def test_the_same_file_given_twice_is_counted_once_and_named(write: Write, good_row: str):
    first, copy = write(good_row, name="a.csv"), write(good_row, name="b.csv")
    reader = read_history([first, copy])
    assert len(list(reader)) == 1
    assert reader.report.same_files == [(str(copy), str(first))]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path, write: Write, good_row: str):
    (tmp_path / "other").mkdir()
    paths = [write(good_row), write(good_row, good_row, name="other/orders.csv")]
    assert {line.file for line in read_history(paths)} == {str(path) for path in paths}


def test_progress_comes_to_the_end_of_all_files(write: Write, good_row: str):
    paths = [write(*[good_row] * 5000, name="a.csv"), write(*[good_row] * 10, name="b.csv")]
    told: list[ReadProgress] = []
    list(read_history(paths, progress=told.append))
    total = sum(path.stat().st_size for path in paths)
    assert len(told) == 4
    assert [step.bytes_done for step in told] == sorted(step.bytes_done for step in told)
    assert told[-1] == ReadProgress("b.csv", 5010, total, total)


def test_reading_stops_when_progress_says_so_and_can_start_again(write: Write, good_row: str):
    class Stopped(Exception):
        pass

    def stop(step: ReadProgress) -> None:
        raise Stopped

    path = write(*[good_row] * 5000)
    with pytest.raises(Stopped):
        list(read_history([path], progress=stop))
    reader = read_history([path])
    assert len(list(reader)) == len(list(reader)) == reader.report.rows == 5000


def test_files_that_cannot_be_used_are_named_before_anything_is_read(
    tmp_path: Path, write: Write, good_row: str
):
    good = write(good_row, name="good.csv")
    for name, raw, reason in (
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n", "has no rows"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .xlsx or CSV"),
        ("data.parquet", b"PAR1" + b"\0" * 100, "Parquet"),
        ("broken.xlsx", b"PK\x03\x04" + b"\0" * 100, "is not a workbook"),
        ("broken.csv.gz", b"\x1f\x8b" + b"\0" * 100, "is damaged"),
    ):
        with pytest.raises(HistoryFileError, match=f"{name}.*{reason}"):
            read_history([good, write(name=name, raw=raw)])
    with pytest.raises(HistoryFileError, match=r"missing\.csv: cannot be opened"):
        read_history([good, tmp_path / "missing.csv"])
    with pytest.raises(HistoryFileError, match="is a folder"):
        read_history([tmp_path])
    with pytest.raises(MappingError, match=r"odd\.csv: no column for sku"):
        read_history([good, write("1,2", name="odd.csv", header="Order,When")])
    with pytest.raises(HistoryError, match="no file"):
        read_history([])
