"""Backing up a server that goes on working, and making a backup the server's database again."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from services.server.database import Database
from services.server.facts import begin_new_epoch
from services.server.schema_check import newer_schema


class NotPossible(Exception):
    """This cannot be done here; the message says what to do instead."""


_USE_PG_DUMP = (
    "PostgreSQL is backed up with its own tools: `pg_dump --format=custom` (or continuous archiving) and `pg_restore`. "
    "After a restore run `holdfast restore --new-epoch`, so that terminals send again what the backup does not have."
)


def back_up(database: Database, target: Path) -> int:
    """Write a consistent copy of a SQLite database to a new file, while others write; answers its size in bytes.

    Raises NotPossible for PostgreSQL, FileExistsError where the file is there already.
    """
    if not database.is_sqlite:
        raise NotPossible(_USE_PG_DUMP)
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    _copy(str(database.path), partial)
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    return target.stat().st_size


def _copy(file: str, target: Path) -> None:
    """Copy a SQLite database as it is now to a new file. Raises OSError where that has no room; nothing is left then."""
    # VACUUM reads one snapshot and cannot run inside a transaction, so it takes a connection without one.
    with contextlib.closing(sqlcipher.connect(file, isolation_level=None)) as connection:
        try:
            connection.execute("VACUUM INTO ?", (str(target),))
        except BaseException as problem:
            for suffix in ("", "-journal"):
                Path(f"{target}{suffix}").unlink(missing_ok=True)
            if getattr(problem, "sqlite_errorcode", 0) == sqlcipher.SQLITE_FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from problem
            raise


def check_backup(backup: Path) -> list[str]:
    """What is wrong with a backup file, in words; empty where it can be used."""
    if not backup.exists():
        return [f"there is no file {backup}"]
    try:
        with contextlib.closing(sqlcipher.connect(f"file:{backup}?mode=ro", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check").fetchall()]
            connection.execute("SELECT COUNT(*) FROM scope_head").fetchone()
    except sqlcipher.DatabaseError as problem:
        return [f"{backup.name} is no backup of a Holdfast server: {problem}"]
    return [] if found == ["ok"] else found


def restore(backup: Path, database_file: Path) -> Path | None:
    """Make a backup the server's database. The server must not be running.

    The present file is kept beside it under another name, which is answered. The database gets a new epoch: terminals
    then send again what they had acknowledged since the backup. Raises NotPossible for a file that is no whole backup.
    """
    problems = check_backup(backup)
    if problems:
        raise NotPossible("; ".join(problems[:3]))
    incoming = database_file.with_name(f"{database_file.name}.incoming")
    incoming.unlink(missing_ok=True)
    database_file.parent.mkdir(parents=True, exist_ok=True)
    _copy(str(backup), incoming)
    copy = Database(f"sqlite:///{incoming}")
    try:
        newer = newer_schema(copy)
        if not newer:
            new_epoch(copy)
    finally:
        copy.close()
    if newer:
        incoming.unlink()
        raise NotPossible(f"it comes from a newer Holdfast (its schema is {newer}); update this one first")
    kept = None
    if database_file.exists():
        kept = _free_name(database_file)
        # With its log, which may hold its latest transactions.
        for suffix in ("", "-wal", "-shm"):
            part = Path(f"{database_file}{suffix}")
            if part.exists():
                part.replace(f"{kept}{suffix}")
    for suffix in ("-wal", "", "-shm"):
        part = Path(f"{incoming}{suffix}")
        if part.exists():
            part.replace(f"{database_file}{suffix}")
    return kept


def new_epoch(database: Database) -> str:
    """Say that this database is a restored one; answers its epoch."""
    with database.writing() as connection:
        return begin_new_epoch(connection)


def _free_name(file: Path) -> Path:
    number = 1
    while (candidate := file.with_name(f"{file.name}.before-restore-{number}")).exists():
        number += 1
    return candidate
