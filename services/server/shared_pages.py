"""Pages of rows that many terminals ask for one after the other, kept for a moment so that they are read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

P = TypeVar("P")


class SharedPages(Generic[P]):
    """The pages that were asked for last, by all that they depend on; may be used from several threads.

    ``most_weight``: of all of them together. A terminal that is told of a commit asks for what hundreds of others ask
    for too, and so does each of a crowd that was away for equally long.
    """

    def __init__(self, most_weight: int) -> None:
        self._most_weight = most_weight
        self._lock = threading.Lock()
        self._pages: OrderedDict[Hashable, tuple[P, int]] = OrderedDict()
        self._making: dict[Hashable, threading.Event] = {}
        self._weight = 0

    def get_or_make(self, key: Hashable, make: Callable[[], tuple[P, int]]) -> P:
        """The page of this key, which nobody changes any more. Where it is not here, ``make`` gives it with its weight.

        Whoever asks while another makes it waits for that one. Raises what ``make`` raises.
        """
        while True:
            with self._lock:
                found = self._pages.get(key)
                if found is not None:
                    self._pages.move_to_end(key)
                    return found[0]
                others = self._making.get(key)
                if others is None:
                    made = self._making[key] = threading.Event()
                    break
            others.wait()
        try:
            page, weight = make()
            self._put(key, page, weight)
            return page
        finally:
            with self._lock:
                del self._making[key]
            made.set()

    def _put(self, key: Hashable, page: P, weight: int) -> None:
        """Keep a page; those that were not asked for lately go."""
        with self._lock:
            self._weight += weight - self._pages.pop(key, (page, 0))[1]
            self._pages[key] = page, weight
            while self._weight > self._most_weight:
                self._weight -= self._pages.popitem(last=False)[1][1]
