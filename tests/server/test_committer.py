"""The committer: what waits together is committed together, each scope has one writer, and nobody waits in vain."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.server.committer import Committer, Stopping
from services.server.parts import Parts
from services.server.server_tables import Counter
from services.server.transaction import Committed, Transaction
from services.storage.tables import Customer, Setting
from tests.server.warehouse import SITE

SCOPE = f"site:{SITE}"


def add_one(transaction: Transaction) -> int:
    """Read, add, write: two at once would lose one."""
    known = transaction.unit.get(Counter, "test")
    counter = transaction.unit.put(Counter("test", (known.value if known is not None else 0) + 1))
    return counter.value


def test_work_on_one_scope_from_many_threads_never_overlaps(parts: Parts) -> None:
    with ThreadPoolExecutor(16) as pool:
        values = list(pool.map(lambda _: parts.committer.run((SCOPE,), add_one), range(200)))
    assert sorted(values) == list(range(1, 201))


def test_two_processes_keep_apart_by_the_databases_own_locks(parts: Parts) -> None:
    """A second committer stands for a second process: they share nothing but the database."""
    other = Committer(parts.database, parts.clock)
    other.start()
    both = [parts.committer, other]
    try:
        with ThreadPoolExecutor(8) as pool:
            values = list(pool.map(lambda number: both[number % 2].run((SCOPE,), add_one), range(100)))
    finally:
        other.stop()
    assert sorted(values) == list(range(1, 101))


def test_what_waits_together_is_committed_at_once(parts: Parts) -> None:
    commits: list[Committed] = []
    parts.committer.on_commit.append(commits.append)
    blocked, release = threading.Event(), threading.Event()

    def hold(_transaction: Transaction) -> None:
        blocked.set()
        release.wait(20)

    holding = parts.committer.submit((SCOPE,), hold)
    assert blocked.wait(20)
    waiting = [
        parts.committer.submit((SCOPE,), lambda transaction, n=n: transaction.unit.put(Counter(f"c-{n}", n)))
        for n in range(50)
    ]
    release.set()
    holding.result(20)
    assert [future.result(20).value for future in waiting] == list(range(50))
    assert [len(commit.changes[Counter]) for commit in commits] == [50]


def test_work_that_touches_more_scopes_than_it_said_is_done_again_with_their_locks(parts: Parts) -> None:
    """It says one site, and also writes what belongs to the organisation."""

    def work(transaction: Transaction) -> int:
        known = transaction.unit.get(Setting, "test")
        value = int(known.value) + 1 if known is not None else 1
        transaction.unit.put(Setting("test", str(value)))
        return value

    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda n: parts.committer.run((f"site:{n % 3}",), work), range(60)))
    assert sorted(values) == list(range(1, 61))


def test_a_listener_that_fails_does_not_undo_the_commit(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_commit: Committed) -> None:
        raise RuntimeError("nobody listens")

    parts.committer.on_commit.insert(0, fail)
    assert parts.committer.run((SCOPE,), add_one) == 1
    assert parts.committer.run((SCOPE,), add_one) == 2
    assert "a listener failed" in caplog.text


def test_work_that_waits_is_done_before_the_end_and_later_work_is_refused(parts: Parts) -> None:
    committer = Committer(parts.database, parts.clock)
    futures = [committer.submit((SCOPE,), add_one) for _ in range(10)]
    committer.start()
    committer.stop()
    assert sorted(future.result(0) for future in futures) == list(range(1, 11))
    with pytest.raises(Stopping):
        committer.submit((SCOPE,), add_one)


def test_what_failed_leaves_nothing_in_memory_for_the_next(parts: Parts) -> None:
    def fail(transaction: Transaction) -> None:
        known = transaction.unit.get(Customer, "cust-1")
        assert known is not None
        transaction.unit.change(known, name="Never")
        raise RuntimeError("after the change")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            parts.committer.run(("org",), fail)
    name = parts.committer.run(("org",), lambda transaction: transaction.unit.get(Customer, "cust-1"))
    assert name is not None
    assert name.name == "Corner Shop"


def test_a_caller_that_gave_up_waiting_is_not_in_the_way(parts: Parts) -> None:
    blocked, release = threading.Event(), threading.Event()

    def hold(_transaction: Transaction) -> None:
        blocked.set()
        release.wait(20)

    holding = parts.committer.submit((SCOPE,), hold)
    assert blocked.wait(20)
    gone = parts.committer.submit((SCOPE,), add_one)
    assert gone.cancel()
    stays = parts.committer.submit((SCOPE,), add_one)
    release.set()
    holding.result(20)
    assert stays.result(20) == 1
