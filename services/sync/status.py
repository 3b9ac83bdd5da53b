"""What anyone may see of sync: one frozen snapshot, safe to hand to any thread."""

from __future__ import annotations

from msgspec import Struct

from services.sync.states import State


class Progress(Struct, frozen=True):
    """How far a step has come. ``unit`` is commands, bytes or pages; ``total`` is None where it is not known."""

    unit: str
    done: int
    total: int | None = None


class SyncStatus(Struct, frozen=True, kw_only=True):
    """Sync at one moment. Instants are this computer's clock, ms UTC.

    ``since``: when ``state`` began. ``link_lost_at``: when the server was first found to be out of reach, for "Offline
    since 09:41"; None from its next sign of life on, whatever the state. ``retry_at``: when the next try is due.
    ``problem``: what stands in the way, in words; empty when nothing does. ``clock_offset_ms``: server's clock minus this
    computer's. ``live``: hints arrive by themselves.
    """

    state: State
    since: int
    pending: int = 0
    last_sync_at: int | None = None
    link_lost_at: int | None = None
    retry_at: int | None = None
    clock_offset_ms: int | None = None
    progress: Progress | None = None
    live: bool = False
    problem: str = ""
