"""What the Outbox lists: items that need attention, pending commands and settled ones, as one kind of row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from desktop_app.panels.outbox.words import verb_of
from local_db.queries.intents import Meant, intent_of
from local_db.queries.outbox import AttentionRow, OutboxRow
from local_db.queries.outbox_queries import LineFacts, Subject, line_facts, subject_of
from services.domain.permissions import TERMINAL_ACTOR

if TYPE_CHECKING:
    from local_db.desk import Desk


class Entry(msgspec.Struct, frozen=True):
    """One row of the list. ``item_id`` is the attention item's, None for a command that needs nobody."""

    key: str
    n: int
    name: str
    title: str
    subject: Subject
    actor: str
    at: int
    status: str
    message: str
    details: list[dict[str, Any]]
    args: bytes
    item_id: int | None = None
    resolution: str = ""
    resolved_by: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The command's arguments as they were given."""
        return msgspec.json.decode(self.args, type=dict[str, Any])


def attention_entries(desk: Desk, *, resolved: bool = False) -> list[Entry]:
    """What waits for a person (or with ``resolved``, what somebody has dealt with), the newest first."""
    with desk.read.snapshot():
        return [_of_attention(desk, row) for row in desk.read.needs_attention(resolved=resolved)]


def pending_entries(desk: Desk) -> list[Entry]:
    """What waits for the server, in the order in which it will be sent."""
    with desk.read.snapshot():
        return [_of_command(desk, row) for row in desk.read.outbox()]


def settled_entries(desk: Desk) -> list[Entry]:
    """What the server has answered, the newest first."""
    with desk.read.snapshot():
        return [_of_command(desk, row) for row in desk.read.outbox(settled=True, limit=300)]


class Story(NamedTuple):
    """What stands on an entry's card beside the entry itself: the original intent, and the facts of its order now."""

    meant: list[Meant]
    lines: list[LineFacts]


def story_of(desk: Desk, entry: Entry) -> Story:
    """The story of an entry, read as things stand now."""
    with desk.read.snapshot():
        lines = line_facts(desk.read, entry.subject.id) if entry.subject.kind == "order" else []
        return Story(intent_of(desk.read, entry.args), lines)


def _of_attention(desk: Desk, row: AttentionRow) -> Entry:
    subject = subject_of(desk.read, row.args)
    return Entry(
        key=f"item-{row.id}",
        n=row.n,
        name=row.name,
        title=_title(row.name, subject),
        subject=subject,
        actor=_actor(row.actor_id, row.actor_name),
        at=row.raised_at,
        status=row.status,
        message=row.message,
        details=row.detail_list,
        args=row.args,
        item_id=row.id,
        resolution=row.resolution,
        resolved_by=row.resolved_by,
    )


def _of_command(desk: Desk, row: OutboxRow) -> Entry:
    subject = subject_of(desk.read, row.args)
    return Entry(
        key=row.id,
        n=row.n,
        name=row.name,
        title=_title(row.name, subject),
        subject=subject,
        actor=_actor(row.actor_id, row.actor_name),
        at=row.issued_at,
        status=row.status,
        message=row.message,
        details=msgspec.json.decode(row.details, type=list[dict[str, Any]]),
        args=row.args,
    )


def _title(name: str, subject: Subject) -> str:
    return f"{verb_of(name)}: {subject.title}" if subject.title else verb_of(name)


def _actor(actor_id: str, name: str) -> str:
    return "This desk" if actor_id == TERMINAL_ACTOR else name
