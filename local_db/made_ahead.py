"""Has a thread make what is needed next while the present one is worked on, so that two processors share the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_MOST_AHEAD = 3
_END: Any = object()


@contextmanager
def made_ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same items in the same order, a few of them made before they are asked for; raises what making them raises.

    The thread has ended when the block has, also where not all items were wanted.
    """
    pool = ThreadPoolExecutor(1, "holdfast-ahead")
    try:
        yield _taken(pool, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _taken(pool: ThreadPoolExecutor, items: Iterator[T]) -> Iterator[T]:
    ahead = deque(pool.submit(next, items, _END) for _ in range(_MOST_AHEAD))
    while (item := ahead.popleft().result()) is not _END:
        ahead.append(pool.submit(next, items, _END))
        yield item
