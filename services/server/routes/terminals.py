"""Terminals and the sites that they work at, for administrators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.commands import GrantSite, WithdrawSite
from services.domain.refusals import violation
from services.server import listing
from services.server.auth import Person
from services.server.door import Answer, Desk
from services.server.paging import LARGEST_PAGE
from services.server.parts import Parts
from services.server.requests import PartsOfServer, SignedIn
from services.storage.row import ORG
from services.storage.tables import Site, Terminal, TerminalSite
from services.storage.unit_of_work import UnitOfWork

router = APIRouter(prefix="/api/terminals", tags=["Terminals"])
_LONGEST_REASON = 200


class NewSite(BaseModel):
    """A site that a terminal is to work at, and why: the reason stands in the event."""

    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(min_length=1, max_length=64)
    reason: str = Field(min_length=1, max_length=_LONGEST_REASON)


@router.get("")
def list_terminals(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
) -> dict[str, Any]:
    """Terminals in the order of their codes, each with the sites that it works at and has worked at."""
    person.need("terminal.manage")
    with parts.database.reading() as connection:
        found, following = listing.page(
            connection, Terminal, where=(), order=("code", "id"), kinds=(str, str), cursor=cursor, limit=limit
        )
        unit = UnitOfWork(connection)
        return {"terminals": _views(unit, found), "next_cursor": following}


@router.get("/{terminal_id}")
def get_terminal(terminal_id: str, parts: PartsOfServer, person: SignedIn) -> dict[str, Any]:
    """One terminal with its sites."""
    person.need("terminal.manage")
    with parts.database.reading() as connection:
        return _view(UnitOfWork(connection), terminal_id)


@router.post("/{terminal_id}/sites")
def grant_site(
    terminal_id: str, body: NewSite, request: Request, parts: PartsOfServer, person: SignedIn
) -> Response:
    """Let a terminal work at one more site. It gets the rows of that site with its next sync."""
    command = GrantSite(terminal_id=terminal_id, held_site_id=body.site_id, reason=body.reason)
    return _answer(parts, request, person, command, body.model_dump_json().encode())


@router.delete("/{terminal_id}/sites/{site_id}")
def withdraw_site(
    terminal_id: str,
    site_id: str,
    reason: Annotated[str, Query(min_length=1, max_length=_LONGEST_REASON)],
    request: Request,
    parts: PartsOfServer,
    person: SignedIn,
) -> Response:
    """Let a terminal work at a site no more. What was done there before is still taken. 409 for its only site."""
    command = WithdrawSite(terminal_id=terminal_id, held_site_id=site_id, reason=reason)
    return _answer(parts, request, person, command, b"")


def _answer(
    parts: Parts, request: Request, person: Person, command: GrantSite | WithdrawSite, body: bytes
) -> Response:
    def work(desk: Desk) -> Answer:
        desk.must(command)
        return Answer(200, _view(desk.unit, command.terminal_id))

    return parts.door.answer(request, person, (ORG,), work, body)


def _view(unit: UnitOfWork, terminal_id: str) -> dict[str, Any]:
    terminal = unit.get(Terminal, terminal_id)
    if terminal is None:
        raise violation(
            "not_found", thing="terminal", name=terminal_id, details=[{"terminal_id": terminal_id}]
        )
    return _views(unit, (terminal,))[0]


def _views(unit: UnitOfWork, terminals: Iterable[Terminal]) -> list[dict[str, Any]]:
    wanted = list(terminals)
    held = unit.find_many(TerminalSite, "terminal_id", [terminal.id for terminal in wanted])
    sites = unit.get_many(Site, {row.held_site_id for rows in held.values() for row in rows})
    return [
        {
            **msgspec.structs.asdict(terminal),
            "sites": [
                {
                    "site_id": row.held_site_id,
                    "name": sites[row.held_site_id].name if row.held_site_id in sites else "",
                    "since": row.since,
                    "until": row.until,
                    "reason": row.reason,
                }
                for row in sorted(held[terminal.id], key=lambda row: (row.since, row.id))
            ],
        }
        for terminal in wanted
    ]
