"""Every command gets one outcome, and what a person has to look at stays until somebody has."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_db import Desk
from services.protocol.messages import Outcome
from tests.local_db.orders import new_order
from tests.local_db.truth import pull, replica

REFUSED = Outcome(1, "rejected", "insufficient_stock", "Not enough stock.", [{"sku": "SKU1", "available": 2}])


@pytest.mark.parametrize("status", ["rejected", "adjusted", "parked"])
def test_what_was_not_simply_applied_waits_for_a_person(desk: Desk, profile: Path, status: str) -> None:
    order = new_order(desk, ("prod-1", 3))
    desk.do(order)
    replica(desk).record_outcomes([Outcome(1, status, "a_code", "Why.", [{"sku": "SKU1"}])])
    desk.close()
    with Desk.open(profile, allow_plain=True) as again:
        item = again.read.needs_attention()[0]
        assert (item.n, item.status, item.code, item.message) == (1, status, "a_code", "Why.")
        assert item.arguments["order_id"] == order.order_id
        assert item.detail_list == [{"sku": "SKU1"}]
        assert (item.name, item.actor_id, item.resolved_at) == ("PlaceOrder", "user-1", None)
        assert again.link.needs_attention == 1


def test_what_was_applied_bothers_nobody(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    replica(desk).record_outcomes([Outcome(1, "applied")])
    assert desk.read.needs_attention() == []


def test_an_item_that_was_dealt_with_is_kept_with_who_and_how(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    replica(desk).record_outcomes([REFUSED])
    item = desk.read.needs_attention()[0]
    desk.resolve_attention(item.id, "dropped")
    assert desk.read.needs_attention() == []
    done = desk.read.needs_attention(resolved=True)[0]
    assert (done.resolution, done.resolved_by) == ("dropped", "user-1")
    assert done.resolved_at is not None
    assert desk.link.needs_attention == 0
    with pytest.raises(LookupError):
        desk.resolve_attention(item.id, "dropped")


def test_the_same_outcome_again_does_not_open_an_item_that_was_dealt_with(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    side = replica(desk)
    side.record_outcomes([REFUSED])
    desk.resolve_attention(desk.read.needs_attention()[0].id, "dropped")
    side.record_outcomes([REFUSED])
    pull(desk, version=2, last_n=1, outcomes=[REFUSED])
    assert desk.read.needs_attention() == []


def test_a_restored_server_that_accepts_it_now_closes_the_item(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    replica(desk).record_outcomes([REFUSED])
    replica(desk).record_outcomes([Outcome(1, "applied")])
    assert desk.read.needs_attention() == []
    assert desk.read.needs_attention(resolved=True)[0].resolution == "accepted"


def test_outcomes_are_acknowledged_up_to_the_first_that_is_missing(desk: Desk) -> None:
    for _ in range(3):
        desk.do(new_order(desk, ("prod-1", 1)))
    side = replica(desk)
    assert side.outcomes_ack() == 0
    side.record_outcomes([Outcome(1, "applied"), Outcome(3, "applied")])
    assert side.outcomes_ack() == 1
    side.record_outcomes([Outcome(2, "applied")])
    assert side.outcomes_ack() == 3


def test_settled_commands_show_their_outcome(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    desk.do(new_order(desk, ("prod-1", 3)))
    pull(desk, version=2, last_n=2, outcomes=[REFUSED, Outcome(2, "applied")])
    assert [(row.n, row.status, row.code) for row in desk.read.outbox(settled=True)] == [
        (2, "applied", ""),
        (1, "rejected", "insufficient_stock"),
    ]
    assert desk.read.outbox() == []


def test_listeners_hear_of_new_items(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    told: list[frozenset[str]] = []
    desk.subscribe(told.append)
    replica(desk).record_outcomes([REFUSED])
    assert told == [frozenset({"outbox", "attention"})]
    replica(desk).record_outcomes([REFUSED])
    assert len(told) == 1
