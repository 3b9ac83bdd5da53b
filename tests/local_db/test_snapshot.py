"""A whole image becomes the cache at once, searchable and with what is pending on it, or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from backports import zstd

from local_db import Desk, LocalError
from local_db.cache_file import present
from local_db.files import open_plain, open_reader
from services.commands import ReceiveStock
from services.protocol.messages import Outcome, TablePatch
from services.server.image_writer import add_indexes, begin_image
from services.storage.cache_tables import business_statements
from services.storage.search_tables import check_search
from services.sync.errors import DamagedSnapshot
from tests.helpers.books import SITE, Books
from tests.local_db.adopt_child import STEPS
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, contents, patches, pull, replica, rows_only

CURSORS = {"org": 7, f"site:{SITE}": 9}


def write_image(path: Path, rows: list[TablePatch], *, whole: bool = False) -> Path:
    """An image as a server writes it: of this program's layout, or as a server of another version might."""
    with closing(begin_image(path) if whole else open_plain(path)) as image:
        if not whole:
            for statement in business_statements()[0]:
                image.execute(statement)
        image.execute("BEGIN")
        for patch in rows:
            if patch.puts:
                marks = ", ".join("?" * len(patch.puts[0]))
                image.executemany(f'INSERT INTO "{patch.table}" VALUES ({marks})', patch.puts)
        if whole:
            add_indexes(image)
        image.execute("COMMIT")
    return path


@pytest.fixture(params=["whole", "other layout"])
def image(request: pytest.FixtureRequest, tmp_path: Path, books: Books) -> Path:
    """An image as it arrives: compressed."""
    plain = write_image(tmp_path / "plain.db", patches(books), whole=request.param == "whole")
    packed = tmp_path / "image"
    packed.write_bytes(zstd.compress(plain.read_bytes()))
    plain.unlink()
    return packed


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


def test_an_image_that_lacks_a_column_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = write_image(tmp_path / "image.db", [])
    with closing(open_plain(path)) as plain:
        plain.execute("ALTER TABLE product DROP COLUMN uom")
    with pytest.raises(DamagedSnapshot, match="uom"):
        replica(desk).adopt_snapshot(path, CURSORS)


@pytest.mark.parametrize("left", [0.0, 0.3, 0.99])
def test_an_image_that_breaks_off_or_goes_on_is_refused_and_the_cache_stays(
    desk: Desk, image: Path, profile: Path, left: float
) -> None:
    shown = contents(desk)
    data = image.read_bytes()
    image.write_bytes(data[: int(len(data) * left)])
    with pytest.raises(DamagedSnapshot):
        replica(desk).adopt_snapshot(image, CURSORS)
    plain = zstd.decompress(data)
    for other in (plain[:-2048], plain + bytes(2048), data + data, data + b"?", zstd.compress(plain + plain)):
        image.write_bytes(other)
        with pytest.raises(DamagedSnapshot):
            replica(desk).adopt_snapshot(image, CURSORS)
    assert contents(desk) == shown
    assert not [path for path in profile.iterdir() if "next" in path.name]


def test_without_room_for_an_image_nothing_is_begun(
    desk: Desk, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = contents(desk)
    monkeypatch.setattr("local_db.next_cache.shutil.disk_usage", lambda _: SimpleNamespace(free=1024))
    with pytest.raises(OSError, match="No space left"):
        replica(desk).adopt_snapshot(image, CURSORS)
    assert contents(desk) == shown


def test_a_command_with_an_outcome_is_not_replayed_over_an_image_even_if_the_cache_was_lost(
    desk: Desk, image: Path, profile: Path
) -> None:
    side = replica(desk)
    settled, open_ = new_order(desk, ("prod-1", 1)), new_order(desk, ("prod-1", 2))
    desk.do(settled)
    desk.do(open_)
    side.record_outcomes([Outcome(1, "applied")])
    desk.close()
    present(profile).unlink()
    with Desk.open(profile, allow_plain=True) as again:
        replica(again).adopt_snapshot(image, CURSORS)
        # The first one's rows are in the image or come with the pull; on top of it they would be there twice.
        assert [row.id for row in again.read.orders()] == [open_.order_id]
        assert again.read.stock_levels(site_id=SITE, product_id="prod-1")[0].reserved == 2
        assert (replica(again).settled_n(), replica(again).pending_count()) == (1, 1)


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


def test_if_pending_work_cannot_be_replayed_at_once_it_is_before_the_next_read_of_the_new_cache(
    desk: Desk, profile: Path, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.do(new_order(desk, ("prod-1", 1)))
    assert len(desk.read.orders()) == 1

    def failing(*_: object) -> None:
        raise OSError("no")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="no"):
        broken.setattr("local_db.rebase.Rebase.catch_up", failing)
        replica(desk).adopt_snapshot(image, CURSORS)
    assert replica(desk).cursors() == CURSORS
    assert len(desk.read.orders()) == 1
    assert desk.read.value("SELECT count(*) FROM cursor WHERE version = ?", (CURSORS["org"],)) >= 1


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_desk_has_the_old_cache_or_the_new_one_and_all_that_is_pending(
    desk: Desk, profile: Path, tmp_path: Path, books: Books, step: str
) -> None:
    books.must(ReceiveStock(site_id=SITE, product_id="prod-3", location_id="A-01-01-1", quantity=7))
    image = write_image(tmp_path / "image.db", patches(books), whole=True)
    order = new_order(desk, ("prod-1", 1))
    desk.do(order)
    old = replica(desk).cursors()
    desk.close()
    words = [str(profile), str(image), json.dumps(CURSORS), step]
    died = subprocess.run([sys.executable, "-m", "tests.local_db.adopt_child", *words], check=False)
    assert died.returncode == -signal.SIGKILL
    with Desk.open(profile, allow_plain=True) as again:
        is_new = step == "exchanged"
        assert replica(again).cursors() == (CURSORS if is_new else old)
        assert len(again.read.stock_levels(site_id=SITE, product_id="prod-3")) == is_new
        assert [row.id for row in again.read.orders()] == [order.order_id]
        assert [row.n for row in again.read.outbox()] == [1]
        check_search(again._store.cache.connection)
        replica(again).adopt_snapshot(image, CURSORS)
        assert [row.id for row in again.read.orders()] == [order.order_id]
    assert not [path for path in profile.iterdir() if "next" in path.name]


def test_another_program_that_reads_the_old_cache_reads_on_and_touches_nothing_of_the_new_one(
    desk: Desk, profile: Path, tmp_path: Path, books: Books
) -> None:
    image = write_image(tmp_path / "image.db", patches(books), whole=True)
    order = new_order(desk, ("prod-1", 1))
    desk.do(order)
    with closing(open_reader(profile, "")) as stranger:
        rows = stranger.execute('SELECT number FROM "order"')
        replica(desk).adopt_snapshot(image, CURSORS)
        desk.do(new_order(desk, ("prod-1", 1)))
        assert len(rows.fetchall()) == 1
    # With one name for both, it would have taken the new cache's log with it when it closed the old one.
    assert Path(f"{present(profile)}-wal").exists()
    assert len(desk.read.orders()) == 2
    desk.close()
    with Desk.open(profile, allow_plain=True) as again:
        assert replica(again).cursors() == CURSORS
        assert len(again.read.orders()) == 2
    assert [file.name for file in profile.glob("cache*")] == ["cache.1.db"]


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
