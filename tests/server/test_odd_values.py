"""Values that no database keeps are told as such, wherever they stand in a request."""

from __future__ import annotations

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from services.server.routes.live import NOT_UNDERSTOOD
from tests.helpers.running_server import RunningServer
from tests.server.client import device, enroll, signed_in

_TOO_LARGE = "99999999999999999999999"
_CURSOR_TOO_LARGE = "WzkyMjMzNzIwMzY4NTQ3NzU4MDgsIngiXQ"  # [9223372036854775808,"x"]


@pytest.mark.parametrize(
    "path",
    [
        f"/api/orders?placed_from={_TOO_LARGE}",
        f"/api/orders?cursor={_CURSOR_TOO_LARGE}",
        f"/api/fleet/vehicles/x/trail?since={_TOO_LARGE}",
    ],
)
def test_a_number_that_is_too_large_is_said_to_be_none(sqlite_server: RunningServer, path: str) -> None:
    # PostgreSQL compares numbers of any size.
    with signed_in(sqlite_server) as client:
        answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_value")


@pytest.mark.parametrize(
    "path", ["/api/orders/a%00b", "/api/products?sku=a%00b", "/api/inventory?q=a%00b", "/api/jobs?name=a%00b"]
)
def test_a_nul_character_in_a_question_finds_nothing_and_fails_nothing(
    server: RunningServer, path: str
) -> None:
    with signed_in(server) as client:
        # SQLite takes it for a text that nothing has, PostgreSQL for none.
        assert client.get(path).status_code in (200, 404, 422)


def test_a_nul_character_in_a_name_does_not_sign_in(server: RunningServer) -> None:
    body = {"username": "ad\0min", "password": "wrong"}
    assert httpx.post(f"{server.base_url}/api/auth/login", json=body).status_code in (401, 422)


def test_what_is_nested_without_end_is_not_understood(sqlite_server: RunningServer) -> None:
    deep = b"\x81\xa1x" + b"\x91" * 100_000 + b"\xc0"
    with signed_in(sqlite_server) as client:
        enrolled = enroll(client)
        assert client.post("/sync/push", content=deep, headers=device(enrolled)).status_code == 422
        rows = b'{"rows": [{"sku": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
        json = {"Content-Type": "application/json"}
        assert client.post("/api/import/products", content=rows, headers=json).status_code == 422
    address = sqlite_server.base_url.replace("http", "ws", 1)
    for path, hello in (("/sync/live", deep), ("/ws", "[" * 100_000)):
        with connect(f"{address}{path}") as socket:
            socket.send(hello)
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == NOT_UNDERSTOOD
