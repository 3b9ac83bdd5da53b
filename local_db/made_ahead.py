"""Has a thread make what is needed next while the present one is worked on, so that two processors share the work."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

_MOST_WAITING = 2
_LOOK_EVERY_S = 0.1


@contextmanager
def made_ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same items in the same order, a few of them made before they are asked for; raises what making them raises.

    The thread has ended when the block has, also where not all items were wanted.
    """
    made: queue.Queue[tuple[T] | None] = queue.Queue(_MOST_WAITING)
    trouble: list[BaseException] = []
    is_over = threading.Event()

    def hand_over(item: tuple[T] | None) -> bool:
        while not is_over.is_set():
            try:
                made.put(item, timeout=_LOOK_EVERY_S)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items:
                if not hand_over((item,)):
                    return
        except BaseException as problem:
            trouble.append(problem)
        hand_over(None)

    def taken() -> Iterator[T]:
        while (item := made.get()) is not None:
            yield item[0]
        if trouble:
            raise trouble[0]

    thread = threading.Thread(target=make, name="holdfast-ahead", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        is_over.set()
        thread.join()
