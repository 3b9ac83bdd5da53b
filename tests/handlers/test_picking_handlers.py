"""Picking: claims, picks as facts, short picks, picks taken back, goods dropped in staging."""

from __future__ import annotations

from services import commands as c
from services.storage.tables import (
    Backorder,
    CycleCount,
    Location,
    Order,
    PickTask,
    Shipment,
    StockMovement,
    StockTask,
    User,
)
from tests.helpers.books import HOUR, SITE, Books
from tests.helpers.floor import in_bin, pick_all, pick_of, receive, short_of, was_contradicted


def claim(books: Books, *tasks: PickTask, actor: str = "user-1") -> str:
    effect = books.do(c.ClaimPicks(site_id=SITE, task_ids=tuple(task.id for task in tasks)), actor=actor)
    return f"{effect.status} {effect.code}".strip()


def test_a_claimed_task_is_the_claimers(stocked: Books) -> None:
    [task] = stocked.tasks(stocked.order(("prod-1", 3)))
    assert claim(stocked, task, actor="user-9") == "applied"
    task = stocked.get(PickTask, task.id)
    assert (task.status, task.assigned_to, task.claimed_at) == ("picking", "user-9", stocked.now)


def test_a_task_that_somebody_else_has_claimed_is_refused(stocked: Books) -> None:
    [task] = stocked.tasks(stocked.order(("prod-1", 3)))
    claim(stocked, task)
    assert claim(stocked, task, actor="user-9") == "rejected task_taken"
    assert claim(stocked, task) == "applied", "claiming one's own again is no mistake"


def test_a_refused_claim_says_in_a_whole_sentence_who_has_the_task(stocked: Books) -> None:
    [task] = stocked.tasks(stocked.order(("prod-1", 3)))
    claim(stocked, task)
    effect = stocked.do(c.ClaimPicks(site_id=SITE, task_ids=(task.id,)), actor="user-9")
    assert effect.message.startswith(f"{stocked.get(User, 'user-1').name} is picking this already.")
    stocked.must(pick_of(task))
    effect = stocked.do(c.ClaimPicks(site_id=SITE, task_ids=(task.id,)), actor="user-9")
    assert effect.message.startswith("The pick task is picked, so it cannot be claimed.")


def test_a_claim_of_several_tasks_leaves_out_those_that_are_taken(stocked: Books) -> None:
    first, second = stocked.tasks(stocked.order(("prod-1", 3), ("prod-2", 1)))
    claim(stocked, first)
    assert claim(stocked, first, second, actor="user-9") == "adjusted task_taken"
    assert stocked.get(PickTask, first.id).assigned_to == "user-1"
    assert stocked.get(PickTask, second.id).assigned_to == "user-9"


def test_a_task_given_back_waits_again_unless_something_was_picked_for_it(stocked: Books) -> None:
    first, second = stocked.tasks(stocked.order(("prod-1", 3), ("prod-2", 2)))
    claim(stocked, first, second)
    stocked.must(pick_of(second, 1))
    stocked.must(c.UnclaimPicks(site_id=SITE, task_ids=(first.id, second.id)))
    assert stocked.get(PickTask, first.id).status == "pending"
    assert stocked.get(PickTask, first.id).claimed_at is None
    assert stocked.get(PickTask, second.id).status == "picking"


def test_a_pick_moves_the_goods_from_the_bin_to_staging_and_changes_no_total(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(pick_of(task))
    assert (in_bin(stocked, "prod-2", "A-02-01-1"), in_bin(stocked, "prod-2", "STG-1")) == (16, 4)
    level = stocked.level("prod-2")
    assert (level.on_hand, level.reserved) == (20, 4)
    task = stocked.get(PickTask, task.id)
    assert (task.status, task.picked, task.assigned_to) == ("picked", 4, "user-1")
    assert stocked.lines(order_id)[0].status == "picked"
    assert stocked.get(Order, order_id).status == "picked"
    [movement] = [row for row in stocked.find(StockMovement, order_id=order_id) if row.kind == "pick"]
    assert (movement.quantity, movement.delta, movement.task_id) == (4, 0, task.id)


def test_work_of_an_outage_does_not_begin_after_its_end(stocked: Books) -> None:
    stocked.ago_ms = 3 * HOUR
    order_id = stocked.order(("prod-2", 1))
    stocked.ago_ms = 2 * HOUR
    pick_all(stocked, order_id)
    [task] = stocked.tasks(order_id)
    [shipment] = stocked.find(Shipment, order_id=order_id)
    assert task.picked_at is not None
    assert task.created_at < task.picked_at < stocked.now - HOUR
    assert shipment.created_at == task.created_at


def test_a_task_picked_in_parts_stays_open_until_the_last(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(pick_of(task, 1))
    assert stocked.get(PickTask, task.id).status == "picking"
    assert stocked.get(Order, order_id).status == "picking"
    stocked.must(pick_of(stocked.get(PickTask, task.id)))
    assert stocked.get(PickTask, task.id).status == "picked"


def test_a_pick_may_name_where_the_goods_were_put(stocked: Books) -> None:
    [task] = stocked.tasks(stocked.order(("prod-2", 4)))
    stocked.must(pick_of(task, to_location_id="DOCK-1"))
    assert in_bin(stocked, "prod-2", "DOCK-1") == 4


def test_a_pick_from_another_bin_than_tasked_serves_the_line_all_the_same(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    [task] = stocked.tasks(order_id)
    other = "A-01-02-1" if task.location_id == "A-01-01-1" else "A-01-01-1"
    before = in_bin(stocked, "prod-1", other)
    stocked.must(pick_of(task, location_id=other))
    assert in_bin(stocked, "prod-1", other) == before - 3
    line = stocked.lines(order_id)[0]
    assert (line.reserved, line.picked) == (3, 3)
    assert stocked.tasks(order_id, "pending", "picking") == []
    assert stocked.find(StockTask, site_id=SITE) == []


def test_a_pick_of_goods_promised_to_others_makes_the_others_look_elsewhere(stocked: Books) -> None:
    first = stocked.order(("prod-2", 20))
    receive(stocked, "prod-2", "A-01-01-1", 6)
    second = stocked.order(("prod-2", 6))
    [task] = stocked.tasks(second)
    assert task.location_id == "A-01-01-1"
    stocked.must(pick_of(task, location_id="A-02-01-1"))
    assert stocked.lines(second)[0].picked == 6
    assert stocked.lines(first)[0].reserved == 20, "who gave way has the units that the pick left behind"
    open_tasks = {task.location_id: task.quantity for task in stocked.tasks(first, "pending")}
    assert open_tasks == {"A-02-01-1": 14, "A-01-01-1": 6}


def test_a_pick_beyond_the_books_posts_what_was_found_and_asks_for_a_look(stocked: Books) -> None:
    order_id = stocked.order(("prod-3", 4))
    assert stocked.tasks(order_id) == []
    line = stocked.lines(order_id)[0]
    effect = stocked.must(
        c.ConfirmPick(
            site_id=SITE, task_id="gone", order_id=order_id, line_id=line.id, product_id="prod-3",
            location_id="A-02-01-1", quantity=4,
        )
    )  # fmt: skip
    assert effect.status == "applied"
    [found] = [row for row in stocked.find(StockMovement, order_id=order_id) if row.kind == "found"]
    assert found.delta == 4
    [look] = stocked.find(StockTask, site_id=SITE)
    assert (look.kind, look.quantity, look.from_location_id) == ("exception", 4, "A-02-01-1")
    assert stocked.lines(order_id)[0].picked == 4
    assert stocked.find(Backorder, order_id=order_id) == []


def test_an_overdrawn_bin_gives_what_it_had_and_only_the_rest_is_found(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 15))
    task = next(task for task in stocked.tasks(order_id) if task.location_id == "A-01-02-1")
    stocked.must(pick_of(task, 7))
    assert in_bin(stocked, "prod-1", "A-01-02-1") == 0
    [look] = stocked.find(StockTask, site_id=SITE)
    assert look.quantity == 2
    line = stocked.lines(order_id)[0]
    assert (line.reserved, line.picked) == (15, 7)
    assert stocked.level("prod-1").on_hand == 17


def test_a_pick_for_a_cancelled_line_gets_a_put_back_task(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 3))
    [task] = stocked.tasks(order_id)
    stocked.must(c.CancelOrder(site_id=SITE, order_id=order_id, reason="customer called"))
    assert stocked.must(pick_of(task, 3)).status == "applied"
    [back] = stocked.find(StockTask, site_id=SITE)
    assert (back.kind, back.quantity, back.from_location_id, back.to_location_id) == (
        "put_back", 3, "STG-1", task.location_id,
    )  # fmt: skip
    assert stocked.level("prod-1").reserved == 0
    assert stocked.get(Order, order_id).status == "cancelled"


def test_what_is_picked_beyond_the_line_is_put_back(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(pick_of(task, 6))
    assert stocked.lines(order_id)[0].picked == 4
    [back] = stocked.find(StockTask, site_id=SITE)
    assert (back.kind, back.quantity) == ("put_back", 2)


def test_a_short_pick_sets_the_rest_of_the_bin_aside_until_it_is_counted(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(short_of(task, 1, "empty_bin"))
    level = stocked.level("prod-2")
    assert (level.on_hand, level.held, level.available) == (20, 19, 0)
    assert in_bin(stocked, "prod-2", "A-02-01-1", "suspect") == 19
    [count] = stocked.find(CycleCount, site_id=SITE, status="queued")
    assert (count.location_id, count.product_id, count.expected) == ("A-02-01-1", "prod-2", 19)
    assert count.reason == "short pick: empty bin"


def test_what_a_short_pick_found_is_picked_and_the_rest_waits_where_there_is_no_other_stock(
    stocked: Books,
) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(short_of(task, 1))
    line = stocked.lines(order_id)[0]
    assert (line.reserved, line.picked) == (1, 1)
    assert [row.quantity for row in stocked.find(Backorder, order_id=order_id)] == [3]
    done = stocked.get(PickTask, task.id)
    assert (done.status, done.picked, done.quantity, done.short_reason) == ("picked", 1, 1, "too_few")


def test_the_missing_part_of_a_short_pick_is_sought_in_another_bin(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(short_of(task, 0, "empty_bin"))
    assert stocked.get(PickTask, task.id).status == "short"
    [other] = stocked.tasks(order_id, "pending")
    assert other.location_id != task.location_id
    assert (other.quantity, other.attempt) == (4, 2)
    assert stocked.lines(order_id)[0].reserved == 4
    assert stocked.find(Backorder, order_id=order_id) == []


def test_two_short_picks_of_a_line_may_both_be_made_good_from_a_third_bin(stocked: Books) -> None:
    receive(stocked, "prod-1", "R-01-01-3", 30)
    order_id = stocked.order(("prod-1", 15))
    for task in stocked.tasks(order_id):
        stocked.must(short_of(task, 0, "empty_bin"))
    tasks = stocked.tasks(order_id, "pending")
    assert sorted(task.quantity for task in tasks) == [5, 10]
    assert {task.location_id for task in tasks} == {"R-01-01-3"}


def test_a_short_pick_of_a_task_that_was_cancelled_still_has_the_bin_counted(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(c.CancelOrder(site_id=SITE, order_id=order_id, reason="customer called"))
    assert stocked.must(short_of(task, 0)).status == "applied"
    assert len(stocked.find(CycleCount, site_id=SITE, status="queued")) == 1
    assert stocked.get(Order, order_id).status == "cancelled"


def test_a_short_pick_for_a_held_order_looks_for_nothing_until_it_is_resumed(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(c.HoldOrder(site_id=SITE, order_id=order_id, reason="credit"))
    stocked.must(short_of(task, 0))
    assert stocked.tasks(order_id, "pending") == []
    stocked.must(c.ResumeOrder(site_id=SITE, order_id=order_id))
    assert [task.quantity for task in stocked.tasks(order_id, "pending")] == [4]


def test_a_pick_taken_back_lies_in_its_bin_again_and_waits_for_a_picker(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    stocked.must(pick_of(task))
    stocked.must(c.StagePicks(site_id=SITE, task_ids=(task.id,)))
    stocked.must(c.UndoPick(site_id=SITE, task_id=task.id))
    assert (in_bin(stocked, "prod-2", "A-02-01-1"), in_bin(stocked, "prod-2", "STG-1")) == (20, 0)
    task = stocked.get(PickTask, task.id)
    assert (task.status, task.picked, task.staged_stock_id) == ("pending", 0, "")
    line = stocked.lines(order_id)[0]
    assert (line.reserved, line.picked) == (4, 0)
    assert stocked.get(Order, order_id).status == "picking"


def test_a_pick_that_is_in_a_parcel_is_not_taken_back(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    [task] = stocked.tasks(order_id)
    pick_all(stocked, order_id)
    stocked.must(c.PackOrder(site_id=SITE, order_id=order_id))
    effect = stocked.do(c.UndoPick(site_id=SITE, task_id=task.id))
    assert was_contradicted(stocked, effect, stocked.get(Order, order_id))
    assert stocked.lines(order_id)[0].picked == 4


def test_dropping_picked_goods_in_staging_marks_only_what_is_picked(stocked: Books) -> None:
    first, second = stocked.tasks(stocked.order(("prod-1", 3), ("prod-2", 2)))
    stocked.must(pick_of(first))
    stocked.must(c.StagePicks(site_id=SITE, task_ids=(first.id, second.id)))
    assert stocked.get(PickTask, first.id).status == "staged"
    assert stocked.get(PickTask, second.id).status == "pending"


def test_a_site_without_a_staging_place_gets_one_with_its_first_pick(stocked: Books) -> None:
    for place in stocked.find(Location, site_id=SITE):
        if place.kind == "staging":
            stocked.must(
                c.SaveLocation(
                    site_id=SITE,
                    location_id=place.id,
                    expected=c.LocationFields(active=True),
                    values=c.LocationFields(active=False),
                )
            )
    first, second = stocked.tasks(stocked.order(("prod-1", 3), ("prod-2", 1)))
    stocked.must(pick_of(first))
    [made] = [
        place for place in stocked.find(Location, site_id=SITE) if place.kind == "staging" and place.active
    ]
    assert made.code == "STAGING"
    assert in_bin(stocked, first.product_id, made.id) == first.quantity
    stocked.must(pick_of(second))
    assert in_bin(stocked, second.product_id, made.id) == second.quantity
    assert [place for place in stocked.find(Location, site_id=SITE) if place.code == "STAGING"] == [made]
