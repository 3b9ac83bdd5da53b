"""Live stock for any WebSocket client: subscribe, get everything once, then only what changes."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from services.server.errors import ApiError
from services.server.parts import Parts
from services.server.requests import parts_of
from services.server.routes.live import NO_HELLO, NOT_KNOWN, NOT_UNDERSTOOD, send_all

router = APIRouter()


@router.websocket("/")
@router.websocket("/ws")
async def live_stock(socket: WebSocket) -> None:
    """`{"type": "subscribe", "userId": ...}` up; inventory_snapshot, inventory_update, inventory_batch_update down.

    Where the settings ask for a sign-in, the message carries an access token as ``token``.
    """
    parts = parts_of(socket)
    await socket.accept()
    if not await _subscribed(socket, parts):
        return
    box = parts.live_stock.attach()
    try:
        await socket.send_text(await parts.live_stock.first_message())
        await send_all(socket, box, parts.settings.live_send_seconds, as_text=True)
    except WebSocketDisconnect:
        pass
    finally:
        parts.live_stock.detach(box)


async def _subscribed(socket: WebSocket, parts: Parts) -> bool:
    try:
        async with asyncio.timeout(parts.settings.hello_seconds):
            said = json.loads(await socket.receive_text())
        if not isinstance(said, dict) or said.get("type") != "subscribe":
            await socket.close(NOT_UNDERSTOOD, "subscribe first")
            return False
        if parts.settings.live_stock_needs_sign_in:
            await run_in_threadpool(parts.sign_in.person_of_token, str(said.get("token", "")))
        return True
    except TimeoutError:
        await socket.close(NO_HELLO, "subscribe first")
    except (ValueError, KeyError, RecursionError):
        await socket.close(NOT_UNDERSTOOD, "that was no JSON text")
    except ApiError as problem:
        await socket.close(NOT_KNOWN, problem.code)
    except WebSocketDisconnect:
        pass
    return False
