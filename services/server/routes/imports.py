"""Bulk import over HTTP: the same rows, mappings and reports as `holdfast import`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from services.imports.applying import site_for
from services.imports.problems import DryRun, ImportProblem
from services.server.door import Answer, Desk
from services.server.errors import ApiError
from services.server.import_request import history_work, rows_work
from services.server.importing import ImportCounter
from services.server.requests import PartsOfServer, SignedIn
from services.storage.row import ORG

router = APIRouter(prefix="/api/import", tags=["Import"])

Kind = Literal["orders", "products", "stock", "locations", "customers"]
_ROWS = {"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "object"}}}}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": _ROWS},
        },
    }
}


async def _raw(request: Request) -> bytes:
    return await request.body()


@router.post("/{kind}", openapi_extra=_BODY)
def import_rows(
    kind: Kind,
    request: Request,
    parts: PartsOfServer,
    person: SignedIn,
    body: Annotated[bytes, Depends(_raw)],
    how: Literal["history", "open"] = Query("history", alias="as"),
    site: str = "",
    mapping: str = Query("", alias="map"),
    dry_run: bool = False,
) -> Response:
    """Take rows in: a CSV body, or JSON `{"rows": [{...}]}`. Answers the totals and what became of each row.

    Orders come `as` history (facts that touch no stock) or open (placed now). A row that is refused names its field;
    the others are taken. Sent again, nothing is taken twice.
    """
    person.need("import.run")
    is_json = "json" in request.headers.get("Content-Type", "")
    try:
        if kind == "orders" and how == "history":
            work = history_work(body, is_json, mapping)
        else:
            work = rows_work(kind, body, is_json, mapping)
    except ImportProblem as problem:
        raise _unusable(problem) from problem

    def at_desk(desk: Desk) -> Answer:
        counter = ImportCounter(desk.transaction, person.id)
        try:
            # By way of JSON, as a repeat of the request gets it from where it is kept.
            found = msgspec.json.decode(msgspec.json.encode(work(counter, site_for(counter, site))))
        except ImportProblem as problem:
            raise _unusable(problem) from problem
        if dry_run:
            raise DryRun(found)
        return Answer(200, found)

    try:
        return parts.door.answer(request, person, (ORG,), at_desk, body)
    except DryRun as tried:
        return Response(msgspec.json.encode(tried.found), media_type="application/json")


def _unusable(problem: ImportProblem) -> ApiError:
    return ApiError(422, str(problem), "invalid_import", [{"error": str(problem)}])
