"""Counting bins: asked for, counted, and the variance posted only when somebody approves it."""

from __future__ import annotations

from services import commands as c
from services.handlers.dispatch import Effect
from services.storage.tables import CycleCount, StockMovement, StockTask
from tests.helpers.books import SITE, Books
from tests.helpers.floor import in_bin, pick_all, receive, short_of

BIN = "A-02-01-1"


def ask(books: Books) -> CycleCount:
    books.must(c.RequestCount(site_id=SITE, product_id="prod-2", location_id=BIN))
    [row] = books.find(CycleCount, site_id=SITE, status="queued")
    return row


def count(books: Books, count_id: str, counted: int, place: str = BIN) -> Effect:
    return books.must(
        c.CountStock(site_id=SITE, count_id=count_id, product_id="prod-2", location_id=place, counted=counted)
    )


def approve(books: Books, count_id: str) -> Effect:
    return books.do(c.ApproveCount(site_id=SITE, count_id=count_id))


def test_a_bin_is_queued_to_be_counted_once(stocked: Books) -> None:
    row = ask(stocked)
    assert (row.expected, row.counted, row.reason) == (20, None, "cycle count")
    assert ask(stocked).id == row.id


def test_stock_stays_as_it_is_until_the_count_is_approved(stocked: Books) -> None:
    row = ask(stocked)
    count(stocked, row.id, 17)
    row = stocked.get(CycleCount, row.id)
    assert (row.status, row.counted, row.counted_by) == ("counted", 17, "user-1")
    assert stocked.level("prod-2").on_hand == 20
    assert approve(stocked, row.id).status == "applied"
    assert stocked.level("prod-2").on_hand == 17
    [movement] = [row for row in stocked.find(StockMovement, site_id=SITE) if row.kind == "count"]
    assert movement.delta == -3


def test_a_count_above_the_books_adds_what_was_found(stocked: Books) -> None:
    row = ask(stocked)
    count(stocked, row.id, 23)
    approve(stocked, row.id)
    assert in_bin(stocked, "prod-2", BIN) == 23


def test_what_moved_between_counting_and_approval_stays_moved(stocked: Books) -> None:
    row = ask(stocked)
    count(stocked, row.id, 18)
    receive(stocked, "prod-2", BIN, 10)
    approve(stocked, row.id)
    assert in_bin(stocked, "prod-2", BIN) == 28


def test_a_count_that_nobody_asked_for_is_taken_all_the_same(stocked: Books) -> None:
    count(stocked, "unasked", 19)
    [row] = stocked.find(CycleCount, site_id=SITE, status="counted")
    assert (row.counted, row.reason) == (19, "counted unasked")


def test_a_count_told_of_another_bin_than_asked_is_a_count_of_that_bin(stocked: Books) -> None:
    row = ask(stocked)
    count(stocked, row.id, 3, place="A-01-01-1")
    assert stocked.get(CycleCount, row.id).status == "queued"
    [other] = stocked.find(CycleCount, site_id=SITE, status="counted")
    assert (other.location_id, other.counted, other.expected) == ("A-01-01-1", 3, 0)


def test_an_approved_count_makes_suspect_goods_good_again_or_writes_them_off_first(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(short_of(task, 1))
    [row] = stocked.find(CycleCount, site_id=SITE, status="queued")
    assert in_bin(stocked, "prod-2", BIN, "suspect") == 19
    count(stocked, row.id, 12)
    approve(stocked, row.id)
    assert (in_bin(stocked, "prod-2", BIN, "suspect"), in_bin(stocked, "prod-2", BIN)) == (0, 12)
    assert stocked.level("prod-2").held == 0
    assert stocked.lines(order_id)[0].reserved == 4, "the backorder is served from what was found"


def test_a_bin_found_short_after_it_was_counted_is_counted_again(stocked: Books) -> None:
    [task] = stocked.tasks(stocked.order(("prod-2", 4)))
    row = ask(stocked)
    count(stocked, row.id, 20)
    stocked.must(short_of(task, 0, "empty_bin"))
    assert [r.status for r in stocked.find(CycleCount, site_id=SITE)] == ["queued"]
    assert approve(stocked, row.id).code == "wrong_state"
    assert in_bin(stocked, "prod-2", BIN, "suspect") == 20


def test_a_count_below_what_is_promised_sends_promises_to_backorder(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 18))
    row = ask(stocked)
    count(stocked, row.id, 15)
    approve(stocked, row.id)
    assert stocked.lines(order_id)[0].reserved == 15


def test_goods_picked_for_an_order_are_not_counted_away(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    pick_all(stocked, order_id)
    count(stocked, "staging", 1, place="STG-1")
    [row] = stocked.find(CycleCount, site_id=SITE, status="counted")
    approve(stocked, row.id)
    assert stocked.lines(order_id)[0].picked == 4
    [look] = stocked.find(StockTask, site_id=SITE)
    assert (look.kind, look.quantity) == ("exception", 3)


def test_a_dismissed_count_queues_the_bin_again(stocked: Books) -> None:
    row = ask(stocked)
    reject = c.RejectCount(site_id=SITE, count_id=row.id, reason="miscounted")
    assert stocked.do(reject).code == "wrong_state", "it is not counted yet"
    count(stocked, row.id, 2)
    assert stocked.do(reject).status == "applied"
    assert (stocked.get(CycleCount, row.id).status, stocked.level("prod-2").on_hand) == ("rejected", 20)
    [again] = stocked.find(CycleCount, site_id=SITE, status="queued")
    assert again.reason == "count again: miscounted"


def test_a_count_is_approved_once(stocked: Books) -> None:
    row = ask(stocked)
    assert approve(stocked, row.id).code == "wrong_state"
    count(stocked, row.id, 17)
    approve(stocked, row.id)
    assert approve(stocked, row.id).code == "wrong_state"
    assert stocked.level("prod-2").on_hand == 17


def test_a_count_that_nobody_asked_for_keeps_the_id_that_it_was_given(stocked: Books) -> None:
    count(stocked, "count-of-my-own", 20)
    assert stocked.get(CycleCount, "count-of-my-own").status == "counted"


def test_a_count_nobody_asked_for_answers_the_one_that_is_queued_for_the_bin(stocked: Books) -> None:
    row = ask(stocked)
    count(stocked, "count-of-my-own", 19)
    assert stocked.get(CycleCount, row.id).counted == 19
    assert stocked.unit.get(CycleCount, "count-of-my-own") is None


def test_a_count_told_after_it_was_decided_is_another_count(stocked: Books) -> None:
    row = ask(stocked)
    count(stocked, row.id, 20)
    approve(stocked, row.id)
    count(stocked, row.id, 18)
    assert (stocked.get(CycleCount, row.id).status, stocked.get(CycleCount, row.id).counted) == (
        "approved",
        20,
    )
    [again] = stocked.find(CycleCount, site_id=SITE, status="counted")
    assert again.counted == 18
