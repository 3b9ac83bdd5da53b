"""A real Redis for tests: one private server per test process, emptied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.leased_server import Launch, free_port, private_server
from tests.helpers.required import program


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a Redis that keeps nothing on disk; what earlier tests put there may still be in it."""
    redis = program("redis-server", package="redis-server")
    with private_server("redis", lambda folder: _prepare(folder, redis)) as facts:
        yield facts["url"]


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


def _prepare(folder: Path, redis: str) -> Launch:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    settings = {"bind": "127.0.0.1", "port": str(port), "dir": str(folder), "save": "", "appendonly": "no"}
    return Launch(
        command=[redis] + [word for name, value in settings.items() for word in (f"--{name}", value)],
        is_ready=lambda: _answers(url),
        facts={"url": url},
    )


def _answers(url: str) -> bool:
    import redis

    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
