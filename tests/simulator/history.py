"""What the server's rows were at each version, noted as its commits happened and not as its feed tells it."""

from __future__ import annotations

from collections.abc import Mapping

from services.server.transaction import Committed
from services.storage.row import scope_of
from services.storage.tables import TABLES
from tests.simulator.rows import Key, Rows, scope_of_values, values_of

_BUSINESS = frozenset(TABLES)


class History:
    """Every change of every scope, in order."""

    def __init__(self, beginning: Rows, versions: Mapping[str, int]) -> None:
        self.beginning = beginning
        self.first = dict(versions)
        self.versions = dict(versions)
        self.lives = 1
        self._changes: dict[str, list[tuple[int, Rows, set[Key]]]] = {}
        self._kept: dict[str, int] = dict(versions)

    def note(self, committed: Committed) -> None:
        """A commit of the server holds."""
        puts: dict[str, Rows] = {}
        gone: dict[str, set[Key]] = {}
        for cls, rows in committed.changes.items():
            if cls not in _BUSINESS:
                continue
            table = cls.table.name
            for row_id, row in rows.items():
                before = committed.before.get(cls, {}).get(row_id)
                scope = None if row is None else scope_of(row)
                if row is not None and scope is not None:
                    puts.setdefault(scope, {})[table, row_id] = values_of(row)
                if before is not None and scope_of(before) != scope:
                    gone.setdefault(scope_of(before), set()).add((table, row_id))
        for scope in puts.keys() | gone.keys():
            self.versions[scope] = self.versions.get(scope, 0) + 1
            entry = (self.versions[scope], puts.get(scope, {}), gone.get(scope, set()))
            self._changes.setdefault(scope, []).append(entry)

    def keep(self) -> None:
        """The server is backed up."""
        self._kept = dict(self.versions)

    def go_back(self) -> None:
        """The backup is put in the server's place: what came after it did not happen."""
        self.lives += 1
        self.versions = dict(self._kept)
        for scope, changes in self._changes.items():
            del changes[max(0, self.versions.get(scope, 0) - self.first.get(scope, 0)) :]

    def replica(self) -> ReplicaRows:
        """The rows of a terminal that is at the beginning."""
        return ReplicaRows(self)

    def between(self, scope: str, after: int, upto: int) -> list[tuple[int, Rows, set[Key]]]:
        """A scope's changes with versions above ``after``, up to ``upto``."""
        first = self.first.get(scope, 0)
        return self._changes.get(scope, [])[max(0, after - first) : max(0, upto - first)]


class ReplicaRows:
    """The server's rows at a terminal's cursors."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lives = history.lives
        self._at: dict[str, int] = dict(history.first)
        self._rows: Rows = dict(history.beginning)

    def at(self, cursors: Mapping[str, int]) -> Rows:
        """The rows at these cursors. They may stand still or go forward, or begin anew with every row."""
        is_other_life = self._lives != self._history.lives
        if is_other_life or any(version < self._at.get(scope, 0) for scope, version in cursors.items()):
            self._lives = self._history.lives
            self._at, self._rows = dict(self._history.first), dict(self._history.beginning)
        for scope, version in cursors.items():
            for _, puts, gone in self._history.between(scope, self._at.get(scope, 0), version):
                for key in gone:
                    known = self._rows.get(key)
                    if known is not None and scope_of_values(key[0], known) == scope:
                        del self._rows[key]
                self._rows |= puts
            self._at[scope] = version
        return self._rows
