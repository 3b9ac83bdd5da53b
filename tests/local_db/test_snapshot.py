"""A whole image becomes the cache at once, searchable and with what is pending on it, or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local_db import Desk, LocalError
from local_db.files import open_plain
from services.protocol.messages import TablePatch
from services.storage.cache_tables import business_statements
from services.storage.search_tables import check_search
from tests.helpers.books import SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, contents, patches, pull, replica, rows_only

CURSORS = {"org": 7, f"site:{SITE}": 9}


def write_image(path: Path, rows: list[TablePatch]) -> Path:
    """An image as the server writes it: the business tables with their rows, and no index."""
    tables, _ = business_statements()
    with closing(open_plain(path)) as image:
        for statement in tables:
            image.execute(statement)
        for patch in rows:
            if patch.puts:
                marks = ", ".join("?" * len(patch.puts[0]))
                image.executemany(f'INSERT INTO "{patch.table}" VALUES ({marks})', patch.puts)
    return path


@pytest.fixture
def image(tmp_path: Path, books: Books) -> Path:
    return write_image(tmp_path / "image.db", patches(books))


@pytest.fixture(params=["plain", "keyed"])
def empty(request: pytest.FixtureRequest, profile: Path) -> Iterator[Desk]:
    """An enrolled desk that has nothing yet."""
    how = {"allow_plain": True} if request.param == "plain" else {"passphrase": "correct horse"}
    with Desk.open(profile, credentials=IDENTITY, **how) as desk:
        yield desk


def test_an_image_becomes_the_cache(empty: Desk, image: Path, books: Books, profile: Path) -> None:
    told: list[frozenset[str]] = []
    empty.subscribe(told.append)
    replica(empty).adopt_snapshot(image, CURSORS)
    shown = rows_only(empty)
    expected = {patch.table: sorted(tuple(row) for row in patch.puts) for patch in patches(books)}
    assert {name: sorted(rows) for name, rows in shown.items()} == expected
    assert replica(empty).cursors() == CURSORS
    assert "product" in frozenset().union(*told)
    assert [row.sku for row in empty.read.search_products("prod")] == ["SKU1", "SKU2", "SKU3"]
    check_search(empty._store.cache.connection)
    assert not [path for path in profile.iterdir() if "next" in path.name]


def test_work_goes_on_upon_an_image_and_can_be_taken_back(empty: Desk, image: Path) -> None:
    replica(empty).adopt_snapshot(image, CURSORS)
    base = contents(empty)
    empty.as_user("user-1").do(new_order(empty, ("prod-1", 1)))
    assert len(empty.read.orders()) == 1
    pull(empty, version=20, last_n=1)
    assert contents(empty) == base


def test_what_is_pending_is_replayed_over_an_image(desk: Desk, image: Path) -> None:
    order = new_order(desk, ("prod-1", 4))
    desk.do(order)
    replica(desk).adopt_snapshot(image, CURSORS)
    assert [(row.id, row.provisional) for row in desk.read.orders()] == [(order.order_id, True)]
    assert [row.n for row in desk.read.outbox()] == [1]
    assert desk.read.stock_levels(site_id=SITE, product_id="prod-1")[0].reserved == 4


def test_an_image_whose_columns_are_in_another_order_fits(desk: Desk, tmp_path: Path) -> None:
    path = write_image(tmp_path / "other.db", [])
    with closing(open_plain(path)) as image:
        image.execute("DROP TABLE setting")
        image.execute("CREATE TABLE setting (value TEXT, something INTEGER, id TEXT PRIMARY KEY)")
        image.execute("INSERT INTO setting VALUES ('v', 1, 'k')")
    replica(desk).adopt_snapshot(path, CURSORS)
    assert desk.read.setting("k") == "v"


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000])
def test_something_else_than_an_image_is_refused_and_the_cache_stays(
    desk: Desk, tmp_path: Path, profile: Path, content: bytes
) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    shown = contents(desk)
    path = tmp_path / "image.db"
    path.write_bytes(content)
    with pytest.raises(LocalError, match="image"):
        replica(desk).adopt_snapshot(path, CURSORS)
    assert contents(desk) == shown
    assert replica(desk).cursors() != CURSORS
    desk.do(new_order(desk, ("prod-1", 1)))
    assert not [path for path in profile.iterdir() if "next" in path.name]


def test_an_image_that_lacks_a_column_is_refused(desk: Desk, image: Path) -> None:
    with closing(open_plain(image)) as plain:
        plain.execute("ALTER TABLE product DROP COLUMN uom")
    with pytest.raises(LocalError, match="uom"):
        replica(desk).adopt_snapshot(image, CURSORS)


def test_if_the_exchange_fails_the_old_cache_goes_on(
    desk: Desk, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = contents(desk)

    def failing(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("local_db.store.os.replace", failing)
    with pytest.raises(OSError, match="no"):
        replica(desk).adopt_snapshot(image, CURSORS)
    monkeypatch.undo()
    assert contents(desk) == shown
    desk.do(new_order(desk, ("prod-1", 1)))


def test_a_crash_during_the_exchange_makes_the_cache_anew_and_keeps_what_is_pending(
    desk: Desk, profile: Path, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.close()
    # As if the process had died between the two: the old file is gone, the new one not yet in its place.
    with Desk.open(profile, allow_plain=True) as dying:
        dying._store.outbox.meta.set(cache_in_doubt="1")
    (profile / "cache.db").unlink()
    with Desk.open(profile, allow_plain=True) as again:
        assert replica(again).cursors() == {}
        assert [row.n for row in again.read.outbox()] == [1]
        replica(again).adopt_snapshot(image, CURSORS)
        assert len(again.read.orders()) == 1


def test_readers_and_commands_go_on_while_images_are_exchanged(desk: Desk, image: Path) -> None:
    stop = threading.Event()
    problems: list[BaseException] = []

    def read() -> None:
        try:
            while not stop.is_set():
                with desk.read.snapshot():
                    assert desk.read.value("SELECT count(*) FROM product") == 3
                    desk.read.stock_levels(site_id=SITE)
        except BaseException as problem:
            problems.append(problem)

    def give() -> None:
        try:
            while not stop.is_set():
                desk.do(new_order(desk, ("prod-2", 1)))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for work in (read, read, give)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        replica(desk).adopt_snapshot(image, CURSORS)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(desk.read.orders(limit=10_000)) == len(desk.read.outbox(limit=10_000))


def test_the_rows_survive_closing(profile: Path, image: Path) -> None:
    with Desk.open(profile, allow_plain=True, credentials=IDENTITY) as desk:
        replica(desk).adopt_snapshot(image, CURSORS)
        shown = contents(desk)
    os.unlink(image)
    with Desk.open(profile, allow_plain=True) as again:
        assert contents(again) == shown
