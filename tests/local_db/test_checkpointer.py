"""The cache's log is moved into its file while nobody works, and never in the middle of work."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from local_db import Desk, checkpointer
from services.protocol.messages import TablePatch
from tests.local_db.orders import new_order
from tests.local_db.truth import pull


@pytest.fixture
def moved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a checkpoint is over; quiet begins at once."""
    monkeypatch.setattr(checkpointer, "_QUIET_S", 0.05)
    done = threading.Event()
    work = desk._store.checkpointer._checkpoint

    def noting() -> None:
        work()
        done.set()

    monkeypatch.setattr(desk._store.checkpointer, "_checkpoint", noting)
    return done


def _write_much(desk: Desk, version: int) -> None:
    rows = [[f"{version}-{n}", "x" * 500] for n in range(6000)]
    pull(desk, [TablePatch("setting", rows, [])], version=version)


def test_a_long_log_is_moved_in_a_quiet_moment(desk: Desk, profile: Path, moved: threading.Event) -> None:
    before = (profile / "cache.db").stat().st_size
    _write_much(desk, 2)
    assert moved.wait(30)
    assert (profile / "cache.db").stat().st_size > before + 2_000_000
    assert desk.read.setting("2-5999") == "x" * 500


def test_a_short_log_is_left(desk: Desk, moved: threading.Event) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    assert not moved.wait(0.5)


def test_closing_ends_the_thread(desk: Desk) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    assert any(thread.name == "holdfast-checkpoint" for thread in threading.enumerate())
    desk.close()
    assert not any(thread.name == "holdfast-checkpoint" for thread in threading.enumerate())
