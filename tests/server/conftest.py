"""Servers for tests: each on an empty database, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.server.clock import now_ms
from services.server.database import Database
from services.server.parts import Parts, build
from services.server.settings import Settings
from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.server.warehouse import fill


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'holdfast.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """That database, still without tables."""
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A server's settings on that database."""
    return server_settings(tmp_path, database_url=database_url)


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    """The parts of a server that can commit, on a small warehouse, without HTTP."""
    made = build(settings, now_ms)
    made.committer.start()
    fill(made)
    yield made
    made.close()


@pytest.fixture
def server(settings: Settings) -> Iterator[RunningServer]:
    """A whole server over HTTP, on a small warehouse."""
    with running_server(settings, on_start=fill) as running:
        yield running


@pytest.fixture
def sqlite_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A whole server on SQLite only, for what no database has a part in."""
    with running_server(server_settings(tmp_path), on_start=fill) as running:
        yield running
