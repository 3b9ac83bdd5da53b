"""Whatever moment a desk dies at: nothing that was given is lost, and nothing is done twice."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local_db import Desk
from local_db.cache_file import present
from services.commands import PlaceOrder
from services.commands.codec import chain_hash
from services.storage.tables import Setting
from tests.helpers.books import Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, contents, patch, patches, pull, replica

ORDERS = 3
BEFORE_DURABLE = ["effects written", "outbox written"]
AFTER_DURABLE = ["outbox committed", "cache committed"]


@pytest.fixture
def filled(profile: Path, books: Books) -> Path:
    """A profile that has pulled the warehouse and is closed."""
    with Desk.open(profile, allow_plain=True, credentials=IDENTITY) as desk:
        pull(desk, patches(books))
    return profile


def _run_until_it_dies(profile: Path, step: str) -> list[int]:
    """The ``n`` of the commands that had returned."""
    died = subprocess.run(
        [sys.executable, "-m", "tests.local_db.crash_child", str(profile), step, str(ORDERS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    return [int(line) for line in died.stdout.split()]


def _check_all_fits(desk: Desk, orders: int) -> None:
    assert [row.n for row in desk.read.outbox()] == list(range(1, orders + 1))
    assert len(desk.read.orders()) == orders
    assert desk.read.stock_levels(site_id="site-1", product_id="prod-2")[0].reserved == orders
    assert desk.read.value("SELECT sum(allocated) FROM stock WHERE product_id = 'prod-2'") == orders
    assert desk.read.value("SELECT applied_through FROM cache_meta") == orders
    last_hash = b""
    for args, prev_hash, new_hash in desk.read.tuples(
        "SELECT args, prev_hash, hash FROM outbox.command ORDER BY n"
    ):
        assert prev_hash == last_hash
        last_hash = chain_hash(prev_hash, args)
        assert new_hash == last_hash


@pytest.mark.parametrize("step", BEFORE_DURABLE)
def test_killed_before_the_outbox_holds_it_the_command_was_never_given(filled: Path, step: str) -> None:
    returned = _run_until_it_dies(filled, step)
    assert returned == list(range(1, ORDERS))
    with Desk.open(filled, allow_plain=True) as desk:
        _check_all_fits(desk, ORDERS - 1)


@pytest.mark.parametrize("step", [*AFTER_DURABLE, "never"])
def test_killed_once_the_outbox_holds_it_the_command_is_there_with_its_effects(
    filled: Path, step: str
) -> None:
    returned = _run_until_it_dies(filled, step)
    assert returned == list(range(1, ORDERS + (step == "never")))
    with Desk.open(filled, allow_plain=True) as desk:
        _check_all_fits(desk, ORDERS)


@pytest.mark.parametrize("step", [*BEFORE_DURABLE, *AFTER_DURABLE])
def test_after_a_kill_work_goes_on_and_can_be_taken_back_exactly(
    filled: Path, step: str, books: Books
) -> None:
    with Desk.open(filled, allow_plain=True) as desk:
        base = contents(desk)
    _run_until_it_dies(filled, step)
    with Desk.open(filled, allow_plain=True) as desk:
        durable = len(desk.read.outbox())
        desk.as_user("user-1").do(new_order(desk, ("prod-2", 1)))
        _check_all_fits(desk, durable + 1)
        pull(desk, last_n=durable + 1, version=2)
        assert contents(desk) == base


class PowerCut(BaseException):
    """Stands for the end of the process, where no code of ours runs any more."""


@pytest.mark.parametrize("step", [*BEFORE_DURABLE, *AFTER_DURABLE])
def test_an_error_at_any_step_leaves_a_desk_that_works(filled: Path, step: str) -> None:
    armed = [True]

    def at(reached: str) -> None:
        if armed[0] and reached == step:
            armed[0] = False
            raise PowerCut

    with Desk.open(filled, allow_plain=True, on_step=at) as desk:
        desk.as_user("user-1")
        with pytest.raises(PowerCut):
            desk.do(new_order(desk, ("prod-2", 1)))
        durable = 1 if step in AFTER_DURABLE else 0
        _check_all_fits(desk, durable)
        desk.do(new_order(desk, ("prod-2", 1)))
        _check_all_fits(desk, durable + 1)


def test_if_the_cache_cannot_commit_the_command_has_still_succeeded_and_shows_at_the_next_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from local_db.files import DatabaseError

    cache = desk._store.cache
    commit = cache.commit

    def failing(applied_through: int) -> None:
        monkeypatch.setattr(cache, "commit", commit)
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr(cache, "commit", failing)
    order = new_order(desk, ("prod-2", 1))
    receipt = desk.do(order)
    assert receipt.status == "provisional"
    assert [row.id for row in desk.read.orders()] == [order.order_id]
    _check_all_fits(desk, 1)


def test_the_next_command_after_a_failed_cache_commit_builds_on_the_one_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from local_db.files import DatabaseError

    cache = desk._store.cache
    commit = cache.commit

    def failing(applied_through: int) -> None:
        monkeypatch.setattr(cache, "commit", commit)
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr(cache, "commit", failing)
    desk.do(new_order(desk, ("prod-2", 1)))
    desk.do(new_order(desk, ("prod-2", 1)))
    _check_all_fits(desk, 2)


def test_if_the_outbox_cannot_commit_nothing_was_given(desk: Desk) -> None:
    from local_db.files import DatabaseError

    outbox = desk._store.outbox.connection
    # The smallest way to make SQLite itself fail in the middle: the file may not grow.
    pages = outbox.execute("PRAGMA page_count").fetchone()[0]
    outbox.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Exception, match="full") as raised:
        for _ in range(50):
            desk.do(new_order(desk, ("prod-2", 1), note="x" * 2000))
    assert not isinstance(raised.value, DatabaseError)
    given = len(desk.read.outbox())
    _check_all_fits(desk, given)
    outbox.execute("PRAGMA max_page_count = 1000000")
    desk.do(new_order(desk, ("prod-2", 1)))
    _check_all_fits(desk, given + 1)


def test_a_cache_that_knows_commands_which_the_outbox_does_not_is_rebuilt_without_them(
    profile: Path, desk: Desk, books: Books
) -> None:
    base = contents(desk)
    desk.do(new_order(desk, ("prod-2", 1)))
    desk._store.outbox.connection.execute("DELETE FROM command")
    desk.close()
    with Desk.open(profile, allow_plain=True) as again:
        assert again.read.outbox() == []
        assert contents(again) == base


def test_replayed_commands_make_the_same_rows_as_when_they_were_given(filled: Path) -> None:
    with Desk.open(filled, allow_plain=True) as desk:
        desk.as_user("user-1")
        for _ in range(3):
            desk.do(new_order(desk, ("prod-1", 4), ("prod-2", 2)))
        shown = {name: sorted(row[1:] for row in rows) for name, rows in contents(desk).items()}
        desk._store.cache.connection.execute("UPDATE cache_meta SET client_id = 'another'")
    with Desk.open(filled, allow_plain=True) as desk:
        again = {name: sorted(row[1:] for row in rows) for name, rows in contents(desk).items()}
        assert again == shown


def test_an_order_is_never_done_twice_by_the_same_command(desk: Desk) -> None:
    order = new_order(desk, ("prod-2", 1))
    desk.do(order)
    with pytest.raises(Exception, match="already"):
        desk.do(order)
    assert isinstance(order, PlaceOrder)
    _check_all_fits(desk, 1)


def test_a_power_cut_after_a_restored_server_brings_no_old_versions_back(
    filled: Path, tmp_path: Path
) -> None:
    """It may cost the cache its last commits, but not the outbox its new epoch. A version of before the restore would then
    pass for one of after it, and what differs would never be pulled."""
    with Desk.open(filled, allow_plain=True) as desk:
        pull(desk, patch(Setting("of a time that did not happen", "1")), version=7)
    shutil.copy(present(filled), tmp_path / "before")
    with Desk.open(filled, allow_plain=True) as desk:
        replica(desk).change_epoch("epoch-2")
        pull(desk, patch(Setting("true", "1")), version=3)
        assert replica(desk).cursors()["org"] == 3
    shutil.copy(tmp_path / "before", present(filled))
    with Desk.open(filled, allow_plain=True) as desk:
        assert replica(desk).cursors() == {}
        pull(desk, patch(Setting("true", "1")), version=3)
        assert desk.read.values("SELECT id FROM setting") == ["true"]
