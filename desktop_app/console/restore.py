"""`holdfast restore`: a backup becomes the server's database again, as a new life that terminals notice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop_app.console.arguments import fail, parser
from desktop_app.console.backup import BackupFailed, check_dump, run_postgres
from desktop_app.console.server_database import (
    DatabaseTrouble,
    add_database_option,
    database_settings,
    is_in_use,
    opened,
    sqlite_file_missing,
    troubles,
)


def main(arguments: Sequence[str]) -> int:
    """Put a backup in place; the server must not be running."""
    words = parser(
        "restore",
        "Make a backup the server's database. Stop the server first. The database gets a new epoch: terminals then "
        "send again what they had sent since the backup, so nothing of theirs is lost. A SQLite database that is "
        "there already is kept beside it under another name.",
    )
    add_database_option(words)
    words.add_argument("--from", dest="backup", type=Path, metavar="FILE", help="the backup")
    words.add_argument(
        "--force", action="store_true", help="a database that is there already may be replaced"
    )
    words.add_argument(
        "--new-epoch",
        action="store_true",
        help="the database was restored by other means: only begin its new epoch",
    )
    words.add_argument("--json", action="store_true", help="print what was done as JSON")
    chosen = words.parse_args(list(arguments))
    if chosen.new_epoch == bool(chosen.backup):
        words.error("say either --from FILE or --new-epoch")
    try:
        settings = database_settings(chosen.database_url)
        url = settings.resolved_database_url()
        if chosen.new_epoch:
            if sqlite_file_missing(settings):
                return fail(f"There is no database {url}. Nothing was changed. Check --database-url.")
            kept = None
        else:
            with troubles(settings):
                kept = _restore(url, chosen.backup, chosen.force)
        # Also proves that this program can open it, and brings an older backup up to date.
        with opened(settings) as database:
            epoch = _epoch(database.database, renew=chosen.new_epoch or not database.database.is_sqlite)
    except DatabaseTrouble as problem:
        return fail(str(problem))
    except OSError as problem:
        return fail(f"{problem}. Nothing was changed. Check the path, its rights and the room on the disk.")
    except (RestoreRefused, BackupFailed) as problem:
        return fail(f"{problem} The database was left as it is.")
    if chosen.json:
        import msgspec

        said = {"database": _shown(url), "epoch": epoch, "kept": str(kept) if kept else None}
        print(msgspec.json.encode(said).decode())
        return 0
    print(
        f"{_shown(url)} is in place and checked; its epoch is {epoch}. Terminals will send again what it lacks."
    )
    if kept:
        print(f"The database that was there is kept as {kept}.")
    return 0


class RestoreRefused(Exception):
    """The restore was not begun."""


def _restore(url: str, backup: Path, force: bool) -> Path | None:
    from services.server.backup import NotPossible, restore
    from services.server.database import Database

    database = Database(url, connections=2)
    try:
        if not database.is_sqlite:
            _restore_postgres(database, backup, force)
            return None
        target = database.path
    finally:
        database.close()
    if target is None:
        raise RestoreRefused("A database in memory cannot be restored.")
    if target.exists() and not force:
        raise RestoreRefused(f"{target} is there already. Stop the server and say --force to replace it.")
    if target.exists() and target.samefile(backup):
        raise RestoreRefused("The backup is the database itself.")
    if target.exists() and is_in_use(target):
        raise RestoreRefused(f"{target} is being written to. Stop the server first.")
    try:
        return restore(backup, target)
    except NotPossible as problem:
        raise RestoreRefused(f"The backup cannot be used: {problem}.") from problem


def _restore_postgres(database: object, backup: Path, force: bool) -> None:
    from services.server.database import Database

    assert isinstance(database, Database)
    problems = [f"there is no file {backup}"] if not backup.exists() else check_dump(backup)
    if problems:
        raise RestoreRefused(f"The backup cannot be used: {'; '.join(problems)}.")
    with database.reading() as connection:
        tables = connection.exec_driver_sql(
            "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"
        ).scalar_one()
    if tables and not force:
        raise RestoreRefused(
            "The database is not empty. Stop the server and say --force to replace what is in it."
        )
    words = ["--single-transaction", "--exit-on-error", "--no-owner"]
    words += ["--clean", "--if-exists"] if tables else []
    run_postgres("pg_restore", [*words, str(backup)], database.url.render_as_string(hide_password=False))


def _epoch(database: object, *, renew: bool) -> str:
    from services.server import facts
    from services.server.backup import new_epoch
    from services.server.database import Database

    assert isinstance(database, Database)
    return new_epoch(database) if renew else facts.epoch(database)


def _shown(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)
