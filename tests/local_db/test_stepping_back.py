"""A settle that takes long steps back for a person's command."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from local_db import Desk
from local_db.files import open_plain
from local_db.stepping_back import StepBack, SteppedBack
from local_db.store import Store
from tests.local_db.orders import new_order

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
