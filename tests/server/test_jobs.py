"""Jobs: asked for in the commit, done after it, tried again, parked where people see them, lost never."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.server import authority
from services.server.clock import new_id
from services.server.job_runner import JobRunner
from services.server.jobs import Finished, Jobs
from services.server.parts import Parts
from services.server.transaction import Transaction


class Hands:
    """A clock that the test moves."""

    def __init__(self, parts: Parts) -> None:
        self.now = parts.clock()
        parts.committer._clock = self  # the committer gives transactions their time

    def __call__(self) -> int:
        return self.now


def ask(parts: Parts, name: str = "test", **arguments: Any) -> str:
    job_id = new_id()
    parts.committer.run((), lambda transaction: authority.put_job(transaction, job_id, name, arguments))
    return job_id


def jobs_of(parts: Parts, *, lease: float = 60.0) -> Jobs:
    return Jobs(parts.database, parts.committer, lease_seconds=lease, retry_seconds=(60, 120, 240))


def status_of(parts: Parts, job_id: str) -> tuple[str, int, str]:
    mark = "?" if parts.database.is_sqlite else "%s"
    with parts.database.reading() as connection:
        found = connection.exec_driver_sql(
            f"SELECT status, attempts, last_error FROM job WHERE id = {mark}", (job_id,)
        ).one()
    return found[0], found[1], found[2]


def log_of_job(parts: Parts, job_id: str) -> list[tuple[str, int]]:
    mark = "?" if parts.database.is_sqlite else "%s"
    with parts.database.reading() as connection:
        return [
            (row[0], row[1])
            for row in connection.exec_driver_sql(
                f"SELECT status, attempt FROM sync_log WHERE subject = {mark} ORDER BY at, id", (job_id,)
            )
        ]


def test_a_job_asked_for_by_work_that_failed_is_not_there(parts: Parts) -> None:
    def fail(transaction: Transaction) -> None:
        authority.put_job(transaction, "never", "test", {})
        raise RuntimeError("it went wrong after asking")

    with pytest.raises(RuntimeError):
        parts.committer.run((), fail)
    assert jobs_of(parts).claim(["test"], 10) == []


def test_each_job_is_claimed_by_one_only(parts: Parts) -> None:
    wanted = {ask(parts, number=number) for number in range(30)}
    jobs = jobs_of(parts)
    with ThreadPoolExecutor(6) as pool:
        claimed = [
            job.id for batch in pool.map(lambda _: jobs.claim(["test"], 5), range(12)) for job in batch
        ]
    assert sorted(claimed) == sorted(wanted)


def test_a_worker_that_dies_loses_its_job_to_the_next(parts: Parts) -> None:
    hands = Hands(parts)
    job_id = ask(parts)
    jobs = jobs_of(parts)
    (first,) = jobs.claim(["test"], 5)
    assert jobs.claim(["test"], 5) == []
    hands.now += 61_000
    (second,) = jobs.claim(["test"], 5)
    assert (second.id, second.attempts) == (job_id, 2)
    jobs.settle([Finished(first, "done", "too late")])
    assert status_of(parts, job_id)[0] == "running"
    jobs.settle([Finished(second, "done", "done")])
    assert status_of(parts, job_id)[0] == "done"
    assert log_of_job(parts, job_id) == [("done", 2)]


def test_a_failing_job_is_tried_after_60_120_and_240_seconds_and_then_parked(parts: Parts) -> None:
    hands = Hands(parts)
    job_id = ask(parts)
    jobs = jobs_of(parts)
    for attempt, wait in enumerate((60, 120, 240, None), start=1):
        (job,) = jobs.claim(["test"], 5)
        assert job.attempts == attempt
        jobs.settle([Finished(job, "failed", "no answer")])
        if wait is None:
            break
        hands.now += wait * 1000 - 1
        assert jobs.claim(["test"], 5) == []
        hands.now += 1
    assert status_of(parts, job_id) == ("parked", 4, "no answer")
    assert log_of_job(parts, job_id) == [("failed", 1), ("failed", 2), ("failed", 3), ("parked", 4)]
    assert jobs.claim(["test"], 5) == []
    assert jobs.retry_parked(job_id)
    assert not jobs.retry_parked(job_id)
    (job,) = jobs.claim(["test"], 5)
    assert job.attempts == 1


def test_the_runner_does_jobs_as_soon_as_they_are_committed(parts: Parts) -> None:
    done: list[int] = []
    all_done = threading.Event()

    def handler(arguments: dict[str, Any]) -> str:
        done.append(arguments["number"])
        if len(done) == 20:
            all_done.set()
        return "fine"

    runner = running(parts, {"test": handler})
    try:
        ids = [ask(parts, number=number) for number in range(20)]
        assert all_done.wait(20)
    finally:
        runner.stop()
    assert sorted(done) == list(range(20))
    assert {status_of(parts, job_id)[0] for job_id in ids} == {"done"}


def test_a_job_that_fails_does_not_keep_the_others_from_being_done(parts: Parts) -> None:
    done = threading.Event()

    def fail(_arguments: dict[str, Any]) -> str:
        raise ConnectionError("nobody there")

    def succeed(_arguments: dict[str, Any]) -> str:
        done.set()
        return "fine"

    runner = running(parts, {"bad": fail, "good": succeed})
    try:
        bad = ask(parts, "bad")
        ask(parts, "good")
        assert done.wait(20)
    finally:
        runner.stop()
    assert status_of(parts, bad) == ("pending", 1, "ConnectionError: nobody there")


def test_quick_jobs_that_wait_together_are_settled_in_few_commits(parts: Parts) -> None:
    def ask_all(transaction: Transaction) -> None:
        for number in range(200):
            authority.put_job(transaction, new_id(), "test", {"number": number})

    parts.committer.run((), ask_all)
    settled: list[int] = []
    jobs = jobs_of(parts)
    settle = jobs._settle

    def noted(transaction: Transaction, finished: Sequence[Finished]) -> None:
        settled.append(len(finished))
        settle(transaction, finished)

    jobs._settle = noted  # type: ignore[method-assign]
    done: list[int] = []

    def handler(arguments: dict[str, Any]) -> str:
        done.append(arguments["number"])
        return "fine"

    runner = JobRunner(jobs, {"test": handler}, workers=0, poll_seconds=30)
    runner._do_what_waits([], 8)
    assert len(done) == sum(settled) == 200
    assert len(settled) < 40
    assert jobs.claim(["test"], 5) == []


def test_a_job_that_was_claimed_and_not_begun_is_anybodys_again_and_no_try_is_counted(parts: Parts) -> None:
    job_id = ask(parts)
    jobs = jobs_of(parts)
    (job,) = jobs.claim(["test"], 5)
    jobs.settle([Finished(job, "not_begun")])
    assert status_of(parts, job_id) == ("pending", 0, "")
    assert log_of_job(parts, job_id) == []
    (again,) = jobs.claim(["test"], 5)
    assert again.attempts == 1


def running(parts: Parts, handlers: dict[str, Callable[[dict[str, Any]], str]]) -> JobRunner:
    runner = JobRunner(jobs_of(parts), handlers, workers=2, poll_seconds=30)
    parts.committer.on_commit.append(runner.committed)
    runner.start()
    return runner
