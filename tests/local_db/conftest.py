"""A desk on real files, and the small warehouse that it has pulled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_db import Desk
from services.commands import ReceiveStock
from tests.helpers.books import SITE, Books
from tests.local_db.truth import IDENTITY, patches, pull


@pytest.fixture
def books() -> Iterator[Books]:
    """The server's side: ten of product 1 in one bin and five in another, twenty of product 2, none of product 3."""
    books = Books()
    for product, bin_, quantity in (
        ("prod-1", "A-01-01-1", 10),
        ("prod-1", "A-01-02-1", 5),
        ("prod-2", "A-02-01-1", 20),
    ):
        books.must(ReceiveStock(site_id=SITE, product_id=product, location_id=bin_, quantity=quantity))
    yield books
    books.close()


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Where the desk's files are."""
    return tmp_path / "profile"


@pytest.fixture
def desk(profile: Path, books: Books) -> Iterator[Desk]:
    """A desk that has pulled the warehouse, with a supervisor acting."""
    with Desk.open(profile, allow_plain=True, credentials=IDENTITY) as desk:
        pull(desk, patches(books))
        yield desk.as_user("user-1")
