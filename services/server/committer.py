"""Commits what callers submit, everything that waits together: one fsync for many, and one writer per scope at a time.

On SQLite one thread commits for the whole database. On PostgreSQL each site has its lane, a lane is worked by one
thread at a time, and processes keep apart by advisory locks on the scopes they touch, taken in sorted order.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import nullcontext
from typing import Any, Generic, TypeVar

from services.server.clock import Clock
from services.server.database import DATABASE_ERRORS, PASSING_ERRORS, Database
from services.server.log import log_of
from services.server.remembered_rows import remembered_rows
from services.server.transaction import Committed, ScopesTouched, Transaction

T = TypeVar("T")
Work = Callable[[Transaction], T]
Listener = Callable[[Committed], None]

_log = log_of("committer")


class Stopping(Exception):
    """The server is going down and takes no more work; another try will meet the next one."""


class Busy(Exception):
    """The work could not be done in time, or the database could not do it now. It may be sent again."""


class Submission(Generic[T]):
    """One caller's work, the locks it needs, and where its result goes."""

    __slots__ = ("future", "locks", "weight", "work")

    def __init__(self, locks: frozenset[str], work: Work[T], weight: int) -> None:
        self.locks = locks
        self.work = work
        self.weight = weight
        self.future: Future[T] = Future()


class _Lane:
    """The submissions that wait for one site (or, on SQLite, for the database)."""

    __slots__ = ("is_worked", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[Submission[Any]] = deque()
        self.is_worked = False


class Committer:
    """Runs submitted work in transactions. Every write of this process goes through it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        workers: int = 4,
        weight_per_commit: int = 1000,
        rows_remembered: int = 300_000,
        deadline_seconds: float = 30.0,
    ) -> None:
        self._is_one_lane = database.is_sqlite
        self._rows = remembered_rows(database, rows_remembered)
        self._clock = clock
        self._weight_per_commit = weight_per_commit
        self._deadline = deadline_seconds
        self._condition = threading.Condition()
        self._lanes: dict[str, _Lane] = {}
        self._ready: deque[str] = deque()
        self._stopping = False
        self.on_commit: list[Listener] = []
        count = 1 if self._is_one_lane else workers
        self._threads = [
            threading.Thread(target=self._work, name=f"holdfast-commit-{i}", daemon=True)
            for i in range(count)
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Commit what waits, then end. Later submissions are refused."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self._rows.close()

    def submit(
        self, scopes: Iterable[str], work: Work[T], *, locks: Iterable[str] = (), weight: int = 1
    ) -> Future[T]:
        """Have work done and committed; the future has its result once it is durable.

        ``scopes``: those whose rows it will change, as far as known. ``locks``: further names that nobody else may hold
        meanwhile. ``weight``: about how many commands it is.
        """
        named = frozenset(scopes)
        submission: Submission[T] = Submission(named | frozenset(locks), work, weight)
        # "org" sorts before every site, so that work which also touches the org waits with its site.
        key = "" if self._is_one_lane else max(named, default="")
        with self._condition:
            if self._stopping:
                raise Stopping("the server is going down")
            lane = self._lanes.setdefault(key, _Lane())
            lane.waiting.append(submission)
            if not lane.is_worked and len(lane.waiting) == 1:
                self._ready.append(key)
                self._condition.notify()
        return submission.future

    def run(self, scopes: Iterable[str], work: Work[T], *, locks: Iterable[str] = (), weight: int = 1) -> T:
        """``submit``, and wait. Raises Busy when it takes too long (it may still be done then)."""
        future = self.submit(scopes, work, locks=locks, weight=weight)
        try:
            return future.result(timeout=self._deadline)
        except FutureTimeout as problem:
            if future.done():
                raise
            raise Busy("the database did not answer in time") from problem

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._ready:
                    if self._stopping:
                        return
                    self._condition.wait()
                key = self._ready.popleft()
                lane = self._lanes[key]
                lane.is_worked = True
                group = self._take(lane)
            try:
                if group:
                    self._commit(key, group)
            finally:
                with self._condition:
                    lane.is_worked = False
                    if lane.waiting:
                        self._ready.append(key)
                        self._condition.notify()
                    else:
                        del self._lanes[key]

    def _take(self, lane: _Lane) -> list[Submission[Any]]:
        group: list[Submission[Any]] = []
        weight = 0
        while lane.waiting and (not group or weight + lane.waiting[0].weight <= self._weight_per_commit):
            submission = lane.waiting.popleft()
            if submission.future.set_running_or_notify_cancel():
                group.append(submission)
                weight += submission.weight
        return group

    def _commit(
        self, lane: str, group: Sequence[Submission[Any]], extra_locks: frozenset[str] = frozenset()
    ) -> None:
        """Commit a group; where it fails as a whole, each submission by itself, and then with care."""
        try:
            self._settle(group, *self._attempt(lane, group, extra_locks))
        except ScopesTouched as more:
            self._commit(lane, group, extra_locks | more.scopes)
        except Exception as problem:
            if len(group) > 1:
                for submission in group:
                    self._commit(lane, [submission])
            elif isinstance(problem, DATABASE_ERRORS) and not isinstance(problem, PASSING_ERRORS):
                self._commit_with_care(lane, group[0], extra_locks)
            else:
                group[0].future.set_exception(_told(problem))

    def _commit_with_care(self, lane: str, submission: Submission[Any], extra_locks: frozenset[str]) -> None:
        """The database refused something in here: the work finds out what, part by part."""
        try:
            self._settle([submission], *self._attempt(lane, [submission], extra_locks, careful=True))
        except ScopesTouched as more:
            self._commit_with_care(lane, submission, extra_locks | more.scopes)
        except Exception as problem:
            submission.future.set_exception(_told(problem))

    def _attempt(
        self,
        lane: str,
        group: Sequence[Submission[Any]],
        extra_locks: frozenset[str],
        *,
        careful: bool = False,
    ) -> tuple[list[Any], Committed]:
        locks = extra_locks.union(*(submission.locks for submission in group))
        results: list[Any] = []
        with self._rows.transaction(lane, locks) as lease:
            transaction = Transaction(
                lease.connection, lease.unit, received_at=self._clock(), careful=careful
            )
            for submission in group:
                transaction.wrote_past_unit = False
                try:
                    # With care, each step has its own savepoint, and a failure outside of one ends it all.
                    with nullcontext() if careful else transaction.unit.savepoint():
                        results.append(submission.work(transaction))
                except DATABASE_ERRORS:
                    raise  # the transaction is broken for everybody in it
                except Exception as problem:
                    if transaction.wrote_past_unit or len(group) == 1:
                        raise
                    results.append(_Failure(problem))
            committed = transaction.finish(None if self._is_one_lane else locks)
            lease.committed(committed.versions)
        return results, committed

    def _settle(self, group: Sequence[Submission[Any]], results: Sequence[Any], committed: Committed) -> None:
        for submission, result in zip(group, results, strict=True):
            if isinstance(result, _Failure):
                submission.future.set_exception(_told(result.problem))
            else:
                submission.future.set_result(result)
        if not committed.changes:
            return
        for listener in self.on_commit:
            try:
                listener(committed)
            except Exception:
                # What follows a commit must not undo it; the feed still has everything.
                _log.exception("a listener failed after a commit", listener=repr(listener))


class _Failure:
    __slots__ = ("problem",)

    def __init__(self, problem: Exception) -> None:
        self.problem = problem


def _told(problem: Exception) -> Exception:
    """What the caller hears: trouble of the database that may pass is Busy."""
    if isinstance(problem, PASSING_ERRORS):
        busy = Busy("the database could not do it now")
        busy.__cause__ = problem
        return busy
    return problem
