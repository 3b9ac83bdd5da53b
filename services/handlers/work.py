"""What a handler works on: the rows, who acts and when, and what is to happen besides."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

import msgspec

from services.domain.identifiers import derive
from services.domain.refusals import refuse
from services.storage.row import Row
from services.storage.tables import Alert, Event
from services.storage.unit_of_work import UnitOfWork

R = TypeVar("R", bound=Row)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Who gave a command, where and when. ``at`` is the terminal's clock, ``received_at`` the authority's.

    On a terminal both are the same instant, until the authority's answer arrives with its own.
    """

    command_id: str
    actor_id: str
    terminal_id: str
    at: int
    received_at: int


class Job(msgspec.Struct, frozen=True):
    """Something to do beyond the database, after commit, on the server only."""

    name: str
    arguments: dict[str, Any]


class Shortfall(msgspec.Struct, frozen=True):
    """Why a command was accepted for less than it asked."""

    code: str
    message: str
    details: list[dict[str, Any]]


class Work:
    """One command's view of the rows: those of the unit of work, of which a command of one site writes no other's."""

    __slots__ = (
        "_events",
        "_movements",
        "_site_id",
        "_unit",
        "certain_until",
        "context",
        "find",
        "find_many",
        "get",
        "get_many",
        "jobs",
        "know_absent",
        "know_none",
        "read",
        "read_by",
        "shortfalls",
        "worked_out",
    )

    def __init__(self, unit: UnitOfWork, context: Context, site_id: str = "") -> None:
        self._site_id = site_id
        self.get = unit.get
        self.get_many = unit.get_many
        self.find = unit.find
        self.find_many = unit.find_many
        self.read = unit.read
        self.read_by = unit.read_by
        self.know_absent = unit.know_absent
        self.know_none = unit.know_none
        self._unit = unit
        self.worked_out = unit.worked_out
        self.context = context
        self.jobs: list[Job] = []
        self.shortfalls: list[Shortfall] = []
        self.certain_until = 0
        self._events = 0
        self._movements = 0

    def need(self, cls: type[R], row_id: str) -> R:
        """The row with this id; refuses the command with ``not_found`` where there is none.

        A command of one site knows no rows of another: stock would leave one site's totals and reach no other's.
        """
        row = self.get(cls, row_id)
        if row is None or self._is_strange(row):
            _refuse_unknown(cls, row_id)
        return row

    def put(self, row: R) -> R:
        """Write a row, new or changed; refuses with ``not_found`` to write one of another site than the command's."""
        if self._is_strange(row):
            _refuse_unknown(type(row), row.id)
        return self._unit.put(row)

    def change(self, row: R, **fields: Any) -> R:
        """Write ``row`` with some fields changed, and answer the changed row; else as ``put``."""
        return self.put(msgspec.structs.replace(row, **fields))

    def remove(self, row: Row) -> None:
        """Delete a row; else as ``put``."""
        if self._is_strange(row):
            _refuse_unknown(type(row), row.id)
        self._unit.remove(row)

    def _is_strange(self, row: Row) -> bool:
        return bool(self._site_id) and getattr(row, "site_id", "") not in ("", self._site_id)

    def next_movement_id(self) -> str:
        """The id of the next stock movement of this command, the same on both sides."""
        self._movements += 1
        return derive(self.context.command_id, "movement", self._movements)

    def record(self, kind: str, subject: Row, text: str, *, site_id: str = "", **payload: Any) -> None:
        """Write an event: what happened, to which row, in words for the activity feed and data for the analysts."""
        self._events += 1
        context = self.context
        self.put(
            Event(
                id=derive(context.command_id, "event", self._events),
                site_id=site_id or getattr(subject, "site_id", ""),
                kind=kind,
                subject=subject.table.name,
                subject_id=subject.id,
                text=text,
                payload=msgspec.json.encode(payload).decode(),
                command_id=context.command_id,
                actor_id=context.actor_id,
                terminal_id=context.terminal_id,
                at=context.at,
                received_at=context.received_at,
            )
        )

    def alert_of(self, kind: str, subject: Row) -> Alert | None:
        """The last alert of a kind about a row, settled or not; None where there has been none."""
        return self.get(Alert, derive(subject.id, "alert", kind))

    def raise_alert(self, kind: str, severity: str, subject: Row, message: str) -> None:
        """Open an alert about a row, unless one of its kind is open already."""
        known = self.alert_of(kind, subject)
        if known is not None and known.status != "resolved":
            return
        self.put(
            Alert(
                id=derive(subject.id, "alert", kind),
                site_id=getattr(subject, "site_id", ""),
                kind=kind,
                severity=severity,
                subject=subject.table.name,
                subject_id=subject.id,
                message=message,
                status="open",
                raised_at=self.context.received_at,
                acknowledged_by="",
                resolved_at=None,
            )
        )

    def resolve_alert(self, kind: str, subject: Row) -> None:
        """Settle the open alert of a kind about a row, if there is one."""
        known = self.alert_of(kind, subject)
        if known is not None and known.status != "resolved":
            self.change(known, status="resolved", resolved_at=self.context.received_at)

    def fall_short(self, code: str, message: str, *details: dict[str, Any]) -> None:
        """The command is taken, but for less than it asked; its outcome will say so."""
        self.shortfalls.append(Shortfall(code, message, list(details)))

    def after_commit(self, name: str, **arguments: Any) -> None:
        """Ask for a job beyond the database; a terminal leaves it to the server."""
        self.jobs.append(Job(name, arguments))


def _refuse_unknown(cls: type[Row], row_id: str) -> NoReturn:
    thing = cls.table.name.replace("_", " ")
    refuse("not_found", thing=thing, name=row_id, details=[{"thing": thing, "id": row_id}])
