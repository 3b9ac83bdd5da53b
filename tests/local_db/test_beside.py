"""Rows that pending work has nothing to do with are written beside it, with the very result of a full replay."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from local_db import Desk, before_images
from local_db.cache import Cache
from local_db.provisional import Provisional
from local_db.replay import Replay
from services.commands import Command, HoldOrder, ReceiveStock
from services.domain.refusals import RuleViolation
from services.protocol.messages import TablePatch
from services.storage.footprint import Footprint, TracedUnitOfWork
from services.storage.tables import TABLES, Customer, Order, Setting
from services.storage.unit_of_work import UnitOfWork
from tests.helpers.books import SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, contents, patch, patches, pull, replica


@contextmanager
def _counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Counts replays."""
    replays: list[int] = []
    after = Replay.after

    def counted(self: Replay, n: int, terminal_id: str) -> set[str]:
        replays.append(n)
        return after(self, n, terminal_id)

    with monkeypatch.context() as patched:
        patched.setattr(Replay, "after", counted)
        yield replays


def _replayed(desk: Desk) -> tuple[dict[str, list[Any]], dict[str, list[Any]], list[Any]]:
    """What taking all back and replaying all gives: the rows without pending work, the rows with it, what is at risk."""
    store = desk._store
    connection = store.cache.connection
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("DELETE FROM made")
        before_images.rewind(connection)
        base = _rows(connection)
        cache = Cache(connection)
        Replay(cache, store.outbox, Provisional(cache)).after(store.settled_n, store.terminal_id())
        return base, _rows(connection), _own(connection)
    finally:
        connection.execute("ROLLBACK")


def _rows(connection: Any) -> dict[str, list[Any]]:
    return {
        cls.table.name: connection.execute(f'SELECT * FROM "{cls.table.name}" ORDER BY id').fetchall()
        for cls in TABLES
    }


def _own(connection: Any) -> list[Any]:
    """What the terminal's own tables say about pending commands, shadows by the ids of their rows."""
    views = [
        connection.execute(f'SELECT id FROM "before_{cls.table.name}" ORDER BY id').fetchall()
        for cls in TABLES
    ]
    return [
        *views,
        connection.execute("SELECT * FROM at_risk ORDER BY n").fetchall(),
        connection.execute("SELECT * FROM made ORDER BY id").fetchall(),
    ]


def _problems(desk: Desk, books: Books) -> list[str]:
    """Where the rows are not those of a full replay over the server's."""
    base, rows, own = _replayed(desk)
    connection = desk._store.cache.connection
    truth = {each.table: sorted(tuple(row) for row in each.puts) for each in patches(books)}
    found = [f"base of {name}" for name in base if sorted(base[name]) != truth[name]]
    shown = _rows(connection)
    found += [name for name in rows if rows[name] != shown[name]]
    if own != _own(connection):
        found.append("what is known of pending commands")
    return found


def test_a_row_that_nobody_looked_at_is_written_without_a_replay(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    shown = contents(desk)
    with _counting(monkeypatch) as replays:
        pull(desk, patch(Setting("unread", "1")), version=2)
    assert replays == []
    assert desk.read.setting("unread") == "1"
    assert {name: rows for name, rows in contents(desk).items() if name != "setting"} == {
        name: rows for name, rows in shown.items() if name != "setting"
    }
    assert replica(desk).cursors() == {"org": 2, f"site:{SITE}": 2}


def test_a_row_that_a_pending_command_wrote_is_replayed_over(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    with _counting(monkeypatch) as replays:
        pull(desk, patch(msgspec.structs.replace(books.level("prod-1"), on_hand=40)), version=2)
    assert replays == [0]


def test_a_row_that_a_pending_command_only_read_is_replayed_over(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = new_order(desk, ("prod-1", 3))
    desk.do(order)
    customer = msgspec.structs.replace(books.get(Customer, "cust-1"), city="Elsewhere")
    with _counting(monkeypatch) as replays:
        pull(desk, patch(customer), version=2)
    assert replays == [0]
    shown = desk.read.get(Order, order.order_id)
    assert shown is not None
    assert shown.ship_city == "Elsewhere"


def test_a_new_row_that_a_pending_command_would_have_found_is_replayed_over(
    desk: Desk, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = new_order(desk, ("prod-3", 3))
    desk.do(order)
    assert desk.read.order_lines(order.order_id)[0].reserved == 0
    books.must(ReceiveStock(site_id=SITE, product_id="prod-3", location_id="A-01-01-1", quantity=9))
    with _counting(monkeypatch) as replays:
        pull(desk, patches(books), version=2)
    assert replays == [0]
    assert desk.read.order_lines(order.order_id)[0].reserved == 3


def test_what_made_a_command_at_risk_is_looked_at_again(desk: Desk, books: Books) -> None:
    order = new_order(desk, ("prod-2", 20), on_shortfall="refuse")
    desk.do(order)
    level = books.level("prod-2")
    pull(desk, patch(msgspec.structs.replace(level, reserved=15)), version=2)
    pull(desk, patch(Setting("unread", "1")), version=3)
    assert desk.read.outbox()[0].status == "at_risk"
    pull(desk, patch(level), version=4)
    assert desk.read.outbox()[0].status == "provisional"


def test_after_a_start_with_pending_work_the_first_rows_are_replayed_over(
    desk: Desk, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do(new_order(desk, ("prod-1", 3)))
    desk.close()
    with Desk.open(profile, allow_plain=True) as again, _counting(monkeypatch) as replays:
        pull(again, patch(Setting("unread", "1")), version=2)
        pull(again, patch(Setting("unread", "2")), version=3)
        assert again.read.setting("unread") == "2"
    assert replays == [0]


def test_a_new_row_does_not_get_the_number_of_a_row_that_pending_work_deleted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(desk, patch(Setting("a", "1"), Setting("z", "1")), version=2)
    cache = desk._store.cache
    desk.do(new_order(desk, ("prod-1", 1)))
    with desk._store.writing():
        cache.begin()
        setting = cache.unit.get(Setting, "z")
        assert setting is not None
        cache.unit.remove(setting)
        cache.unit.flush()
        cache.commit(applied_through=cache.applied_through)
    with _counting(monkeypatch) as replays:
        pull(desk, patch(Setting("new", "1")), version=3)
    assert replays == [0]
    assert desk.read.values("SELECT id FROM setting ORDER BY id") == ["a", "new", "z"]


def test_a_settle_that_changes_nothing_brings_up_what_the_outbox_is_ahead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = new_order(desk, ("prod-1", 1))
    desk.do(order)
    cache = desk._store.cache
    with desk._store.writing():
        # As a commit of the cache that failed leaves it.
        cache.begin()
        before_images.rewind(cache.connection)
        cache.set_applied(0)
        cache.commit(applied_through=0)
        cache.forget_rows()
    pull(desk, version=2)
    assert desk.read.order(order.order_id) is not None


class Play:
    """A desk whose commands stay pending, and a server where others work, which it pulls after every step."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self.books = Books()
        self.desk = Desk.open(folder, allow_plain=True, credentials=IDENTITY).as_user("user-1")
        for product in ("prod-1", "prod-2"):
            self.books.must(self._receipt(product))
        self._version = 0
        self._sent: dict[str, dict[str, list[Any]]] = {}
        self.pull()

    def step(self) -> None:
        """Something done here or there: often about other goods and people than what is pending."""
        chance, books = self._chance, self.books
        product = f"prod-{chance.randint(1, 3)}"
        match chance.randrange(7):
            case 0 | 1:
                self._do(new_order(self.desk, (product, chance.randint(1, 6))))
            case 2 if here := [row.id for row in self.desk.read.orders()]:
                self._do(HoldOrder(site_id=SITE, order_id=chance.choice(here), reason="wait"))
            case 3:
                self._do(self._receipt(product))
            case 4:
                books.order((product, chance.randint(1, 4)))
            case 5:
                books.must(self._receipt(product))
            case _:
                customer = books.get(Customer, chance.choice(["cust-1", "cust-2"]))
                books.unit.put(msgspec.structs.replace(customer, city=f"City {chance.randrange(99)}"))
                books.unit.put(Setting(f"setting-{chance.randrange(5)}", str(chance.randrange(99))))
                books.unit.flush()

    def pull(self) -> None:
        """Bring the desk what has changed at the server."""
        now = {each.table: {row[0]: row for row in each.puts} for each in patches(self.books)}
        changed = [
            TablePatch(
                table,
                [row for row_id, row in rows.items() if self._sent.get(table, {}).get(row_id) != row],
                [row_id for row_id in self._sent.get(table, {}) if row_id not in rows],
            )
            for table, rows in now.items()
        ]
        self._sent = now
        self._version += 1
        pull(self.desk, [each for each in changed if each.puts or each.deletes], version=self._version)

    def close(self) -> None:
        """Close the files."""
        self.desk.close()
        self.books.close()

    def _do(self, command: Command) -> None:
        with contextlib.suppress(RuleViolation):
            self.desk.do(command)

    def _receipt(self, product: str) -> ReceiveStock:
        bin_ = self._chance.choice(["A-01-01-1", "A-01-02-1", "A-02-01-1"])
        return ReceiveStock(
            site_id=SITE, product_id=product, location_id=bin_, quantity=self._chance.randint(1, 5)
        )


def _play(folder: Path, seed: int, steps: int = 12) -> list[str]:
    """Play, and answer what was found to be wrong after a pull, if anything was."""
    play = Play(folder, seed)
    try:
        for _ in range(steps):
            play.step()
            play.pull()
            if problems := _problems(play.desk, play.books):
                return problems
    finally:
        play.close()
    return []


@pytest.mark.parametrize("seed", range(12))
def test_rows_are_those_of_a_full_replay_however_they_came(seed: int, tmp_path: Path) -> None:
    assert _play(tmp_path / "profile", seed) == []


def test_both_ways_are_taken_in_these_plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _counting(monkeypatch) as replays:
        pulls = 0
        for seed in range(5):
            _play(tmp_path / str(seed), seed)
            pulls += 12
    # Every pull is followed by one replay of the check itself.
    assert 0 < len(replays) - pulls < pulls


def test_reads_that_are_not_recorded_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault is planted, and the same plays have to find it."""
    for read in ("get", "get_many", "find", "find_many"):
        monkeypatch.setattr(TracedUnitOfWork, read, getattr(UnitOfWork, read))
    assert any(_play(tmp_path / str(seed), seed) for seed in range(25))


def test_writes_that_are_not_recorded_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Footprint, "add_id", lambda self, row_id: None)
    assert any(_play(tmp_path / str(seed), seed) for seed in range(25))
