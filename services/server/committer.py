"""Commits what callers submit, everything that waits together: one fsync for many, and one writer per scope at a time.

On SQLite one thread commits for the whole database. On PostgreSQL each site has its lane, a lane is worked by one
thread at a time, and processes keep apart by advisory locks on the scopes they touch, taken in sorted order.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager, nullcontext
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from services.server.clock import Clock
from services.server.database import DATABASE_ERRORS, PASSING_ERRORS, Database, Direct
from services.server.log import log_of
from services.server.transaction import Committed, ScopesTouched, Transaction
from services.storage.unit_of_work import UnitOfWork

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
        self._database = database
        self._clock = clock
        self._weight_per_commit = weight_per_commit
        self._rows_remembered = rows_remembered
        self._deadline = deadline_seconds
        self._condition = threading.Condition()
        self._lanes: dict[str, _Lane] = {}
        self._ready: deque[str] = deque()
        self._stopping = False
        self._keeper: _Keeper | None = None
        self.on_commit: list[Listener] = []
        count = 1 if database.is_sqlite else workers
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
        if self._keeper is not None:
            self._keeper.close()

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
        key = "" if self._database.is_sqlite else max(named, default="")
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
                    self._commit(group)
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

    def _commit(self, group: Sequence[Submission[Any]], extra_locks: frozenset[str] = frozenset()) -> None:
        """Commit a group; where it fails as a whole, each submission by itself, and then with care."""
        try:
            self._settle(group, *self._attempt(group, extra_locks))
        except ScopesTouched as more:
            self._commit(group, extra_locks | more.scopes)
        except Exception as problem:
            if len(group) > 1:
                for submission in group:
                    self._commit([submission])
            elif isinstance(problem, DATABASE_ERRORS) and not isinstance(problem, PASSING_ERRORS):
                self._commit_with_care(group[0], extra_locks)
            else:
                group[0].future.set_exception(_told(problem))

    def _commit_with_care(self, submission: Submission[Any], extra_locks: frozenset[str]) -> None:
        """The database refused something in here: the work finds out what, part by part."""
        try:
            self._settle([submission], *self._attempt([submission], extra_locks, careful=True))
        except ScopesTouched as more:
            self._commit_with_care(submission, extra_locks | more.scopes)
        except Exception as problem:
            submission.future.set_exception(_told(problem))

    def _attempt(
        self, group: Sequence[Submission[Any]], extra_locks: frozenset[str], *, careful: bool = False
    ) -> tuple[list[Any], Committed]:
        locks = extra_locks.union(*(submission.locks for submission in group))
        results: list[Any] = []
        with self._transaction(locks, careful) as transaction:
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
            committed = transaction.finish(None if self._database.is_sqlite else locks)
        return results, committed

    @contextmanager
    def _transaction(self, locks: frozenset[str], careful: bool) -> Iterator[Transaction]:
        if self._database.is_sqlite:
            if self._keeper is None:
                self._keeper = _Keeper(self._database, self._rows_remembered)
            with self._keeper.transaction() as (connection, unit):
                yield Transaction(connection, unit, received_at=self._clock(), careful=careful)
            return
        with self._database.writing() as connection:
            take_locks(connection, locks)
            yield Transaction(
                connection, UnitOfWork(Direct(connection)), received_at=self._clock(), careful=careful
            )

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


class _Keeper:
    """The one writing connection to SQLite, and the unit of work that lives as long as nobody else writes."""

    def __init__(self, database: Database, rows_remembered: int) -> None:
        self._connection = database.writer()
        self._unit = UnitOfWork(Direct(self._connection))
        self._rows_remembered = rows_remembered
        self._seen_version = -1

    @contextmanager
    def transaction(self) -> Iterator[tuple[Connection, UnitOfWork]]:
        try:
            with self._connection.begin():
                # Changes when another connection, such as an import in another process, has committed.
                version = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
                if version != self._seen_version or self._unit.rows_known > self._rows_remembered:
                    self._unit.forget()
                    self._seen_version = version
                yield self._connection, self._unit
        except BaseException:
            self._unit.forget()
            raise

    def close(self) -> None:
        self._connection.close()


def take_locks(connection: Connection, names: Iterable[str]) -> None:
    """Hold PostgreSQL's advisory locks for these names until the transaction ends, taken in one order by everybody."""
    keys = sorted({_lock_key(name) for name in names})
    if keys:
        connection.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", (keys,)
        ).fetchall()


def _lock_key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _told(problem: Exception) -> Exception:
    """What the caller hears: trouble of the database that may pass is Busy."""
    if isinstance(problem, PASSING_ERRORS):
        busy = Busy("the database could not do it now")
        busy.__cause__ = problem
        return busy
    return problem
