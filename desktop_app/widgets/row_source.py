"""Where a table's rows come from: the protocol, and two ready-made sources."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable


class RowSource(Protocol):
    """Rows by number, in one order. Sources are immutable: another filter or order is another source.

    Both methods run off the UI thread, possibly at the same time.
    """

    def count(self) -> int:
        """How many rows there are."""
        ...

    def page(self, offset: int, limit: int, after: Any | None) -> Sequence[Any]:
        """Rows `offset` to `offset + limit`. `after` is the row just before them where it is known, for a keyset query."""
        ...


@runtime_checkable
class SortedSource(Protocol):
    """A source that can be had in another order; the table's headers then sort."""

    def sorted(self, column: str, descending: bool) -> RowSource:
        """The same rows ordered by a column's key."""
        ...


class ListSource:
    """Rows that are in memory already; sorts by what the columns show."""

    def __init__(self, rows: Sequence[Any], sort_keys: dict[str, Callable[[Any], Any]] | None = None) -> None:
        self._rows, self._keys = rows, sort_keys or {}

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def page(self, offset: int, limit: int, after: Any | None) -> Sequence[Any]:
        """A slice."""
        return self._rows[offset : offset + limit]

    def sorted(self, column: str, descending: bool) -> "ListSource":
        """Ordered by a sort key; by the attribute of that name where none was given. What is None comes last."""
        key = self._keys.get(column) or (lambda row: getattr(row, column))
        known = [row for row in self._rows if key(row) is not None]
        unknown = [row for row in self._rows if key(row) is None]
        return ListSource([*sorted(known, key=key, reverse=descending), *unknown], self._keys)


class QuerySource:
    """Rows by two functions, as a desk's queries: `count()` and `page(offset, limit, after, order, descending)`."""

    def __init__(
        self,
        count: Callable[[], int],
        page: Callable[[int, int, Any | None, str, bool], Sequence[Any]],
        order: str = "",
        descending: bool = False,
    ) -> None:
        self._count, self._page, self._order, self._descending = count, page, order, descending

    def count(self) -> int:
        """How many rows there are."""
        return self._count()

    def page(self, offset: int, limit: int, after: Any | None) -> Sequence[Any]:
        """One page in the present order."""
        return self._page(offset, limit, after, self._order, self._descending)

    def sorted(self, column: str, descending: bool) -> "QuerySource":
        """The same query in another order."""
        return QuerySource(self._count, self._page, column, descending)
