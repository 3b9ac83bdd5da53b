"""The doctor's checks of data: a server's database and a desk's files, and the repairs that are safe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.console.health import Line
from desktop_app.console.server_database import DatabaseTrouble, is_in_use, troubles

if TYPE_CHECKING:
    from services.server.database import Database
    from services.server.settings import Settings

_FEED = "The feed names what is stored"


def check_database(settings: Settings, *, repair: bool) -> list[Line]:
    """Whole, at this program's schema, stock adding up, and the feed naming what is stored."""
    from services.server.database import Database

    try:
        with troubles(settings):
            database = Database(settings.resolved_database_url(), connections=2)
            try:
                return _check(database, repair)
            finally:
                database.close()
    except DatabaseTrouble as problem:
        return [
            Line("The server's database can be read", [str(problem)], "Restore a backup if it is damaged.")
        ]


def _check(database: Database, repair: bool) -> list[Line]:
    from services.server import migrations
    from services.server.doctor import examine, repair_feed
    from services.server.schema_check import schema_problems

    schema = Line(
        "The database has this program's schema",
        schema_problems(database),
        "Start the server: it brings its database up to date. A newer database needs a newer program.",
    )
    if schema.problems:
        if not (repair and schema.problems[0].startswith("its schema")):
            return [schema]
        migrations.upgrade(database)
        schema = Line(
            schema.check, schema.problems, schema.remedy, repaired="The database was brought up to date."
        )
    lines = [schema]
    for finding in examine(database):
        line = Line(finding.check, finding.problems, finding.remedy)
        if repair and finding.problems and finding.check == _FEED:
            # Our own connections would look like a server's.
            database.engine.dispose()
            if database.path is not None and is_in_use(database.path):
                line = Line(finding.check, finding.problems, "Stop the server, then run this again.")
            else:
                repair_feed(database)
                done = "The feed was filled anew; terminals fetch everything once more."
                line = Line(finding.check, finding.problems, finding.remedy, repaired=done)
        lines.append(line)
    return lines


def check_desk(folder: Path, *, repair: bool) -> list[Line]:
    """The files of a desk; of one that a window has open, what can be read beside it."""
    from local_db.doctor import examine_desk

    return [
        Line(
            f"Desk {folder.name}: {found.check}",
            found.problems,
            found.remedy,
            note=found.note,
            repaired=found.repaired,
        )
        for found in examine_desk(folder, repair=repair)
    ]
