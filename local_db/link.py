"""The link to the server as a person sees it: one quiet word, and since when."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from services.sync.states import WORKING, State
from services.sync.status import Progress, SyncStatus

LIVE, SYNCING, OFFLINE, ATTENTION = "live", "syncing", "offline", "attention"

_NEEDS_SOMEBODY = frozenset({State.NEEDS_ENROLMENT, State.BARRED, State.UPGRADE_REQUIRED})


class LinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The link at one moment. Instants are UTC by this computer's clock.

    ``state``: live, syncing, offline, or attention (refused work waits for a person, or the server turned this terminal
    away). ``since``: when the state began, for offline when the link was lost. ``synced_at``: when the rows last were
    the server's. ``problem``: what stands in the way, in words. ``hints``: changes arrive by themselves.
    """

    state: str
    since: datetime | None
    pending: int
    needs_attention: int
    synced_at: datetime | None
    problem: str = ""
    progress: Progress | None = None
    hints: bool = False
    clock_offset_ms: int | None = None
    retry_at: datetime | None = None
    sync_state: str = ""


def link_status(
    sync: SyncStatus | None, *, pending: int, open_items: int, synced_at: int | None
) -> LinkStatus:
    """What to show. ``sync``: the engine's status, None where none runs; ``synced_at`` of the cache in ms UTC."""
    if sync is None:
        return LinkStatus(
            state=OFFLINE,
            since=None,
            pending=pending,
            needs_attention=open_items,
            synced_at=_instant(synced_at),
        )
    state = _word(sync, open_items)
    lost_at = sync.link_lost_at if state == OFFLINE else None
    return LinkStatus(
        state=state,
        since=_instant(lost_at or sync.since),
        pending=pending,
        needs_attention=open_items,
        synced_at=_instant(synced_at),
        problem=sync.problem,
        progress=sync.progress,
        hints=sync.live,
        clock_offset_ms=sync.clock_offset_ms,
        retry_at=_instant(sync.retry_at),
        sync_state=str(sync.state),
    )


def _word(sync: SyncStatus, open_items: int) -> str:
    if sync.state in _NEEDS_SOMEBODY:
        return ATTENTION
    # A try may be under way, but nothing has come from the server since the link was lost.
    if sync.state in (State.OFFLINE, State.STOPPED) or sync.link_lost_at is not None:
        return OFFLINE
    if open_items:
        return ATTENTION
    return SYNCING if sync.state in (*WORKING, State.WAITING) else LIVE


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
