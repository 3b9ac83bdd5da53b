"""A terminal's scopes may change between two pulls, and even between two pages of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.protocol.messages import PullResponse
from services.server.clock import now_ms
from services.server.parts import Parts, build
from services.server.pull import BadResume
from services.server.transaction import Transaction
from services.storage.retention import DAY_MS
from services.storage.tables import Event, Vehicle
from tests.helpers.running_server import server_settings
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import OTHER_SITE, SITE, fill

HERE, THERE = f"site:{SITE}", f"site:{OTHER_SITE}"
BOTH = ["org", HERE, THERE]


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    parts = build(server_settings(tmp_path, rows_per_page=3), now_ms)
    parts.committer.start()
    fill(parts, sites=(SITE, OTHER_SITE))
    yield parts
    parts.close()


def _move(parts: Parts, vehicle_id: str, site_id: str) -> None:
    def move(transaction: Transaction) -> None:
        vehicle = transaction.unit.get(Vehicle, vehicle_id)
        assert vehicle is not None
        transaction.unit.put(replace(vehicle, site_id=site_id))

    parts.committer.run((HERE, THERE), move)


def test_gaining_and_losing_a_site_adds_and_removes_its_rows_only(parts: Parts) -> None:
    desk = Terminal(parts)
    desk.pull(["org", HERE])
    own = dict(desk.rows)
    gained = desk.pull(BOTH)
    assert gained.reset == [THERE]
    assert desk.rows == stored_rows(parts)
    lost = desk.pull(["org", HERE])
    assert (lost.reset, lost.gone) == ([], [THERE])
    assert desk.rows == own


@pytest.mark.parametrize("then", [["org", HERE], ["org"]])
def test_a_pull_whose_scopes_change_between_pages_begins_again(parts: Parts, then: list[str]) -> None:
    desk = Terminal(parts)
    first: PullResponse = parts.pull.page(desk.pull_request(), BOTH)
    assert first.more
    with pytest.raises(BadResume):
        parts.pull.page(desk.pull_request(first.resume), then)


@pytest.mark.parametrize(("first", "second"), [(SITE, OTHER_SITE), (OTHER_SITE, SITE)])
def test_a_row_that_moves_between_a_terminals_sites_is_never_lost_whatever_page_says_so(
    parts: Parts, first: str, second: str
) -> None:
    desk = Terminal(parts)
    _move(parts, f"{SITE}-van-1", first)
    desk.pull(BOTH)
    _move(parts, f"{SITE}-van-1", second)
    for _ in range(4):  # so that the two scopes are on different pages
        Terminal(parts)
    desk.pull(BOTH)
    assert desk.rows == stored_rows(parts)
    desk.pull([HERE, "org"])
    assert (("vehicle", f"{SITE}-van-1") in desk.rows) == (second == SITE)


def test_a_row_that_changes_to_be_past_its_days_leaves_the_terminals(parts: Parts) -> None:
    desk = Terminal(parts)
    event = Event("e-1", SITE, "k", "order", "o", "text", "{}", "c", "u", "t", now_ms(), now_ms())
    parts.committer.run((HERE,), lambda transaction: transaction.unit.put(event))
    desk.pull()
    assert ("event", "e-1") in desk.rows
    old = replace(event, received_at=now_ms() - 1000 * DAY_MS)
    parts.committer.run((HERE,), lambda transaction: transaction.unit.put(old))
    desk.pull()
    assert ("event", "e-1") not in desk.rows
