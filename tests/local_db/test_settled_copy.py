"""Where a person works during a long settle, it is done on a copy of the cache, which then takes its place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from local_db import Desk, settled_copy
from local_db.rebase import Rebase
from services.commands import ReceiveStock
from services.protocol.messages import Outcome, TablePatch
from services.storage.search_tables import check_search
from services.storage.tables import Setting
from tests.helpers.books import SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.settled_copy_child import STEPS
from tests.local_db.truth import IDENTITY, contents, patch, patches, pull, replica


@pytest.fixture(autouse=True)
def interrupted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every settle that may step back is asked to; answers where each was done."""
    done: list[str] = []

    def asked(write: Callable[..., set[str]]) -> Callable[..., set[str]]:
        def writing(rebase: Rebase, *arguments: object, **named: object) -> set[str]:
            touched = write(rebase, *arguments, **named)
            step_back = rebase._cache.step_back
            step_back.ask()
            done.append("begun" if step_back._may_be_broken_off else "done")
            step_back.check()
            return touched

        return writing

    monkeypatch.setattr(Rebase, "_apply", asked(Rebase._apply))
    monkeypatch.setattr(Rebase, "_land", asked(Rebase._land))
    return done


def _meanwhile(monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> None:
    """Let somebody work just after the copy was made."""
    copy = settled_copy._copy

    def copied(*arguments: object) -> None:
        copy(*arguments)
        work()

    monkeypatch.setattr(settled_copy, "_copy", copied)


def test_what_is_given_meanwhile_is_not_held_up_and_is_in_the_copy_that_takes_over(
    desk: Desk, books: Books, interrupted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = new_order(desk, ("prod-1", 1)), new_order(desk, ("prod-2", 1))
    desk.do(first)
    given: list[str] = []

    def work() -> None:
        person = threading.Thread(target=lambda: given.append(desk.do(second).status))
        person.start()
        person.join(30)

    _meanwhile(monkeypatch, work)
    told: list[frozenset[str]] = []
    desk.subscribe(told.append)
    pull(
        desk,
        patches(books),
        patch(Setting("new", "1")),
        version=2,
        last_n=1,
        outcomes=[Outcome(1, "applied")],
    )
    assert interrupted[-2:] == ["begun", "done"]
    assert given == ["provisional"]
    assert [row.id for row in desk.read.orders()] == [second.order_id]
    assert desk.read.setting("new") == "1"
    assert (desk.link.pending, desk._store.settled_n) == (1, 1)
    assert replica(desk).cursors()["org"] == 2
    assert "setting" in told[-1]
    check_search(desk._store.cache.connection)


def test_many_commands_given_meanwhile_make_the_same_rows_as_a_settle_that_nobody_interrupts(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are left for the moment in which the copy takes over."""
    for _ in range(3):
        desk.do(new_order(desk, ("prod-1", 1)))

    def work() -> None:
        for number in range(12):
            desk.do(new_order(desk, ("prod-1", 1), ("prod-2", number % 3 + 1)))

    _meanwhile(monkeypatch, work)
    books.must(ReceiveStock(site_id=SITE, product_id="prod-1", location_id="A-01-01-1", quantity=7))
    pull(desk, patches(books), version=2, last_n=1, outcomes=[Outcome(1, "applied")])
    shown = contents(desk)
    assert len(desk.read.orders()) == 14
    monkeypatch.setattr(Rebase, "settle", lambda *_, **__: set())
    store = desk._store
    with store.writing():
        # The same again from the base: take back and replay.
        store.cache.begin()
        store.writer.rebase._take_back()
        store.cache.forget_rows()
        store.writer.rebase._replay.after(1, store.terminal_id())
        store.cache.commit(store.outbox.last_n)
    assert contents(desk) == shown


def test_pages_that_are_too_many_for_memory_are_in_the_copy_too(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_db.staging._BYTES_IN_MEMORY", 1)
    pull(desk, patches(books), patch(Setting("new", "1")), version=2)
    assert desk.read.setting("new") == "1"
    assert desk._store.cache.connection.execute("SELECT count(*) FROM staged").fetchone() == (0,)


def test_without_room_for_a_copy_it_is_settled_in_place(
    desk: Desk, interrupted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_db.next_cache.shutil.disk_usage", lambda _: SimpleNamespace(free=1024))
    before = list(desk._store.folder.glob("cache*.db"))
    pull(desk, patch(Setting("new", "1")), version=2)
    assert interrupted[-2:] == ["begun", "done"]
    assert desk.read.setting("new") == "1"
    assert list(desk._store.folder.glob("cache*.db")) == before


def test_what_was_pulled_under_an_identity_that_was_exchanged_meanwhile_settles_nothing(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands are counted anew under the new one: an old count would take for sent what never was."""
    for _ in range(3):
        desk.do(new_order(desk, ("prod-1", 1)))
    other = msgspec.structs.replace(IDENTITY, client_id="client-2")
    replica(desk).cursors()
    _meanwhile(monkeypatch, lambda: replica(desk).take_identity(other, None))
    pull(desk, patches(books), version=2, last_n=1, outcomes=[Outcome(1, "applied")])
    assert (desk.link.pending, desk._store.settled_n) == (2, 0)
    assert replica(desk).cursors() == dict.fromkeys(replica(desk).cursors(), 1)
    assert len(desk.read.orders()) == 2


def test_who_reads_for_long_holds_nobody_up_and_reads_what_was_there_when_it_began(desk: Desk) -> None:
    with desk.read.snapshot():
        assert desk.read.setting("new") == ""
        worker = threading.Thread(target=pull, args=(desk, patch(Setting("new", "1"))), kwargs={"version": 2})
        worker.start()
        worker.join(30)
        assert not worker.is_alive()
        assert desk.read.setting("new") == ""
    assert desk.read.setting("new") == "1"


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_desk_has_the_old_rows_or_the_new_ones_and_all_that_is_pending(
    desk: Desk, profile: Path, books: Books, tmp_path: Path, step: str
) -> None:
    order = new_order(desk, ("prod-1", 1))
    desk.do(order)
    desk.close()
    pages: list[TablePatch] = [*patches(books), *patch(Setting("new", "1"))]
    (tmp_path / "pages").write_bytes(msgspec.msgpack.encode(pages))
    words = [str(profile), str(tmp_path / "pages"), step]
    died = subprocess.run(
        [sys.executable, "-m", "tests.local_db.settled_copy_child", *words], check=False, env=dict(os.environ)
    )
    assert died.returncode == -signal.SIGKILL
    with Desk.open(profile, allow_plain=True) as again:
        is_new = step == "exchanged"
        assert again.read.setting("new") == ("1" if is_new else "")
        assert replica(again).cursors()["org"] == (2 if is_new else 1)
        assert [row.id for row in again.read.orders()] == [order.order_id]
        assert again.link.pending == 1
        assert len(list(profile.glob("cache*.db"))) == 1
