"""The log of attempts that people see: what was tried with the world outside, and how it went."""

from __future__ import annotations

from services.server.clock import new_id
from services.server.server_tables import SyncLog
from services.server.transaction import Transaction

_LONGEST = 1000


def write(
    transaction: Transaction, kind: str, subject: str, status: str, message: str, *, attempt: int = 1
) -> None:
    """Keep one attempt in the commit that it belongs to."""
    transaction.unit.put(
        SyncLog(new_id(), transaction.received_at, kind, subject, attempt, status, message[:_LONGEST])
    )
