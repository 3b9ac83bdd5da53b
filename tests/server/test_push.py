"""Exactly once: whatever is sent twice, out of order, at the same time or by a copy, is done once or not at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from services.commands import ConfirmPick, CustomerFields, MoveStock, ReceiveStock, SaveCustomer
from services.handlers import dispatch
from services.protocol.messages import PushRequest, encode
from services.server import feed
from services.server.committer import Busy
from services.server.database import DATABASE_ERRORS, Direct
from services.server.doctor import examine
from services.server.errors import ApiError
from services.server.parts import Parts
from services.server.requests import read_message
from services.server.server_tables import Client
from services.server.transaction import Transaction
from services.storage.tables import Customer, Order, PickTask, StockLevel
from services.storage.unit_of_work import UnitOfWork
from tests.server.terminal import Terminal
from tests.server.warehouse import SITE, bin_id, order


def receive(quantity: int = 1) -> ReceiveStock:
    return ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=quantity)


def on_hand(parts: Parts) -> int:
    with parts.database.reading() as connection:
        (level,) = UnitOfWork(connection).find(StockLevel, site_id=SITE, product_id="prod-1")
        return level.on_hand


def all_is_well(parts: Parts) -> None:
    for finding in examine(parts.database):
        assert finding.is_well, (finding.check, finding.problems)


def test_a_command_sent_again_gets_its_first_outcome_and_is_not_done_again(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive(7))
    first = terminal.push()
    again = terminal.push()
    assert [outcome.status for outcome in first.outcomes] == ["applied"]
    assert again.outcomes == first.outcomes
    assert again.last_n == 1
    assert on_hand(parts) == 107
    all_is_well(parts)


def test_a_gap_is_told_with_the_number_to_send_from(parts: Parts) -> None:
    terminal = Terminal(parts)
    for _ in range(4):
        terminal.queue(receive())
    terminal.push(1, 1)
    answer = terminal.push(3)
    assert (answer.problem, answer.expected, answer.last_n) == ("gap", 2, 1)
    assert terminal.push(2).last_n == 4
    assert on_hand(parts) == 104


def test_another_command_under_a_number_already_taken_shows_a_copied_file(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive(1))
    terminal.push()
    terminal.queued.clear()
    terminal.hash = b""
    terminal.queue(receive(2))
    assert terminal.push().problem == "forked"
    assert on_hand(parts) == 101


def test_a_copy_that_did_just_the_same_is_told_apart_by_its_commands_ids(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive(1))
    terminal.push()
    terminal.queued.clear()
    terminal.hash = b""
    terminal.queue(receive(1))
    assert terminal.push().problem == "forked"
    assert on_hand(parts) == 101


def test_a_new_command_on_another_history_shows_a_copied_file(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive(1))
    terminal.push()
    terminal.hash = b"\x00" * 32
    terminal.queue(receive(2))
    answer = terminal.push(2)
    assert (answer.problem, answer.last_n) == ("forked", 1)
    assert on_hand(parts) == 101


def test_a_copy_enrolled_again_does_not_do_over_what_the_first_had_done(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive(5))
    terminal.queue(receive(6))
    terminal.push()
    device = parts.clients.authenticate(terminal.enrolled.client_id, terminal.enrolled.credential)
    copy = terminal.copy()
    copy.enrolled = parts.clients.enroll_again(device)
    copy.queue(receive(10))
    answer = copy.push()
    assert copy.enrolled.client_id != terminal.enrolled.client_id
    assert copy.enrolled.terminal_code != terminal.enrolled.terminal_code
    assert [outcome.status for outcome in answer.outcomes] == ["applied"] * 3
    assert on_hand(parts) == 121
    all_is_well(parts)


def test_a_server_restored_from_a_backup_says_so(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive())
    answer = parts.push.take(msgspec.structs.replace(terminal.request(), epoch="another life"))
    assert (answer.problem, answer.epoch) == ("epoch_changed", parts.epoch)
    assert on_hand(parts) == 100


def test_commands_of_a_newer_program_are_turned_away_untouched(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive())
    answer = parts.push.take(msgspec.structs.replace(terminal.request(), schema=99))
    assert answer.problem == "upgrade_required"
    assert on_hand(parts) == 100


def test_a_refused_command_has_its_reason_as_outcome_and_the_rest_goes_on(parts: Parts) -> None:
    terminal = Terminal(parts)
    terminal.queue(order("o-1", ("prod-1", 500), shortfall="refuse"))
    terminal.queue(receive(1))
    refused, taken = terminal.push().outcomes
    assert (refused.status, refused.code) == ("rejected", "insufficient_stock")
    assert refused.details[0]["available"] == 100
    assert taken.status == "applied"
    with parts.database.reading() as connection:
        assert UnitOfWork(connection).get(Order, "o-1") is None


def test_a_shortfall_that_was_allowed_is_told_as_adjusted(parts: Parts) -> None:
    terminal = Terminal(parts)
    (outcome,) = terminal.do(order("o-1", ("prod-1", 130))).outcomes
    assert (outcome.status, outcome.code) == ("adjusted", "backordered")
    all_is_well(parts)


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("BrewCoffee", b"{}", "command_unknown"),
        ("ReceiveStock", b'{"site_id": "site-1"}', "invalid_value"),
        ("ReceiveStock", b"\xff\xfe not json", "invalid_value"),
    ],
)
def test_arguments_that_make_no_command_are_refused_by_name(
    parts: Parts, name: str, args: bytes, code: str
) -> None:
    terminal = Terminal(parts)
    terminal.queue_bytes(name, args)
    terminal.queue(receive(1))
    refused, taken = terminal.push().outcomes
    assert (refused.status, refused.code) == ("rejected", code)
    assert taken.status == "applied"


def test_the_same_push_from_many_threads_at_once_is_done_once(parts: Parts) -> None:
    terminal = Terminal(parts)
    for _ in range(20):
        terminal.queue(receive(1))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: terminal.push(), range(16)))
    assert {answer.last_n for answer in answers} == {20}
    assert {len(answer.outcomes) for answer in answers} == {20}
    assert on_hand(parts) == 120
    all_is_well(parts)


def test_overlapping_pushes_from_threads_keep_the_terminals_order(parts: Parts) -> None:
    terminal = Terminal(parts)
    for quantity in range(1, 41):
        terminal.queue(receive(quantity))
    windows = [(first, first + 9) for first in range(1, 32, 3)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda window: terminal.push(*window), windows * 2))
    assert {answer.problem for answer in answers} <= {"", "gap"}
    assert terminal.push().last_n == 40
    assert on_hand(parts) == 100 + sum(range(1, 41))


def test_many_terminals_at_once_each_have_all_their_outcomes(parts: Parts) -> None:
    terminals = [Terminal(parts) for _ in range(6)]

    def work(terminal: Terminal) -> None:
        for position in range(15):
            name = f"{terminal.enrolled.terminal_code}-{position}"
            terminal.queue(order(name, ("prod-1", 2), ("prod-2", 1)))
            terminal.push(position + 1)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, terminals))
    for terminal in terminals:
        assert terminal.push().last_n == 15
    all_is_well(parts)


@dataclass
class Poison:
    """A handler that fails on moves of one product as often as it is told to."""

    error: Exception
    times: int = 10**6
    calls: int = 0

    def __call__(self, work: object, command: MoveStock) -> None:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error


def poison(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int = 10**6) -> Poison:
    handler = Poison(error, times)
    monkeypatch.setitem(dispatch.HANDLERS, MoveStock, handler)
    return handler


def move() -> MoveStock:
    return MoveStock(
        site_id=SITE,
        product_id="prod-1",
        from_location_id=bin_id(SITE, 1),
        to_location_id=bin_id(SITE, 2),
        quantity=1,
    )


def test_a_command_the_server_fails_on_is_retried_then_parked_and_the_rest_goes_on(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = poison(monkeypatch, RuntimeError("a fault of ours"))
    terminal = Terminal(parts)
    terminal.queue(receive(1))
    terminal.queue(move())
    terminal.queue(receive(2))
    terminal.queue(receive(3), depends_on=(2,))
    terminal.queue(receive(4), depends_on=(4,))
    for _ in range(3):
        answer = terminal.push()
        assert (answer.problem, answer.last_n) == ("busy", 1)
    answer = terminal.push()
    assert handler.calls == 3
    assert answer.last_n == 5
    assert [outcome.status for outcome in answer.outcomes] == [
        "applied", "parked", "applied", "parked", "parked"
    ]  # fmt: skip
    assert on_hand(parts) == 103
    problems = {finding.check: finding.problems for finding in examine(parts.database)}
    assert len(problems["No command and no job is parked"]) == 3


def test_a_failing_command_takes_nothing_of_a_copys_command_under_its_number(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch, RuntimeError("a fault of ours"))
    terminal = Terminal(parts)
    copy = terminal.copy()
    terminal.queue(move())
    for _ in range(3):
        assert terminal.push().problem == "busy"
    copy.queue(receive(1))
    (outcome,) = copy.push().outcomes
    assert (outcome.status, on_hand(parts)) == ("applied", 101)


def test_failing_commands_of_copies_that_come_by_turns_are_counted_each_for_itself(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch, RuntimeError("a fault of ours"))
    terminal = Terminal(parts)
    copy = terminal.copy()
    terminal.queue(move())
    copy.queue(move())
    for _ in range(3):
        assert terminal.push().problem == "busy"
        assert copy.push().problem == "busy"
    (outcome,) = terminal.push().outcomes
    assert outcome.status == "parked"
    assert copy.push().problem == "forked"


def test_a_client_cannot_make_the_server_count_without_end(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch, RuntimeError("a fault of ours"))
    terminal = Terminal(parts)
    for _ in range(110):
        copy = terminal.copy()
        copy.queue(move())
        assert copy.push().problem == "busy"
    with parts.database.reading() as connection:
        client = UnitOfWork(connection).get(Client, terminal.enrolled.client_id)
    assert client is not None
    assert len(msgspec.json.decode(client.failing)) == 100


def test_a_failure_that_passes_leaves_no_trace(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    poison(monkeypatch, RuntimeError("a fault of ours"), times=2)
    terminal = Terminal(parts)
    terminal.queue(move())
    assert terminal.push().problem == "busy"
    assert terminal.push().problem == "busy"
    (outcome,) = terminal.push().outcomes
    assert outcome.status == "applied"


def test_a_command_whose_rows_the_database_refuses_does_not_take_its_neighbours_along(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two customers of one code: the handler does not notice, the table's constraint does, at the end of the batch."""

    def careless(work: dispatch.Work, command: SaveCustomer) -> None:
        seen = work.need(Customer, "cust-1")
        work.put(msgspec.structs.replace(seen, id=command.customer_id))

    monkeypatch.setitem(dispatch.HANDLERS, SaveCustomer, careless)
    terminal = Terminal(parts)
    terminal.queue(receive(1))
    terminal.queue(SaveCustomer(customer_id="c-2", values=CustomerFields(code="C1", name="Twice")))
    terminal.queue(receive(2))
    for _ in range(3):
        answer = terminal.push()
        assert (answer.problem, answer.last_n) == ("busy", 1)
    answer = terminal.push()
    assert [outcome.status for outcome in answer.outcomes] == ["applied", "parked", "applied"]
    assert on_hand(parts) == 103


def test_trouble_of_the_database_itself_is_never_blamed_on_a_command(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = poison(monkeypatch, OperationalError("write", None, Exception("disk is full")), times=5)
    terminal = Terminal(parts)
    terminal.queue(move())
    for _ in range(5):
        with pytest.raises(Busy):
            terminal.push()
    assert handler.calls == 5
    (outcome,) = terminal.push().outcomes
    assert outcome.status == "applied"


def test_one_callers_bad_work_does_not_spoil_the_group_it_is_committed_with(parts: Parts) -> None:
    """Submissions that wait together are committed together; the one that breaks the commit fails alone."""
    blocked = threading.Event()
    release = threading.Event()

    def hold(_transaction: object) -> None:
        blocked.set()
        release.wait(10)

    site = f"site:{SITE}"
    holding = parts.committer.submit((site,), hold)
    blocked.wait(10)

    def break_constraint(transaction: Transaction) -> None:
        transaction.unit.put(Customer("c-9", "C1", "Twice", "", "", "", "", "", "", None, None))

    bad = parts.committer.submit((site, "org"), break_constraint)
    fine = parts.committer.submit(
        (site, "org"),
        lambda transaction: transaction.unit.put(
            Customer("c-8", "C8", "Fine", "", "", "", "", "", "", None, None)
        ),
    )
    release.set()
    holding.result(10)
    with pytest.raises(DATABASE_ERRORS):
        bad.result(10)
    assert fine.result(10).code == "C8"
    with parts.database.reading() as connection:
        unit = UnitOfWork(connection)
        assert unit.get(Customer, "c-8") is not None
        assert unit.get(Customer, "c-9") is None


def test_outcomes_and_last_n_hold_only_together_with_the_effects(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit itself fails after everything was written: nothing of it may remain."""

    def fail(*_arguments: object) -> dict[str, int]:
        raise OperationalError("commit", None, Exception("disk is full"))

    terminal = Terminal(parts)
    terminal.queue(receive(9))
    with monkeypatch.context() as patched:
        patched.setattr(feed, "write", fail)
        with pytest.raises(Busy):
            terminal.push()
    assert on_hand(parts) == 100
    assert terminal.pull().last_n == 0
    assert terminal.push().last_n == 1
    assert on_hand(parts) == 109


def test_a_long_push_reads_what_it_needs_together(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty orders and their picks: their reads are foreseen, so that they cost far fewer than one each."""
    statements: list[str] = []
    direct = Direct.exec_driver_sql

    def counted(self: Direct, statement: str, parameters: object = None) -> object:
        statements.append(statement)
        return direct(self, statement, parameters)

    terminal = Terminal(parts)
    for number in range(50):
        terminal.queue(order(f"o-{number}", ("prod-1", 1), ("prod-2", 1), ("prod-3", 1)))
    with monkeypatch.context() as patched:
        patched.setattr(Direct, "exec_driver_sql", counted)
        assert {outcome.status for outcome in terminal.push().outcomes} == {"applied"}
    assert len(statements) < 100
    with parts.database.reading() as connection:
        tasks = UnitOfWork(connection).find(PickTask, site_id=SITE, status="pending")
    for task in tasks:
        terminal.queue(
            ConfirmPick(
                site_id=SITE,
                task_id=task.id,
                order_id=task.order_id,
                line_id=task.line_id,
                product_id=task.product_id,
                location_id=task.location_id,
                quantity=task.quantity,
            )
        )
    statements.clear()
    with monkeypatch.context() as patched:
        patched.setattr(Direct, "exec_driver_sql", counted)
        assert {outcome.status for outcome in terminal.push(51).outcomes} == {"applied"}
    assert len([statement for statement in statements if statement.startswith("SELECT")]) < 2 * len(tasks)
    all_is_well(parts)


def test_an_id_that_is_taken_is_refused_and_writes_over_nothing(parts: Parts) -> None:
    terminal, other = Terminal(parts), Terminal(parts)
    first, second = terminal.queue(receive(5)), terminal.queue(receive(7))
    terminal.queued[1] = msgspec.structs.replace(second, id=first.id)
    assert [outcome.status for outcome in terminal.push().outcomes] == ["applied", "rejected"]
    again = other.queue(receive(9))
    other.queued[0] = msgspec.structs.replace(again, id=first.id)
    assert [outcome.code for outcome in other.push().outcomes] == ["duplicate"]
    assert on_hand(parts) == 105
    all_is_well(parts)


def test_a_number_that_a_request_has_twice_is_done_once(parts: Parts) -> None:
    terminal = Terminal(parts)
    sent = terminal.queue(receive(5))
    request = terminal.request()
    answer = parts.push.take(msgspec.structs.replace(request, commands=(sent, sent)))
    assert [(outcome.n, outcome.status) for outcome in answer.outcomes] == [(1, "applied"), (1, "applied")]
    other = msgspec.structs.replace(sent, id="another")
    assert parts.push.take(msgspec.structs.replace(request, commands=(sent, other))).problem == "forked"
    assert on_hand(parts) == 105


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0},
        {"n": -1},
        {"v": 0},
        {"id": ""},
        {"id": "a\0b"},
        {"actor_id": "a\0b"},
        {"name": "a\0b"},
        {"issued_at": 2**62},
        {"issued_at": -1},
    ],
)
def test_what_no_terminal_says_is_not_understood(parts: Parts, wrong: dict[str, object]) -> None:
    terminal = Terminal(parts)
    terminal.queue(receive())
    request = msgspec.to_builtins(terminal.request())
    request["commands"][0].update(wrong)
    with pytest.raises(ApiError) as refused:
        read_message(encode(request), PushRequest)
    assert refused.value.status == 422
