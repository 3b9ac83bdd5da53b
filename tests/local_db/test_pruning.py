"""A terminal keeps recent movements and events only, by the server's clock."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from local_db import Desk
from services.protocol.messages import NO_PATCHES, PullResponse, pack
from services.storage.retention import DAY_MS
from services.storage.tables import Event, Order, OrderLine
from tests.helpers.books import NOON, SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import patch, pull, replica

EVENT = Event("e-1", SITE, "k", "order", "o", "text", "{}", "c", "user-1", "t", NOON, NOON)
KEPT_DAYS = Event.table.kept_days or 0


def _settle(desk: Desk, server_time: int, *rows: Event | Order | OrderLine) -> None:
    side = replica(desk)
    side.stage(pack(patch(*rows)))
    side.settle(
        PullResponse(
            patches=NO_PATCHES,
            more=False,
            cursors=side.cursors(),
            last_n=side.settled_n(),
            server_time=server_time,
        )
    )


def test_events_past_their_days_are_dropped_with_the_next_pull(desk: Desk) -> None:
    older = msgspec.structs.replace(EVENT, id="e-2", received_at=NOON - 1)
    _settle(desk, NOON, EVENT, older)
    other = msgspec.structs.replace(EVENT, id="e-3")
    _settle(desk, NOON + KEPT_DAYS * DAY_MS, other)
    kept = [row.id for row in desk.read.events(limit=1000)]
    assert "e-2" not in kept
    assert {"e-1", "e-3"} <= set(kept)


def test_the_desks_own_clock_empties_nothing(desk: Desk, profile: Path) -> None:
    _settle(desk, NOON, EVENT)
    desk.close()
    with Desk.open(profile, allow_plain=True, clock=lambda: NOON + 10_000 * DAY_MS) as later:
        _settle(later, NOON, msgspec.structs.replace(EVENT, id="e-9"))
        assert {"e-1", "e-9"} <= {row.id for row in later.read.events(limit=1000)}


def test_an_order_that_is_not_closed_is_kept_however_old_it_is(desk: Desk, books: Books) -> None:
    row = books.get(Order, books.order(("prod-1", 1)))
    closed = msgspec.structs.replace(row, id="closed", status="closed", closed_at=NOON)
    _settle(desk, NOON, row, closed)
    _settle(desk, NOON + 1000 * DAY_MS, EVENT)
    assert [kept.id for kept in desk.read.orders()] == [row.id]


@pytest.mark.parametrize("server_days", [0, 1000])
def test_pruning_and_taking_back_do_not_disturb_each_other(desk: Desk, server_days: int) -> None:
    _settle(desk, NOON, EVENT)
    desk.do(new_order(desk, ("prod-1", 1)))
    _settle(desk, NOON + server_days * DAY_MS, msgspec.structs.replace(EVENT, id="e-7"))
    assert [row.status for row in desk.read.outbox()] == ["provisional"]
    desk.do(new_order(desk, ("prod-1", 1)))
    assert len(desk.read.orders()) == 2
    pull(desk, version=9, last_n=2)
    assert desk.read.orders() == []
    assert desk.read.value("SELECT count(*) FROM shadow_event") == 0


def test_what_belongs_to_an_order_goes_with_it(desk: Desk, books: Books) -> None:
    order = books.get(Order, books.order(("prod-1", 1), ("prod-2", 1)))
    lines = books.lines(order.id)
    other = msgspec.structs.replace(lines[0], id="other", order_id="still open")
    closed = msgspec.structs.replace(order, status="closed", closed_at=NOON)
    _settle(desk, NOON, closed, *lines, other)
    _settle(desk, NOON + (Order.table.kept_days or 0) * DAY_MS, EVENT)
    assert len(desk.read.tuples("SELECT id FROM order_line")) == len(lines) + 1
    _settle(desk, NOON + (Order.table.kept_days or 0) * DAY_MS + 7 * 3_600_000, EVENT)
    assert desk.read.tuples("SELECT id FROM order_line") == [("other",)]


def test_many_old_rows_go_a_few_with_each_pull_until_none_is_left(desk: Desk) -> None:
    old = [msgspec.structs.replace(EVENT, id=f"e-{number}") for number in range(1200)]
    _settle(desk, NOON, *old)
    later = NOON + (KEPT_DAYS + 1) * DAY_MS
    left = []
    for _ in range(4):
        _settle(desk, later)
        left.append(desk.read.value("SELECT count(*) FROM event WHERE received_at <= ?", (NOON,)))
    assert left == [700, 200, 0, 0]


def test_nothing_goes_while_work_is_pending_for_its_rows_are_dated_by_this_desks_clock(
    desk: Desk, books: Books
) -> None:
    order = books.get(Order, books.order(("prod-1", 1)))
    lines = books.lines(order.id)
    late = NOON + ((Order.table.kept_days or 0) + 1) * DAY_MS
    _settle(desk, late, order, *lines)
    desk.do(new_order(desk, ("prod-1", 1)))
    # Such as a delivery at a desk that believes that it is years ago: what belongs to it would look as old.
    cache = desk._store.cache.connection
    cache.execute("UPDATE \"order\" SET status = 'closed', closed_at = ? WHERE id = ?", (NOON, order.id))
    _settle(desk, late + DAY_MS, EVENT)
    assert {row[0] for row in desk.read.tuples("SELECT id FROM order_line")} >= {line.id for line in lines}
