"""The cache's one writing connection: where it stands, and the rows it remembers from command to command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_db.files import Connection
from local_db.stepping_back import StepBack
from services.storage.footprint import Footprint, TracedUnitOfWork
from services.storage.unit_of_work import UnitOfWork

# About 100 MB of rows at the most; beyond it they are read again as they are needed.
_ROWS_REMEMBERED = 100_000


class Cache:
    """The disposable file with the business rows. All methods run under the owner's write lock.

    ``last_n``: up to it the commands of ``client_id`` are settled; ``applied_through``: up to it they are in the
    business tables. ``synced_at`` (ms UTC): when the rows last were the server's; None before the first sync.
    ``footprint``: what the pending commands in the tables have read and written. ``step_back``: who needs the writer now
    asks there.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._unit: UnitOfWork | None = None
        self.commits = 0
        """How many transactions were made to hold here: as long as it is the same, so are the rows."""
        self._is_in_doubt = True
        self.reload()
        self.step_back = StepBack(connection)
        self.footprint = Footprint(is_whole=self.applied_through == self.last_n)

    def reload(self) -> None:
        """Read again where the cache stands: at the beginning and after a transaction that was taken back."""
        row = self.connection.execute(
            "SELECT client_id, last_n, applied_through, synced_at FROM cache_meta"
        ).fetchone()
        self.client_id: str = row[0]
        self.last_n: int = row[1]
        self.applied_through: int = row[2]
        self.synced_at: int | None = row[3]
        self._is_in_doubt = False

    @property
    def unit(self) -> UnitOfWork:
        """The rows as handlers see them. It lives on between transactions, for nobody else writes to the file."""
        if self._unit is None:
            self._unit = TracedUnitOfWork(_Driver(self.connection), self.footprint)
        elif self._unit.rows_known > _ROWS_REMEMBERED:
            self._unit.forget()
        return self._unit

    def close(self) -> None:
        """Close the file."""
        self._unit = None
        self.connection.close()

    def begin(self) -> None:
        """Begin a transaction."""
        if self._is_in_doubt:
            self.reload()
        self._stood = (self.client_id, self.last_n, self.applied_through, self.synced_at)
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self, applied_through: int) -> None:
        """Make the transaction hold; the commands up to ``applied_through`` are in the tables with it."""
        self.commits += 1
        self.connection.execute("COMMIT")
        self.applied_through = applied_through

    def leave(self) -> None:
        """End a transaction that wrote nothing; what was read stays known."""
        self.connection.execute("ROLLBACK")

    def take_back(self) -> None:
        """Take the transaction back, and forget what it made known."""
        # After some errors, such as a full disk, SQLite has ended the transaction itself.
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.forget_rows()
        self.footprint.lose()
        # A disk that fails may fail in reading too: until the file can be asked, it is taken to stand where it stood.
        self.client_id, self.last_n, self.applied_through, self.synced_at = self._stood
        self._is_in_doubt = True
        self.reload()

    def forget_rows(self) -> None:
        """Rows were changed past the unit of work: what it remembers no longer holds."""
        if self._unit is not None:
            self._unit.forget()

    def set_applied(self, n: int) -> None:
        """Write down, within the transaction, that the commands up to ``n`` are in the tables."""
        self.connection.execute("UPDATE cache_meta SET applied_through = ?", (n,))

    def mark_at_risk(self, n: int, code: str, message: str, details: str) -> None:
        """Write down, within the transaction, that a pending command no longer fits what is known here."""
        self.connection.execute(
            "INSERT OR REPLACE INTO at_risk (n, code, message, details) VALUES (?, ?, ?, ?)",
            (n, code, message, details),
        )

    def has_at_risk(self) -> bool:
        """Whether a pending command does not fit here. The server may take it all the same, and with it what this desk
        believes is left of its allotments: until that is settled nothing more is certain."""
        return self.connection.execute("SELECT 1 FROM at_risk LIMIT 1").fetchone() is not None

    def terminal_id(self, code: str, client_id: str) -> str:
        """The id of the terminal with a code; while its row is not here, ``client_id`` in its place."""
        row = self.connection.execute("SELECT id FROM terminal WHERE code = ?", (code,)).fetchone()
        return row[0] if row else client_id

    def cursors(self, epoch: str) -> dict[str, int]:
        """Scope -> version that the rows are at, in this life of the server."""
        found = self.connection.execute("SELECT scope, version FROM cursor WHERE epoch = ?", (epoch,))
        return dict(found.fetchall())

    def scopes(self) -> set[str]:
        """The scopes of which rows are here, of whatever time."""
        return {scope for (scope,) in self.connection.execute("SELECT scope FROM cursor").fetchall()}

    def write_cursors(self, cursors: Mapping[str, int], epoch: str) -> None:
        """Write down, within the transaction, where the rows are."""
        self.connection.execute("DELETE FROM cursor")
        self.connection.executemany(
            "INSERT INTO cursor (scope, version, epoch) VALUES (?, ?, ?)",
            [(scope, version, epoch) for scope, version in cursors.items()],
        )


class _Sqlite:
    name = "sqlite"


class _Driver:
    """The driver as a unit of work asks for it. SQLAlchemy's own Connection costs 15 microseconds more for each of some
    forty statements of a command, and a tenth of a second to import; the statements are the same."""

    dialect = _Sqlite

    def __init__(self, connection: Connection) -> None:
        self._execute = connection.execute
        self._executemany = connection.executemany

    def exec_driver_sql(self, statement: str, parameters: Any = None) -> Any:
        """See services.storage.unit_of_work.Executor."""
        if type(parameters) is list:
            return self._executemany(statement, parameters)
        return self._execute(statement, parameters or ())


def driver_of(connection: Connection) -> _Driver:
    """A connection as checks and units of work ask for it."""
    return _Driver(connection)
