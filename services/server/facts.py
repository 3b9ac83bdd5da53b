"""Facts about this whole server that its database keeps: its epoch and its signing key."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection

from services.server.clock import new_id
from services.server.database import Database

EPOCH = "epoch"
SECRET_KEY = "secret_key"
_KEY_BYTES = 48


def read_or_make(database: Database, name: str, value: str) -> str:
    """The fact that is stored, or this value, which is then stored; every process answers the same."""
    with database.writing() as connection:
        mark = "?" if database.is_sqlite else "%s"
        connection.exec_driver_sql(
            f"INSERT INTO server_fact (id, value) VALUES ({mark}, {mark}) ON CONFLICT (id) DO NOTHING",
            (name, value),
        )
        return str(
            connection.exec_driver_sql(
                f"SELECT value FROM server_fact WHERE id = {mark}", (name,)
            ).scalar_one()
        )


def epoch(database: Database) -> str:
    """The server's present life. A database restored from a backup begins another one."""
    return read_or_make(database, EPOCH, new_id())


def secret_key(database: Database) -> str:
    """The key that signs access tokens where no setting gives one."""
    return read_or_make(database, SECRET_KEY, secrets.token_urlsafe(_KEY_BYTES))


def begin_new_epoch(connection: Connection) -> str:
    """Say that this database is another life of the server; terminals then send again what it has forgotten."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    value = new_id()
    connection.exec_driver_sql(
        f"INSERT INTO server_fact (id, value) VALUES ({mark}, {mark}) "
        "ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        (EPOCH, value),
    )
    return value
