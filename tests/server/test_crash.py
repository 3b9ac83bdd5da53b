"""A server killed in the middle of a drain has done each command once, or not at all, and the next one goes on."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import httpx
import msgspec
import pytest

from services.commands import ReceiveStock
from services.protocol.messages import EnrollResponse, PushRequest, PushResponse, encode
from services.server.database import Database
from services.server.doctor import examine
from services.server.settings import Settings
from services.storage.tables import StockLevel
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.running_server import running_server, server_process
from tests.server.client import device, enroll, signed_in
from tests.server.terminal import Terminal
from tests.server.warehouse import SITE, bin_id, fill, order

COMMANDS = 600
AT_ONCE = 20


def queued(enrolled: EnrollResponse) -> list[PushRequest]:
    """A long outbox: orders and receipts, in pushes of twenty."""
    terminal = Terminal.__new__(Terminal)
    terminal.actor, terminal.enrolled, terminal.queued, terminal.hash = (
        "user-administrator",
        enrolled,
        [],
        b"",
    )
    for number in range(COMMANDS):
        if number % 2:
            terminal.queue(order(f"o-{number}", ("prod-1", 1), ("prod-2", 1)))
        else:
            terminal.queue(
                ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=2)
            )
    return [terminal.request(first, first + AT_ONCE - 1) for first in range(1, COMMANDS, AT_ONCE)]


def push(base_url: str, enrolled: EnrollResponse, request: PushRequest) -> PushResponse:
    answer = httpx.post(
        f"{base_url}/sync/push", content=encode(request), headers=device(enrolled), timeout=60
    )
    assert answer.status_code == 200, answer.text
    return msgspec.msgpack.decode(answer.content, type=PushResponse)


@pytest.mark.slow
def test_a_server_killed_while_a_terminal_drains_does_nothing_twice(
    settings: Settings, tmp_path: Path
) -> None:
    with running_server(settings, on_start=fill) as server, signed_in(server) as client:
        enrolled = enroll(client)
    pushes = queued(enrolled)
    settled: list[int] = []
    for wait in (0.15, 0.4, 0.8):
        with server_process(settings) as process:
            killer = threading.Thread(
                target=lambda wait=wait, process=process: (time.sleep(wait), process.kill())
            )
            killer.start()
            try:
                for request in pushes:
                    settled.append(push(process.base_url, enrolled, request).last_n)
            except (httpx.TransportError, AssertionError):
                pass
            killer.join()
    with server_process(settings) as process:
        answers = [push(process.base_url, enrolled, request) for request in pushes]
    assert answers[-1].last_n == COMMANDS
    outcomes = [outcome for answer in answers for outcome in answer.outcomes]
    assert [outcome.n for outcome in outcomes] == list(range(1, COMMANDS + 1))
    # What was answered before a kill is never less afterwards.
    assert settled == sorted(settled)
    database = Database(settings.resolved_database_url())
    for finding in examine(database):
        assert finding.is_well, (finding.check, finding.problems)
    with database.reading() as connection:
        (level,) = UnitOfWork(connection).find(StockLevel, site_id=SITE, product_id="prod-1")
    assert level.on_hand == 100 + COMMANDS
    database.close()
