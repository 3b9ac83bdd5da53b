"""Whether each part that the server stands on answers, and how fast."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import DBAPIError

from services.server.parts import Parts

_SECONDS = 2.0
_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}


def check_health(parts: Parts) -> dict[str, Any]:
    """Database, broker and cache with their latencies in milliseconds; ``status`` is ok if all are that are used."""
    components = {
        "database": _timed(lambda: _database(parts)),
        "broker": _remote(parts.settings.celery_broker_url, "jobs run in this process"),
        "cache": _remote(parts.settings.redis_url, "kept in this process"),
    }
    healthy = all(component["status"] in ("ok", "not_configured") for component in components.values())
    return {"status": "ok" if healthy else "failing", "components": components}


def _database(parts: Parts) -> None:
    with parts.database.reading() as connection:
        connection.exec_driver_sql("SELECT COUNT(*) FROM scope_head").scalar_one()


def _remote(url: str, without: str) -> dict[str, Any]:
    if not url:
        return {"status": "not_configured", "latency_ms": None, "message": without}
    where = urlsplit(url)
    port = where.port or _PORTS.get(where.scheme, 0)

    def connect() -> None:
        socket.create_connection((where.hostname or "", port), timeout=_SECONDS).close()

    return _timed(connect)


def _timed(check: Callable[[], None]) -> dict[str, Any]:
    began = time.perf_counter()
    try:
        check()
    except (OSError, DBAPIError) as problem:
        return {"status": "failing", "latency_ms": None, "message": type(problem).__name__}
    return {"status": "ok", "latency_ms": round((time.perf_counter() - began) * 1000, 2), "message": ""}
