"""The database that an administrator's subcommand works on, by its URL, with its troubles in words."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.server.offline import OpenDatabase
    from services.server.settings import Settings


class DatabaseTrouble(Exception):
    """The database cannot be used; the message says why and what to do."""


def add_database_option(words: argparse.ArgumentParser, *, required: bool = False) -> None:
    """``--database-url``, which DATABASE_URL stands in for."""
    words.add_argument(
        "--database-url",
        default=None,
        required=required,
        metavar="URL",
        help="the server's database: sqlite:///FILE or postgresql+psycopg://... (DATABASE_URL)",
    )


def database_settings(url: str | None) -> Settings:
    """The server's settings with this database. Raises DatabaseTrouble for one that is not right."""
    from pydantic import ValidationError

    from services.server.settings import Settings

    given = {"database_url": url} if url else {}
    try:
        return Settings(_env_file=".env", **given)  # type: ignore[call-arg, arg-type]
    except ValidationError as problem:
        wrong = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors())
        raise DatabaseTrouble(f"A setting is not right: {wrong}. Nothing was touched.") from problem


@contextmanager
def opened(settings: Settings) -> Iterator[OpenDatabase]:
    """The database, brought up to date, with its committer. Raises DatabaseTrouble where it cannot be opened."""
    from alembic.util import CommandError

    from services.server.offline import open_database

    with troubles(settings):
        try:
            with open_database(settings) as database:
                yield database
        except CommandError as problem:
            raise DatabaseTrouble(
                f"The database comes from a newer Holdfast ({problem}). Nothing was touched. Update this one first."
            ) from problem


@contextmanager
def troubles(settings: Settings) -> Iterator[None]:
    """What the database's driver complains about, as DatabaseTrouble."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    from services.server.committer import Busy
    from services.server.database import DATABASE_ERRORS

    url = settings.resolved_database_url()
    try:
        yield
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as problem:
        raise DatabaseTrouble(
            f"{problem}. Nothing was touched. A database URL is sqlite:///FILE or "
            "postgresql+psycopg://USER@HOST/NAME."
        ) from problem
    except (*DATABASE_ERRORS, Busy) as problem:
        shown = make_url(url).render_as_string(hide_password=True)
        cause = str(getattr(problem, "orig", None) or problem).strip().splitlines()
        raise DatabaseTrouble(
            f"The database {shown} cannot be used: {cause[0] if cause else problem}. What was committed before is "
            "safe. Look whether it is there, runs and may be written, then do it again."
        ) from problem


def sqlite_file_missing(settings: Settings) -> bool:
    """Whether this is a SQLite database whose file is not there yet."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(settings.resolved_database_url())
    except ArgumentError:
        return False
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(str(url.database)).exists()


def is_in_use(file: Path) -> bool:
    """Whether somebody has a SQLite database open: then it cannot leave its write-ahead log."""
    import contextlib

    import sqlcipher3.dbapi2 as sqlcipher

    with contextlib.closing(sqlcipher.connect(str(file), isolation_level=None, timeout=0.5)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlcipher.OperationalError:
            return True
        except sqlcipher.DatabaseError:
            return False  # damaged, which is why it is replaced
    return False
