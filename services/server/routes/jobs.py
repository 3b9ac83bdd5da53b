"""Jobs that people can see: what waits, what failed, and another try for what is parked."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Query

from services.server import listing
from services.server.errors import ApiError
from services.server.paging import LARGEST_PAGE
from services.server.requests import PartsOfServer, SignedIn
from services.server.server_tables import JobRow

router = APIRouter(prefix="/api/jobs", tags=["Jobs"])


@router.get("")
def list_jobs(
    parts: PartsOfServer,
    person: SignedIn,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),
    status: str = "",
    name: str = "",
) -> dict[str, Any]:
    """Jobs, the latest first."""
    person.need("view")
    where: list[listing.Condition] = [
        (f"{column} = ?", value) for column, value in (("status", status), ("name", name)) if value
    ]
    with parts.database.reading() as connection:
        jobs, following = listing.page(
            connection,
            JobRow,
            where=where,
            order=("created_at", "id"),
            kinds=(int, str),
            cursor=cursor,
            limit=limit,
            descending=True,
        )
    return {
        "jobs": [
            {**msgspec.structs.asdict(job), "arguments": msgspec.json.decode(job.arguments)} for job in jobs
        ],
        "next_cursor": following,
    }


@router.post("/{job_id}/retry")
def retry_job(job_id: str, parts: PartsOfServer, person: SignedIn) -> dict[str, bool]:
    """Let a parked job be tried again. Doing this twice is the same as once."""
    person.need("job.retry")
    if not parts.jobs.retry_parked(job_id):
        raise ApiError(404, "There is no parked job with this id.", "not_found", [{"job_id": job_id}])
    return {"retrying": True}
