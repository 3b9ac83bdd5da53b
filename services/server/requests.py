"""What routes ask of a request: the server's parts, who is signed in, and a body that is not too large."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.protocol.messages import CONTENT_TYPE, encode
from services.server.auth import Person
from services.server.errors import ApiError
from services.server.parts import Parts

M = TypeVar("M")
_SYNC = "/sync/"

# Only so that the documentation shows where a token is needed; `signed_in` reads the header.
_bearer = HTTPBearer(auto_error=False)


def parts_of(connection: HTTPConnection) -> Parts:
    """The running server's parts."""
    parts: Parts = connection.app.state.parts
    return parts


def signed_in(request: Request, _shown: Annotated[object, Depends(_bearer)]) -> Person:
    """The person whose access token the request carries. Raises ApiError 401."""
    return parts_of(request).sign_in.person(request.headers.get("Authorization", ""))


PartsOfServer = Annotated[Parts, Depends(parts_of)]
SignedIn = Annotated[Person, Depends(signed_in)]


def read_message(body: bytes, kind: type[M]) -> M:
    """A MessagePack message. Raises ApiError 422 that says what is wrong with it."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.MsgspecError as problem:
        raise ApiError(422, f"The message is not understood: {problem}", "invalid_message") from problem


def message_response(message: object) -> Response:
    """A MessagePack answer."""
    return Response(encode(message), media_type=CONTENT_TYPE)


class BodyLimit:
    """Turns away bodies that are too large before they fill the memory (ASGI middleware)."""

    def __init__(self, app: ASGIApp, *, most: int, most_for_sync: int) -> None:
        self._app = app
        self._most = most
        self._most_for_sync = most_for_sync

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_for_sync if scope["path"].startswith(_SYNC) else self._most
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            await _too_large(most)(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > most:
                raise ApiError(413, f"The body is larger than {most} bytes.", "too_large")
            return message

        await self._app(scope, counted, send)


def _too_large(most: int) -> Response:
    problem = ApiError(413, f"The body is larger than {most} bytes.", "too_large")
    return Response(msgspec.json.encode(problem.body()), status_code=413, media_type="application/json")
