"""What commands have read and written, so that one can tell whether a change made elsewhere could have mattered to them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

from services.storage.known_rows import key_of
from services.storage.row import Row
from services.storage.unit_of_work import UnitOfWork

R = TypeVar("R", bound=Row)

# Some 40 MB; beyond it, what pending commands have seen is not worth remembering.
_MOST_IDS = 300_000


class Footprint:
    """The rows that pending commands asked for or wrote, by id, and the finds they made, by what was looked for.

    Ids are kept without their tables: where two tables share one, it only looks as if more had been seen.
    """

    def __init__(self, *, is_whole: bool) -> None:
        """``is_whole``: whether there are no pending commands of which nothing is known here."""
        self.is_whole = is_whole
        self._ids: set[str] = set()
        self._finds: dict[type[Row], dict[tuple[str, ...], set[Hashable]]] = {}

    def begin(self) -> None:
        """Nothing is pending in the tables any more: what is done from now on is all there is."""
        self._ids.clear()
        self._finds.clear()
        self.is_whole = True

    def lose(self) -> None:
        """It is not known any more what the pending commands have seen."""
        self.begin()
        self.is_whole = False

    def bound(self) -> None:
        """Give up where it has grown too big."""
        if len(self._ids) > _MOST_IDS:
            self.lose()

    def add_id(self, row_id: str) -> None:
        """A row was asked for, whether it was there or not, or was written."""
        self._ids.add(row_id)

    def add_ids(self, ids: Iterable[str]) -> None:
        """``add_id`` for many."""
        self._ids.update(ids)

    def add_finds(self, cls: type[Row], names: tuple[str, ...], keys: Iterable[Hashable]) -> None:
        """All rows were asked for in which these columns have one of these values."""
        self._finds.setdefault(cls, {}).setdefault(names, set()).update(keys)

    def meets(self, cls: type[Row], row_id: str, before: Row | None, after: Row | None) -> bool:
        """Whether a row that changes from ``before`` to ``after`` (None: is not there) was read, written or looked for."""
        if row_id in self._ids:
            return True
        return any(
            row is not None and key_of(names)(row) in keys
            for names, keys in self._finds.get(cls, {}).items()
            for row in (before, after)
        )


class TracedUnitOfWork(UnitOfWork):
    """A unit of work that leaves a footprint."""

    def __init__(self, connection: Any, footprint: Footprint) -> None:
        """See UnitOfWork."""
        super().__init__(connection)
        self._footprint = footprint

    def get(self, cls: type[R], row_id: str) -> R | None:
        """See UnitOfWork."""
        self._footprint.add_id(row_id)
        return super().get(cls, row_id)

    def get_many(self, cls: type[R], ids: Iterable[str]) -> dict[str, R]:
        """See UnitOfWork."""
        wanted = list(ids)
        self._footprint.add_ids(wanted)
        return super().get_many(cls, wanted)

    def find(self, cls: type[R], **equal: Any) -> list[R]:
        """See UnitOfWork."""
        self._footprint.add_finds(cls, tuple(equal), (tuple(equal.values()),))
        return super().find(cls, **equal)

    def find_many(self, cls: type[R], column: str, values: Iterable[str], **equal: Any) -> dict[str, list[R]]:
        """See UnitOfWork."""
        wanted = list(values)
        rest = tuple(equal.values())
        self._footprint.add_finds(cls, (column, *equal), [(value, *rest) for value in wanted])
        return super().find_many(cls, column, wanted, **equal)

    def _set(self, cls: type[Row], row_id: str, row: Row | None) -> None:
        self._footprint.add_id(row_id)
        super()._set(cls, row_id, row)
