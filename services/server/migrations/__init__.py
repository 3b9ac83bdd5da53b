"""The server's database, brought up to date when the server starts."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from services.server.database import Database

_FOLDER = Path(__file__).parent
# Two processes that start at once must not both create the tables; the number only has to be ours.
_LOCK = 0x484F4C44


def upgrade(database: Database) -> None:
    """Bring the database to this program's schema, in one transaction. Raises alembic.util.CommandError where the
    database comes from a newer program.
    """
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for a connection whose transaction the caller commits."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
