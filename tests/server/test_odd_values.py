"""Values that no database keeps are told as such, wherever they stand in a request."""

from __future__ import annotations

import httpx
import pytest

from tests.helpers.running_server import RunningServer
from tests.server.client import signed_in

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
