"""Stock on the floor: received, moved, adjusted, held and released, replenished."""

from __future__ import annotations

from services import commands as c
from services.handlers.dispatch import Effect
from services.storage.tables import Backorder, Location, PickTask, Stock, StockMovement, StockTask
from tests.helpers.books import HOUR, SITE, Books
from tests.helpers.floor import (
    foreign_bin,
    in_bin,
    open_alerts,
    pick_all,
    pick_of,
    receive,
    short_of,
    was_contradicted,
)

BIN, OTHER, RESERVE = "A-01-01-1", "A-01-02-1", "R-01-01-3"


def move(books: Books, product: str, source: str, goal: str, quantity: int, **fields: str) -> Effect:
    return books.do(
        c.MoveStock(
            site_id=SITE, product_id=product, from_location_id=source, to_location_id=goal, quantity=quantity,
            **fields,
        )
    )  # fmt: skip


def adjust(books: Books, product: str, place: str, delta: int) -> Effect:
    return books.do(
        c.AdjustStock(site_id=SITE, product_id=product, location_id=place, delta=delta, reason="damaged")
    )


def hold(books: Books, product: str, place: str, quantity: int) -> Effect:
    return books.do(
        c.HoldStock(site_id=SITE, product_id=product, location_id=place, quantity=quantity, reason="damaged")
    )


def replenish(books: Books, task_id: str = "task-1", quantity: int = 5) -> Effect:
    return books.do(
        c.RequestReplenishment(
            site_id=SITE, task_id=task_id, product_id="prod-2", from_location_id=RESERVE, to_location_id=BIN,
            quantity=quantity,
        )
    )  # fmt: skip


def test_a_receipt_raises_on_hand_and_writes_its_movement(books: Books) -> None:
    receive(books, "prod-3", BIN, 7, lot="L1", expires_on="2027-01-31", reference="PO-9")
    [stock] = books.find(Stock, location_id=BIN)
    assert (stock.on_hand, stock.lot, stock.expires_on, stock.status) == (7, "L1", "2027-01-31", "good")
    [movement] = books.find(StockMovement, site_id=SITE)
    assert (movement.kind, movement.delta, movement.reason) == ("receipt", 7, "PO-9")
    assert books.level("prod-3").available == 7


def test_moving_free_goods_changes_no_total(stocked: Books) -> None:
    assert move(stocked, "prod-1", BIN, RESERVE, 4).status == "applied"
    assert (in_bin(stocked, "prod-1", BIN), in_bin(stocked, "prod-1", RESERVE)) == (6, 4)
    assert stocked.level("prod-1").on_hand == 15


def test_promised_goods_take_their_pick_task_along(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 12))
    assert move(stocked, "prod-2", "A-02-01-1", BIN, 20).status == "applied"
    [task] = stocked.tasks(order_id)
    assert (task.location_id, task.quantity) == (BIN, 12)
    stocked.must(pick_of(task))
    assert stocked.lines(order_id)[0].picked == 12


def test_where_only_part_of_the_promised_goods_moves_the_task_is_split(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 12))
    move(stocked, "prod-2", "A-02-01-1", BIN, 13)
    tasks = {task.location_id: task.quantity for task in stocked.tasks(order_id, "pending")}
    assert tasks == {"A-02-01-1": 7, BIN: 5}
    pick_all(stocked, order_id)
    assert stocked.lines(order_id)[0].picked == 12


def test_picked_goods_carried_to_the_dock_stay_picked(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    pick_all(stocked, order_id)
    move(stocked, "prod-2", "STG-1", "DOCK-1", 4)
    [task] = stocked.tasks(order_id)
    stocked.must(c.UndoPick(site_id=SITE, task_id=task.id))
    assert (in_bin(stocked, "prod-2", "DOCK-1"), in_bin(stocked, "prod-2", "A-02-01-1")) == (0, 20)


def test_moving_more_than_the_books_had_posts_what_was_found_and_asks_for_a_look(stocked: Books) -> None:
    assert move(stocked, "prod-2", "A-02-01-1", BIN, 22).status == "applied"
    assert stocked.level("prod-2").on_hand == 22
    [look] = stocked.find(StockTask, site_id=SITE)
    assert (look.kind, look.quantity) == ("exception", 2)


def test_a_move_to_where_the_goods_are_changes_nothing(stocked: Books) -> None:
    before = len(stocked.find(StockMovement, site_id=SITE))
    assert move(stocked, "prod-2", "A-02-01-1", "A-02-01-1", 3).status == "applied"
    assert len(stocked.find(StockMovement, site_id=SITE)) == before


def test_goods_are_not_moved_to_another_site(stocked: Books) -> None:
    effect = move(stocked, "prod-2", "A-02-01-1", foreign_bin(stocked).id, 3)
    assert (effect.status, effect.code) == ("rejected", "not_found")


def test_a_command_of_one_site_changes_nothing_at_another(stocked: Books) -> None:
    far = foreign_bin(stocked)
    [task] = stocked.tasks(stocked.order(("prod-2", 2)))
    refused = [
        adjust(stocked, "prod-2", far.id, 3),
        hold(stocked, "prod-2", far.id, 3),
        stocked.do(c.ReceiveStock(site_id=SITE, product_id="prod-2", location_id=far.id, quantity=1)),
        stocked.do(pick_of(task, to_location_id=far.id)),
    ]
    assert [effect.code for effect in refused] == ["not_found"] * 4
    assert stocked.find(Stock, location_id=far.id) == []


def test_an_adjustment_sets_the_bin_right_with_its_reason(stocked: Books) -> None:
    adjust(stocked, "prod-2", "A-02-01-1", 2)
    adjust(stocked, "prod-2", "A-02-01-1", -5)
    assert stocked.level("prod-2").on_hand == 17
    rows = [row for row in stocked.find(StockMovement, site_id=SITE) if row.kind == "adjust"]
    assert sorted((row.delta, row.reason) for row in rows) == [(-5, "damaged"), (2, "damaged")]


def test_an_adjustment_below_what_is_promised_sends_the_newest_lowest_priority_to_backorder(
    stocked: Books,
) -> None:
    old, new = stocked.order(("prod-2", 10)), stocked.order(("prod-2", 10))
    adjust(stocked, "prod-2", "A-02-01-1", -4)
    assert (stocked.lines(old)[0].reserved, stocked.lines(new)[0].reserved) == (10, 6)
    assert [
        (row.order_id, row.quantity) for row in stocked.find(Backorder, product_id="prod-2", site_id=SITE)
    ] == [(new, 4)]


def test_a_desk_whose_clock_runs_slow_keeps_nothing_longer_for_it(stocked: Books) -> None:
    old = stocked.order(("prod-2", 10))
    stocked.ago_ms = HOUR
    new = stocked.order(("prod-2", 10))
    adjust(stocked, "prod-2", "A-02-01-1", -4)
    assert (stocked.lines(old)[0].reserved, stocked.lines(new)[0].reserved) == (10, 6)


def test_taking_off_more_than_the_books_have_takes_what_is_there_and_says_so(stocked: Books) -> None:
    effect = adjust(stocked, "prod-2", "A-02-01-1", -23)
    assert (effect.status, effect.code) == ("adjusted", "insufficient_in_bin")
    assert effect.details == [{"requested": 23, "taken": 20, "sku": "SKU2", "location": "A-02-01-1"}]
    assert stocked.level("prod-2").on_hand == 0
    assert [task.quantity for task in stocked.find(StockTask, site_id=SITE)] == [3]
    assert len(open_alerts(stocked, "low_stock")) == 1


def test_goods_picked_for_an_order_are_not_adjusted_away(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 4))
    pick_all(stocked, order_id)
    assert adjust(stocked, "prod-2", "STG-1", -4).status == "adjusted"
    assert stocked.lines(order_id)[0].picked == 4
    assert in_bin(stocked, "prod-2", "STG-1") == 4


def test_held_goods_may_not_be_promised_until_they_are_released(stocked: Books) -> None:
    hold(stocked, "prod-2", "A-02-01-1", 15)
    level = stocked.level("prod-2")
    assert (level.on_hand, level.held, level.available) == (20, 15, 5)
    order_id = stocked.order(("prod-2", 8))
    assert stocked.lines(order_id)[0].reserved == 5
    stocked.must(c.ReleaseStock(site_id=SITE, product_id="prod-2", location_id="A-02-01-1", quantity=15))
    assert stocked.level("prod-2").held == 0
    assert stocked.lines(order_id)[0].reserved == 8, "who waits is served first"


def test_a_hold_on_promised_goods_makes_the_promise_look_elsewhere(stocked: Books) -> None:
    order_id = stocked.order(("prod-1", 4))
    [task] = stocked.tasks(order_id)
    hold(stocked, "prod-1", task.location_id, in_bin(stocked, "prod-1", task.location_id))
    assert stocked.get(PickTask, task.id).status == "cancelled"
    [other] = stocked.tasks(order_id, "pending")
    assert (other.quantity, other.location_id != task.location_id) == (4, True)


def test_releasing_more_than_is_held_is_contradicted(stocked: Books) -> None:
    hold(stocked, "prod-2", "A-02-01-1", 2)
    effect = stocked.do(
        c.ReleaseStock(site_id=SITE, product_id="prod-2", location_id="A-02-01-1", quantity=3)
    )
    assert was_contradicted(stocked, effect, stocked.get(Location, "A-02-01-1"))
    assert stocked.level("prod-2").held == 2


def test_a_replenishment_is_a_task_that_a_move_does(stocked: Books) -> None:
    receive(stocked, "prod-2", RESERVE, 30)
    assert replenish(stocked).status == "applied"
    assert replenish(stocked).code == "duplicate"
    move(stocked, "prod-2", RESERVE, BIN, 2, task_id="task-1")
    task = stocked.get(StockTask, "task-1")
    assert (task.kind, task.status, task.quantity, task.assigned_to) == ("replenishment", "open", 3, "user-1")
    move(stocked, "prod-2", RESERVE, BIN, 3, task_id="task-1")
    task = stocked.get(StockTask, "task-1")
    assert (task.status, task.done_at) == ("done", stocked.now)


def test_a_task_that_nobody_needs_is_dropped_once(stocked: Books) -> None:
    replenish(stocked)
    drop = c.CancelStockTask(site_id=SITE, task_id="task-1", reason="enough there")
    assert stocked.do(drop).status == "applied"
    task = stocked.get(StockTask, "task-1")
    assert (task.status, task.note) == ("cancelled", "enough there")
    assert stocked.do(drop).code == "wrong_state"


def test_held_goods_that_are_carried_stay_held_and_nothing_is_found(stocked: Books) -> None:
    hold(stocked, "prod-2", "A-02-01-1", 20)
    move(stocked, "prod-2", "A-02-01-1", "REC-1", 5)
    assert in_bin(stocked, "prod-2", "REC-1", "held") == 5
    assert in_bin(stocked, "prod-2", "A-02-01-1", "held") == 15
    level = stocked.level("prod-2")
    assert (level.on_hand, level.held) == (20, 20)
    assert stocked.find(StockTask, site_id=SITE) == []


def test_good_units_are_carried_before_held_ones_and_only_the_rest_is_found(stocked: Books) -> None:
    hold(stocked, "prod-2", "A-02-01-1", 4)
    move(stocked, "prod-2", "A-02-01-1", "REC-1", 21)
    assert (in_bin(stocked, "prod-2", "REC-1"), in_bin(stocked, "prod-2", "REC-1", "held")) == (17, 4)
    found = [row.quantity for row in stocked.find(StockMovement, site_id=SITE) if row.kind == "found"]
    assert found == [1]


def test_suspect_goods_that_are_carried_are_there_after_all_and_serve_who_waits(stocked: Books) -> None:
    order_id = stocked.order(("prod-2", 20))
    [task] = stocked.tasks(order_id)
    stocked.must(short_of(task, 0, "empty_bin"))
    assert in_bin(stocked, "prod-2", "A-02-01-1", "suspect") == 20
    move(stocked, "prod-2", "A-02-01-1", "A-01-02-1", 20)
    assert in_bin(stocked, "prod-2", "A-01-02-1") == 20
    assert stocked.level("prod-2").held == 0
    assert stocked.lines(order_id)[0].reserved == 20
