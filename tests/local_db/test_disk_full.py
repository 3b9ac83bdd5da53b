"""A full disk refuses new work loudly, keeps all that was given, and still takes the outcomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_db import Desk, OutboxFull
from local_db.ballast import SIZE, Ballast
from local_db.files import Connection
from services.protocol.messages import Outcome
from tests.helpers.books import Books
from tests.local_db.orders import new_order
from tests.local_db.truth import patches, pull, replica


class Disk:
    """A disk of which a test says whether it has room: neither file may grow, and the ballast cannot be held."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self._files: list[Connection] = [desk._store.outbox.connection, desk._store.cache.connection]
        self._is_full = False
        allocate = desk._store.ballast._allocate

        def only_with_room(path: Path, size: int) -> None:
            if self._is_full:
                raise OSError(28, "No space left on device")
            allocate(path, size)

        monkeypatch.setattr(desk._store.ballast, "_allocate", only_with_room)

    def fill(self, *, spare_pages: int = 0) -> None:
        """No room from now on, but for so many pages of each file."""
        self._is_full = True
        for file in self._files:
            pages = file.execute("PRAGMA page_count").fetchone()[0]
            file.execute(f"PRAGMA max_page_count = {pages + spare_pages}")

    def clear(self) -> None:
        """There is room again."""
        self._is_full = False
        for file in self._files:
            file.execute("PRAGMA max_page_count = 4294967294")


@pytest.fixture
def disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(desk, monkeypatch)


def _fill_up(desk: Desk) -> int:
    """Give commands until one is refused; how many were taken."""
    for taken in range(200):
        try:
            desk.do(new_order(desk, ("prod-2", 1), note="x" * 1500))
        except OutboxFull:
            return taken
    raise AssertionError("the disk never became full")


def test_new_work_is_refused_in_words_and_earlier_work_stays(desk: Desk, disk: Disk) -> None:
    desk.do(new_order(desk, ("prod-2", 1)))
    disk.fill(spare_pages=3)
    taken = 1 + _fill_up(desk)
    with pytest.raises(OutboxFull, match="disk is full") as refused:
        desk.do(new_order(desk, ("prod-2", 1)))
    assert "safe" in str(refused.value)
    assert [row.n for row in desk.read.outbox()] == list(range(1, taken + 1))
    assert len(desk.read.orders()) == taken


def test_once_there_is_room_work_goes_on(desk: Desk, disk: Disk) -> None:
    disk.fill()
    _fill_up(desk)
    disk.clear()
    n = desk.do(new_order(desk, ("prod-2", 1))).n
    assert [row.n for row in desk.read.outbox()][-1] == n
    assert desk._store.ballast._path.stat().st_size == SIZE


def test_the_ballast_is_given_up_so_that_outcomes_find_room(desk: Desk, disk: Disk) -> None:
    desk.do(new_order(desk, ("prod-2", 1)))
    assert desk._store.ballast._path.exists()
    disk.fill()
    taken = 1 + _fill_up(desk)
    assert not desk._store.ballast._path.exists()
    disk.clear()
    replica(desk).record_outcomes([Outcome(n, "applied") for n in range(1, taken + 1)])
    assert replica(desk).outcomes_ack() == taken


def test_a_pull_that_finds_no_room_changes_nothing_and_comes_again(
    desk: Desk, disk: Disk, books: Books
) -> None:
    desk.do(new_order(desk, ("prod-2", 1)))
    for _ in range(40):
        books.order(("prod-2", 1))
    shown = desk.read.orders()
    disk.fill()
    with pytest.raises(OutboxFull):
        pull(desk, patches(books), version=2)
    replica(desk).abandon()
    assert desk.read.orders() == shown
    assert replica(desk).cursors()["org"] == 1
    disk.clear()
    pull(desk, patches(books), version=2)
    assert len(desk.read.orders(limit=1000)) == 41


def test_effects_that_found_no_room_show_as_soon_as_there_is(
    desk: Desk, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from local_db.files import DatabaseError

    cache = desk._store.cache
    commit = cache.commit

    def failing(applied_through: int) -> None:
        monkeypatch.setattr(cache, "commit", commit)
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(cache, "commit", failing)
    desk.do(new_order(desk, ("prod-2", 1), note="x" * 1500))
    disk.fill()
    assert [row.n for row in desk.read.outbox()] == [1]
    disk.clear()
    assert len(desk.read.orders()) == 1


def test_the_ballast_really_takes_its_space(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path)
    ballast.hold()
    assert (tmp_path / "ballast").stat().st_blocks * 512 >= SIZE
    ballast.give_up()
    assert not (tmp_path / "ballast").exists()
    ballast.hold()
    assert Ballast(tmp_path)._held
