"""What the sync engine needs of the terminal's storage: a port, so that the engine knows neither SQL nor files.

Every method may block on disk and is called on the sync thread only. Whatever it raises is the terminal's own trouble
(disk full, file busy): the engine reports it and tries again, and never takes it for a refusal by the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Raw

from services.protocol.messages import Outcome, PullResponse, PushedCommand


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who this terminal is at which server. ``credential`` is its secret, from the keyring."""

    client_id: str
    credential: str = msgspec.field(default="")
    terminal_code: str
    epoch: str

    def __repr__(self) -> str:
        return f"Identity({self.client_id}, {self.terminal_code})"


class Replica(Protocol):
    """The terminal's two files, as the engine sees them."""

    def identity(self) -> Identity:
        """The terminal's present identity."""
        ...

    def settled_n(self) -> int:
        """``last_n`` of the cache: every command up to it is settled and its outcome is kept."""
        ...

    def commands_after(self, n: int, limit: int, max_bytes: int) -> Sequence[PushedCommand]:
        """Durable commands in order, from ``n + 1`` on, settled ones included while they are retained.

        At most ``limit``, and about ``max_bytes`` of arguments, but always one if there is one.
        """
        ...

    def pending_count(self) -> int:
        """How many commands wait for the server's word."""
        ...

    def record_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Keep outcomes durably. Effects stay as they are until a pull settles them."""
        ...

    def outcomes_ack(self) -> int:
        """The ``n`` up to which every outcome was kept here, those of commands that are no longer retained included."""
        ...

    def cursors(self) -> dict[str, int]:
        """Scope -> version that the cache is at; empty before the first sync."""
        ...

    def stage(self, patches: Raw) -> None:
        """Put the packed patches of one page of a pull aside. Nothing of it shows before ``settle``."""
        ...

    def settle(self, last: PullResponse) -> None:
        """Take back provisional effects, apply all staged pages with cursors, last_n and outcomes, replay what is still
        pending, in one transaction. Every page was staged before, the last one's patches too. Raises ProtocolError for
        rows that cannot be understood; then nothing has happened."""
        ...

    def abandon(self) -> None:
        """Drop staged pages: the pull broke off."""
        ...

    def adopt_snapshot(self, image: Path, cursors: dict[str, int]) -> None:
        """Make a SQLite image, compressed with zstd or plain, the cache, and replay on it what has no outcome yet.

        Raises DamagedSnapshot for a file that is none of this program's use; the cache stays as it was.

        A command with an outcome is in the image, or comes with the pull that follows: on top of it it would count twice.
        """
        ...

    def change_epoch(self, epoch: str) -> None:
        """The server was restored from a backup: forget cursors, so that the next pull begins anew."""
        ...

    def enrolled_again(self, identity: Identity) -> None:
        """This file was a copy: take a new identity, and queue what has no outcome yet under it from n = 1.

        ``settled_n`` and ``outcomes_ack`` count anew from 0.
        """
        ...
