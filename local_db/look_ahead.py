"""Compares the pages of a long pull with what stands here while the next ones are under way, so that settling is short."""

from __future__ import annotations

from local_db.landing import Comparison
from services.storage.row import Row

# Rows that differ or are new are kept in memory, those that are alike only by number.
_MOST_KEPT = 100_000


class LookAhead:
    """What came of it: the comparisons that hold at ``stands_at`` (Cache.commits), by the page's position in the pull.

    Each was made with the rows as they were before the pull's first page. So it holds only where no page before it has any
    of the same rows: such a page is compared when it is landed.
    """

    def __init__(self, stands_at: int) -> None:
        self.stands_at = stands_at
        self._pages: dict[int, list[Comparison]] = {}
        self._numbers: dict[type[Row], set[int]] = {}
        self._next = 0
        self._kept = 0

    def expects(self, position: int) -> bool:
        """Whether a page may be compared ahead: all before it were."""
        return position == self._next and self._kept <= _MOST_KEPT

    def add(self, page: list[Comparison]) -> None:
        """Keep what came of the next page."""
        met = False
        for each in page:
            numbers = self._numbers.setdefault(each.cls, set())
            met = met or not numbers.isdisjoint(each.stand)
            numbers.update(each.stand)
            self._kept += len(each.new) + sum(len(rows) for rows in each.changed.values())
        if not met:
            self._pages[self._next] = page
        self._next += 1

    def take(self, position: int) -> list[Comparison] | None:
        """What came of a page; None where it has to be compared now."""
        return self._pages.pop(position, None)
