"""Runs the central server: one process with SQLite, or several on PostgreSQL."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from services.server.app import OnStart, create_app
from services.server.log import log_to_stderr
from services.server.settings import Settings
from services.storage.collector import collect_seldom

_PING_SECONDS = 20.0
_SECONDS_TO_END = 10
_BACKLOG = 2048


class OneProcessOnly(Exception):
    """Several processes were asked for on a database that one process must have for itself."""


def options(settings: Settings) -> dict[str, Any]:
    """How uvicorn serves the app."""
    return {
        "host": settings.host,
        "port": settings.port,
        # The library's present protocol; compressing small messages costs more than it saves.
        "ws": "websockets-sansio",
        "ws_per_message_deflate": False,
        "ws_ping_interval": _PING_SECONDS,
        "ws_ping_timeout": _PING_SECONDS,
        "timeout_graceful_shutdown": _SECONDS_TO_END,
        "backlog": _BACKLOG,
        "access_log": False,
        "log_config": None,
        "lifespan": "on",
        "server_header": False,
    }


def serve(settings: Settings, *, workers: int = 1, on_start: OnStart | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is in hand.

    Raises OneProcessOnly for several workers on SQLite. Several workers read their settings from the environment, and
    take no ``on_start``.
    """
    if workers > 1 and settings.resolved_database_url().startswith("sqlite"):
        raise OneProcessOnly(
            "SQLite serves one process. Use PostgreSQL (--database-url) for several workers."
        )
    if workers > 1 and on_start is not None:
        raise ValueError("several workers start by themselves; prepare the database before")
    log_to_stderr()
    allow_many_files()
    collect_seldom()
    if workers == 1:
        uvicorn.run(create_app(settings, on_start=on_start), **options(settings))
        return
    config = uvicorn.Config(
        "services.server.main:app_from_environment", factory=True, workers=workers, **options(settings)
    )
    listener = config.bind_socket()
    # Accepted connections inherit it. Without it, asyncio sets it only on sockets of its own making, and each answer
    # waits 40 ms for the other side's delayed acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Multiprocess(config, sockets=[listener]).run()


def allow_many_files() -> None:
    """Let this process open as many files as it may: two connections a terminal are soon more than the usual 1024."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def app_from_environment() -> FastAPI:
    """The app of one of several worker processes."""
    log_to_stderr()
    collect_seldom()
    return create_app(Settings())
