"""Facts that commands produced, and what needs somebody's eye."""

from __future__ import annotations

from typing import ClassVar

from services.storage.row import Row, TableSpec


class Event(Row, frozen=True):
    """An immutable fact: ledger, activity feed, audit trail and analytics lake are all this table.

    ``payload`` is JSON. ``at`` is when the person acted by the terminal's clock, ``received_at`` when the authority
    took it (equal to ``at`` while provisional).
    """

    site_id: str
    kind: str
    subject: str
    subject_id: str
    text: str
    payload: str
    command_id: str
    actor_id: str
    terminal_id: str
    at: int
    received_at: int

    table: ClassVar = TableSpec(
        "event",
        indexes=(("site_id", "received_at"), ("subject_id",)),
        kept_days=14,
        age_column="received_at",
    )


class Alert(Row, frozen=True):
    """Something that a person should look at until it is resolved."""

    site_id: str
    kind: str
    severity: str
    subject: str
    subject_id: str
    message: str
    status: str
    raised_at: int
    acknowledged_by: str
    resolved_at: int | None

    table: ClassVar = TableSpec("alert", indexes=(("site_id", "status"), ("subject_id",)))
