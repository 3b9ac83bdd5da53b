"""Runs jobs in threads of this process, as soon as the commit that asks for them is through."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from services.server.committer import Busy, Stopping
from services.server.jobs import ClaimedJob, Jobs
from services.server.log import log_of
from services.server.server_tables import JobRow
from services.server.transaction import Committed

_log = log_of("job_runner")
_CLAIMED_AT_ONCE = 8

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
        while True:
            with self._wake:
                if not self._stopping.is_set() and self._news == seen:
                    self._wake.wait(self._poll_seconds)
                if self._stopping.is_set():
                    return
                seen = self._news
            try:
                while claimed := self._jobs.claim(list(self._handlers), _CLAIMED_AT_ONCE):
                    for job in claimed:
                        self._do(job)
                    if self._stopping.is_set():
                        break
            except (Busy, Stopping):
                _log.info("jobs wait: the database takes no work now")
            except Exception:
                # A thread that dies would leave every later job undone; the leases bring this one back.
                _log.exception("claiming or settling jobs failed")

    def _do(self, job: ClaimedJob) -> None:
        try:
            message = self._handlers[job.name](job.arguments)
        except Exception as problem:
            _log.warning("a job failed", job=job.name, id=job.id, attempt=job.attempts, exc_info=True)
            self._jobs.failed(job, f"{type(problem).__name__}: {problem}")
        else:
            self._jobs.done(job, message)
