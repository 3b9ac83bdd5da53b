"""The cache's one writing connection: where it stands, and the rows it remembers from command to command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_db.files import Connection

if TYPE_CHECKING:
    from services.storage.unit_of_work import UnitOfWork

# About 100 MB of rows at the most; beyond it they are read again as they are needed.
_ROWS_REMEMBERED = 100_000


class Cache:
    """The disposable file with the business rows. All methods run under the owner's write lock.

    ``last_n``: up to it the commands of ``client_id`` are settled; ``applied_through``: up to it they are in the
    business tables. ``synced_at`` (ms UTC): when the rows last were the server's; None before the first sync.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._unit: UnitOfWork | None = None
        self.reload()

    def reload(self) -> None:
        """Read again where the cache stands: at the beginning and after a transaction that was taken back."""
        row = self.connection.execute(
            "SELECT client_id, last_n, applied_through, synced_at FROM cache_meta"
        ).fetchone()
        self.client_id: str = row[0]
        self.last_n: int = row[1]
        self.applied_through: int = row[2]
        self.synced_at: int | None = row[3]

    @property
    def unit(self) -> UnitOfWork:
        """The rows as handlers see them. It lives on between transactions, for nobody else writes to the file."""
        if self._unit is None:
            self._unit = _unit_over(self.connection)
        elif self._unit.rows_known > _ROWS_REMEMBERED:
            self._unit.forget()
        return self._unit

    def close(self) -> None:
        """Close the file."""
        self._unit = None
        self.connection.close()

    def begin(self) -> None:
        """Begin a transaction."""
        # SQLAlchemy rolls back what it finds when it first takes a connection.
        _ = self.unit
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self, applied_through: int) -> None:
        """Make the transaction hold; the commands up to ``applied_through`` are in the tables with it."""
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

    def cursors(self) -> dict[str, int]:
        """Scope -> version that the rows are at."""
        return dict(self.connection.execute("SELECT scope, version FROM cursor").fetchall())


def _unit_over(connection: Connection) -> UnitOfWork:
    # Imported late: a desk that only shows rows never needs it.
    import sqlcipher3.dbapi2
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    from services.storage.unit_of_work import UnitOfWork

    engine = create_engine(
        "sqlite://",
        module=sqlcipher3.dbapi2,
        creator=lambda: connection,
        poolclass=StaticPool,
        pool_reset_on_return=None,
    )
    # Transactions are begun and ended on the driver's own connection, for two files have to be committed in order.
    return UnitOfWork(engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
