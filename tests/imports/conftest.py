"""Databases to import into: a small warehouse, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.server.offline import OpenDatabase, open_database
from tests.helpers.import_books import fill_database
from tests.helpers.running_server import server_settings


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenDatabase]:
    """The small warehouse of the server's tests, open for an import."""
    url = (
        f"sqlite:///{tmp_path / 'holdfast.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    fill_database(url, tmp_path)
    with open_database(server_settings(tmp_path, database_url=url)) as opened:
        yield opened
