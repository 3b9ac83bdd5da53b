"""A small warehouse for each test of a handler."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.commands import ReceiveStock
from tests.helpers.books import SITE, Books


@pytest.fixture
def books() -> Iterator[Books]:
    books = Books()
    yield books
    books.close()


@pytest.fixture
def stocked(books: Books) -> Books:
    """Ten of product 1 in one bin and five in another, twenty of product 2, none of product 3."""
    for product, bin_, quantity in (
        ("prod-1", "A-01-01-1", 10),
        ("prod-1", "A-01-02-1", 5),
        ("prod-2", "A-02-01-1", 20),
    ):
        books.must(ReceiveStock(site_id=SITE, product_id=product, location_id=bin_, quantity=quantity))
    return books
