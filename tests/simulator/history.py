"""What the server's rows were at each version, noted as its commits happened and not as its feed tells it."""

from __future__ import annotations

from collections.abc import Mapping

from services.server.transaction import Committed
from services.storage.row import scope_of
from services.storage.tables import TABLES
from tests.simulator.rows import Key, Rows, values_of

_BUSINESS = frozenset(TABLES)


class History:
    """Every change of every scope, in order."""

    def __init__(self, beginning: Mapping[str, Rows], versions: Mapping[str, int]) -> None:
        """``beginning``: the rows of each scope."""
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
        self._at: dict[str, int] = {}
        self._rows: dict[str, Rows] = {}

    def at(self, cursors: Mapping[str, int]) -> Rows:
        """The rows of these scopes at these versions. A scope may stand still or go forward, come, go, or begin anew."""
        if self._lives != self._history.lives:
            self._lives = self._history.lives
            self._at.clear()
        for scope in list(self._at):
            if cursors.get(scope, -1) < self._at[scope]:
                del self._at[scope]
        found: Rows = {}
        for scope, version in cursors.items():
            if scope not in self._at:
                self._at[scope] = self._history.first.get(scope, 0)
                self._rows[scope] = dict(self._history.beginning.get(scope, {}))
            rows = self._rows[scope]
            for _, puts, gone in self._history.between(scope, self._at[scope], version):
                for key in gone:
                    rows.pop(key, None)
                rows |= puts
            self._at[scope] = version
            found |= rows
        return found
