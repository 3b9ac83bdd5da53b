"""A real PostgreSQL for tests: one private cluster per test run, an empty database for each that asks."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.leased_server import Launch, free_port, shared_server
from tests.helpers.required import program

NewDatabase = Callable[[], str]
"""Makes an empty database and returns its SQLAlchemy URL, `postgresql+psycopg://...`."""

_DEBIAN_PACKAGE = "postgresql"
_OWNER = "holdfast"
# A test database need not survive a power cut; this is what makes it fast.
_NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


@pytest.fixture(scope="session")
def postgres_server(meeting_place: Path) -> Iterator[str]:
    """The connection string of the cluster's maintenance database, as its superuser, for psycopg."""
    with postgres_cluster(meeting_place) as connection:
        yield connection


@contextmanager
def postgres_cluster(meeting_place: Path, *, is_durable: bool = False) -> Iterator[str]:
    """A cluster while the block lasts; answers its connection string. ``is_durable``: it waits for the disk as a real one
    does."""
    initdb, postgres = postgres_program("initdb"), postgres_program("postgres")
    speed = [] if is_durable else _NOT_DURABLE
    with shared_server(
        "postgres", meeting_place, lambda folder: _prepare(folder, initdb, postgres, speed)
    ) as facts:
        yield facts["connection"]


@pytest.fixture
def new_postgres_database(postgres_server: str) -> Iterator[NewDatabase]:
    """A function that makes a fresh empty database each time; all are dropped after the test."""
    with new_databases(postgres_server) as make:
        yield make


@contextmanager
def new_databases(connection_string: str) -> Iterator[NewDatabase]:
    """A function that makes a fresh empty database each time; all are dropped when the block ends."""
    import psycopg
    from psycopg import sql

    made: list[str] = []
    with psycopg.connect(connection_string, autocommit=True) as connection:

        def make() -> str:
            name = f"test_{uuid.uuid4().hex}"
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            made.append(name)
            info = connection.info
            return f"postgresql+psycopg://{info.user}@{info.host}:{info.port}/{name}"

        yield make
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgres_url(new_postgres_database: NewDatabase) -> str:
    """The SQLAlchemy URL of one fresh empty database."""
    return new_postgres_database()


def postgres_program(name: str) -> str:
    """A program of PostgreSQL's newest version; Debian keeps them out of PATH."""
    versions = Path("/usr/lib/postgresql")
    newest_first = sorted(versions.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    return program(name, package=_DEBIAN_PACKAGE, folders=[str(folder) for folder in newest_first])


def _prepare(folder: Path, initdb: str, postgres: str, speed: Sequence[str]) -> Launch:
    port = free_port()
    data = folder / "data"
    as_owner = _as_unprivileged_user(folder)
    # The C locale sorts by code point, as SQLite does, so that both databases give the same order.
    initialise = [*as_owner, initdb, f"--pgdata={data}", f"--username={_OWNER}", "--auth=trust", "--no-sync"]
    initialise += ["--encoding=UTF8", "--locale=C"]
    subprocess.run(initialise, cwd=folder, check=True, capture_output=True)
    settings = [
        *speed,
        f"port={port}",
        "listen_addresses=127.0.0.1",
        f"unix_socket_directories={folder}",
        "max_connections=200",
    ]
    return Launch(
        command=[*as_owner, postgres, "-D", str(data)] + [word for each in settings for word in ("-c", each)],
        is_ready=lambda: _answers(port),
        facts={"connection": _connection_string(port)},
        stop_signal=signal.SIGINT,  # fast shutdown: open sessions are ended
    )


def _as_unprivileged_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root starts it as Debian's user `postgres`."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [
        program("setpriv", package="util-linux"),
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--init-groups",
        "--",
    ]


def _connection_string(port: int) -> str:
    return f"host=127.0.0.1 port={port} user={_OWNER} dbname=postgres"


def _answers(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(f"{_connection_string(port)} connect_timeout=2").close()
    except psycopg.OperationalError:
        return False
    return True
