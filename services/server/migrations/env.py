"""Runs migrations on the connection that the server passes; Alembic loads this file."""

from __future__ import annotations

from alembic import context

from services.server.server_tables import server_metadata

connection = context.config.attributes["connection"]
# The caller's transaction holds all of it: a migration that fails leaves nothing behind.
context.configure(connection=connection, target_metadata=server_metadata(), transactional_ddl=False)
context.run_migrations()
