"""The central server as an ASGI app: its routes, its errors, and the start and end of its parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from services.server import errors, first_run
from services.server.clock import Clock, now_ms
from services.server.log import log_of
from services.server.parts import Parts, build
from services.server.requests import BodyLimit
from services.server.routes import ROUTERS
from services.server.settings import Settings

_log = log_of("app")
DESCRIPTION = """The central server of Holdfast.

Sign in with `POST /api/auth/login` and send the access token as `Authorization: Bearer ...`. Ids are opaque
strings, times are milliseconds since 1970 in UTC, money is in minor units. Every POST that changes something may
carry an `Idempotency-Key`: sent again with the same key, it does nothing and gets the first answer (signing in, its
renewal and positions can be repeated as they are). Errors are `{error, code, details[]}`. Terminals speak
MessagePack under `/sync`.
"""

OnStart = Callable[[Parts], None]
"""Called in a thread once the parts work and before the first request, such as to fill an empty database."""


def create_app(settings: Settings, *, clock: Clock = now_ms, on_start: OnStart | None = None) -> FastAPI:
    """The app for these settings. Nothing is opened before it starts; everything is closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.request_threads
        parts = await anyio.to_thread.run_sync(build, settings, clock)
        parts.start(asyncio.get_running_loop())
        try:
            await anyio.to_thread.run_sync(_begin, parts, on_start)
            app.state.parts = parts
            yield
        finally:
            await anyio.to_thread.run_sync(parts.stop)

    app = FastAPI(
        title="Holdfast", description=DESCRIPTION, version="1", lifespan=lifespan, redoc_url=None, debug=False
    )
    errors.install(app)
    app.add_middleware(BodyLimit, most=settings.max_request_bytes, most_for_sync=settings.max_sync_bytes)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _begin(parts: Parts, on_start: OnStart | None) -> None:
    said = first_run.set_up(
        parts.committer, parts.passwords, parts.settings.admin_password.get_secret_value()
    )
    if said:
        _log.warning(said)
    if on_start is not None:
        on_start(parts)
