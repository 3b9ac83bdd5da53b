"""A database that goes away in mid-work: told to come again later, taken up by itself, nothing lost and nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from services.server.doctor import examine
from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.helpers.tcp_proxy import TcpProxy, proxy_to
from tests.server.client import signed_in
from tests.server.warehouse import fill

_PATIENCE_S = 60.0


@pytest.fixture
def cable(postgres_url: str) -> Iterator[TcpProxy]:
    """What lies between the server and its database."""
    port = make_url(postgres_url).port
    assert port is not None
    with proxy_to(port) as proxy:
        yield proxy


@pytest.fixture
def server(tmp_path: Path, postgres_url: str, cable: TcpProxy) -> Iterator[RunningServer]:
    url = make_url(postgres_url).set(host="127.0.0.1", port=make_url(cable.url).port)
    settings = server_settings(tmp_path, database_url=url.render_as_string(hide_password=False))
    with running_server(settings, on_start=fill) as running:
        yield running


def buy(client: httpx.Client, key: str) -> httpx.Response:
    wanted = {"products": [{"product_id": "prod-1", "quantity": 1}]}
    return client.post("/api/orders", json=wanted, headers={"Idempotency-Key": key})


def test_while_the_database_is_gone_requests_are_sent_away_and_afterwards_each_is_done_once(
    server: RunningServer, cable: TcpProxy
) -> None:
    with signed_in(server) as client:
        assert buy(client, "before").status_code == 201
        with cable.reset():
            for answer in (buy(client, "meanwhile"), client.get("/api/orders")):
                assert (answer.status_code, answer.json()["code"]) == (503, "busy")
                assert int(answer.headers["Retry-After"]) > 0
            assert client.get("/health").status_code == 503
        end = time.monotonic() + _PATIENCE_S
        while (answer := buy(client, "meanwhile")).status_code == 503 and time.monotonic() < end:
            time.sleep(0.05)
        assert answer.status_code == 201
        assert buy(client, "meanwhile").json() == answer.json()
        assert len(client.get("/api/orders").json()["orders"]) == 2
    assert all(finding.is_well for finding in examine(server.parts.database))
