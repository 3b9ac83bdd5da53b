"""Whether a server's database is at this program's schema, without changing it."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.server.database import Database
from services.server.migrations import configuration


def newer_schema(database: Database) -> str:
    """The schema of a database that a newer program has made, empty for one that this program knows."""
    with database.reading() as connection:
        present = MigrationContext.configure(connection).get_current_heads()
        script = ScriptDirectory.from_config(configuration(connection))
        known = {revision.revision for revision in script.walk_revisions()}
    return ", ".join(revision for revision in present if revision not in known)


def schema_problems(database: Database) -> list[str]:
    """What keeps the database from being at the newest schema, in words."""
    with database.reading() as connection:
        present = MigrationContext.configure(connection).get_current_heads()
        script = ScriptDirectory.from_config(configuration(connection))
        wanted = script.get_heads()
        if set(present) == set(wanted):
            return []
        known = {revision.revision for revision in script.walk_revisions()}
    if not present:
        return ["it has no tables of Holdfast"]
    unknown = [revision for revision in present if revision not in known]
    if unknown:
        return [f"it comes from a newer program (its schema is {', '.join(unknown)})"]
    return [f"its schema is {', '.join(present)}, this program's is {', '.join(wanted)}"]
