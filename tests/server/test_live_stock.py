"""Live stock over the WebSocket: a snapshot, then deltas only, for as many as watch."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.helpers.running_server import ADMIN_PASSWORD, RunningServer, running_server, server_settings
from tests.server.client import signed_in
from tests.server.warehouse import SITE, fill


@contextmanager
def watching(server: RunningServer, path: str = "/ws", **more: Any) -> Iterator[ClientConnection]:
    with connect(f"{server.websocket_url}{path}", compression=None, max_size=None) as socket:
        socket.send(json.dumps({"type": "subscribe", "userId": 1, **more}))
        yield socket


def read(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout=20))
    return message


@pytest.mark.parametrize("path", ["/", "/ws"])
def test_whoever_subscribes_gets_the_stock_of_every_product_once(server: RunningServer, path: str) -> None:
    with watching(server, path) as socket:
        snapshot = read(socket)
    assert snapshot["type"] == "inventory_snapshot"
    assert isinstance(snapshot["timestamp"], int)
    assert [each["sku"] for each in snapshot["data"]] == [f"SKU{number}" for number in range(1, 6)]
    first = snapshot["data"][0]
    assert (first["product_id"], first["available_quantity"]) == ("prod-1", 100)


def test_one_product_that_changes_is_told_with_what_was_done(server: RunningServer) -> None:
    with signed_in(server) as client, watching(server) as socket:
        read(socket)
        scan = {"action": "receiving", "barcode": "CODE2", "location": "A-02-01-1", "quantity": 7}
        assert client.post("/api/warehouse/scan", json={"scans": [scan]}).status_code == 200
        update = read(socket)
    assert update == {
        "type": "inventory_update",
        "product_id": "prod-2",
        "available_quantity": 107,
        "action": "receipt",
        "metadata": {"sku": "SKU2", "location_id": f"{SITE}-bin-2", "quantity_change": 7},
    }


def test_several_products_of_one_order_are_told_together(server: RunningServer) -> None:
    with signed_in(server) as client, watching(server) as socket:
        read(socket)
        products = [{"product_id": f"prod-{number}", "quantity": number} for number in (1, 2, 3)]
        assert client.post("/api/orders", json={"products": products}).status_code == 201
        update = read(socket)
    assert update["type"] == "inventory_batch_update"
    assert isinstance(update["timestamp"], int)
    assert update["updates"] == [
        {"product_id": f"prod-{number}", "available_quantity": 100 - number, "action": "reserve"}
        for number in (1, 2, 3)
    ]


def test_a_watcher_who_reads_nothing_keeps_nobody_waiting(sqlite_server: RunningServer) -> None:
    with (
        signed_in(sqlite_server) as client,
        watching(sqlite_server) as stalled,
        watching(sqlite_server) as reading,
    ):
        read(reading)
        for turn in range(20):
            assert client.post(
                "/api/orders", json={"products": [{"product_id": "prod-1", "quantity": 1}]}
            ).is_success
            while read(reading).get("available_quantity") != 99 - turn:
                pass
        read(stalled)
        while read(stalled).get("available_quantity") != 80:
            pass


def test_a_crowd_that_subscribes_at_once_shares_a_few_snapshots(
    sqlite_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = 30
    live_stock = sqlite_server.parts.live_stock
    make, first_is_here, made = live_stock.snapshot, threading.Event(), 0

    def slow() -> bytes:
        nonlocal made
        made += 1
        assert first_is_here.wait(30)
        return make()

    monkeypatch.setattr(live_stock, "snapshot", slow)
    with ExitStack() as stack:
        sockets = [stack.enter_context(watching(sqlite_server)) for _ in range(crowd)]
        end = time.monotonic() + 20
        while live_stock.watchers < crowd and time.monotonic() < end:
            time.sleep(0.02)
        first_is_here.set()
        assert {read(socket)["type"] for socket in sockets} == {"inventory_snapshot"}
    assert made <= 2


@pytest.mark.parametrize("said", ["no json", "[]", '{"type": "hello"}'])
def test_whoever_does_not_subscribe_is_shown_out(sqlite_server: RunningServer, said: str) -> None:
    with connect(f"{sqlite_server.websocket_url}/ws") as socket:
        socket.send(said)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


def test_where_the_settings_ask_for_it_a_token_is_needed(tmp_path: Path) -> None:
    settings = server_settings(tmp_path, live_stock_needs_sign_in=True)
    with running_server(settings, on_start=fill) as server, signed_in(server) as client:
        with watching(server) as socket, pytest.raises(ConnectionClosed):
            socket.recv(timeout=20)
        login = {"username": "admin", "password": ADMIN_PASSWORD}
        token = client.post("/api/auth/login", json=login).json()["access_token"]
        with watching(server, token=token) as socket:
            assert read(socket)["type"] == "inventory_snapshot"


def test_the_status_says_where_to_watch_and_how_many_do(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        with watching(sqlite_server) as socket:
            read(socket)
            status = client.get("/api/warehouse/sync-status").json()
            assert status.keys() == {"sync_enabled", "connected_clients", "sync_type", "url", "message"}
            assert (status["sync_enabled"], status["sync_type"]) == (True, "websocket")
            assert status["connected_clients"] == 1
            assert status["url"] == f"{sqlite_server.websocket_url}/ws"
        end = time.monotonic() + 20
        while client.get("/api/warehouse/sync-status").json()["connected_clients"] and time.monotonic() < end:
            time.sleep(0.02)
        assert client.get("/api/warehouse/sync-status").json()["connected_clients"] == 0
