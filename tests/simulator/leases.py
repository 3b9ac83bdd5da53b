"""What is set aside for terminals, followed commit by commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from services.server.transaction import Committed
from services.storage.tables import Allotment, StockLevel

Outcome = tuple[str, str]


class Leases:
    """Told of every commit that holds: what each adds to allotments it takes from what is free, and the other way."""

    def __init__(self, at_first: Mapping[str, tuple[int, int]]) -> None:
        """``at_first``: allotment -> units that are set aside when the schedule begins, and when that was (ms UTC)."""
        self.granted = Counter({row_id: units for row_id, (units, _) in at_first.items()})
        """Allotment -> units that were ever set aside in it."""
        self.grants = {(row_id, since) for row_id, (_, since) in at_first.items()}
        """Every allotment with each time when it was granted or filled."""
        self.lost: dict[str, Outcome] = {}
        """Command -> its status and code, of those that a restored server has forgotten."""
        self.problems: list[str] = []
        self._kept = Counter(self.granted), set(self.grants)

    def keep(self) -> None:
        """The server is backed up."""
        self._kept = Counter(self.granted), set(self.grants)

    def go_back(self, outcomes: Mapping[str, Outcome]) -> None:
        """The backup is put in the server's place, after all these outcomes were given."""
        self.granted, self.grants = Counter(self._kept[0]), set(self._kept[1])
        self.lost |= outcomes

    def note(self, committed: Committed) -> Iterable[str]:
        """A commit of the server holds. Answers what happened, for the tally."""
        moved: Counter[tuple[str, str]] = Counter()
        for _, before, after in _changed(committed, StockLevel):
            row = after or before
            moved[row.site_id, row.product_id] -= _of(after, "leased") - _of(before, "leased")
        for row_id, before, after in _changed(committed, Allotment):
            row = after or before
            more = _unused(after) - _unused(before)
            moved[row.site_id, row.product_id] += more
            self.granted[row_id] += max(0, more)
            if after is not None:
                self.grants.add((row_id, after.leased_at))
            yield _what_happened(before, after, more)
        self.problems += [f"{where} is off by {units}" for where, units in moved.items() if units]


def _what_happened(before: Any, after: Any, more: int) -> str:
    if after is None:
        return "allotments given back"
    if more > 0:
        return "allotments granted" if before is None else "allotments filled"
    if before is not None and before.status != after.status:
        return "allotments called back"
    return "allotments drawn on" if more < 0 else "allotments renewed"


def _changed(committed: Committed, cls: Any) -> Iterable[tuple[str, Any, Any]]:
    for row_id, after in committed.changes.get(cls, {}).items():
        yield row_id, committed.before[cls].get(row_id), after


def _of(row: Any, name: str) -> int:
    return 0 if row is None else int(getattr(row, name))


def _unused(row: Any) -> int:
    return _of(row, "quantity") - _of(row, "used")
