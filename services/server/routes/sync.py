"""What terminals say and hear over HTTP: enrolment, push, pull and snapshot, as raw MessagePack."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from services.protocol.messages import EnrollRequest, PullRequest, PushRequest
from services.server.errors import ApiError
from services.server.parts import Parts
from services.server.pull import BadResume
from services.server.requests import PartsOfServer, message_response, read_message
from services.server.snapshot import NoImage

_ASK_AGAIN_SECONDS = "3"
_HUNG_UP = 499  # as others say it; nobody gets to see it

router = APIRouter(prefix="/sync", tags=["Sync"])


def _authorization(request: Request) -> str:
    return request.headers.get("Authorization", "")


@router.post("/enroll")
async def enroll(request: Request, parts: PartsOfServer) -> Response:
    """A new terminal (administrator's Bearer token), or a new identity for a copied one (its Device credential)."""
    body = await request.body()
    return await run_in_threadpool(_enroll, parts, _authorization(request), body)


def _enroll(parts: Parts, authorization: str, body: bytes) -> Response:
    if authorization.lower().startswith("device "):
        return message_response(parts.clients.enroll_again(parts.clients.device(authorization)))
    person = parts.sign_in.person(authorization)
    wanted = read_message(body, EnrollRequest)
    return message_response(parts.clients.enroll(wanted.name, wanted.site_id, actor_id=person.id))


@router.post("/push")
async def push(request: Request, parts: PartsOfServer) -> Response:
    """Commands up; each is run exactly once, and its outcome is the answer."""
    body = await request.body()
    async with parts.gate.entered(len(body)):
        return await run_in_threadpool(_push, parts, _authorization(request), body)


def _push(parts: Parts, authorization: str, body: bytes) -> Response:
    device = parts.clients.device(authorization)
    wanted = read_message(body, PushRequest)
    _must_be(wanted.client_id, device.client.id)
    return message_response(parts.push.take(wanted))


@router.post("/pull")
async def pull(request: Request, parts: PartsOfServer) -> Response:
    """Rows down: one page of what changed since the terminal's cursors."""
    body = await request.body()
    async with parts.gate.entered(len(body)):
        if await request.is_disconnected():
            # A line that has become longer than terminals wait would be served for nobody. A push is done all the same:
            # what it brings is settled then, and what comes again costs little.
            return Response(status_code=_HUNG_UP)
        return await run_in_threadpool(_pull, parts, _authorization(request), body)


def _pull(parts: Parts, authorization: str, body: bytes) -> Response:
    device = parts.clients.device(authorization)
    wanted = read_message(body, PullRequest)
    _must_be(wanted.client_id, device.client.id)
    try:
        return message_response(parts.pull.page(wanted, device.scopes))
    except BadResume as problem:
        raise ApiError(409, str(problem), "pull_again") from problem


@router.get("/snapshot")
async def snapshot(
    request: Request, parts: PartsOfServer, scope: Annotated[list[str] | None, Query()] = None
) -> FileResponse:
    """A zstd-compressed SQLite image of each ``scope``; of all that the terminal may see, if none is given.

    Headers: X-Holdfast-Cursors (JSON), X-Holdfast-SHA256 of the compressed bytes, ETag; Range and If-Range work, also
    for an image that has been built anew since. While it is being built for long: 503 with Retry-After; where it cannot be
    built: 404.
    """
    device = await run_in_threadpool(parts.clients.device, _authorization(request))
    wanted = scope or device.scopes
    strange = sorted(set(wanted) - set(device.scopes))
    if strange:
        details = [{"scope": each} for each in strange]
        raise ApiError(403, "This terminal may not see that.", "scope_not_granted", details)
    found = None
    if begun := request.headers.get("If-Range", "").strip('"'):
        found = await run_in_threadpool(parts.snapshots.begun, wanted, begun)
    if found is None:
        try:
            found = await parts.snapshots.shared(wanted, parts.settings.snapshot_wait_seconds)
        except NoImage as problem:
            raise ApiError(404, str(problem), "no_snapshot") from problem
    if found is None:
        raise ApiError(
            503,
            "The image is being made.",
            "snapshot_in_the_making",
            headers={"Retry-After": _ASK_AGAIN_SECONDS},
        )
    path, image = found
    return FileResponse(
        path,
        media_type="application/zstd",
        headers={
            "X-Holdfast-Cursors": msgspec.json.encode(image.cursors).decode(),
            "X-Holdfast-SHA256": image.sha256,
            "ETag": f'"{image.sha256}"',
        },
    )


def _must_be(said: str, client_id: str) -> None:
    if said != client_id:
        raise ApiError(403, "The message speaks for another terminal.", "wrong_client")
