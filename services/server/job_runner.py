"""Runs jobs in threads of this process, as soon as the commit that asks for them is through."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from services.server.committer import Busy, Stopping
from services.server.jobs import ClaimedJob, Finished, Jobs
from services.server.log import log_of
from services.server.server_tables import JobRow
from services.server.transaction import Committed

_log = log_of("job_runner")
# Each claim and each settling is a commit, which pushes wait for. Quick jobs are taken and settled by many at a time; slow
# ones by few, so that they are not kept from other workers.
_FEWEST_AT_ONCE = 8
_MOST_AT_ONCE = 256
_QUICK_S = 0.1
# What was done is on the disk after so long at the latest: a crash lets it be done again.
_UNSETTLED_S = 0.5
# Of the lease; who comes to a job later than that leaves it to somebody else, rather than do it at the same time.
_SHARE_OF_LEASE = 0.5

JobHandler = Callable[[dict[str, Any]], str]
"""Does a job by its arguments and answers what to note down. Any exception is a failure, to be tried again."""


class JobRunner:
    """Threads that claim jobs with these handlers' names and run them."""

    def __init__(
        self, jobs: Jobs, handlers: Mapping[str, JobHandler], *, workers: int, poll_seconds: float
    ) -> None:
        self._jobs = jobs
        self._handlers = dict(handlers)
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._wake = threading.Condition()
        self._news = 0
        self._threads = [
            threading.Thread(target=self._run, name=f"holdfast-jobs-{i}", daemon=True) for i in range(workers)
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        with self._wake:
            self._stopping.set()
            self._wake.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def committed(self, commit: Committed) -> None:
        """A commit may have asked for jobs (a listener of the committer)."""
        if JobRow in commit.changes:
            with self._wake:
                self._news += 1
                self._wake.notify()

    def _run(self) -> None:
        seen = 0
        finished: list[Finished] = []
        at_once = _FEWEST_AT_ONCE
        while True:
            with self._wake:
                if not self._stopping.is_set() and self._news == seen:
                    self._wake.wait(self._poll_seconds)
                if self._stopping.is_set():
                    return
                seen = self._news
            try:
                at_once = self._do_what_waits(finished, at_once)
            except (Busy, Stopping):
                _log.info("jobs wait: the database takes no work now")
            except Exception:
                # A thread that dies would leave every later job undone; the leases bring this one back.
                _log.exception("claiming or settling jobs failed")

    def _do_what_waits(self, finished: list[Finished], at_once: int) -> int:
        """``finished``: what was done and is not written down yet; it stays there while that fails. Answers how many jobs
        to take at once from then on."""
        while True:
            claimed = self._jobs.claim(list(self._handlers), at_once, finished)
            finished.clear()
            if not claimed:
                return at_once
            began = monotonic()
            self._do_all(claimed, finished)
            is_quick = monotonic() - began < _QUICK_S
            at_once = min(at_once * 2, _MOST_AT_ONCE) if is_quick else max(at_once // 2, _FEWEST_AT_ONCE)
            if self._stopping.is_set():
                self._settle(finished)
                return at_once

    def _do_all(self, claimed: Sequence[ClaimedJob], finished: list[Finished]) -> None:
        began = settled = monotonic()
        for job in claimed:
            if self._stopping.is_set() or monotonic() - began > self._jobs.lease_seconds * _SHARE_OF_LEASE:
                finished.append(Finished(job, "not_begun"))
                continue
            finished.append(self._do(job))
            if monotonic() - settled > _UNSETTLED_S:
                self._settle(finished)
                settled = monotonic()

    def _settle(self, finished: list[Finished]) -> None:
        self._jobs.settle(finished)
        finished.clear()

    def _do(self, job: ClaimedJob) -> Finished:
        try:
            return Finished(job, "done", self._handlers[job.name](job.arguments))
        except Exception as problem:
            _log.warning("a job failed", job=job.name, id=job.id, attempt=job.attempts, exc_info=True)
            return Finished(job, "failed", f"{type(problem).__name__}: {problem}")
