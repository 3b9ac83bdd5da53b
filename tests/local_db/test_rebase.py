"""Rows are the server's with the pending commands over them, whatever arrives and in whatever order."""

from __future__ import annotations

import msgspec
import pytest

from local_db import Desk, landing
from local_db.files import Connection, DatabaseError
from local_db.replica import FileReplica
from services.commands import ConfirmPick, HoldOrder
from services.protocol.messages import NO_PATCHES, Outcome, PullResponse, TablePatch, pack
from services.storage.tables import Order, Product, Setting, Stock, StockLevel, Terminal
from services.sync.errors import ProtocolError
from tests.helpers.books import SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, contents, patch, patches, pull, replica, rows_only


def test_a_settled_command_leaves_only_what_the_server_says(desk: Desk) -> None:
    base = contents(desk)
    desk.do(new_order(desk, ("prod-1", 3)))
    pull(desk, version=2, last_n=1)
    assert contents(desk) == base
    assert desk.read.value("SELECT count(*) FROM shadow_order") == 0
    assert desk.link.pending == 0


def test_what_is_still_pending_is_replayed_over_new_rows(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    mine = new_order(desk, ("prod-1", 4))
    desk.do(mine)
    books.order(("prod-1", 5))
    pull(desk, patches(books), version=2, last_n=1)
    level = desk.read.stock_levels(site_id=SITE, product_id="prod-1")[0]
    assert (level.reserved, level.available) == (5 + 4, 15 - 5 - 4)
    assert {row.id for row in desk.read.orders() if row.provisional} == {mine.order_id}


def test_replay_over_the_same_rows_gives_the_same_rows(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    desk.do(new_order(desk, ("prod-2", 3)))
    shown = rows_only(desk)
    pull(desk, patches(books), version=2)
    assert rows_only(desk) == shown


def test_a_push_alone_changes_nothing_that_is_shown(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    shown = contents(desk)
    replica(desk).record_outcomes([Outcome(1, "applied")])
    assert contents(desk) == shown
    assert [row.status for row in desk.read.outbox()] == ["provisional"]


def test_a_promise_that_no_longer_fits_stays_queued_and_is_marked_at_risk(desk: Desk, books: Books) -> None:
    order = new_order(desk, ("prod-2", 20), on_shortfall="refuse")
    desk.do(order)
    books.order(("prod-2", 15))
    pull(desk, patches(books), version=2)
    row = desk.read.outbox()[0]
    assert (row.n, row.status, row.code) == (1, "at_risk", "insufficient_stock")
    assert desk.read.order(order.order_id) is None
    assert [command.n for command in replica(desk).commands_after(0, 10, 10**6)] == [1]


def test_what_was_at_risk_and_fits_again_is_provisional_again(desk: Desk, books: Books) -> None:
    order = new_order(desk, ("prod-2", 20), on_shortfall="refuse")
    desk.do(order)
    level = books.level("prod-2")
    pull(desk, patch(msgspec.structs.replace(level, reserved=15)), version=2)
    assert desk.read.outbox()[0].status == "at_risk"
    pull(desk, patch(level), version=3)
    assert desk.read.outbox()[0].status == "provisional"
    assert desk.read.order(order.order_id) is not None


def test_one_command_that_fails_on_replay_does_not_stop_the_others(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.handlers import dispatch

    first, poison, last = (new_order(desk, ("prod-1", 1)) for _ in range(3))
    for order in (first, poison, last):
        desk.do(order)
    place_order = dispatch.HANDLERS[type(first)]

    def failing(work: object, command: object) -> None:
        if getattr(command, "order_id", "") == poison.order_id:
            raise ZeroDivisionError
        place_order(work, command)  # type: ignore[arg-type]

    monkeypatch.setitem(dispatch.HANDLERS, type(first), failing)
    pull(desk, patches(books), version=2)
    assert [row.status for row in desk.read.outbox()] == ["provisional", "at_risk", "provisional"]
    assert {row.id for row in desk.read.orders()} == {first.order_id, last.order_id}


def test_a_command_from_a_newer_program_stays_queued_at_risk(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk._store.outbox.connection.execute("UPDATE command SET name = 'PlaceOrderBetter'")
    pull(desk, patches(books), version=2)
    assert [(row.status, row.code) for row in desk.read.outbox()] == [("at_risk", "command_unknown")]


def test_pages_show_nothing_before_the_last_one_settles(desk: Desk, books: Books) -> None:
    shown = contents(desk)
    side = replica(desk)
    books.must(HoldOrder(site_id=SITE, order_id=books.order(("prod-1", 1)), reason="wait"))
    side.stage(pack(patches(books)))
    assert contents(desk) == shown
    side.abandon()
    pull(desk, version=2)
    assert contents(desk) == shown


def test_many_pages_are_put_aside_in_the_file_and_applied_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_db.staging._BYTES_IN_MEMORY", 50_000)
    first = [TablePatch("setting", [[f"key-{n:05d}", "first"] for n in range(5000)], [])]
    second = [TablePatch("setting", [["key-00000", "second"]], ["key-00001"])]
    side = replica(desk)
    side.stage(pack(first))
    side.stage(pack(second))
    assert desk._store.cache.connection.execute("SELECT count(*) FROM staged").fetchone()[0] > 0
    pull(desk, version=2)
    assert desk.read.setting("key-00000") == "second"
    assert desk.read.setting("key-00001", "gone") == "gone"
    assert desk.read.setting("key-04999") == "first"
    assert desk._store.cache.connection.execute("SELECT count(*) FROM staged").fetchone()[0] == 0


def test_work_given_before_a_new_identitys_row_is_here_is_the_terminals_once_it_is(desk: Desk) -> None:
    other = msgspec.structs.replace(IDENTITY, client_id="client-2", terminal_code="T77")
    replica(desk).take_identity(other, None)
    desk.do(new_order(desk, ("prod-1", 1)))
    assert desk.read.values('SELECT DISTINCT terminal_id FROM "order"') == ["client-2"]
    pull(desk, patch(Terminal("term-77", "T77", "Packing bench", SITE, 0)), version=2)
    assert desk.read.values('SELECT DISTINCT terminal_id FROM "order"') == ["term-77"]


def _compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by the names of the tables of each page that is compared with what stands; every pull is a long one."""
    done: list[str] = []
    compare = landing.compare

    def told(cache: Connection, page: list[TablePatch]) -> list[landing.Comparison]:
        done.append(" ".join(each.table for each in page))
        return compare(cache, page)

    monkeypatch.setattr(landing, "compare", told)
    monkeypatch.setattr("local_db.staging._SMALL_BYTES", 0)
    return done


def _after_a_first_page(desk: Desk, books: Books) -> FileReplica:
    """A pull of which the first page is here, while a command is pending."""
    desk.do(new_order(desk, ("prod-1", 1)))
    side = replica(desk)
    side.stage(pack(patches(books)))
    return side


def test_pages_of_a_long_pull_are_compared_while_the_next_ones_are_under_way(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = _compared(monkeypatch)
    side = _after_a_first_page(desk, books)
    side.stage(pack(patch(Setting("key", "value"))))
    assert compared == [" ".join(each.table for each in patches(books)), "setting"]
    pull(desk, version=2, last_n=1)
    assert len(compared) == 2
    assert desk.read.setting("key") == "value"
    truth = {each.table: sorted(tuple(row) for row in each.puts) for each in patches(books)}
    assert rows_only(desk) == {**truth, "setting": [("key", "value")]}


def test_what_was_compared_does_not_hold_once_a_command_was_given(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = _compared(monkeypatch)
    side = _after_a_first_page(desk, books)
    desk.do(new_order(desk, ("prod-1", 2)))
    side.stage(pack(patch(Setting("key", "value"))))
    assert len(compared) == 1
    pull(desk, version=2, last_n=2)
    assert len(compared) == 3
    assert rows_only(desk)["stock_level"] == sorted(
        tuple(row) for each in patches(books) if each.table == "stock_level" for row in each.puts
    )


def test_staged_pages_that_a_crash_left_are_not_applied_by_the_next_pull(desk: Desk) -> None:
    connection = desk._store.cache.connection
    left = msgspec.msgpack.encode([TablePatch("setting", [["left", "over"]], [])])
    connection.execute("INSERT INTO staged (patches) VALUES (?)", (left,))
    replica(desk).abandon()
    pull(desk, version=2)
    assert desk.read.setting("left", "none") == "none"


def test_pages_that_a_failing_disk_could_not_drop_are_not_applied_by_the_next_pull(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_db.staging._BYTES_IN_MEMORY", 1)
    staging = desk._store.writer.staging
    gone = [Setting(f"gone-{n}", "x") for n in range(3)]
    replica(desk).stage(pack(patch(*gone)))

    class FailingDisk:
        def execute(self, sql: str) -> None:
            raise DatabaseError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(staging, "_connection", FailingDisk())
        with pytest.raises(DatabaseError):
            replica(desk).abandon()
    pull(desk, patches(books), version=2, reset=["org", f"site:{SITE}"])
    assert desk.read.values("SELECT id FROM setting") == []


def test_an_error_while_settling_leaves_everything_as_it_was(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    shown = contents(desk)
    side = replica(desk)
    side.stage(pack(patches(books)))
    side.stage(pack([TablePatch("no such table", [["x"]], [])]))
    with pytest.raises(ProtocolError):
        side.settle(PullResponse(patches=NO_PATCHES, more=False, cursors={"org": 9}, last_n=1))
    side.abandon()
    assert contents(desk) == shown
    assert side.cursors() == {"org": 1, f"site:{SITE}": 1}
    assert side.settled_n() == 0
    desk.do(new_order(desk, ("prod-1", 1)))
    assert len(desk.read.outbox()) == 2


def test_a_disk_that_fails_in_writing_and_then_in_reading_settles_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the desk would go on as if its commands were settled, which its file knows nothing of."""
    desk.do(new_order(desk, ("prod-1", 1)))
    shown = rows_only(desk)

    def failing(*arguments: object, **named: object) -> None:
        raise DatabaseError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(desk._store.cache, "commit", failing)
        broken.setattr(desk._store.cache, "reload", failing)
        with pytest.raises(DatabaseError):
            pull(desk, version=2, last_n=1, outcomes=[Outcome(1, "applied")])
    assert desk.link.pending == 1
    replica(desk).abandon()
    assert rows_only(desk) == shown
    pull(desk, version=2, last_n=1, outcomes=[Outcome(1, "applied")])
    assert desk.link.pending == 0
    assert desk.read.orders() == []


def test_a_scope_that_begins_anew_loses_the_rows_that_did_not_come_again(desk: Desk, books: Books) -> None:
    pull(desk, patch(Setting("kept", "1"), Setting("dropped", "1")), version=2)
    pull(desk, patch(Setting("kept", "2")), version=3, reset=["org"])
    assert desk.read.tuples("SELECT id, value FROM setting") == [("kept", "2")]
    assert desk.read.value("SELECT count(*) FROM location") > 0


def test_a_scope_without_a_cursor_counts_as_begun_anew(desk: Desk) -> None:
    pull(desk, patch(Setting("old", "1")), version=2)
    replica(desk).change_epoch("epoch-2")
    assert desk.read.setting("old") == "1"
    pull(desk, patch(Setting("new", "1")), version=1)
    assert desk.read.tuples("SELECT id FROM setting") == [("new",)]


def test_a_scope_that_is_lost_takes_its_rows_along_but_not_what_is_pending(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    pull(desk, version=2, gone=[f"site:{SITE}"])
    assert desk.read.value("SELECT count(*) FROM stock") == 0
    assert desk.read.value("SELECT count(*) FROM product") == 3
    assert [row.n for row in desk.read.outbox()] == [1]
    assert replica(desk).cursors() == {"org": 2}


def test_a_row_that_moves_between_scopes_in_one_page_stays(desk: Desk, books: Books) -> None:
    product = books.get(Product, "prod-1")
    moved = [
        TablePatch("product", [list(msgspec.structs.astuple(product))], []),
        TablePatch("product", [], ["prod-1"]),
    ]
    pull(desk, moved, version=2)
    assert desk.read.get(Product, "prod-1") == product


def test_rows_of_a_newer_server_keep_the_columns_that_are_known_here(desk: Desk) -> None:
    pull(desk, [TablePatch("setting", [["key", "value", "something new"]], [])], version=2)
    assert desk.read.setting("key") == "value"


def test_commands_after_a_pull_see_the_new_rows(desk: Desk, books: Books) -> None:
    desk.do(new_order(desk, ("prod-2", 1)))
    pull(desk, patches(books), version=2, last_n=1)
    level = books.level("prod-2")
    stock = books.find(Stock, site_id=SITE, product_id="prod-2")[0]
    gone = [TablePatch("stock", [], [stock.id]), *patch(msgspec.structs.replace(level, on_hand=0))]
    pull(desk, gone, version=3, last_n=1)
    receipt = desk.do(new_order(desk, ("prod-2", 1)))
    assert receipt.code == "backordered"
    pull(desk, patch(stock, level), version=4, last_n=2)
    assert desk.do(new_order(desk, ("prod-2", 1))).code == ""


def test_a_server_that_lost_commands_gets_them_again(desk: Desk) -> None:
    for _ in range(3):
        desk.do(new_order(desk, ("prod-1", 1)))
    side = replica(desk)
    pull(desk, version=2, last_n=3, outcomes=[Outcome(n, "applied") for n in (1, 2, 3)])
    assert desk.link.pending == 0
    side.change_epoch("epoch-2")
    pull(desk, version=1, last_n=1, outcomes=[Outcome(1, "applied")])
    assert [row.n for row in desk.read.outbox()] == [2, 3]
    assert [command.n for command in side.commands_after(1, 10, 10**6)] == [2, 3]
    assert side.identity().epoch == "epoch-2"


def test_outcomes_of_a_past_that_the_server_lost_are_asked_for_again_until_all_have_come(desk: Desk) -> None:
    for _ in range(3):
        desk.do(new_order(desk, ("prod-1", 1)))
    side = replica(desk)
    pull(desk, version=2, last_n=3, outcomes=[Outcome(n, "applied") for n in (1, 2, 3)])
    assert side.outcomes_ack() == 3
    side.change_epoch("epoch-2")
    # What it answers to commands that are sent again may be lost on its way: only a pull that has them all will do.
    assert side.outcomes_ack() == 0
    pull(desk, version=1, last_n=1, outcomes=[Outcome(1, "applied")])
    assert side.outcomes_ack() == 0
    refused = Outcome(3, "rejected", "insufficient_stock", "Not enough stock.")
    pull(desk, version=2, last_n=3, outcomes=[Outcome(1, "applied"), Outcome(2, "applied"), refused])
    assert side.outcomes_ack() == 3
    assert [(item.n, item.status) for item in desk.read.needs_attention()] == [(3, "rejected")]


def test_an_idle_pull_touches_nothing(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    told: list[frozenset[str]] = []
    end = desk.subscribe(told.append)
    shadows = desk.read.tuples("SELECT * FROM shadow_order")
    pull(desk, [], version=2)
    end()
    assert told == []
    assert desk.read.tuples("SELECT * FROM shadow_order") == shadows
    assert replica(desk).cursors() == {"org": 2, f"site:{SITE}": 2}


def test_a_pick_of_what_another_desk_has_taken_is_still_a_fact(desk: Desk, books: Books) -> None:
    books.order(("prod-1", 2), order_id="order-9")
    pull(desk, patches(books), version=2)
    task = desk.read.pick_tasks(order_id="order-9")[0]
    pick = ConfirmPick(
        site_id=SITE, task_id=task.id, order_id=task.order_id, line_id=task.line_id, product_id=task.product_id,
        location_id=task.location_id, quantity=2,
    )  # fmt: skip
    desk.do(pick)
    books.must(msgspec.structs.replace(pick))
    pull(desk, patches(books), version=3)
    assert [row.n for row in desk.read.outbox()] == [1]
    assert desk.read.get(Order, "order-9") is not None
    assert desk.read.get(StockLevel, books.level("prod-1").id) is not None
