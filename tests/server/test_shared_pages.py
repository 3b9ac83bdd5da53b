"""Pages are kept as long as they are asked for, and never more of them than there is room for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.server.shared_pages import SharedPages


class Maker:
    """Makes pages that are called like their keys, and knows which it made."""

    def __init__(self, weight: int = 4) -> None:
        self.made: list[str] = []
        self._weight = weight

    def of(self, key: str) -> Callable[[], tuple[str, int]]:
        def make() -> tuple[str, int]:
            self.made.append(key)
            return key, self._weight

        return make


def test_a_page_is_made_once_for_its_key_and_for_no_other() -> None:
    pages: SharedPages[str] = SharedPages(10)
    maker = Maker()
    assert [pages.get_or_make(key, maker.of(key)) for key in ("a", "a", "b")] == ["a", "a", "b"]
    assert maker.made == ["a", "b"]


def test_those_that_were_not_asked_for_lately_go_first() -> None:
    pages: SharedPages[str] = SharedPages(10)
    maker = Maker()
    for key in ("a", "b", "a", "c", "a", "b"):
        pages.get_or_make(key, maker.of(key))
    assert maker.made == ["a", "b", "c", "b"]


def test_a_page_that_is_too_large_is_given_but_not_kept() -> None:
    pages: SharedPages[str] = SharedPages(10)
    maker = Maker(weight=11)
    assert [pages.get_or_make("a", maker.of("a")) for _ in range(2)] == ["a", "a"]
    assert maker.made == ["a", "a"]


def test_whoever_asks_while_another_makes_it_waits_for_that_one() -> None:
    pages: SharedPages[str] = SharedPages(10)
    maker = Maker()
    began, may_end = threading.Event(), threading.Event()

    def slowly() -> tuple[str, int]:
        began.set()
        assert may_end.wait(30)
        return maker.of("a")()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(pages.get_or_make, "a", slowly)
        assert began.wait(30)
        second = pool.submit(pages.get_or_make, "a", slowly)
        may_end.set()
        assert (first.result(30), second.result(30)) == ("a", "a")
    assert maker.made == ["a"]


def test_where_making_fails_the_next_one_tries() -> None:
    pages: SharedPages[str] = SharedPages(10)

    def failing() -> tuple[str, int]:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        pages.get_or_make("a", failing)
    assert pages.get_or_make("a", Maker().of("a")) == "a"
