"""What tests of imports, exports and administration stand on: a filled database, and a look into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.server.clock import now_ms
from services.server.database import Database
from services.server.parts import build
from tests.helpers.running_server import server_settings
from tests.server.warehouse import fill


def fill_database(url: str, folder: Path, **how: Any) -> None:
    """The small warehouse of the server's tests in an empty database."""
    parts = build(server_settings(folder, database_url=url), now_ms)
    parts.committer.start()
    try:
        fill(parts, **how)
    finally:
        parts.close()


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def rows_at(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query in the database at a URL."""
    database = Database(url, connections=1)
    try:
        return rows(database, query)
    finally:
        database.close()
