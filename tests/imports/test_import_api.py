"""Bulk import over HTTP: the same code as the command line's, under the signed-in person's permissions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.cli import main
from tests.helpers.import_books import rows
from tests.helpers.running_server import ADMIN_PASSWORD, RunningServer, running_server, server_settings
from tests.server.client import signed_in
from tests.server.warehouse import PASSWORD, fill

HISTORY = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    "536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,17850.0,United Kingdom\n"
    "C536379,85123A,LANTERN,-1,2010-12-01 09:41:00,2.55,,United Kingdom\n"
    "536370,85123A,LANTERN,many,2010-12-01 08:45:00,2.55,12583.0,France\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(server_settings(tmp_path), on_start=fill) as running:
        yield running


def test_a_csv_body_is_taken_row_by_row(server: RunningServer) -> None:
    with signed_in(server) as client:
        answer = client.post(
            "/api/import/products",
            content="sku,name,price\nNEW1,Oak tray,4.25\nNEW2,,1\n",
            headers={"Content-Type": "text/csv"},
        )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert {name: body[name] for name in ("rows", "taken", "merged", "refused")} == {
        "rows": 2, "taken": 1, "merged": 0, "refused": 1,
    }  # fmt: skip
    assert (body["outcomes"][1]["row"], body["outcomes"][1]["field"]) == (3, "name")


def test_json_rows_of_open_orders_are_placed_once_under_one_key(server: RunningServer) -> None:
    rows_sent = {"rows": [{"order_number": "N1", "customer_code": "C1", "sku": "SKU1", "quantity": 2}]}
    with signed_in(server) as client:
        answers = [
            client.post("/api/import/orders?as=open", json=rows_sent, headers={"Idempotency-Key": "monday"})
            for _ in range(2)
        ]
        unkeyed = client.post("/api/import/orders?as=open", json=rows_sent)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["orders"] == 1
    assert unkeyed.json()["merged"] == 1
    assert rows(server.parts.database, 'SELECT COUNT(*) FROM "order"') == [(1,)]


def test_past_orders_come_as_csv_with_totals_kinds_and_refusals(server: RunningServer) -> None:
    with signed_in(server) as client:
        answers = [
            client.post("/api/import/orders", content=HISTORY, headers={"Content-Type": "text/csv"}).json()
            for _ in range(2)
        ]
    first, second = answers
    assert (first["rows"], first["lines"], first["orders"], first["cancellations"]) == (4, 3, 1, 1)
    assert (first["units"], first["amount"], first["refused"]) == (6, 30.75, 1)
    assert first["kinds"] == {"sale": 1, "charge": 1, "cancellation": 1}
    assert (first["outcomes"][0]["row"], first["outcomes"][0]["field"]) == (5, "quantity")
    assert (len(first["new"]), second["new"]) == (2, [])
    assert rows(server.parts.database, "SELECT SUM(on_hand) FROM stock_level") == [(500,)]


def test_a_dry_run_leaves_nothing(server: RunningServer) -> None:
    with signed_in(server) as client:
        answer = client.post(
            "/api/import/products?dry_run=true", json={"rows": [{"sku": "N", "name": "New"}]}
        )
    assert answer.json()["taken"] == 1
    assert rows(server.parts.database, "SELECT COUNT(*) FROM product") == [(5,)]


def test_who_may_not_import_is_refused(server: RunningServer) -> None:
    with signed_in(server, "picker") as client:
        answer = client.post("/api/import/products", json={"rows": [{"sku": "N", "name": "New"}]})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_each_command_needs_its_own_permission_too(server: RunningServer) -> None:
    with signed_in(server, "service") as client:
        answer = client.post("/api/import/products", json={"rows": [{"sku": "N", "name": "New"}]}).json()
    assert answer["refused"] == 1
    assert "masterdata.edit" in answer["outcomes"][0]["reason"]


@pytest.mark.parametrize("body", ["{", '{"rows": 4}', '{"rows": [{"values": {"sku": 1}}]}'])
def test_a_body_that_is_not_understood_is_an_answer_not_a_failure(server: RunningServer, body: str) -> None:
    with signed_in(server) as client:
        answer = client.post(
            "/api/import/products", content=body, headers={"Content-Type": "application/json"}
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_import")


def test_the_command_imports_through_a_running_server(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDFAST_PASSWORD", ADMIN_PASSWORD)
    file = tmp_path / "december.csv"
    file.write_text(HISTORY)
    for known in ("0 known already", "2 known already"):
        assert main(["import", "orders", str(file), "--server", server.base_url, "--json"]) == 0
        printed = capsys.readouterr()
        assert known in printed.err
        assert printed.out.splitlines()[-1] == (
            '{"rows":4,"orders":1,"lines":3,"cancellations":1,"units":6,"amount":30.75,"refused":1}'
        )
    stock = tmp_path / "stock.csv"
    stock.write_text("sku,bin,qty\nSKU1,A-02-01-1,30\n")
    assert main(["import", "stock", str(stock), "--server", server.base_url]) == 0
    assert rows(server.parts.database, "SELECT SUM(on_hand) FROM stock_level") == [(530,)]


def test_a_wrong_password_is_said_in_words(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDFAST_PASSWORD", PASSWORD + "!")
    file = tmp_path / "p.csv"
    file.write_text("sku,name\nA,B\n")
    assert main(["import", "products", str(file), "--server", server.base_url]) == 1
    assert "password is not right" in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "field"), [("products", "sku"), ("orders", "sku"), ("products", "name")])
@pytest.mark.parametrize("value", [["x"], {"x": 1}])
def test_a_value_that_is_none_is_refused_with_its_row_and_field(
    server: RunningServer, kind: str, field: str, value: object
) -> None:
    good = {"sku": "NEW1", "name": "Oak tray"} if kind == "products" else {"sku": "NEW1"}
    with signed_in(server) as client:
        answer = client.post(f"/api/import/{kind}", json={"rows": [good, {**good, field: value}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_import")
    assert f"Row 2, {field}: a" in answer.json()["error"]
    assert rows(server.parts.database, "SELECT COUNT(*) FROM product WHERE sku = 'NEW1'") == [(0,)]


def test_a_key_of_another_question_about_the_same_rows_is_not_taken(server: RunningServer) -> None:
    body = {"rows": [{"order_number": "N1", "customer_code": "C1", "sku": "SKU1", "quantity": 2}]}
    with signed_in(server) as client:
        key = {"Idempotency-Key": "monday"}
        assert client.post("/api/import/orders?as=open", json=body, headers=key).status_code == 200
        other = client.post("/api/import/orders?as=open&site=SITE-2", json=body, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
