"""Pages are kept as long as they are asked for, and never more of them than there is room for."""

from __future__ import annotations

from services.server.shared_pages import SharedPages


def test_a_page_is_found_under_its_key_only() -> None:
    pages: SharedPages[str] = SharedPages(10)
    pages.put(("site-1", 7), "rows", 3)
    assert pages.get(("site-1", 7)) == "rows"
    assert pages.get(("site-1", 8)) is None


def test_those_that_were_not_asked_for_lately_go_first() -> None:
    pages: SharedPages[str] = SharedPages(10)
    for key in ("a", "b"):
        pages.put(key, key, 4)
    pages.get("a")
    pages.put("c", "c", 4)
    assert [pages.get(key) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_a_page_that_is_put_twice_counts_once_and_one_that_is_too_large_is_not_kept() -> None:
    pages: SharedPages[str] = SharedPages(10)
    pages.put("a", "a", 4)
    pages.put("a", "a", 4)
    pages.put("b", "b", 4)
    assert (pages.get("a"), pages.get("b")) == ("a", "b")
    pages.put("c", "c", 11)
    assert pages.get("c") is None
