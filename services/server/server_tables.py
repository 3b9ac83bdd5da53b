"""The server's own tables, beside the business tables: what never leaves it."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.schema import UniqueConstraint

from services.storage.row import Row, TableSpec
from services.storage.schema import business_table, business_tables


class Client(Row, frozen=True):
    """A terminal's installation, and how far its commands have come. What it may see follows from its sites.

    ``last_n`` and ``last_hash`` (hexadecimal) are of the last command that has an outcome. ``failing`` says how often
    the server failed on what may come after that one: a JSON object, command id -> failures; empty for none. There is
    more than one where the file was copied: each copy may have another command under the same number.
    ``given_through`` is when the latest of its commands was given, as the server believes (ms UTC): none that follows
    was given before. ``replaces`` is the client that this one was enrolled in place of, because its file had been
    copied.
    """

    terminal_id: str
    credential_hash: str
    last_n: int
    last_hash: str
    failing: str
    outcomes_ack: int
    enrolled_at: int
    replaces: str = ""
    revoked: bool = False
    given_through: int = 0

    table: ClassVar = TableSpec("client", indexes=(("terminal_id",),))


class CommandRecord(Row, frozen=True):
    """A command of a terminal and its one outcome. ``args`` are kept of a parked one only, for whoever looks into
    it."""

    client_id: str
    n: int
    command_id: str
    actor_id: str
    name: str
    hash: str
    status: str
    code: str
    message: str
    details: str
    args: str
    received_at: int

    table: ClassVar = TableSpec("command_log", indexes=(("client_id", "n"), ("command_id",), ("status",)))


class Credential(Row, frozen=True):
    """How a person proves who they are; ``id`` is the user's. Hashes are Argon2id in PHC form."""

    password_hash: str
    pin_hash: str
    changed_at: int

    table: ClassVar = TableSpec("credential")


class Session(Row, frozen=True):
    """A sign-in that can be renewed. Only hashes of refresh tokens are kept; each use gives a new one.

    ``previous_hash`` still works for a moment after a renewal, for an answer that got lost on its way.
    """

    user_id: str
    token_hash: str
    previous_hash: str
    rotated_at: int
    created_at: int
    expires_at: int
    revoked_at: int | None = None

    table: ClassVar = TableSpec("session", indexes=(("user_id",), ("expires_at",)))


class IdempotencyRecord(Row, frozen=True):
    """The answer to a request that carried an Idempotency-Key; ``id`` is a hash of person and key."""

    request_hash: str
    status: int
    body: str
    created_at: int

    table: ClassVar = TableSpec("idempotency", indexes=(("created_at",),))


class JobRow(Row, frozen=True):
    """Something to do beyond the database, written in the same transaction as what asks for it.

    ``status``: pending, running, done or parked. Times in ms UTC.
    """

    name: str
    arguments: str
    status: str
    attempts: int
    run_at: int
    lease_until: int
    created_at: int
    finished_at: int | None
    last_error: str

    table: ClassVar = TableSpec("job", indexes=(("status", "run_at"), ("finished_at",)))


class SyncLog(Row, frozen=True):
    """One attempt at something with the world outside, or with a job: what, about what, and how it went."""

    at: int
    kind: str
    subject: str
    attempt: int
    status: str
    message: str

    table: ClassVar = TableSpec("sync_log", indexes=(("at",),))


class PositionFix(Row, frozen=True):
    """One fine position of a vehicle, for trails. ``id`` is the vehicle's with the time, so a repeat changes
    nothing."""

    vehicle_id: str
    site_id: str
    latitude: float
    longitude: float
    heading: float
    speed_kmh: float
    at: int

    table: ClassVar = TableSpec("vehicle_position", indexes=(("vehicle_id", "at"), ("at",)))


class Counter(Row, frozen=True):
    """A number that only goes up, such as that of the orders taken through the API at a site."""

    value: int

    table: ClassVar = TableSpec("counter")


class VersionMark(Row, frozen=True):
    """Which version a scope had at a time, so that old tombstones can be dropped."""

    scope: str
    version: int
    at: int

    table: ClassVar = TableSpec("version_mark", indexes=(("scope", "at"),))


class ServerFact(Row, frozen=True):
    """Something that is true of this whole server, such as its epoch."""

    value: str

    table: ClassVar = TableSpec("server_fact")


SERVER_TABLES: tuple[type[Row], ...] = (
    Client,
    CommandRecord,
    Credential,
    Session,
    IdempotencyRecord,
    JobRow,
    SyncLog,
    PositionFix,
    Counter,
    VersionMark,
    ServerFact,
)


def feed_tables(metadata: MetaData) -> tuple[Table, Table]:
    """The feed: the version that each scope is at, and the latest change of each row in it."""
    scope_head = Table(
        "scope_head",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("scope", Text, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("min_version", BigInteger, nullable=False),
        UniqueConstraint("scope"),
    )
    change = Table(
        "change",
        metadata,
        # The head's number and not its name: this is the largest table, and the name is longer than all the rest.
        Column("scope_id", Integer, primary_key=True, autoincrement=False),
        Column("table", Text, primary_key=True),
        Column("pk", Text, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("deleted", SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    Index("ix_change_version", change.c.scope_id, change.c.version, change.c.table, change.c.pk)
    return scope_head, change


def server_metadata() -> MetaData:
    """Everything in the server's database."""
    metadata = MetaData()
    business_tables(metadata, unique=True)
    for cls in SERVER_TABLES:
        business_table(metadata, cls, unique=True)
    feed_tables(metadata)
    return metadata
