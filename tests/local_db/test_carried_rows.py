"""A desk that was updated out of the server's reach goes on with the rows it had, and fetches everything anew later."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local_db import Desk, before_images, cache_file, migrations
from local_db.doctor import examine_desk
from services.protocol.messages import NO_PATCHES
from services.storage.tables import Product
from tests.helpers.books import Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, SCOPES, contents, patches, pull, replica


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Makes this program one to which every cache is of another version."""

    def make() -> None:
        monkeypatch.setattr(migrations, "CACHE_VERSION", 10_000)
        migrations.cache_schema.cache_clear()

    yield make
    monkeypatch.undo()
    migrations.cache_schema.cache_clear()


def _without_row_numbers(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    return {table: [row[1:] for row in rows] for table, rows in contents(desk).items()}


def _change(profile: Path, *statements: str) -> None:
    """Let the cache be as another version would have made it."""
    with closing(sqlite3.connect(cache_file.present(profile), isolation_level=None)) as cache:
        kinds = "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')"
        for kind, name in cache.execute(kinds).fetchall():
            cache.execute(f'DROP {kind} "{name}"')
        for statement in statements:
            cache.execute(statement)


def test_the_rows_stay_and_what_is_pending_is_replayed_over_them(
    profile: Path, desk: Desk, books: Books, next_version: Callable[[], None]
) -> None:
    base = _without_row_numbers(desk)
    desk.do(new_order(desk, ("prod-1", 1)))
    before = _without_row_numbers(desk)
    desk.close()
    next_version()
    with Desk.open(profile, allow_plain=True) as newer:
        assert replica(newer).cursors() == {}, "the server is to give everything anew"
        assert _without_row_numbers(newer) == before
        assert [row.status for row in newer.read.outbox()] == ["provisional"]
        newer.as_user("user-1").do(new_order(newer, ("prod-2", 1)))
        assert [row.sku for row in newer.read.search_products("SKU1")]
        before_images.rewind(newer._store.cache.connection)
        assert _without_row_numbers(newer) == base, "what is pending can be taken back exactly"
        pull(newer, patches(books), last_n=2, version=5, reset=SCOPES)
        assert _without_row_numbers(newer) == base
    assert [finding.problems for finding in examine_desk(profile) if finding.problems] == []
    assert [file.name for file in profile.glob("cache*.db")] == ["cache.1.db"]


def test_a_keyed_profile_keeps_its_rows_too(
    profile: Path, books: Books, next_version: Callable[[], None]
) -> None:
    with Desk.open(profile, passphrase="a long passphrase", credentials=IDENTITY) as desk:
        pull(desk, patches(books))
        before = _without_row_numbers(desk)
    next_version()
    with Desk.open(profile, passphrase="a long passphrase") as newer:
        assert _without_row_numbers(newer) == before
    assert not cache_file.present(profile).read_bytes().startswith(b"SQLite format 3")


def test_a_column_that_is_new_has_its_default(
    profile: Path, desk: Desk, next_version: Callable[[], None]
) -> None:
    desk.close()
    drop = ('ALTER TABLE "{}" DROP COLUMN removal_strategy', 'ALTER TABLE "{}" DROP COLUMN active')
    _change(profile, *(each.format(table) for each in drop for table in ("product", "shadow_product")))
    next_version()
    with Desk.open(profile, allow_plain=True) as newer:
        product = newer.read.get(Product, "prod-1")
        assert product is not None
        assert (product.sku, product.removal_strategy, product.active) == ("SKU1", "", True)


@pytest.mark.parametrize(
    "too_far",
    [
        "ALTER TABLE product DROP COLUMN category",
        "ALTER TABLE shadow_product RENAME TO earlier",
        "ALTER TABLE cache_meta DROP COLUMN synced_at",
        "UPDATE cache_meta SET outbox_id = 'another'",
    ],
    ids=["a column must be filled", "another kind of shadows", "another kind of facts", "another outbox"],
)
def test_a_cache_that_is_too_far_from_this_version_is_made_anew_and_what_is_pending_stays(
    profile: Path, desk: Desk, books: Books, next_version: Callable[[], None], too_far: str
) -> None:
    order = new_order(desk, ("prod-1", 1))
    desk.do(order)
    desk.close()
    _change(profile, "DROP TABLE product_words", "DROP INDEX ix_read_product_category", too_far)
    next_version()
    with Desk.open(profile, allow_plain=True) as newer:
        assert replica(newer).cursors() == {}
        assert newer.read.value("SELECT count(*) FROM product") == 0
        assert [row.status for row in newer.read.outbox()] == ["at_risk"]
        pull(newer, patches(books), version=5)
        assert [row.status for row in newer.read.outbox()] == ["provisional"]
        assert [row.id for row in newer.read.orders()] == [order.order_id]


def test_rows_of_a_site_that_is_lost_meanwhile_go_with_the_next_pull(
    profile: Path, desk: Desk, next_version: Callable[[], None]
) -> None:
    desk.close()
    next_version()
    with Desk.open(profile, allow_plain=True) as newer:
        assert newer.read.value("SELECT count(*) FROM location") > 0
        replica(newer).stage(NO_PATCHES)
        pull(newer, version=5, reset=["org"], gone=["site:site-1"])
        assert newer.read.value("SELECT count(*) FROM location") == 0


def test_without_room_for_them_the_cache_is_made_anew(
    profile: Path, desk: Desk, next_version: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from local_db import next_cache

    desk.close()
    next_version()
    monkeypatch.setattr(next_cache, "_ROOM_LEFT_BYTES", 2**60)
    with Desk.open(profile, allow_plain=True) as newer:
        assert newer.read.value("SELECT count(*) FROM product") == 0
