"""Provisional work can be taken back exactly, whatever was done, and the tests notice when it cannot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_db import before_images
from local_db.files import Connection, DatabaseError
from services.storage.row import Row, columns_of
from services.storage.search_tables import check_search
from services.storage.tables import Product, Stock
from tests.helpers.cache_steps import TABLES, apply_step, empty_cache, steps


def _dump(cache: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every value with its storage class and row number."""
    found = {}
    for cls in TABLES:
        typed = ", ".join(f'"{name}", typeof("{name}")' for name in columns_of(cls))
        found[cls.table.name] = cache.execute(
            f'SELECT rowid, {typed} FROM "{cls.table.name}" ORDER BY rowid'
        ).fetchall()
    return found


def _check_that_rewinding_restores(
    cache: Connection,
    base: list[tuple[str, type[Row], str, Any]],
    pending: list[tuple[str, type[Row], str, Any]],
) -> None:
    cache.execute("UPDATE capture SET is_on = 0")
    for step in base:
        apply_step(cache, step)
    cache.execute("UPDATE capture SET is_on = 1")
    before = _dump(cache)
    for step in pending:
        apply_step(cache, step)
    cache.execute("BEGIN")
    touched = before_images.rewind(cache)
    cache.execute("COMMIT")
    assert _dump(cache) == before
    assert before_images.provisional_tables(cache) == []
    assert touched <= {cls.table.name for cls in TABLES}
    check_search(cache)


@given(st.lists(steps, max_size=20), st.lists(steps, max_size=20))
@settings(max_examples=150, deadline=None)
def test_rewinding_restores_every_row_byte_for_byte(base: list[Any], pending: list[Any]) -> None:
    with empty_cache() as cache:
        _check_that_rewinding_restores(cache, base, pending)


def _put(cls: type[Row], row_id: str, value: str) -> tuple[str, type[Row], str, Any]:
    return ("upsert", cls, row_id, value)


def test_a_number_taken_over_from_a_deleted_row_goes_back_to_it() -> None:
    base = [_put(Product, "id-0", "a"), _put(Product, "id-1", "b")]
    pending = [
        ("delete", Product, "id-1", ""),
        ("delete", Product, "id-0", ""),
        _put(Product, "id-1", "c"),
        _put(Product, "id-0", "d"),
        _put(Product, "id-2", "e"),
    ]
    with empty_cache() as cache:
        _check_that_rewinding_restores(cache, base, pending)


def test_nothing_is_kept_of_what_the_server_sends() -> None:
    with empty_cache() as cache:
        cache.execute("UPDATE capture SET is_on = 0")
        apply_step(cache, _put(Stock, "id-0", "a"))
        assert before_images.provisional_tables(cache) == []


def test_the_view_names_the_provisional_rows() -> None:
    with empty_cache() as cache:
        cache.execute("UPDATE capture SET is_on = 0")
        apply_step(cache, _put(Stock, "id-0", "a"))
        apply_step(cache, _put(Stock, "id-1", "a"))
        apply_step(cache, _put(Stock, "id-2", "a"))
        cache.execute("UPDATE capture SET is_on = 1")
        apply_step(cache, ("update", Stock, "id-0", "b"))
        apply_step(cache, ("delete", Stock, "id-2", ""))
        apply_step(cache, _put(Stock, "id-3", "a"))
        assert cache.execute("SELECT id FROM before_stock ORDER BY id").fetchall() == [("id-0",), ("id-3",)]


def _plant_or_ignore(cache: Connection) -> None:
    """The fault that the design warns of: OR IGNORE instead of NOT EXISTS in the triggers."""
    found = cache.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'shadow_%'"
    ).fetchall()
    for name, sql in found:
        start, end = sql.index("AND NOT EXISTS"), sql.index("BEGIN")
        faulty = sql[:start] + sql[end:].replace("INSERT INTO", "INSERT OR IGNORE INTO")
        cache.execute(f'DROP TRIGGER "{name}"')
        cache.execute(faulty)


def test_or_ignore_in_the_triggers_breaks_rewinding_and_is_noticed() -> None:
    base = [_put(Stock, "id-0", "the server's")]
    twice_replaced = [("replace", Stock, "id-0", "first"), ("replace", Stock, "id-0", "second")]
    with empty_cache() as cache:
        _check_that_rewinding_restores(cache, base, twice_replaced)
    with empty_cache() as cache:
        _plant_or_ignore(cache)
        with pytest.raises((AssertionError, DatabaseError)):
            _check_that_rewinding_restores(cache, base, twice_replaced)


def test_without_recursive_triggers_a_replaced_row_is_lost_and_it_is_noticed() -> None:
    base = [_put(Stock, "id-0", "the server's")]
    with empty_cache() as cache:
        cache.execute("PRAGMA recursive_triggers = OFF")
        with pytest.raises(AssertionError):
            _check_that_rewinding_restores(cache, base, [("replace", Stock, "id-0", "mine")])
