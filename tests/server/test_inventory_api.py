"""Stock over HTTP: products, totals, what runs low, bins, and scans that are all taken or none."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.server.doctor import examine
from tests.helpers.running_server import RunningServer
from tests.server.client import signed_in
from tests.server.warehouse import SITE


def scan(client: httpx.Client, *scans: dict[str, Any]) -> httpx.Response:
    return client.post("/api/warehouse/scan", json={"scans": list(scans)})


def receipt(**changes: Any) -> dict[str, Any]:
    return {"action": "receiving", "barcode": "CODE1", "location": "A-01-01-1", "quantity": 5, **changes}


def stock_of(client: httpx.Client, product: str = "prod-1") -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"/api/warehouse/live-inventory/{product}").json()
    return body


def all_is_well(server: RunningServer) -> None:
    for finding in examine(server.parts.database):
        assert finding.is_well, (finding.check, finding.problems)


def test_products_and_their_stock_are_listed_by_sku_page_by_page(server: RunningServer) -> None:
    with signed_in(server, "viewer") as client:
        for path, key in (
            ("/api/products", "products"),
            ("/api/inventory", "inventory"),
            ("/api/warehouse/live-inventory", "inventory"),
        ):
            skus: list[str] = []
            cursor = ""
            while True:
                page = client.get(path, params={"limit": 2, "cursor": cursor}).json()
                skus += [each["sku"] for each in page[key]]
                cursor = page["next_cursor"]
                if not cursor:
                    break
            assert skus == [f"SKU{number}" for number in range(1, 6)]


def test_totals_and_bins_of_a_product_with_the_place_to_go_to(server: RunningServer) -> None:
    with signed_in(server) as client:
        assert scan(client, receipt(location="A-03-01-1", quantity=300)).is_success
        found = stock_of(client)
        assert (found["on_hand"], found["available"], found["band"]) == (400, 400, "green")
        assert found["primary_location"]["location"] == "A-03-01-1"
        assert {each["location"]: each["on_hand"] for each in found["locations"]} == {
            "A-03-01-1": 300, "A-01-01-1": 100
        }  # fmt: skip
        assert client.get("/api/warehouse/live-inventory/nothing").status_code == 404


def test_what_runs_low_is_told_once_it_does(server: RunningServer) -> None:
    with signed_in(server) as client:
        assert client.get("/api/inventory/alerts").json()["low_stock"] == []
        order = {"products": [{"product_id": "prod-2", "quantity": 97}]}
        assert client.post("/api/orders", json=order).status_code == 201
        alerts = client.get("/api/inventory/alerts").json()
        assert [each["sku"] for each in alerts["low_stock"]] == ["SKU2"]
        assert [alert["kind"] for alert in alerts["alerts"]] == ["low_stock"]
        live = client.get("/api/warehouse/live-inventory").json()
        assert [each["sku"] for each in live["low_stock"]] == ["SKU2"]
        assert live["low_stock"][0]["available_quantity"] == 3


@pytest.mark.parametrize(
    ("text", "skus"), [("SKU3", ["SKU3"]), ("product 4", ["SKU4"]), ("%", []), ("_", []), ("zzz", [])]
)
def test_stock_is_searched_by_sku_and_name_and_signs_mean_themselves(
    server: RunningServer, text: str, skus: list[str]
) -> None:
    with signed_in(server) as client:
        found = client.get("/api/inventory", params={"q": text}).json()["inventory"]
    assert [each["sku"] for each in found] == skus


def test_scans_of_one_thing_are_added_up_and_packs_count_their_units(server: RunningServer) -> None:
    with signed_in(server) as client:
        answer = scan(
            client, receipt(), receipt(), receipt(barcode="PACK1", quantity=2), receipt(barcode="SKU1")
        )
        assert answer.status_code == 200, answer.text
        (result,) = answer.json()["results"]
        assert (result["quantity"], result["on_hand"]) == (39, 139)
        assert stock_of(client)["on_hand"] == 139
    all_is_well(server)


def test_a_pick_is_scanned_against_its_task(server: RunningServer) -> None:
    with signed_in(server) as client:
        order = client.post(
            "/api/orders", json={"products": [{"product_id": "prod-1", "quantity": 4}]}
        ).json()
        pick = {"action": "picking", "barcode": "CODE1", "location": "A-01-01-1", "quantity": 4}
        too_many = scan(client, {**pick, "quantity": 5})
        assert (too_many.status_code, too_many.json()["code"]) == (409, "over_pick")
        elsewhere = scan(client, {**pick, "location": "A-02-01-1"})
        assert elsewhere.status_code == 409
        assert scan(client, pick).status_code == 200
        assert client.get(f"/api/orders/{order['order_id']}").json()["status"] == "picked"
        assert scan(client, pick).status_code == 409
    all_is_well(server)


def test_a_move_and_a_count_are_scanned(server: RunningServer) -> None:
    with signed_in(server) as client:
        move = {"action": "move", "barcode": "CODE1", "location": "A-01-01-1", "quantity": 30}
        assert scan(client, move).json()["code"] == "missing_value"
        assert scan(client, {**move, "to_location": "A-05-01-1"}).status_code == 200
        bins = {each["location"]: each["on_hand"] for each in stock_of(client)["locations"]}
        assert bins == {"A-01-01-1": 70, "A-05-01-1": 30}
        count = {"action": "count", "barcode": "CODE1", "location": "A-05-01-1", "quantity": 28}
        assert scan(client, count).status_code == 200
        assert stock_of(client)["on_hand"] == 100
    with server.parts.database.reading() as connection:
        counted = connection.exec_driver_sql("SELECT counted, status FROM cycle_count").one()
    assert tuple(counted) == (28, "counted")
    all_is_well(server)


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"barcode": "NOBODY"}, 422, "bad_scan", "scans.1.barcode"),
        ({"barcode": "(01)123"}, 422, "bad_scan", None),
        ({"location": "Z-99"}, 404, "not_found", "scans.1.location"),
        ({"quantity": 0}, 422, "quantity_not_positive", "scans.1.quantity"),
        ({"quantity": -1}, 422, "invalid_request", "body.scans.1.quantity"),
        ({"action": "teleport"}, 422, "invalid_request", "body.scans.1.action"),
    ],
)
def test_one_bad_scan_is_named_and_none_of_its_company_is_taken(
    server: RunningServer, changes: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    with signed_in(server) as client:
        answer = scan(client, receipt(), receipt(**changes))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        if field is not None:
            assert field in [detail.get("field") for detail in answer.json()["details"]]
        assert stock_of(client)["on_hand"] == 100
    all_is_well(server)


def test_scans_with_the_same_key_are_taken_once(server: RunningServer) -> None:
    with signed_in(server) as client:
        for _ in range(3):
            body = {"scans": [receipt()]}
            headers = {"Idempotency-Key": "scan-1"}
            assert client.post("/api/warehouse/scan", json=body, headers=headers).status_code == 200
        assert stock_of(client)["on_hand"] == 105


def test_who_may_not_is_refused(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server, "viewer") as client:
        assert scan(client, receipt()).status_code == 403
        assert (
            client.post(
                "/api/orders", json={"products": [{"product_id": "prod-1", "quantity": 1}]}
            ).status_code
            == 403
        )
    with signed_in(sqlite_server, "picker") as client:
        assert scan(client, receipt()).status_code == 200


def test_where_there_are_several_sites_one_has_to_be_named(server: RunningServer) -> None:
    from tests.server.warehouse import OTHER_SITE, seed_site

    server.parts.committer.run(
        ("org", f"site:{OTHER_SITE}"), lambda transaction: seed_site(transaction, OTHER_SITE)
    )
    with signed_in(server) as client:
        answer = scan(client, receipt())
        assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, "site_id")
        body = {"scans": [receipt()], "site_id": SITE}
        assert client.post("/api/warehouse/scan", json=body).status_code == 200
        assert client.post("/api/warehouse/scan", json={**body, "site_id": "nowhere"}).status_code == 404


def test_a_scan_of_more_packs_than_a_movement_takes_is_refused(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        before = client.get("/api/inventory").json()
        scan = {"action": "receiving", "barcode": "PACK1", "location": "A-01-01-1", "quantity": 1_000_000}
        answer = client.post("/api/warehouse/scan", json={"scans": [scan]})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_value")
        assert client.get("/api/inventory").json() == before
