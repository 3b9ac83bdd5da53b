"""Health, metrics, the dashboard and the documentation, as they are served."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.server.client import signed_in


def test_health_tells_each_part_with_its_latency(server: RunningServer) -> None:
    assert httpx.get(f"{server.base_url}/health").json()["status"] == "ok"
    body = httpx.get(f"{server.base_url}/api/health").json()
    assert body["components"].keys() == {"database", "broker", "cache"}
    assert body["components"]["database"]["status"] == "ok"
    assert body["components"]["database"]["latency_ms"] > 0
    assert body["components"]["broker"]["status"] == "not_configured"


def test_a_part_that_is_configured_and_does_not_answer_is_failing(tmp_path: Path) -> None:
    with running_server(server_settings(tmp_path, redis_url="redis://127.0.0.1:1/0")) as server:
        answer = httpx.get(f"{server.base_url}/api/health")
    assert answer.status_code == 503
    assert answer.json()["components"]["cache"]["status"] == "failing"


def test_the_dashboard_has_every_system_and_what_happened_last(server: RunningServer) -> None:
    with signed_in(server) as client:
        client.post("/api/integration/order", json={"products": [{"product_id": "prod-1", "quantity": 2}]})
        board = client.get("/api/integration/dashboard").json()
        assert {
            "orders",
            "inventory",
            "picking",
            "delivery",
            "fleet",
            "alerts",
            "sync",
            "activity",
            "health",
        } <= set(board)
        assert board["orders"]["by_status"] == {"allocated": 1}
        assert board["inventory"]["reserved"] == 2
        assert board["activity"][0]["kind"] == "order.placed"
        assert board["health"]["status"] == "ok"
        metrics = client.get("/api/metrics", params={"site_id": "elsewhere"}).json()
        assert metrics["orders"]["by_status"] == {}
        assert metrics["inventory"]["on_hand"] == 0


def test_everything_but_health_and_sign_in_needs_a_person(sqlite_server: RunningServer) -> None:
    """Asked of the documentation itself, so that a new route is not forgotten."""
    open_to_all = {"/health", "/api/health", "/api/auth/login", "/api/auth/refresh"}
    paths = httpx.get(f"{sqlite_server.base_url}/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method in methods:
            answer = httpx.request(method, f"{sqlite_server.base_url}{path}", json={})
            if path in open_to_all:
                assert answer.status_code != 401
            else:
                assert answer.status_code == 401, (method, path, answer.status_code)
                assert answer.json().keys() == {"error", "code", "details"}


def test_the_documentation_is_served(sqlite_server: RunningServer) -> None:
    assert "swagger" in httpx.get(f"{sqlite_server.base_url}/docs").text.lower()
    paths = httpx.get(f"{sqlite_server.base_url}/openapi.json").json()["paths"]
    assert {"/api/orders", "/api/integration/order", "/sync/push", "/api/warehouse/scan"} <= set(paths)


def test_what_is_not_there_and_what_fails_look_like_every_error(
    sqlite_server: RunningServer,
) -> None:
    missing = httpx.get(f"{sqlite_server.base_url}/api/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = httpx.get(f"{sqlite_server.base_url}/api/auth/login")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")


def test_a_fault_of_ours_is_told_by_a_reference_and_nothing_else(
    sqlite_server: RunningServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_parts: object) -> None:
        raise RuntimeError("the inner workings")

    monkeypatch.setattr("services.server.routes.health.check_health", fail)
    answer = httpx.get(f"{sqlite_server.base_url}/health")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "inner workings" not in answer.text
    assert answer.json()["details"][0]["reference"] in caplog.text
    assert "inner workings" in caplog.text


def test_trouble_of_the_database_asks_for_another_try(
    sqlite_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signed_in(sqlite_server) as client:

        def fail() -> None:
            raise OperationalError("read", None, Exception("disk I/O error"))

        monkeypatch.setattr(sqlite_server.parts.database, "reading", fail)
        answer = client.get("/api/orders")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert "disk I/O" not in answer.text
