"""What a thread does beside the one that writes a large file: make what is to be written next, and have it flushed."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, Any, TypeVar

T = TypeVar("T")

_MOST_AHEAD = 2
_FLUSHED_BYTES = 32 * 1024 * 1024
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


def write_and_flush(file: IO[bytes], chunks: Iterable[bytes | bytearray]) -> None:
    """Write what comes, and have the disk take it meanwhile: what a flush at the end has to wait for is little then.

    Raises OSError where the disk does not take it.
    """
    with ThreadPoolExecutor(1, "holdfast-flush") as pool:
        flushed = pool.submit(os.fsync, file.fileno())
        waiting = 0
        for chunk in chunks:
            waiting += file.write(chunk)
            if waiting >= _FLUSHED_BYTES and flushed.done():
                flushed.result()
                flushed = pool.submit(os.fsync, file.fileno())
                waiting = 0
        flushed.result()
