"""The live link of terminals: signed in by its first message, then told what moves."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TypeVar

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from services.protocol.messages import LiveHello
from services.server import feed
from services.server.clients import Device
from services.server.errors import ApiError
from services.server.log import log_of
from services.server.mailbox import Ended, Mailbox
from services.server.parts import Parts
from services.server.requests import parts_of
from services.storage.row import ORG

_log = log_of("live")
router = APIRouter()
K = TypeVar("K")
V = TypeVar("V")

NO_HELLO = 4408
NOT_UNDERSTOOD = 4400
NOT_KNOWN = 4401
TOO_SLOW = 4409
COME_AGAIN = 4205


@router.websocket("/sync/live")
async def live(socket: WebSocket) -> None:
    """Hello up, then hints, positions and presence down, newest only, for as long as the link holds."""
    parts = parts_of(socket)
    await socket.accept()
    known = await _hello(socket, parts)
    if known is None:
        return
    device, versions = known
    box = parts.hub.attach(device.scopes, device.terminal.id, versions[ORG])
    try:
        # What has moved since these versions were read either is known to the hub, or will be told.
        parts.hub.remind(box, versions)
        await send_all(socket, box, parts.settings.live_send_seconds, as_text=False)
    finally:
        parts.hub.detach(box, device.terminal.id)


async def _hello(socket: WebSocket, parts: Parts) -> tuple[Device, dict[str, int]] | None:
    """The terminal behind this link, and where its scopes are; None (and the link closed) where none shows itself in
    time."""
    code, reason = 0, ""
    try:
        async with asyncio.timeout(parts.settings.hello_seconds):
            said = msgspec.msgpack.decode(await socket.receive_bytes(), type=LiveHello)
        async with parts.gate.entered(patient=True):
            return await run_in_threadpool(_known, parts, said)
    except TimeoutError:
        code, reason = NO_HELLO, "say hello first"
    except (msgspec.MsgspecError, KeyError, RecursionError):
        code, reason = NOT_UNDERSTOOD, "that was no hello"
    except ApiError as problem:
        code, reason = NOT_KNOWN, problem.code
    except WebSocketDisconnect:
        return None
    with suppress(RuntimeError, WebSocketDisconnect):  # it may have gone meanwhile
        await socket.close(code, reason)
    return None


def _known(parts: Parts, said: LiveHello) -> tuple[Device, dict[str, int]]:
    # Read before the terminal is looked at: what had changed of it by then is known.
    with parts.database.reading() as connection:
        versions = feed.versions(connection)
    device = parts.clients.authenticate(said.client_id, said.credential)
    return device, {scope: versions.get(scope, 0) for scope in device.scopes}


async def send_all(socket: WebSocket, box: Mailbox[K, V], seconds: float, *, as_text: bool) -> None:
    """Send what comes into a mailbox until the other side goes, or takes longer than that for one message."""

    async def send() -> None:
        while True:
            for frame in await box.take():
                async with asyncio.timeout(seconds):
                    if as_text:
                        await socket.send_text(frame.decode())
                    else:
                        await socket.send_bytes(frame)

    async def listen() -> None:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass

    sending = asyncio.create_task(send())
    listening = asyncio.create_task(listen())
    try:
        done, _ = await asyncio.wait((sending, listening), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, listening):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(sending, listening, return_exceptions=True)
    for task in done:
        problem = task.exception()
        if isinstance(problem, TimeoutError):
            with suppress(RuntimeError):
                await socket.close(TOO_SLOW, "too slow")
        elif isinstance(problem, Ended):
            with suppress(RuntimeError):
                await socket.close(COME_AGAIN, "what this terminal may see has changed")
        elif problem is not None and not isinstance(problem, WebSocketDisconnect | RuntimeError | OSError):
            raise problem
