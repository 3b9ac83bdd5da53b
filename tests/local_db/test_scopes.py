"""A terminal that gains or loses a site gains or loses its rows, and nothing else; its queue stays whole."""

from __future__ import annotations

import msgspec
import pytest

from local_db import Desk
from services.commands import ReceiveStock
from services.protocol.messages import NO_PATCHES, PullResponse, pack
from services.storage.tables import Location, Product
from tests.helpers.books import SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import patch, replica, rows_only

HERE, THERE = f"site:{SITE}", "site:other"


def _settle(
    desk: Desk, cursors: dict[str, int], *rows: object, last_n: int = 0, gone: tuple[str, ...] = ()
) -> None:
    side = replica(desk)
    if rows:
        side.stage(pack(patch(*rows)))  # type: ignore[arg-type]
    side.settle(
        PullResponse(
            patches=NO_PATCHES, more=False, cursors=cursors, last_n=last_n, gone=list(gone), server_time=1
        )
    )


def _other_place(books: Books) -> Location:
    return msgspec.structs.replace(
        books.get(Location, "A-01-01-1"), id="other-bin", site_id="other", code="X-01"
    )


def test_a_gained_site_adds_its_rows_and_a_lost_one_takes_only_them_away(desk: Desk, books: Books) -> None:
    before = rows_only(desk)
    place = _other_place(books)
    known = replica(desk).cursors()
    _settle(desk, {**known, THERE: 3}, place)
    assert desk.scopes == ["org", HERE, THERE]
    assert desk.site_id == SITE
    assert ("other-bin",) in desk.read.tuples("SELECT id FROM location")
    _settle(desk, known, gone=(THERE,))
    assert desk.scopes == ["org", HERE]
    assert rows_only(desk) == before


def test_a_scope_that_the_server_no_longer_names_is_lost_even_where_it_does_not_say_so(
    desk: Desk, books: Books
) -> None:
    known = replica(desk).cursors()
    _settle(desk, {**known, THERE: 3}, _other_place(books))
    _settle(desk, known)
    assert ("other-bin",) not in desk.read.tuples("SELECT id FROM location")


def test_what_is_pending_for_a_lost_site_stays_queued_and_goes_when_its_outcome_comes(
    desk: Desk, books: Books
) -> None:
    known = replica(desk).cursors()
    desk.do(new_order(desk, ("prod-1", 1)))
    desk.do(ReceiveStock(site_id=SITE, product_id="prod-1", location_id="A-01-01-1", quantity=2))
    _settle(desk, {"org": known["org"]}, gone=(HERE,))
    assert desk.link.pending == 2
    assert len(replica(desk).commands_after(0, 10, 10**6)) == 2
    _settle(desk, {"org": known["org"]}, last_n=2)
    assert desk.link.pending == 0
    assert desk.read.value("SELECT count(*) FROM stock") == 0
    assert desk.read.value("SELECT count(*) FROM shadow_stock") == 0
    assert desk.read.value("SELECT count(*) FROM shadow_order") == 0


def test_the_search_index_follows_a_scope_that_comes_anew(desk: Desk, books: Books) -> None:
    product = msgspec.structs.replace(books.get(Product, "prod-1"), name="Quince preserve")
    known = replica(desk).cursors()
    _settle(desk, {HERE: known[HERE]}, gone=("org",))
    assert desk.read.value("SELECT count(*) FROM product") == 0
    _settle(desk, known, product)
    found = desk.read.tuples("SELECT rowid FROM product_words WHERE product_words MATCH 'quince'")
    assert len(found) == 1
    check = "INSERT INTO product_words (product_words, rank) VALUES ('integrity-check', 1)"
    desk._store.cache.connection.execute(check)


@pytest.mark.parametrize("times", [1, 3])
def test_losing_and_gaining_again_ends_where_it_began(desk: Desk, books: Books, times: int) -> None:
    known = replica(desk).cursors()
    place = _other_place(books)
    _settle(desk, {**known, THERE: 1}, place)
    before = rows_only(desk)
    for version in range(times):
        _settle(desk, known, gone=(THERE,))
        _settle(desk, {**known, THERE: version + 2}, place)
    assert rows_only(desk) == before
