"""Orders over HTTP: the 409 contract, no oversell at any concurrency, idempotency, lists, and statuses carried on."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from services.commands import ReceiveStock
from services.server.doctor import examine
from services.storage.tables import StockLevel
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import RunningServer
from tests.server.client import signed_in
from tests.server.warehouse import CUSTOMER, SITE, bin_id, must


def wanted(quantity: int, product: str = "prod-1", **more: Any) -> dict[str, Any]:
    return {"products": [{"product_id": product, "quantity": quantity}], **more}


def level(server: RunningServer, product: str = "prod-1") -> StockLevel:
    with server.parts.database.reading() as connection:
        (found,) = UnitOfWork(connection).find(StockLevel, site_id=SITE, product_id=product)
        return found


def all_is_well(server: RunningServer) -> None:
    for finding in examine(server.parts.database):
        assert finding.is_well, (finding.check, finding.problems)


def test_an_order_has_four_effects_in_one_answer(server: RunningServer) -> None:
    with signed_in(server) as client:
        answer = client.post("/api/integration/order", json=wanted(3, customer_id=CUSTOMER))
    assert answer.status_code == 201
    body = answer.json()
    assert body["status"] == "allocated"
    effects = body["effects"]
    assert effects.keys() == {"Order", "Inventory", "Delivery", "Warehouse"}
    assert {name: effect["state"] for name, effect in effects.items()} == dict.fromkeys(effects, "done")
    assert effects["Inventory"]["reserved"] == 3
    assert effects["Delivery"]["vehicle_id"]
    assert effects["Warehouse"]["tasks"][0]["quantity"] == 3
    assert level(server).reserved == 3
    all_is_well(server)


def test_an_order_beyond_stock_is_refused_with_every_short_product(server: RunningServer) -> None:
    products = [
        {"product_id": "prod-1", "quantity": 101},
        {"product_id": "prod-2", "quantity": 1},
        {"sku": "SKU3", "quantity": 500},
    ]
    with signed_in(server) as client:
        answer = client.post("/api/orders", json={"products": products})
    assert answer.status_code == 409
    body = answer.json()
    assert body["error"] == "Insufficient inventory for one or more items"
    found = [
        (each["product_id"], each["sku"], each["requested"], each["available"]) for each in body["details"]
    ]
    assert found == [("prod-1", "SKU1", 101, 100), ("prod-3", "SKU3", 500, 100)]
    assert all(each["error"] for each in body["details"])
    assert level(server, "prod-2").reserved == 0
    all_is_well(server)


def test_units_of_one_product_named_twice_are_added_up(server: RunningServer) -> None:
    products = [{"product_id": "prod-1", "quantity": 60}, {"product_id": "prod-1", "quantity": 60}]
    with signed_in(server) as client:
        answer = client.post("/api/orders", json={"products": products})
    assert answer.status_code == 409
    assert answer.json()["details"][0]["requested"] == 120


def test_on_request_the_rest_is_left_to_backorder(server: RunningServer) -> None:
    with signed_in(server) as client:
        answer = client.post("/api/orders", json=wanted(130, on_shortfall="backorder"))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["outcome"]["status"]) == ("partially_allocated", "adjusted")
    assert body["effects"]["Inventory"] == {"state": "partial", "reserved": 100, "backordered": 30}
    all_is_well(server)


def test_thirty_two_callers_cannot_sell_what_is_not_there(server: RunningServer) -> None:
    with signed_in(server) as client:

        def buy(_number: int) -> int:
            return client.post("/api/orders", json=wanted(7)).status_code

        with ThreadPoolExecutor(32) as pool:
            statuses = Counter(pool.map(buy, range(64)))
    assert statuses == {201: 14, 409: 50}
    assert level(server).reserved == 98
    all_is_well(server)


def test_a_repeat_with_the_same_key_gets_the_same_answer_and_orders_nothing(server: RunningServer) -> None:
    with signed_in(server) as client:

        def buy(_number: int) -> httpx.Response:
            return client.post("/api/orders", json=wanted(5), headers={"Idempotency-Key": "same"})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(buy, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 15
    assert level(server).reserved == 5


def test_a_key_is_not_taken_for_another_request(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client, signed_in(sqlite_server, "clerk") as somebody_else:
        headers = {"Idempotency-Key": "k"}
        assert client.post("/api/orders", json=wanted(1), headers=headers).status_code == 201
        answer = client.post("/api/orders", json=wanted(2), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert somebody_else.post("/api/orders", json=wanted(2), headers=headers).status_code == 201
    assert level(sqlite_server).reserved == 3


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"products": []}, 422, "body.products"),
        ({"products": [{"product_id": "prod-1", "quantity": 0}]}, 422, "body.products.0.quantity"),
        ({"products": [{"product_id": "prod-1", "quantity": True}]}, 422, "body.products.0.quantity"),
        ({"products": [{"product_id": "prod-1", "quantity": -1}]}, 422, "body.products.0.quantity"),
        ({"products": [{"product_id": "prod-1", "quantity": 10**30}]}, 422, "body.products.0.quantity"),
        ({"products": [{"product_id": "prod-1", "quantity": 10**6}] * 2}, 422, "lines[0].quantity"),
        ({"products": [{"product_id": "prod-1", "quantity": 2.5}]}, 422, "body.products.0.quantity"),
        ({"products": [{"product_id": "prod-1", "quantity": 1}], "colour": "red"}, 422, "body.colour"),
        ({"products": [{"product_id": "nothing", "quantity": 1}]}, 404, "products.0"),
        ({"products": [{"quantity": 1}]}, 404, "products.0"),
    ],
)
def test_a_bad_order_is_refused_naming_the_field(
    sqlite_server: RunningServer, body: dict[str, Any], status: int, field: str
) -> None:
    with signed_in(sqlite_server) as client:
        answer = client.post("/api/orders", json=body)
    assert answer.status_code == status
    assert answer.json().keys() == {"error", "code", "details"}
    assert field in [detail["field"] for detail in answer.json()["details"]]


def test_a_body_that_is_no_json_is_refused_without_a_trace(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        answer = client.post(
            "/api/orders", content=b"{nonsense", headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_orders_are_listed_newest_first_page_by_page(server: RunningServer) -> None:
    with signed_in(server) as client:
        placed = [client.post("/api/orders", json=wanted(1)).json()["order_id"] for _ in range(7)]
        listed: list[str] = []
        cursor = ""
        while True:
            page = client.get("/api/orders", params={"limit": 3, "cursor": cursor}).json()
            assert len(page["orders"]) <= 3
            listed += [order["order_id"] for order in page["orders"]]
            cursor = page["next_cursor"]
            if not cursor:
                break
        assert sorted(listed) == sorted(placed)
        times = [client.get(f"/api/orders/{order_id}").json()["placed_at"] for order_id in listed]
        assert times == sorted(times, reverse=True)


def test_orders_are_filtered(server: RunningServer) -> None:
    with signed_in(server) as client:
        first = client.post("/api/orders", json=wanted(1, customer_id=CUSTOMER)).json()
        client.post("/api/orders", json=wanted(2))
        client.post(f"/api/integration/order/{first['order_id']}/status", json={"status": "Cancelled"})

        def ids(**filters: str) -> list[str]:
            answer = client.get("/api/orders", params=filters)
            return [order["order_id"] for order in answer.json()["orders"]]

        assert ids(customer_id=CUSTOMER) == [first["order_id"]]
        assert ids(status="cancelled") == [first["order_id"]]
        assert len(ids(status="cancelled,allocated")) == 2
        assert ids(number=first["number"]) == [first["order_id"]]
        assert len(ids(number="A01-")) == 2
        assert ids(site_id="elsewhere") == []
        assert client.get("/api/orders", params={"cursor": "???"}).status_code == 422


def test_an_order_waiting_for_stock_is_tried_again(server: RunningServer) -> None:
    with signed_in(server) as client:
        order = client.post("/api/orders", json=wanted(130, on_shortfall="backorder")).json()
        answer = client.post(f"/api/orders/{order['order_id']}/retry")
        assert answer.status_code == 200
        assert client.post("/api/orders/nothing/retry").status_code == 404


def test_cancelling_gives_everything_back(server: RunningServer) -> None:
    with signed_in(server) as client:
        order = client.post("/api/orders", json=wanted(10)).json()
        answer = client.post(
            f"/api/integration/order/{order['order_id']}/status", json={"status": "Cancelled"}
        )
    assert answer.json()["status"] == "cancelled"
    assert level(server).available == 100
    all_is_well(server)


def test_shipped_before_it_is_picked_is_refused_with_what_is_missing(server: RunningServer) -> None:
    with signed_in(server) as client:
        order = client.post("/api/orders", json=wanted(10)).json()
        answer = client.post(f"/api/integration/order/{order['order_id']}/status", json={"status": "Shipped"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_picked")
    assert answer.json()["details"][0]["missing"] == 10
    assert level(server).on_hand == 100


@pytest.mark.parametrize("customer", ["", CUSTOMER])
def test_fast_forward_records_every_step_between(server: RunningServer, customer: str) -> None:
    with signed_in(server) as client:
        order = client.post("/api/orders", json=wanted(10, customer_id=customer)).json()
        path = f"/api/integration/order/{order['order_id']}/status"
        shipped = client.post(path, json={"status": "Shipped", "fast_forward": True})
        assert shipped.status_code == 200, shipped.text
        assert shipped.json()["status"] == "shipped"
        assert (level(server).on_hand, level(server).in_transit) == (90, 10)
        all_is_well(server)
        delivered = client.post(path, json={"status": "Delivered", "pod_name": "Mrs Smith"})
        assert delivered.json()["status"] == "delivered"
        assert delivered.json()["shipments"][0]["pod_name"] == "Mrs Smith"
        assert level(server).in_transit == 0
        again = client.post(path, json={"status": "Shipped", "fast_forward": True})
        assert (again.status_code, again.json()["code"]) == (409, "already_shipped")
    all_is_well(server)


def test_a_part_that_is_on_backorder_does_not_keep_the_rest_from_leaving(server: RunningServer) -> None:
    with signed_in(server) as client:
        order = client.post("/api/orders", json=wanted(130, on_shortfall="backorder")).json()
        answer = client.post(
            f"/api/integration/order/{order['order_id']}/status",
            json={"status": "Shipped", "fast_forward": True},
        )
    assert answer.json()["status"] == "partially_shipped"
    all_is_well(server)


def test_an_order_in_two_shipments_leaves_whole_and_each_is_delivered(server: RunningServer) -> None:
    with signed_in(server) as client:
        order = client.post("/api/orders", json=wanted(130, on_shortfall="backorder")).json()
        path = f"/api/integration/order/{order['order_id']}/status"
        assert client.post(path, json={"status": "Packed", "fast_forward": True}).json()["status"] == "packed"
        receipt = ReceiveStock(
            site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=30, reference="PO-2"
        )
        server.parts.committer.run((f"site:{SITE}",), lambda transaction: must(transaction, receipt, "late"))
        early = client.post(path, json={"status": "Shipped"})
        assert (early.status_code, early.json()["code"]) == (409, "not_picked")
        shipped = client.post(path, json={"status": "Shipped", "fast_forward": True})
        assert shipped.json()["status"] == "shipped", shipped.text
        assert [(row["number"], row["status"]) for row in shipped.json()["shipments"]] == [
            (f"{order['number']}-S1", "en_route"), (f"{order['number']}-S2", "en_route"),
        ]  # fmt: skip
        assert (level(server).on_hand, level(server).in_transit) == (0, 130)
        all_is_well(server)
        delivered = client.post(path, json={"status": "Delivered", "pod_name": "Mrs Smith"})
        assert delivered.json()["status"] == "delivered"
    assert level(server).in_transit == 0
    all_is_well(server)


def test_a_second_order_of_a_route_that_has_left_gets_a_vehicle_of_its_own(server: RunningServer) -> None:
    with signed_in(server) as client:
        for _ in range(2):
            order = client.post("/api/orders", json=wanted(1)).json()
            answer = client.post(
                f"/api/integration/order/{order['order_id']}/status",
                json={"status": "Shipped", "fast_forward": True},
            )
            assert answer.status_code == 200, answer.text
        order = client.post("/api/orders", json=wanted(1)).json()
        answer = client.post(
            f"/api/integration/order/{order['order_id']}/status",
            json={"status": "Shipped", "fast_forward": True},
        )
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unfit")
    all_is_well(server)


def test_a_status_nobody_knows_is_refused_with_the_ones_there_are(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        order = client.post("/api/orders", json=wanted(1)).json()
        answer = client.post(
            f"/api/integration/order/{order['order_id']}/status", json={"status": "Teleported"}
        )
    assert answer.status_code == 422
    assert "shipped" in answer.json()["details"][0]["possible"]
