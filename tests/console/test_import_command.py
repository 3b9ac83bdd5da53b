"""`holdfast import`: totals, reports, profiles, dry runs, and errors in words."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from desktop_app.cli import main
from tests.helpers.import_books import rows_at

LINES = (
    "Beleg,Artikel,Text,Menge,Wann,Preis,Kunde\n"
    "1001,A1,Oak tray,6,2026-01-05 08:26,2.55,77\n"
    "1001,A1,Oak tray,2,2026-01-05 08:26,2.55,77\n"
    "1001,POST,POSTAGE,1,2026-01-05 08:26,18.00,77\n"
    "C1002,A1,Oak tray,-1,2026-01-06 09:41,2.55,\n"
    "1003,A1,Oak tray,many,2026-01-07 08:45,2.55,78\n"
)
MAP = "Beleg=order_number,Artikel=sku,Text=description,Menge=quantity,Wann=ordered_at,Preis=unit_price,Kunde=customer_code"
TOTALS = '{"rows":5,"orders":1,"lines":4,"cancellations":1,"units":8,"amount":35.85,"refused":1}'


def history(folder: Path) -> Path:
    file = folder / "january.csv"
    file.write_text(LINES)
    return file


def test_the_last_line_is_the_files_totals_and_a_second_run_takes_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    words = ["import", "orders", str(history(tmp_path)), "--map", MAP, "--database-url", url, "--json"]
    for said in ("2 new, 0 known already", "0 new, 2 known already"):
        assert main(words) == 0
        printed = capsys.readouterr()
        assert printed.out.splitlines()[-1] == TOTALS
        assert said in printed.err
    assert rows_at(url, "SELECT COUNT(*) FROM event WHERE kind LIKE 'order.history%'") == [(2,)]


def test_a_mapping_is_kept_under_a_name_and_used_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    words = [
        "import",
        "orders",
        str(history(tmp_path)),
        "--database-url",
        url,
        "--profile",
        "books",
        "--json",
    ]
    assert main([*words, "--map", MAP]) == 0
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-1] == TOTALS
    assert main(["import", "stock", str(history(tmp_path)), "--database-url", url, "--profile", "books"]) == 1
    assert "is for orders, not for stock" in capsys.readouterr().err


def test_a_dry_run_makes_no_database_and_no_event(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    words = [
        "import",
        "orders",
        str(history(tmp_path)),
        "--map",
        MAP,
        "--database-url",
        url,
        "--dry-run",
        "--json",
    ]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-1] == TOTALS
    assert not (tmp_path / "new.db").exists()


def test_the_report_has_a_line_for_every_row_with_its_reason(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    report = tmp_path / "report.csv"
    words = ["import", "orders", str(history(tmp_path)), "--map", MAP, "--database-url", url]
    assert main([*words, "--report", str(report)]) == 0
    with report.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(each["row"], each["outcome"]) for each in found] == [
        ("2", "taken"), ("3", "merged"), ("4", "taken"), ("5", "taken"), ("6", "refused"),
    ]  # fmt: skip
    assert (found[-1]["field"], found[-1]["value"]) == ("quantity", "many")
    assert main([*words, "--report", str(report)]) == 0
    with report.open(newline="") as file:
        assert Counter(each["outcome"] for each in csv.DictReader(file)) == {"merged": 4, "refused": 1}


def test_open_orders_and_masters_print_their_counts(
    filled_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = tmp_path / "open.csv"
    orders.write_text("order,customer,sku,qty,price\nN1,C1,SKU1,2,1.50\nN2,C1,NONE,1,1\n")
    report = tmp_path / "report.csv"
    words = ["import", "orders", str(orders), "--as", "open", "--database-url", filled_url, "--json"]
    assert main([*words, "--report", str(report)]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == (
        '{"rows":2,"orders":1,"lines":1,"cancellations":0,"units":2,"amount":3.00,"refused":1}'
    )
    assert "open.csv, row 3: sku 'NONE'" in printed.err
    assert report.read_text().count("\n") == 3
    products = tmp_path / "p.csv.gz"
    products.write_bytes(gzip.compress(b"sku,name\nA,Apron\nA,Apron\n"))
    assert main(["import", "products", str(products), "--database-url", filled_url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": 2, "taken": 1, "merged": 1, "refused": 0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["orders", "missing.csv", "--database-url", "sqlite:///x.db"], "cannot be opened"),
        (["products", "p.csv", "--database-url", "nonsense"], "A database URL is"),
        (["products", "p.csv", "--database-url", "postgresql://nobody@127.0.0.1:9/none"], "cannot be used"),
        (
            ["products", "p.csv", "--map", "Title=colour", "--database-url", "sqlite:///x.db"],
            "no field 'colour'",
        ),
        (["products", "p.csv", "--map", "Nope=sku", "--database-url", "sqlite:///x.db"], "no column 'Nope'"),
        (["products", "p.csv", "--server", "http://127.0.0.1:9"], "Set HOLDFAST_PASSWORD"),
        (
            ["products", "p.csv", "--report", "nowhere/r.csv", "--database-url", "sqlite:///x.db"],
            "There is no folder",
        ),
    ],
)
def test_what_cannot_work_is_said_in_words_with_exit_1(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.csv").write_text("sku,name\nA,B\n")
    assert main(["import", *words]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_wrong_words_give_exit_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop_app", "import", "pallets", "x.csv"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.real_data
def test_six_months_of_real_orders_have_the_totals_of_their_source(real_data: Path, tmp_path: Path) -> None:
    """Every figure of the table that came with the data, each row counted as what it is, and nothing taken twice."""
    folder = real_data / "orders-uci-online-retail"
    files = sorted(folder.glob("online-retail-*.csv.gz"))
    table = _source_table(folder / "SOURCE.md")
    assert len(files) == len(table) == 6
    url = f"sqlite:///{tmp_path / 'real.db'}"
    report = tmp_path / "report.csv"
    mapping = (
        "InvoiceNo=order_number,StockCode=sku,Description=description,Quantity=quantity,InvoiceDate=ordered_at,"
        "UnitPrice=unit_price,CustomerID=customer_code,Country=country"
    )
    words = ["import", "orders", *map(str, files), "--map", mapping, "--database-url", url, "--json"]
    outputs = []
    for extra in (["--report", str(report)], []):
        done = subprocess.run(
            [sys.executable, "-m", "desktop_app", *words, *extra],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            env=dict(os.environ),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        outputs.append(done)
    totals = [json.loads(done.stdout.splitlines()[-1]) for done in outputs]
    assert totals[0] == totals[1]
    found = totals[0]
    assert found["rows"] == sum(month["lines"] for month in table)
    assert found["orders"] + found["cancellations"] == sum(month["invoices"] for month in table)
    assert found["units"] == sum(month["units"] for month in table)
    assert round(found["amount"] * 100) == sum(month["pence"] for month in table)
    assert (found["lines"], found["refused"]) == (found["rows"], 0)
    documents = found["orders"] + found["cancellations"]
    assert f"{documents:,} new, 0 known" in outputs[0].stderr
    assert f"0 new, {documents:,} known" in outputs[1].stderr
    blank = int(re.search(r"([\d,]+) rows name no customer", outputs[0].stderr)[1].replace(",", ""))
    assert blank == sum(month["blank"] for month in table)
    with report.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = Counter(row["kind"] for row in rows)
    assert kinds.total() == found["rows"]
    assert kinds["cancellation"] == sum(month["cancel_lines"] for month in table)
    assert all(
        kinds[kind]
        for kind in ("sale", "charge", "free_goods", "adjustment", "warehouse_note", "return_or_correction")
    )
    assert rows_at(url, "SELECT COUNT(*) FROM event WHERE kind LIKE 'order.history%'") == [(documents,)]


def _source_table(path: Path) -> list[dict[str, int]]:
    names = ("lines", "invoices", "cancel_lines", "blank", "units")
    table = []
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\d{4}-\d\d", cells[0]):
            month = dict(zip(names, map(int, cells[1:6]), strict=True))
            table.append({**month, "pence": round(float(cells[6]) * 100)})
    return table


@pytest.mark.parametrize("kind", ["orders", "products"])
def test_a_report_that_cannot_be_written_is_told_before_anything_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    file = history(tmp_path) if kind == "orders" else tmp_path / "p.csv"
    (tmp_path / "p.csv").write_text("sku,name\nA1,Oak tray\n")
    url = f"sqlite:///{tmp_path / 'new.db'}"
    words = ["import", kind, str(file), "--database-url", url, "--report", str(tmp_path)]
    assert main(words) == 1
    assert "Is a directory. Nothing was taken." in capsys.readouterr().err
    assert not (tmp_path / "new.db").exists()


def test_what_a_terminal_would_obey_is_spelled_out_and_what_is_long_is_cut(
    tmp_path: Path, filled_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    binary = tmp_path / "b.csv"
    binary.write_bytes(b"\x1b]0;owned\x07,\x1b[31mname,x\n1,2,3\n")
    assert main(["import", "products", str(binary), "--database-url", filled_url]) == 1
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "\\x1b]0;owned\\x07" in said
    long = tmp_path / "long.csv"
    long.write_text(f"sku,name,price\nA1,Oak tray,{'9x' * 10_000}\n")
    assert main(["import", "products", str(long), "--database-url", filled_url]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) < 500
