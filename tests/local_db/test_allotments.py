"""What is set aside for a terminal: its orders within it are confirmed, whatever its clock says, and the rest goes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from local_db import Desk
from local_db.queries.order_entry_queries import product_hits
from local_db.queries.stock_story_queries import product_story
from services.commands import ReceiveStock
from services.domain.permissions import TERMINAL_ACTOR
from services.domain.refusals import RuleViolation
from services.handlers.allotments import allotment_id
from services.protocol.messages import NO_PATCHES, PullResponse
from services.storage.tables import Allotment
from services.storage.tables import Terminal as TerminalRow
from tests.helpers.books import HOUR, NOON, SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, patch, patches, pull

YEAR = 365 * 24 * HOUR


class Clock:
    """A computer's clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(profile: Path, books: Books, clock: Clock) -> Iterator[Desk]:
    """A desk for which six of product 1 are set aside."""
    books.unit.put(TerminalRow("term-1", "T01", "Counter", SITE, NOON))
    books.unit.put(TerminalRow("term-2", "T02", "Shop", SITE, NOON))
    books.allot("term-1", "prod-1", 6)
    books.allot("term-2", "prod-2", 6)
    with Desk.open(profile, allow_plain=True, credentials=IDENTITY, clock=clock) as desk:
        pull(desk, patches(books))
        yield desk.as_user("user-1")


def held(desk: Desk, terminal: str = "term-1", product: str = "prod-1") -> Allotment | None:
    return desk.read.get(Allotment, allotment_id(SITE, terminal, product))


def test_an_order_within_it_is_confirmed_and_one_beyond_it_is_provisional(desk: Desk) -> None:
    assert desk.do(new_order(desk, ("prod-1", 4))).status == "confirmed"
    assert desk.do(new_order(desk, ("prod-1", 3))).status == "provisional"
    row = held(desk)
    assert row is not None
    assert row.used == 6


def test_what_is_set_aside_for_another_terminal_is_not_this_ones(desk: Desk) -> None:
    assert desk.do(new_order(desk, ("prod-2", 1))).status == "provisional"


def test_after_its_time_nothing_new_is_certain(desk: Desk, clock: Clock) -> None:
    clock.now += 25 * HOUR
    assert desk.do(new_order(desk, ("prod-1", 1))).status == "provisional"


def test_a_clock_that_is_years_behind_is_set_right_by_its_measured_offset(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now -= 5 * YEAR
    monkeypatch.setattr(Desk, "_clock_offset", 5 * YEAR + 25 * HOUR)
    assert desk.do(new_order(desk, ("prod-1", 1))).status == "provisional"
    monkeypatch.setattr(Desk, "_clock_offset", 5 * YEAR)
    assert desk.do(new_order(desk, ("prod-1", 1))).status == "confirmed"


def test_while_something_pending_is_at_risk_nothing_is_certain(desk: Desk) -> None:
    desk.do(ReceiveStock(site_id=SITE, product_id="not known here", location_id="A-01-01-1", quantity=1))
    assert desk.do(new_order(desk, ("prod-1", 1))).status == "provisional"


def test_what_was_drawn_is_drawn_again_when_the_order_is_replayed(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 4)))
    pull(desk, patches(books), version=2)
    row = held(desk)
    assert row is not None
    assert (row.quantity, row.used) == (6, 4)
    assert desk.do(new_order(desk, ("prod-1", 2))).status == "confirmed"
    assert desk.do(new_order(desk, ("prod-1", 1))).status == "provisional"


def _called_back(desk: Desk, books: Books, version: int) -> None:
    row = books.allotment("term-1", "prod-1")
    assert row is not None
    books.unit.change(row, status="closing")
    books.unit.flush()
    pull(desk, patch(books.get(Allotment, row.id)), version=version)


def test_what_is_called_back_is_given_back_behind_the_orders_that_used_it(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 4)))
    _called_back(desk, books, 2)
    assert [row.name for row in desk.read.outbox()] == ["PlaceOrder", "ReturnAllotment"]
    assert held(desk) is None
    assert desk.do(new_order(desk, ("prod-1", 1))).status == "provisional"
    pull(desk, patches(books), version=3)
    assert [row.name for row in desk.read.outbox()] == ["PlaceOrder", "ReturnAllotment", "PlaceOrder"]
    assert held(desk, "term-2", "prod-2") is not None


def test_it_is_given_back_by_the_terminal_itself_although_nobody_is_signed_in(
    desk: Desk, books: Books
) -> None:
    desk.as_user("")
    _called_back(desk, books, 2)
    [sent] = desk.read.outbox()
    assert (sent.name, sent.actor_id) == ("ReturnAllotment", TERMINAL_ACTOR)


def test_several_that_are_called_back_together_are_given_back_once_each(desk: Desk, books: Books) -> None:
    rows = [books.allot("term-1", "prod-2", 3), books.allotment("term-1", "prod-1")]
    called_back = [msgspec.structs.replace(row, status="closing") for row in rows if row is not None]
    pull(desk, patch(*called_back), version=2)
    assert [row.name for row in desk.read.outbox()] == ["ReturnAllotment"] * 2


def test_the_terminal_itself_gives_no_other_command(desk: Desk) -> None:
    with pytest.raises(RuleViolation) as refused:
        desk.do(new_order(desk, ("prod-1", 1)), actor_id=TERMINAL_ACTOR)
    assert refused.value.code == "actor_inactive"


def test_what_is_set_aside_at_a_site_that_is_lost_is_given_back_before_its_rows_go(desk: Desk) -> None:
    desk.as_user("")
    desk._replica.settle(
        PullResponse(patches=NO_PATCHES, more=False, cursors={"org": 2}, gone=[f"site:{SITE}"])
    )
    assert held(desk) is None
    assert desk.sites == []
    [sent] = desk.read.outbox()
    assert sent.name == "ReturnAllotment"
    assert msgspec.json.decode(sent.args)["allotment_id"] == allotment_id(SITE, "term-1", "prod-1")


def test_the_entry_shows_what_is_certain_and_counts_it_among_what_may_be_promised(desk: Desk) -> None:
    monday = product_hits(desk.read, SITE, "SKU1")[0]
    assert (monday.available, monday.certain) == (15, 0), "that clock says that its time is over"
    row = held(desk)
    assert row is not None
    longer = msgspec.structs.replace(row, expires_at=4_000_000_000_000)
    pull(desk, patch(longer), version=2)
    assert [(hit.available, hit.certain) for hit in product_hits(desk.read, SITE, "SKU1")] == [(15, 6)]
    assert [(hit.available, hit.certain) for hit in product_hits(desk.read, SITE, "SKU2")] == [(14, 0)]
    desk.do(new_order(desk, ("prod-1", 4)))
    assert [(hit.available, hit.certain) for hit in product_hits(desk.read, SITE, "SKU1")] == [(11, 2)]


def test_the_story_of_a_product_says_who_holds_what_is_set_aside(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 4)))
    story = product_story(desk.read, SITE, "prod-1", now=NOON)
    assert story is not None
    row = story.allotments[0]
    assert (row.terminal_code, row.terminal_name, row.unused, row.used) == ("T01", "Counter", 2, 4)
    assert (row.is_here, row.is_called_back, row.provisional) == (True, False, True)
    story = product_story(desk.read, SITE, "prod-2", now=NOON)
    assert story is not None
    assert [(each.terminal_code, each.is_here) for each in story.allotments] == [("T02", False)]
