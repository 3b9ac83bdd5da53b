"""The feed: its union is the tables, and no reader misses a change, however writers meet."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import Connection

from services.commands import CustomerFields, ReceiveStock, SaveCustomer
from services.protocol.messages import NO_PATCHES
from services.server import feed
from services.server.committer import Committer
from services.server.database import Database
from services.server.migrations import upgrade
from services.server.parts import Parts
from services.server.push import Push
from services.server.transaction import Transaction
from services.storage.row import scope_of
from services.storage.stock_rule import stock_problems
from services.storage.tables import BY_NAME, StockLevel, Vehicle
from services.storage.unit_of_work import UnitOfWork
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import OTHER_SITE, SITE, bin_id, order, seed_site

SITES = (SITE, OTHER_SITE)


@pytest.fixture
def two_sites(parts: Parts) -> Parts:
    """The small warehouse with a second site."""
    parts.committer.run(("org", f"site:{OTHER_SITE}"), lambda transaction: seed_site(transaction, OTHER_SITE))
    return parts


def test_readers_who_pull_all_the_while_end_up_with_every_row(two_sites: Parts) -> None:
    writers = [Terminal(two_sites, site=site) for site in SITES for _ in range(3)]
    readers = [Terminal(two_sites, site=site) for site in SITES]
    finished = threading.Event()

    def write(terminal: Terminal, site: str) -> None:
        code = terminal.enrolled.terminal_code
        for number in range(12):
            terminal.do(
                ReceiveStock(site_id=site, product_id="prod-1", location_id=bin_id(site, 1), quantity=5)
            )
            terminal.do(order(f"{code}-{number}", ("prod-1", 2), site=site))
            name = CustomerFields(code=f"{code}-{number}", name="New customer")
            terminal.do(SaveCustomer(customer_id=f"c-{code}-{number}", values=name))

    def read(terminal: Terminal) -> None:
        while not finished.is_set():
            terminal.pull()

    with ThreadPoolExecutor(8) as pool:
        reading = [pool.submit(read, reader) for reader in readers]
        sites = [site for site in SITES for _ in range(3)]
        writing = [pool.submit(write, writer, site) for writer, site in zip(writers, sites, strict=True)]
        try:
            for future in writing:
                future.result()
        finally:
            finished.set()
        for future in reading:
            future.result()
    stored = stored_rows(two_sites)
    for reader, site in zip(readers, SITES, strict=True):
        reader.pull()
        assert reader.rows == rows_of(stored, {"org", f"site:{site}"})
    with two_sites.database.reading() as connection:
        assert feed.union_differs(connection) == {}


def rows_of(
    stored: dict[tuple[str, str], list[object]], scopes: set[str]
) -> dict[tuple[str, str], list[object]]:
    """The stored rows of these scopes."""
    return {key: row for key, row in stored.items() if scope_of(BY_NAME[key[0]](*row)) in scopes}


Take = Callable[[Connection], int]
"""Takes the version for one change, in the transaction that will commit it."""


class Changes:
    """A feed of single changes, written by connections that interleave as they like, and read by a cursor."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ids = itertools.count(1)
        self.committed: set[str] = set()
        self.seen: set[str] = set()
        self.cursor = 0

    def read(self) -> None:
        """What a pull does: everything above the cursor up to the head, in one snapshot."""
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT version, pk FROM change WHERE version > %s ORDER BY version", (self.cursor,)
            ).fetchall()
        for version, pk in rows:
            self.seen.add(pk)
            self.cursor = max(self.cursor, version)

    def by_counter(self, meanwhile: Callable[[], None]) -> None:
        """A writer as the server has them: the version comes last, then the commit."""
        with self.database.writing() as connection:
            meanwhile()
            pk = f"row-{next(self.ids)}"
            feed.write(connection, {"org": {"product": {pk: False}}})
        self.committed.add(pk)

    def by_sequence(self, meanwhile: Callable[[], None]) -> None:
        """The planted fault: the version is taken from a sequence when the row is written, early."""
        with self.database.writing() as connection:
            pk = f"row-{next(self.ids)}"
            version = connection.exec_driver_sql("SELECT nextval('planted')").scalar_one()
            connection.exec_driver_sql(
                'INSERT INTO change (scope_id, "table", pk, version, deleted) VALUES (1, %s, %s, %s, 0)',
                ("product", pk, version),
            )
            meanwhile()
        self.committed.add(pk)


@pytest.fixture
def changes(postgres_url: str) -> Iterator[Changes]:
    """An empty feed on PostgreSQL, where writers really run side by side."""
    database = Database(postgres_url)
    upgrade(database)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE planted")
    yield Changes(database)
    database.close()


def interleave(changes: Changes, write: Callable[[Callable[[], None]], None]) -> None:
    """A writer that is slow while another one begins, commits and is read."""

    def another_overtakes() -> None:
        write(lambda: None)
        changes.read()

    write(another_overtakes)
    changes.read()


def test_a_slow_writer_is_not_overtaken_by_a_reader(changes: Changes) -> None:
    interleave(changes, changes.by_counter)
    assert changes.seen == changes.committed


def test_a_sequence_as_cursor_would_be_caught_by_the_same_check(changes: Changes) -> None:
    interleave(changes, changes.by_sequence)
    assert changes.committed - changes.seen == {"row-1"}


def test_versions_given_out_side_by_side_are_all_read(changes: Changes) -> None:
    finished = threading.Event()

    def read() -> None:
        while not finished.is_set():
            changes.read()

    with ThreadPoolExecutor(9) as pool:
        reading = pool.submit(read)
        writing = [
            pool.submit(lambda: [changes.by_counter(lambda: None) for _ in range(40)]) for _ in range(8)
        ]
        try:
            for future in writing:
                future.result()
        finally:
            finished.set()
        reading.result()
    changes.read()
    assert changes.seen == changes.committed
    assert len(changes.seen) == 320


def test_a_row_that_moves_to_another_site_leaves_the_one_and_comes_to_the_other(
    two_sites: Parts,
) -> None:
    here, there = Terminal(two_sites), Terminal(two_sites, site=OTHER_SITE)
    here.pull()
    there.pull()
    van = ("vehicle", f"{SITE}-van-1")
    assert van in here.rows
    assert van not in there.rows

    def hand_over(transaction: Transaction) -> None:
        vehicle = transaction.unit.get(Vehicle, van[1])
        assert vehicle is not None
        transaction.unit.change(vehicle, site_id=OTHER_SITE)

    two_sites.committer.run((f"site:{SITE}", f"site:{OTHER_SITE}"), hand_over)
    here.pull()
    there.pull()
    assert van not in here.rows
    assert van in there.rows
    with two_sites.database.reading() as connection:
        assert feed.union_differs(connection) == {}


def test_a_row_that_is_made_and_removed_in_one_commit_was_never_there(parts: Parts) -> None:
    def make_and_remove(transaction: Transaction) -> None:
        unit = transaction.unit
        van = unit.get(Vehicle, f"{SITE}-van-1")
        copy = unit.put(msgspec.structs.replace(van, id="short-lived", code="SHORT"))
        unit.remove(copy)

    terminal = Terminal(parts)
    terminal.pull()
    parts.committer.run((f"site:{SITE}",), make_and_remove)
    page = terminal.pull()
    assert page.patches == NO_PATCHES


def test_the_check_of_the_feed_finds_rows_that_came_past_it(parts: Parts) -> None:
    with parts.database.writing() as connection:
        unit = UnitOfWork(connection)
        van = unit.get(Vehicle, f"{SITE}-van-1")
        assert van is not None
        unit.change(van, registration="X")
        unit.remove(van)
        unit.flush()
    with parts.database.reading() as connection:
        assert feed.union_differs(connection) == {"vehicle": 1}
    with parts.database.writing() as connection:
        feed.adopt_all(connection)
    with parts.database.reading() as connection:
        assert feed.union_differs(connection) == {}


def test_rows_changed_by_another_process_are_not_mistaken_for_what_is_remembered(parts: Parts) -> None:
    """A committer remembers rows from commit to commit, as long as nobody else writes; here two take turns."""
    other = Committer(parts.database, parts.clock)
    other.start()
    here, there = Terminal(parts), Terminal(parts)
    elsewhere = Push(other, epoch=parts.epoch)
    for _ in range(3):
        here.do(ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=1))
        sent = there.queue(
            ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=10)
        )
        elsewhere.take(there.request(sent.n))
    other.stop()
    with parts.database.reading() as connection:
        (level,) = UnitOfWork(connection).find(StockLevel, site_id=SITE, product_id="prod-1")
        assert stock_problems(connection) == []
    assert level.on_hand == 133
