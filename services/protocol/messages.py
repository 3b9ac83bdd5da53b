"""The message shapes of enrolment, push, pull and live: MessagePack maps by field name, so either side may grow.

Rows travel as arrays in column order; ``schema`` says whose order. Command arguments travel as the exact JSON bytes
that the terminal stored, because their hash covers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

SCHEMA = 2
"""The version of rows and commands. A server takes commands of older schemas, and turns away newer ones."""

CONTENT_TYPE = "application/x-msgpack"
MAX_COMMANDS_PER_PUSH = 1000
"""As many as the server commits at once: fewer would only write the same pages of its indexes more often."""
MAX_ARGS_BYTES = 512 * 1024


_LARGEST = 2**63 - 1  # of what both databases keep as a whole number
_LAST_INSTANT = 253_402_300_799_999  # the end of the year 9999, which dates can still say
Count = Annotated[int, Meta(ge=1, le=_LARGEST)]
Version = Annotated[int, Meta(ge=0, le=_LARGEST)]
Word = Annotated[str, Meta(max_length=64, pattern=r"^[^\x00-\x1f]*$")]
Nonce = Annotated[bytes, Meta(max_length=32)]
"""Chosen anew for each request and repeated in its answer, so that no answer is taken for that to another question."""


class PushedCommand(Struct, frozen=True):
    """One durable command. ``n`` counts the terminal's commands from 1; ``issued_at`` is its clock, in ms UTC."""

    n: Count
    id: Annotated[Word, Meta(min_length=1)]
    actor_id: Word
    name: Word
    v: Count
    args: bytes
    prev_hash: bytes
    issued_at: Annotated[int, Meta(ge=0, le=_LAST_INSTANT)]
    depends_on: tuple[int, ...] = ()


class PushRequest(Struct, frozen=True):
    """Commands in order of ``n``. ``outcomes_ack``: the terminal has kept every outcome up to this ``n``.

    ``sent_at``: the terminal's clock now, ms UTC (0: it does not say). With it the server knows how long ago each
    command was given, however wrong that clock is.
    """

    client_id: str
    epoch: str
    schema: int
    commands: Annotated[tuple[PushedCommand, ...], Meta(max_length=MAX_COMMANDS_PER_PUSH)]
    outcomes_ack: Version = 0
    sent_at: Annotated[int, Meta(ge=0, le=_LAST_INSTANT)] = 0
    nonce: Nonce = b""


class Outcome(Struct, frozen=True):
    """The one answer to a command: applied, adjusted, rejected or parked."""

    n: int
    status: str
    code: str = ""
    message: str = ""
    details: list[dict[str, Any]] = []


class PushResponse(Struct, frozen=True):
    """``problem`` is empty, or one of gap, forked, epoch_changed, upgrade_required, busy.

    ``expected``: with ``gap``, the ``n`` to send from. ``server_time``: ms UTC, for measuring the terminal's clock.
    """

    last_n: int
    outcomes: list[Outcome]
    problem: str = ""
    expected: int = 0
    epoch: str = ""
    server_time: int = 0
    message: str = ""
    nonce: Nonce = b""


class PullRequest(Struct, frozen=True):
    """``cursors``: scope -> version up to which the terminal has everything. ``resume`` continues a paged pull."""

    client_id: str
    epoch: str
    schema: int
    cursors: dict[str, Version]
    resume: str = ""
    outcomes_ack: Version = 0
    nonce: Nonce = b""


class TablePatch(Struct, frozen=True):
    """Rows of one table that changed: whole rows to put, ids to delete."""

    table: str
    puts: list[Sequence[Any]]
    deletes: list[str]


encode = msgspec.msgpack.encode
_decode_patches = msgspec.msgpack.Decoder(list[TablePatch]).decode


def pack(patches: Sequence[TablePatch]) -> Raw:
    """Patches as they travel in a page. They are packed once, where the rows are read, and unpacked once, where they are
    written: the checksum, a shelf of pages and a terminal's file take the bytes as they are."""
    return Raw(encode(patches))


def unpack(patches: Raw | bytes) -> list[TablePatch]:
    """Packed patches as rows. Raises msgspec.MsgspecError for what is none."""
    return _decode_patches(patches)


NO_PATCHES = pack([])


class PullResponse(Struct, frozen=True):
    """One page of a pull, its patches packed (see ``pack``). Only with the last page (``more`` false) do cursors, last_n
    and outcomes hold.

    ``reset``: scopes whose cursor is older than the feed remembers; their rows follow whole, and what the terminal
    holds of them is dropped first. ``gone``: scopes that the terminal may no longer see. ``checksum``: over the
    patches of all pages, see ``page_checksum``.
    """

    patches: Raw
    more: bool
    resume: str = ""
    cursors: dict[str, int] = {}
    last_n: int = 0
    outcomes: list[Outcome] = []
    reset: list[str] = []
    gone: list[str] = []
    checksum: bytes = b""
    problem: str = ""
    epoch: str = ""
    server_time: int = 0
    nonce: Nonce = b""


class EnrollRequest(Struct, frozen=True):
    """A new terminal at a site, asked for with an administrator's token.

    Without ``site_id`` it stands at the only site there is; a server that has none yet gets its first.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
    site_id: Annotated[str, Meta(max_length=64)] = ""


class EnrollResponse(Struct, frozen=True):
    """The terminal's identity. ``credential`` is shown once and kept in the keyring."""

    client_id: str
    credential: str
    terminal_code: str
    epoch: str
    scopes: list[str]


class LiveHello(Struct, frozen=True, tag="hello"):
    """A terminal's first message on the live link."""

    client_id: str
    credential: str


class LiveHint(Struct, frozen=True, tag="hint"):
    """A scope has reached a version. No content: who wants it pulls."""

    scope: str
    version: int


class VehiclePosition(Struct, frozen=True, array_like=True):
    """Where a vehicle is, as a device says: degrees, degrees clockwise from north, km/h, ms UTC."""

    vehicle_id: str
    latitude: float
    longitude: float
    heading: float
    speed_kmh: float
    at: int


class LivePositions(Struct, frozen=True, tag="positions"):
    """The newest positions of vehicles that moved."""

    site_id: str
    positions: list[VehiclePosition]


class LivePresence(Struct, frozen=True, tag="presence"):
    """How many terminals are connected at a site."""

    site_id: str
    terminals: int


LiveMessage = LiveHint | LivePositions | LivePresence


def page_checksum(previous: bytes, patches: Raw) -> bytes:
    """SHA-256 over the pages of a pull so far and this page's patches, as they travel."""
    import hashlib

    digest = hashlib.sha256(previous)
    digest.update(patches)
    return digest.digest()
