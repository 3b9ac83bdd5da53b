"""Several server processes on one PostgreSQL: they sell no unit twice, and tell each other's terminals what moves."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from services.server.database import Database
from services.server.doctor import examine
from services.server.main import OneProcessOnly, serve
from tests.helpers.running_server import ADMIN_PASSWORD, running_server, server_process, server_settings
from tests.server.client import enroll, signed_in
from tests.server.test_live import SCOPE, hint_at, live, read_until
from tests.server.test_push import receive
from tests.server.warehouse import fill, must


def test_two_worker_processes_sell_no_unit_twice(postgres_url: str, tmp_path: Path) -> None:
    settings = server_settings(tmp_path, database_url=postgres_url)
    with running_server(settings, on_start=fill):
        pass
    with server_process(settings, workers=2) as process:
        login = {"username": "admin", "password": ADMIN_PASSWORD}
        answer = httpx.post(f"{process.base_url}/api/auth/login", json=login)
        token = {"Authorization": f"Bearer {answer.json()['access_token']}"}

        def buy(_number: int) -> int:
            # A connection each, so that both processes are asked.
            body = {"products": [{"product_id": "prod-1", "quantity": 7}]}
            return httpx.post(
                f"{process.base_url}/api/orders", json=body, headers=token, timeout=60
            ).status_code

        with ThreadPoolExecutor(16) as pool:
            statuses = Counter(pool.map(buy, range(40)))
    assert statuses == {201: 14, 409: 26}
    database = Database(postgres_url)
    for finding in examine(database):
        assert finding.is_well, (finding.check, finding.problems)
    database.close()


def test_a_terminal_hears_of_what_another_process_committed(postgres_url: str, tmp_path: Path) -> None:
    settings = server_settings(tmp_path, database_url=postgres_url)
    with (
        running_server(settings, on_start=fill) as here,
        running_server(settings) as there,
        signed_in(here) as client,
        live(here, enroll(client)) as socket,
    ):
        seen = read_until(socket, hint_at(SCOPE, 1))[-1]
        there.parts.committer.run((SCOPE,), lambda transaction: must(transaction, receive(), "receipt"))
        read_until(socket, hint_at(SCOPE, seen.version + 1))  # type: ignore[union-attr]


def test_sqlite_is_served_by_one_process_only(tmp_path: Path) -> None:
    with pytest.raises(OneProcessOnly):
        serve(server_settings(tmp_path), workers=2)
