"""The job table: what is to be done beyond the database is claimed under a lease, done, and kept where people see it.

A worker that dies loses its lease, and somebody else takes the job: each runs at least once, so handlers must bear a
repeat. A job that keeps failing is parked, until a person has it tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from services.server import sync_log
from services.server.committer import Committer
from services.server.database import Database
from services.server.transaction import Transaction

_LONGEST_ERROR = 1000


class ClaimedJob(msgspec.Struct, frozen=True):
    """A job in somebody's hands until ``lease_until`` (ms UTC). ``attempts`` counts this one."""

    id: str
    name: str
    arguments: dict[str, Any]
    attempts: int
    lease_until: int


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
        self._committer = committer
        self._lease_ms = int(lease_seconds * 1000)
        self._retry_ms = [int(seconds * 1000) for seconds in retry_seconds]
        # Other processes claim at the same time; each takes what nobody else is looking at.
        self._skip = "" if database.is_sqlite else "FOR UPDATE SKIP LOCKED"

    def claim(self, names: Sequence[str], limit: int) -> list[ClaimedJob]:
        """Take up to ``limit`` jobs with these names whose time has come, the oldest first."""
        if not names:
            return []
        marks = ", ".join("?" for _ in names)

        def work(transaction: Transaction) -> list[ClaimedJob]:
            now = transaction.received_at
            found = transaction.sql(
                "UPDATE job SET status = 'running', attempts = attempts + 1, lease_until = ? WHERE id IN ("
                "SELECT id FROM job WHERE ((status = 'pending' AND run_at <= ?) OR "
                f"(status = 'running' AND lease_until <= ?)) AND name IN ({marks}) ORDER BY run_at, id LIMIT ? "
                f"{self._skip}) RETURNING id, name, arguments, attempts, lease_until",
                (now + self._lease_ms, now, now, *names, limit),
            )
            jobs = [
                ClaimedJob(str(row_id), str(name), msgspec.json.decode(arguments), int(attempts), int(lease))
                for row_id, name, arguments, attempts, lease in found
            ]
            return sorted(jobs, key=lambda job: job.id)

        return self._committer.run((), work)

    def done(self, job: ClaimedJob, message: str) -> None:
        """A job is done. Says nothing if its lease ran out and somebody else has it."""

        def work(transaction: Transaction) -> None:
            if self._release(transaction, job, "done", 0, ""):
                sync_log.write(transaction, f"job.{job.name}", job.id, "done", message, attempt=job.attempts)

        self._committer.run((), work)

    def failed(self, job: ClaimedJob, error: str) -> None:
        """A job failed: it is tried again after a while, and parked after the last try."""
        is_last = job.attempts > len(self._retry_ms)

        def work(transaction: Transaction) -> None:
            wait = 0 if is_last else self._retry_ms[job.attempts - 1]
            status = "parked" if is_last else "pending"
            if self._release(transaction, job, status, transaction.received_at + wait, error):
                said = "parked" if is_last else "failed"
                sync_log.write(transaction, f"job.{job.name}", job.id, said, error, attempt=job.attempts)

        self._committer.run((), work)

    def _release(
        self, transaction: Transaction, job: ClaimedJob, status: str, run_at: int, error: str
    ) -> bool:
        finished = transaction.received_at if status == "done" else None
        changed = transaction.sql(
            "UPDATE job SET status = ?, run_at = ?, finished_at = ?, last_error = ?, lease_until = 0 "
            "WHERE id = ? AND status = 'running' AND attempts = ?",
            (status, run_at, finished, error[:_LONGEST_ERROR], job.id, job.attempts),
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
