"""Is it up, how fast are its parts, what has it counted, and what did it try."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Query, Response

from services.protocol.messages import SCHEMA
from services.server import listing
from services.server.dashboard import dashboard
from services.server.health_checks import check_health
from services.server.paging import LARGEST_PAGE
from services.server.requests import PartsOfServer, SignedIn
from services.server.server_tables import SyncLog

router = APIRouter(tags=["Health"])


@router.get("/health")
def health(parts: PartsOfServer, response: Response) -> dict[str, Any]:
    """Whether the server works; for probes, without sign-in."""
    status = check_health(parts)["status"]
    response.status_code = 200 if status == "ok" else 503
    return {"status": status, "schema": SCHEMA}


@router.get("/api/health")
def api_health(parts: PartsOfServer, response: Response) -> dict[str, Any]:
    """Database, broker and cache, each with its latency in milliseconds."""
    found = check_health(parts)
    response.status_code = 200 if found["status"] == "ok" else 503
    return {**found, "timestamp": parts.clock()}


@router.get("/api/metrics")
def metrics(parts: PartsOfServer, person: SignedIn, site_id: str = "") -> dict[str, Any]:
    """The dashboard's figures without its activity."""
    person.need("view")
    return {key: value for key, value in dashboard(parts, site_id).items() if key != "activity"}


@router.get("/api/sync-logs")
def sync_logs(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
    kind: str = "",
    status: str = "",
) -> dict[str, Any]:
    """Every attempt at something with the world outside, the latest first."""
    person.need("view")
    where: list[listing.Condition] = [
        (f"{column} = ?", value) for column, value in (("kind", kind), ("status", status)) if value
    ]
    with parts.database.reading() as connection:
        logs, following = listing.page(
            connection,
            SyncLog,
            where=where,
            order=("at", "id"),
            kinds=(int, str),
            cursor=cursor,
            limit=limit,
            descending=True,
        )
    return {"logs": [msgspec.structs.asdict(log) for log in logs], "next_cursor": following}
