"""The job table: what is to be done beyond the database is claimed under a lease, done, and kept where people see it.

A worker that dies loses its lease, and somebody else takes the job: each runs at least once, so handlers must bear a
repeat. A job that keeps failing is parked, until a person has it tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from services.server import sync_log
from services.server.committer import Committer
from services.server.database import POSTGRESQL, SQLITE, Database
from services.server.transaction import Transaction
from services.storage.statements import bind_list, listed

_LONGEST_ERROR = 1000


class ClaimedJob(msgspec.Struct, frozen=True):
    """A job in somebody's hands until ``lease_until`` (ms UTC). ``attempts`` counts this one."""

    id: str
    name: str
    arguments: dict[str, Any]
    attempts: int
    lease_until: int


class Finished(msgspec.Struct, frozen=True):
    """A job that a worker has let go of: done, with what to note down; failed, with the error; or not begun."""

    job: ClaimedJob
    status: Literal["done", "failed", "not_begun"]
    message: str = ""


class Jobs:
    """Claims and settles jobs. Everything here blocks."""

    def __init__(
        self,
        database: Database,
        committer: Committer,
        *,
        lease_seconds: float,
        retry_seconds: Sequence[float],
    ) -> None:
        self.lease_seconds = lease_seconds
        self._committer = committer
        self._retry_ms = [int(seconds * 1000) for seconds in retry_seconds]
        self._dialect = SQLITE if database.is_sqlite else POSTGRESQL
        # Other processes claim at the same time; each takes what nobody else is looking at.
        self._skip = "" if database.is_sqlite else "FOR UPDATE SKIP LOCKED"

    def claim(self, names: Sequence[str], limit: int, finished: Sequence[Finished] = ()) -> list[ClaimedJob]:
        """Take up to ``limit`` jobs with these names whose time has come, the oldest first, and settle those finished
        before in the same commit."""

        def work(transaction: Transaction) -> list[ClaimedJob]:
            self._settle(transaction, finished)
            return self._claim(transaction, names, limit) if names else []

        return self._committer.run((), work)

    def _claim(self, transaction: Transaction, names: Sequence[str], limit: int) -> list[ClaimedJob]:
        now = transaction.received_at
        marks = ", ".join("?" for _ in names)
        found = transaction.sql(
            "UPDATE job SET status = 'running', attempts = attempts + 1, lease_until = ? WHERE id IN ("
            "SELECT id FROM job WHERE ((status = 'pending' AND run_at <= ?) OR "
            f"(status = 'running' AND lease_until <= ?)) AND name IN ({marks}) ORDER BY run_at, id LIMIT ? "
            f"{self._skip}) RETURNING id, name, arguments, attempts, lease_until",
            (now + int(self.lease_seconds * 1000), now, now, *names, limit),
        )
        jobs = [
            ClaimedJob(str(row_id), str(name), msgspec.json.decode(arguments), int(attempts), int(lease))
            for row_id, name, arguments, attempts, lease in found
        ]
        return sorted(jobs, key=lambda job: job.id)

    def settle(self, finished: Sequence[Finished]) -> None:
        """Write down what became of jobs. Says nothing of one whose lease ran out and that somebody else has now.

        One that failed is tried again after a while, and parked after the last try; one that was not begun is anybody's
        again.
        """
        self._committer.run((), lambda transaction: self._settle(transaction, finished))

    def _settle(self, transaction: Transaction, finished: Sequence[Finished]) -> None:
        done: dict[int, dict[str, Finished]] = {}
        for each in finished:
            if each.status == "failed":
                self._failed(transaction, each)
            elif each.status == "not_begun":
                self._release(transaction, each.job, "pending", transaction.received_at, "", tries=-1)
            else:
                done.setdefault(each.job.attempts, {})[each.job.id] = each
        for attempts, jobs in done.items():
            settled = transaction.sql(
                "UPDATE job SET status = 'done', run_at = 0, finished_at = ?, last_error = '', lease_until = 0 "
                f"WHERE id {listed(self._dialect)} AND status = 'running' AND attempts = ? RETURNING id",
                (transaction.received_at, bind_list(list(jobs)), attempts),
            )
            for job_id in sorted(row[0] for row in settled):
                _note(transaction, jobs[job_id].job, "done", jobs[job_id].message)

    def _failed(self, transaction: Transaction, each: Finished) -> None:
        job = each.job
        is_last = job.attempts > len(self._retry_ms)
        wait = 0 if is_last else self._retry_ms[job.attempts - 1]
        status = "parked" if is_last else "pending"
        if self._release(transaction, job, status, transaction.received_at + wait, each.message):
            _note(transaction, job, "parked" if is_last else "failed", each.message)

    def _release(
        self,
        transaction: Transaction,
        job: ClaimedJob,
        status: str,
        run_at: int,
        error: str,
        *,
        tries: int = 0,
    ) -> bool:
        changed = transaction.sql(
            "UPDATE job SET status = ?, run_at = ?, last_error = ?, lease_until = 0, attempts = attempts + ? "
            "WHERE id = ? AND status = 'running' AND attempts = ?",
            (status, run_at, error[:_LONGEST_ERROR], tries, job.id, job.attempts),
        ).rowcount
        return changed == 1

    def retry_parked(self, job_id: str) -> bool:
        """Let a parked job be tried again from the beginning; False where there is none such."""

        def work(transaction: Transaction) -> bool:
            changed = transaction.sql(
                "UPDATE job SET status = 'pending', attempts = 0, run_at = ? WHERE id = ? AND status = 'parked'",
                (transaction.received_at, job_id),
            ).rowcount
            return changed == 1

        return self._committer.run((), work)


def _note(transaction: Transaction, job: ClaimedJob, status: str, message: str) -> None:
    sync_log.write(transaction, f"job.{job.name}", job.id, status, message, attempt=job.attempts)
