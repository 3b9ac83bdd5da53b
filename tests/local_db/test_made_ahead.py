"""What a thread makes ahead comes in its order, whole, with its errors, and no thread stays behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from local_db.made_ahead import made_ahead


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "holdfast-ahead_0"]


def test_everything_comes_in_its_order() -> None:
    with made_ahead(iter(range(100))) as items:
        assert list(items) == list(range(100))
    assert threads() == []


def test_it_is_made_by_another_thread_and_not_far_ahead() -> None:
    made: list[str] = []

    def making() -> Iterator[int]:
        for number in range(50):
            made.append(threading.current_thread().name)
            yield number

    with made_ahead(making()) as items:
        assert [next(items) for _ in range(3)] == [0, 1, 2]
        assert len(made) <= 6
    assert set(made) == {"holdfast-ahead_0"}
    assert threads() == []


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def making() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("broken off")

    seen: list[int] = []
    with pytest.raises(ValueError, match="broken off"), made_ahead(making()) as items:
        seen.extend(items)
    assert seen == [1, 2]
    assert threads() == []


def test_a_consumer_that_fails_leaves_no_thread_behind() -> None:
    with pytest.raises(OSError, match="full"), made_ahead(iter(range(1000))) as items:
        next(items)
        raise OSError("full")
    assert threads() == []
