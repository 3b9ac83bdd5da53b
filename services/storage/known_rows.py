"""What a unit of work knows: of each class of rows those that were read or written, and the answers to finds among them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from services.storage.row import Row

Key = tuple[Any, ...]
"""The values that a find asks for, in the order of its columns."""


@lru_cache(maxsize=256)
def key_of(names: tuple[str, ...]) -> Callable[[Row], Key]:
    """What takes the values of these columns out of a row, as a key of the finds that name them."""
    if len(names) > 1:
        return attrgetter(*names)
    only = attrgetter(*names)
    return lambda row: (only(row),)


class Found:
    """The answer to one find: ids, and the rows in order of id while none of them has changed."""

    __slots__ = ("ids", "rows")

    def __init__(self) -> None:
        self.ids: dict[str, None] = {}
        self.rows: list[Row | None] | None = None

    def in_order(self, known: dict[str, Row | None]) -> list[Any]:
        """The rows, in a list of the caller's own."""
        if self.rows is None:
            self.rows = [known[row_id] for row_id in sorted(self.ids)]
        return self.rows.copy()


class Finds:
    """The finds of one class of rows by some of its columns."""

    __slots__ = ("answers", "key_in", "unasked")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.key_in = key_of(names)
        """Takes the values of these columns out of a row."""
        self.answers: dict[Key, Found] = {}
        self.unasked: dict[Key, dict[str, None]] = {}
        """Of rows written since the last flush, which the database does not know: those no find has asked for yet."""

    def take_in(self, row_id: str, row: Row, *, is_stored: bool = False) -> None:
        """The row has come to be as it is."""
        key = self.key_in(row)
        answer = self.answers.get(key)
        if answer is not None:
            answer.rows = None
            answer.ids[row_id] = None
        elif not is_stored:
            self.unasked.setdefault(key, {})[row_id] = None

    def take_out(self, row_id: str, row: Row) -> None:
        """The row is not as it was any more."""
        key = self.key_in(row)
        answer = self.answers.get(key)
        if answer is not None:
            answer.rows = None
            answer.ids.pop(row_id, None)
        elif (ids := self.unasked.get(key)) is not None:
            ids.pop(row_id, None)


class KnownTable:
    """What is known of one class of rows."""

    __slots__ = ("finds", "rows", "stored", "unread")

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        """Every row that was read or written, as it is now; None where there is none."""
        self.stored: dict[str, Any] = {}
        """Of every row written since the last flush: what is stored of it."""
        self.unread: set[str] = set()
        """Those of them that were never read."""
        self.finds: dict[tuple[str, ...], Finds] = {}
        """By the columns that were asked for."""

    def finds_by(self, names: tuple[str, ...]) -> Finds:
        """The finds by these columns."""
        finds = self.finds.get(names)
        if finds is None:
            finds = self.finds[names] = Finds(names)
            for row_id in self.stored:
                if (row := self.rows[row_id]) is not None:
                    finds.take_in(row_id, row)
        return finds

    def refile(self, row_id: str, before: Row | None, after: Row | None, *, is_stored: bool = False) -> None:
        """Move a row between the remembered finds. ``is_stored``: the database knows it as it is now."""
        for finds in self.finds.values():
            if before is not None:
                finds.take_out(row_id, before)
            if after is not None:
                finds.take_in(row_id, after, is_stored=is_stored)


class KnownTables(dict[type[Row], KnownTable]):
    """What is known of each class of rows; nothing at first."""

    def __missing__(self, cls: type[Row]) -> KnownTable:
        made = self[cls] = KnownTable()
        return made
