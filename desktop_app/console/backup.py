"""`holdfast backup`: a verified copy of the server's database, while it goes on working."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from desktop_app.console.arguments import fail, parser
from desktop_app.console.server_database import (
    DatabaseTrouble,
    add_database_option,
    database_settings,
    sqlite_file_missing,
    troubles,
)


def main(arguments: Sequence[str]) -> int:
    """Write a backup and look whether it can be used."""
    words = parser(
        "backup",
        "Write a consistent copy of the server's database to a file, while the server goes on working, and check it. "
        "PostgreSQL is copied with its own pg_dump.",
    )
    add_database_option(words)
    words.add_argument("--out", type=Path, required=True, metavar="FILE", help="the backup to write")
    words.add_argument("--force", action="store_true", help="write over a file that is there already")
    words.add_argument("--json", action="store_true", help="print what was written as JSON")
    chosen = words.parse_args(list(arguments))
    target: Path = chosen.out
    if target.exists() and not chosen.force:
        return fail(f"{target} is there already. It was left as it is. Choose another name, or say --force.")
    try:
        settings = database_settings(chosen.database_url)
        if sqlite_file_missing(settings):
            return fail(
                f"There is no database {settings.resolved_database_url()}. Nothing was written. Check --database-url."
            )
        if _is_part_of(settings.resolved_database_url(), target):
            return fail(f"{target} is the database itself. It was left as it is. Choose another name.")
        if target.exists() and not target.is_file():
            return fail(f"{target} is no file. It was left as it is. Choose another name.")
        with troubles(settings):
            size = _write(settings.resolved_database_url(), target)
    except DatabaseTrouble as problem:
        return fail(str(problem))
    except OSError as problem:
        return fail(f"{problem}. Nothing was changed. Check the path, its rights and the room on the disk.")
    except BackupFailed as problem:
        return fail(f"{problem} The database was not touched.")
    if chosen.json:
        import msgspec

        print(msgspec.json.encode({"file": str(target), "bytes": size, "verified": True}).decode())
    else:
        print(f"{target}: {size:,} bytes, checked. Keep it on another disk.")
    return 0


class BackupFailed(Exception):
    """The backup could not be written, or is not whole."""


def _is_part_of(url: str, target: Path) -> bool:
    """Whether a file is a SQLite database or its log, which a backup must never be put in place of."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        database = make_url(url)
    except ArgumentError:
        return False
    if database.get_backend_name() != "sqlite" or not database.database:
        return False
    file = Path(database.database)
    names = {file.resolve().with_name(f"{file.resolve().name}{suffix}") for suffix in ("", "-wal", "-shm")}
    return target.resolve() in names or (target.exists() and file.exists() and target.samefile(file))


def _write(url: str, target: Path) -> int:
    from services.server.backup import back_up, check_backup
    from services.server.database import Database

    database = Database(url, connections=2)
    # The old file stays until the new one has been checked.
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        if database.is_sqlite:
            back_up(database, fresh)
            problems = check_backup(fresh)
        else:
            dump_postgres(str(database.url.render_as_string(hide_password=False)), fresh)
            problems = check_dump(fresh)
        if problems:
            raise BackupFailed(f"The backup is not whole: {'; '.join(problems[:3])}.")
        fresh.replace(target)
        return target.stat().st_size
    finally:
        fresh.unlink(missing_ok=True)
        database.close()


def dump_postgres(url: str, target: Path) -> None:
    """Copy a PostgreSQL database with pg_dump. Raises BackupFailed."""
    run_postgres("pg_dump", ["--format=custom", f"--file={target}"], url)


def check_dump(dump: Path) -> list[str]:
    """What is wrong with a dump, in words."""
    try:
        listed = run_postgres("pg_restore", ["--list", str(dump)], "")
    except BackupFailed as problem:
        return [str(problem)]
    return [] if "scope_head" in listed else [f"{dump.name} is no backup of a Holdfast server"]


def run_postgres(program: str, words: Sequence[str], url: str) -> str:
    """Run one of PostgreSQL's own programs. Its password travels in the environment, which others cannot read."""
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(
            f"{program} is not installed here. Install PostgreSQL's client programs, then do it again."
        )
    environment = dict(os.environ)
    connection: list[str] = []
    if url:
        from sqlalchemy.engine import make_url

        parts = make_url(url)
        connection = [f"--dbname={parts.database}"]
        connection += [f"--host={parts.host}"] if parts.host else []
        connection += [f"--port={parts.port}"] if parts.port else []
        connection += [f"--username={parts.username}"] if parts.username else []
        if parts.password:
            environment["PGPASSWORD"] = str(parts.password)
    done = subprocess.run(
        [found, *connection, *words], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise BackupFailed(f"{program} said: {said[0] if said else f'exit code {done.returncode}'}.")
    return done.stdout
