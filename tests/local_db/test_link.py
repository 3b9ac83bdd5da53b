"""The link is one quiet word that says what a person may rely on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local_db.link import link_status
from services.sync.states import State
from services.sync.status import SyncStatus

NOW = 1_780_000_000_000
LOST = NOW - 60_000


@pytest.mark.parametrize(
    ("state", "lost_at", "open_items", "word"),
    [
        (State.IDLE, None, 0, "live"),
        (State.IDLE, None, 2, "attention"),
        (State.PUSHING, None, 0, "syncing"),
        (State.PULLING, None, 0, "syncing"),
        (State.WAITING, None, 0, "syncing"),
        (State.WAITING, LOST, 0, "offline"),
        (State.PUSHING, LOST, 0, "offline"),
        (State.IDLE, LOST, 0, "offline"),
        (State.OFFLINE, LOST, 0, "offline"),
        (State.OFFLINE, LOST, 3, "offline"),
        (State.STOPPED, None, 0, "offline"),
        (State.BARRED, None, 0, "attention"),
        (State.NEEDS_ENROLMENT, None, 0, "attention"),
        (State.UPGRADE_REQUIRED, None, 0, "attention"),
    ],
)
def test_each_state_of_sync_has_its_word(
    state: State, lost_at: int | None, open_items: int, word: str
) -> None:
    sync = SyncStatus(state=state, since=NOW, link_lost_at=lost_at, problem="why")
    status = link_status(sync, pending=4, open_items=open_items, synced_at=NOW)
    assert status.state == word
    assert (status.pending, status.needs_attention, status.problem) == (4, open_items, "why")


def test_offline_counts_from_when_the_link_was_lost() -> None:
    sync = SyncStatus(state=State.OFFLINE, since=NOW, link_lost_at=LOST)
    status = link_status(sync, pending=0, open_items=0, synced_at=None)
    assert status.since == datetime.fromtimestamp(LOST / 1000, UTC)
    assert status.synced_at is None


def test_without_an_engine_the_desk_is_offline() -> None:
    status = link_status(None, pending=1, open_items=1, synced_at=NOW)
    assert (status.state, status.since) == ("offline", None)
    assert status.synced_at == datetime.fromtimestamp(NOW / 1000, UTC)
