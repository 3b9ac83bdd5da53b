"""A settle that takes long steps back for a person's command, is begun again, and in the end goes through."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from local_db import Desk
from local_db.files import open_plain
from local_db.rebase import Rebase
from local_db.stepping_back import StepBack, SteppedBack
from local_db.store import Store
from services.protocol.messages import Outcome
from services.storage.tables import Setting
from tests.helpers.books import Books
from tests.local_db.orders import new_order
from tests.local_db.truth import patch, patches, pull

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
_ENDLESS = f"{_NUMBERS} SELECT count(*) FROM n"
_LONG = f"{_NUMBERS} SELECT count(*) FROM (SELECT i FROM n LIMIT 200000)"


def test_a_long_statement_is_broken_off_for_who_waits(tmp_path: Path) -> None:
    with closing(open_plain(tmp_path / "any.db")) as connection:
        step_back = StepBack(connection)
        ended = threading.Event()

        def ask() -> None:
            while not ended.wait(0.001):
                step_back.ask()

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            with pytest.raises(SteppedBack), step_back.breakable():
                connection.execute(_ENDLESS).fetchall()
            # Outside, nothing is broken off, though somebody goes on asking.
            assert connection.execute(_LONG).fetchone() == (200_000,)
            step_back.check()
        finally:
            ended.set()
            asking.join()


def test_an_error_without_anybody_waiting_stays_what_it_is(tmp_path: Path) -> None:
    with closing(open_plain(tmp_path / "any.db")) as connection:
        step_back = StepBack(connection)
        with pytest.raises(ZeroDivisionError), step_back.breakable():
            raise ZeroDivisionError


class _LongSettles:
    """Settles that last until somebody waits, as many as are wanted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        self.begun = threading.Event()
        self.tries = 0
        apply = Rebase._apply

        def long(rebase: Rebase, *arguments: object, **named: object) -> set[str]:
            self.tries += 1
            touched: set[str] = apply(rebase, *arguments, **named)  # type: ignore[arg-type]
            self.begun.set()
            step_back = rebase._cache.step_back
            while self.tries <= count and step_back._may_be_broken_off:
                step_back.check()
            return touched

        monkeypatch.setattr(Rebase, "_apply", long)
        monkeypatch.setattr("local_db.replica._PAUSES_S", (0.0, 0.0, 0.0))


def test_a_command_given_during_a_long_settle_does_not_wait_for_its_end(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_order(desk, ("prod-1", 1))
    desk.do(first)
    settles = _LongSettles(monkeypatch, 1)
    changed = [*patches(books), *patch(Setting("new", "1"))]
    outcome = Outcome(1, "applied")
    settling = threading.Thread(
        target=pull, args=(desk, changed), kwargs={"version": 2, "last_n": 1, "outcomes": [outcome]}
    )
    settling.start()
    assert settles.begun.wait(60)
    second = new_order(desk, ("prod-2", 1))
    desk.do(second)
    settling.join()
    assert settles.tries >= 2
    assert [row.id for row in desk.read.orders()] == [second.order_id]
    assert desk.read.setting("new") == "1"
    assert (desk.link.pending, desk._store.settled_n) == (1, 1)


def test_newer_rows_do_not_wait_for_ever_for_somebody_who_works_without_a_pause(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settles = _LongSettles(monkeypatch, 1_000)
    settling = threading.Thread(target=pull, args=(desk, patch(Setting("new", "1"))), kwargs={"version": 2})
    settling.start()
    while settling.is_alive():
        desk.do(new_order(desk, ("prod-1", 1)))
    settling.join()
    assert settles.tries <= 4
    assert desk.read.setting("new") == "1"


def test_other_work_under_the_lock_is_never_broken_off(desk: Desk) -> None:
    store: Store = desk._store
    holding, done = threading.Event(), threading.Event()
    found: list[int] = []

    def hold() -> None:
        with store.writing():
            holding.set()
            done.wait(0.5)
            found.append(store.cache.connection.execute(_LONG).fetchone()[0])

    holder = threading.Thread(target=hold)
    holder.start()
    assert holding.wait(60)
    desk.do(new_order(desk, ("prod-1", 1)))
    holder.join()
    assert found == [200_000]
