"""`holdfast export`: what is there, filtered, from a server or a desk, in files that spreadsheets read."""

from __future__ import annotations

import csv
import gc
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop_app.cli import main
from services.storage.exports import EXPORTS
from tests.helpers.import_books import rows_at
from tests.helpers.warehouse_desk import warehouse_desk


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_stock_of_both_databases_is_what_the_tables_hold(both_urls: str, tmp_path: Path) -> None:
    out = tmp_path / "stock.csv"
    assert main(["export", "stock", "--out", str(out), "--database-url", both_urls]) == 0
    found = read_csv(out)
    assert [(row["sku"], row["on_hand"], row["available"]) for row in found] == [
        (f"SKU{number}", "100", "100") for number in range(1, 6)
    ]


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_every_kind_is_written_to_csv_and_workbook_alike(filled_url: str, tmp_path: Path, kind: str) -> None:
    orders = tmp_path / "open.csv"
    orders.write_text("order,customer,sku,qty,price\nN1,C1,SKU1,2,1.50\n")
    assert main(["import", "orders", str(orders), "--as", "open", "--database-url", filled_url]) == 0
    for suffix in ("csv", "xlsx"):
        assert (
            main(["export", kind, "--out", str(tmp_path / f"out.{suffix}"), "--database-url", filled_url])
            == 0
        )
    rows = read_csv(tmp_path / "out.csv")
    assert rows
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True)
    cells = list(sheet.worksheets[0].iter_rows(values_only=True))
    sheet.close()
    assert list(cells[0]) == list(rows[0])
    assert len(cells) == len(rows) + 1


def test_money_is_in_major_units_and_filters_hold(
    filled_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = tmp_path / "open.csv"
    orders.write_text("order,customer,sku,qty,price\nN1,C1,SKU1,2,1.50\nN2,C1,SKU2,2000,1.50\n")
    assert main(["import", "orders", str(orders), "--as", "open", "--database-url", filled_url]) == 0
    out = tmp_path / "o.csv"

    def numbers(*words: str) -> list[str]:
        assert main(["export", "orders", "--out", str(out), "--database-url", filled_url, *words]) == 0
        return [row["order_number"] for row in read_csv(out)]

    assert numbers() == ["N1", "N2"]
    assert read_csv(out)[0]["unit_price"] == "1.50"
    (status,) = rows_at(filled_url, "SELECT status FROM \"order\" WHERE number = 'N1'")[0]
    assert numbers("--status", status) == ["N1"]
    assert numbers("--until", "2001-01-01") == []
    assert numbers("--status", "closed") == []
    assert numbers("--site", "SITE-1") == ["N1", "N2"]
    assert numbers("--since", "2001-01-01") == ["N1", "N2"]
    low = tmp_path / "low.csv"
    assert main(["export", "stock", "--low", "--out", str(low), "--database-url", filled_url]) == 0
    assert [row["sku"] for row in read_csv(low)] == ["SKU2"]
    capsys.readouterr()
    assert main(["export", "stock", "--out", str(low), "--database-url", filled_url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 5


def test_a_cell_that_looks_like_a_formula_is_only_text(filled_url: str, tmp_path: Path) -> None:
    products = tmp_path / "p.csv"
    products.write_text('sku,name\nA1,"=HYPERLINK(""x"")"\n')
    assert main(["import", "products", str(products), "--database-url", filled_url]) == 0
    out = tmp_path / "out.csv"
    assert main(["export", "products", "--out", str(out), "--database-url", filled_url]) == 0
    assert read_csv(out)[0]["name"].startswith("'=")


def test_a_desk_exports_while_it_is_open(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    out = tmp_path / "orders.csv"
    with warehouse_desk(folder, products=20, orders=10) as desk:
        assert main(["export", "orders", "--out", str(out), "--folder", str(folder / "profile")]) == 0
        assert {row["order_number"] for row in read_csv(out)} == {
            order.number for order in desk.read.orders(limit=100)
        }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["stock", "--out", "x.pdf"], 1),
        (["stock", "--out", "nowhere/x.csv"], 1),
        (["stock", "--out", "x.csv", "--database-url", "sqlite:///none.db"], 1),
        (["stock", "--out", "x.csv", "--folder", "none"], 1),
        (["products", "--out", "x.csv", "--since", "2026-01-01"], 2),
        (["orders", "--out", "x.csv", "--since", "monday"], 2),
        (["orders", "--out", "x.csv", "--since", "2026-05-02", "--until", "2026-05-01"], 2),
    ],
)
def test_what_cannot_be_written_is_said_in_words(
    words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        answered: Any = main(["export", *words])
    except SystemExit as stopped:
        answered = stopped.code
    assert answered == code
    assert "Traceback" not in capsys.readouterr().err
    assert not Path("x.csv").exists()
    assert not Path("none.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["stock", "--site", "SIET-1"], "There is no site 'SIET-1'. Nothing was written. There is: SITE-1."),
        (["orders", "--status", "deliverd"], "There is no status 'deliverd'."),
        (["movements", "--status", "recept"], "There is: receipt."),
    ],
)
def test_a_filter_that_nothing_can_match_is_told_instead_of_writing_an_empty_file(
    filled_url: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *words, "--out", "x.csv", "--database-url", filled_url]) == 1
    assert said in capsys.readouterr().err
    assert not Path("x.csv").exists()


def test_a_workbook_that_finds_no_room_leaves_nothing_and_complains_once(
    filled_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".x.xlsx.part").symlink_to("/dev/full")
    assert main(["export", "stock", "--out", "x.xlsx", "--database-url", filled_url]) == 1
    gc.collect()  # what was not finished is let go of here, and would complain
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(Path().glob("*x.xlsx*")) == []
