"""Pages of rows that many terminals ask for one after the other, kept for a moment so that they are read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
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
        self._weight = 0

    def get(self, key: Hashable) -> P | None:
        """The page that was put under this key, if it is still here."""
        with self._lock:
            found = self._pages.get(key)
            if found is None:
                return None
            self._pages.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, page: P, weight: int) -> None:
        """Keep a page, which nobody changes any more; those that were not asked for lately go."""
        with self._lock:
            self._weight += weight - self._pages.pop(key, (page, 0))[1]
            self._pages[key] = page, weight
            while self._weight > self._most_weight:
                self._weight -= self._pages.popitem(last=False)[1][1]
