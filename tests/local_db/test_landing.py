"""What the server sends takes the place of provisional rows: the same comes of it as of taking all back and writing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from local_db import before_images, landing
from local_db.files import Connection
from local_db.look_ahead import LookAhead
from local_db.patches import apply_patches
from services.protocol.messages import TablePatch
from services.storage.row import Row, columns_of
from services.storage.search_tables import check_search
from services.storage.tables import Product, Stock
from tests.helpers.cache_steps import IDS, TABLES, apply_step, empty_cache, steps

Page = list[TablePatch]
Step = tuple[str, type[Row], str, Any]

server_values = st.one_of(st.integers(-(2**53), 2**53), st.text(max_size=6))
# So few that a page brings back what stood before the page before it.
few_values = st.sampled_from(["a", "b"])
upserts = st.tuples(st.just("upsert"), st.sampled_from(TABLES), st.sampled_from(IDS), few_values)


@st.composite
def pages(draw: st.DrawFn, values: st.SearchStrategy[Any] = server_values) -> list[Page]:
    """Pages of puts and deletes of a few ids, some of them in several pages."""
    found: list[Page] = []
    for _ in range(draw(st.integers(0, 3))):
        page: Page = []
        for cls in draw(st.lists(st.sampled_from(TABLES), unique=True, max_size=3)):
            put = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=4))
            deleted = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=2))
            page.append(_patch(cls, put, draw(values), [row_id for row_id in deleted if row_id not in put]))
        found.append(page)
    return found


def _patch(cls: type[Row], put: Sequence[str], value: Any, deleted: Sequence[str] = ()) -> TablePatch:
    width = len(columns_of(cls))
    return TablePatch(cls.table.name, [[row_id, *[value] * (width - 1)] for row_id in put], list(deleted))


def _rows(cache: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every value with its storage class, by id."""
    found = {}
    for cls in TABLES:
        quoted = ", ".join(f'quote("{name}")' for name in columns_of(cls))
        found[cls.table.name] = cache.execute(
            f'SELECT {quoted} FROM "{cls.table.name}" ORDER BY id'
        ).fetchall()
    return found


def _settled(base: Sequence[Step], pending: Sequence[Step], sent: Sequence[Page], *, by: str) -> Any:
    """The rows when all is done ``by`` "taking back" first, by "landing", or by landing what was "compared ahead"."""
    with empty_cache() as cache:
        cache.execute("UPDATE capture SET is_on = 0")
        for step in base:
            apply_step(cache, step)
        cache.execute("UPDATE capture SET is_on = 1")
        for step in pending:
            apply_step(cache, step)
        provisional = before_images.provisional_tables(cache)
        ahead = LookAhead(0)
        if by == "taking back":
            before_images.rewind(cache)
        cache.execute("UPDATE capture SET is_on = 0")
        if by == "compared ahead":
            for page in sent:
                ahead.add(landing.compare(cache, page))
        if by != "taking back" and landing.make_ready(cache, provisional):
            ahead = LookAhead(0)
        for position, page in enumerate(sent):
            if by == "taking back":
                touched = apply_patches(cache, page)
            else:
                touched = landing.land(cache, ahead.take(position) or landing.compare(cache, page))
            assert touched == {patch.table for patch in page if patch.puts or patch.deletes}
        if by != "taking back":
            before_images.rewind(cache)
        assert before_images.provisional_tables(cache) == []
        check_search(cache)
        return _rows(cache)


@given(st.lists(steps, max_size=12), st.lists(steps, max_size=20), pages())
@settings(max_examples=150, deadline=None)
def test_landing_and_taking_back_the_rest_gives_the_rows_of_taking_all_back_first(
    base: list[Step], pending: list[Step], sent: list[Page]
) -> None:
    taken_back = _settled(base, pending, sent, by="taking back")
    assert _settled(base, pending, sent, by="landing") == taken_back
    assert _settled(base, pending, sent, by="compared ahead") == taken_back


@given(st.lists(upserts, max_size=20), st.lists(upserts, max_size=6), pages(few_values))
@settings(max_examples=400, deadline=None)
def test_pages_of_the_same_rows_that_were_compared_ahead_land_one_after_the_other(
    base: list[Step], pending: list[Step], sent: list[Page]
) -> None:
    assert _settled(base, pending, sent, by="compared ahead") == _settled(
        base, pending, sent, by="taking back"
    )


def test_a_row_that_is_as_the_server_says_is_not_written_again() -> None:
    with empty_cache() as cache:
        sent = [_patch(Stock, ["id-0", "id-1"], "a")]
        apply_patches(cache, sent)
        cache.execute("UPDATE capture SET is_on = 0")
        landing.make_ready(cache, ["stock"])
        before = cache.total_changes
        landing.land(cache, landing.compare(cache, sent))
        assert cache.total_changes - before == 2  # the two before-images
        assert before_images.provisional_tables(cache) == []


def test_a_row_that_the_server_puts_where_a_deleted_one_stood_does_not_go_with_it() -> None:
    base: list[Step] = [("upsert", Product, "id-0", "a"), ("upsert", Product, "id-1", "b")]
    pending: list[Step] = [
        ("delete", Product, "id-1", ""),
        ("upsert", Product, "id-2", "c"),
        ("delete", Product, "id-2", ""),
    ]
    sent = [[_patch(Product, ["id-3", "id-4"], "d", ["id-0"])], [_patch(Product, ["id-0"], "e")]]
    for by in ("landing", "compared ahead"):
        rows = _settled(base, pending, sent, by=by)["product"]
        assert [(row[0], row[1]) for row in rows] == [
            ("'id-0'", "'e'"),
            ("'id-1'", "'b'"),
            ("'id-3'", "'d'"),
            ("'id-4'", "'d'"),
        ]
