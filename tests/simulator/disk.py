"""Simulated disks: databases in memory that are cut off, full, busy and in doubt at any statement.

A transaction is a savepoint within one outer transaction that never ends. So a crash is a ``ROLLBACK TO``, a power cut
that loses the last commits of a file that does not wait for its disk is a ``ROLLBACK TO`` further back, and the next
schedule begins with a ``ROLLBACK`` to the state of the beginning: nothing is copied, and no schema is read again.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlcipher3 import _sqlite3
from sqlcipher3 import dbapi2 as sqlite

from tests.simulator.faults import Strike

# Databases live as long as the stage, so what was prepared for one schedule serves the next.
_STATEMENTS = 2000


def lock_nothing() -> bool:
    """Let SQLite, in this process, take no locks and count no memory, which is a fifteenth of the time: for a program
    in which no two threads use one connection, and in which none is open. Answers whether it could be had.
    """
    try:
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_shutdown()
        multithread, memory_status = 2, 9  # SQLITE_CONFIG_MULTITHREAD, SQLITE_CONFIG_MEMSTATUS
        done = not library.sqlite3_config(multithread) and not library.sqlite3_config(memory_status, 0)
        library.sqlite3_initialize()
    except (OSError, AttributeError):
        return False  # a build that does not offer its functions
    return done


class PowerCut(BaseException):
    """The machine stopped in the middle of what it was doing. No program can catch that, so it is no Exception."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.name)
        self.machine = machine


class Machine:
    """What shares a fate: the databases of one computer, and the fault that waits for it.

    ``on_strike`` is told of each fault that strikes.
    """

    def __init__(self, name: str, on_strike: Callable[[Strike], None]) -> None:
        self.name = name
        self.is_dead = False
        self._on_strike = on_strike
        self._armed: list[Strike] = []
        self._open: list[SimConnection] = []
        self._databases: dict[int, Database] = {}
        self.watches = False
        """Whether statements have to be looked at: so that an undisturbed one costs nothing."""

    def connect(self, database: Database) -> SimConnection:
        """Open a database on this machine."""
        connection = SimConnection(self, database)
        self._open.append(connection)
        self._databases[id(database)] = database
        return connection

    def arm(self, strike: Strike) -> None:
        """Let a fault strike at the n-th statement (or commit) from now on."""
        self._armed.append(strike)
        self.watches = True

    def disarm(self) -> None:
        """Nothing more goes wrong here."""
        self._armed.clear()
        self.watches = False

    def cut(self, *, lost: bool = False) -> PowerCut:
        """Stop, and answer what to raise: what is not committed is gone, and the program with it.

        ``lost``: the last commits of files that do not wait for their disk are gone too.
        """
        self.is_dead = True
        for connection in self._open:
            connection.kill()
        self._open.clear()
        if lost:
            for database in self._databases.values():
                database.settle(lost=True)
        return PowerCut(self)

    def hold(self) -> None:
        """From now on a power cut costs the commits of files that do not wait for their disk."""
        for database in self._databases.values():
            database.hold()

    def settle(self) -> None:
        """Everything has got to the disk after all."""
        for database in self._databases.values():
            database.settle(lost=False)

    def start(self) -> None:
        """A program may open the databases again."""
        self.is_dead = False

    def meet(self, connection: SimConnection, verb: str) -> Strike | None:
        """A statement is about to run: raises what strikes it, or answers what is to strike after it."""
        after: Strike | None = None
        for strike in list(self._armed):
            if not strike.counts(verb):
                continue
            strike.countdown -= 1
            if strike.countdown > 0:
                continue
            if strike.countdown <= -strike.lasts:
                self._armed.remove(strike)
                self.watches = bool(self._armed)
            if strike.countdown == 0:
                self._on_strike(strike)
            if strike.happens_after:
                after = strike
            elif strike.cuts:
                raise self.cut(lost=strike.loses)
            else:
                raise connection.broken(strike)
        return after

    def after(self, strike: Strike) -> BaseException:
        """What comes of a commit that held, and of which nobody was told."""
        return self.cut() if strike.cuts else _error("disk I/O error", sqlite.SQLITE_IOERR)


def _error(text: str, code: int) -> Exception:
    problem: Exception = sqlite.OperationalError(text)
    problem.sqlite_errorcode = code  # type: ignore[attr-defined]
    return problem


class Database:
    """One file's content. ``loses_commits``: what is committed after ``hold`` may be lost, because the program does not wait
    for the disk, or because an older copy of the file is put back. ``raw``: a connection to a real file, if it is one."""

    def __init__(self, name: str, *, loses_commits: bool = False, raw: Any = None) -> None:
        self.name = name
        self.loses_commits = loses_commits
        self.is_real = raw is not None
        self.raw: Any = raw or sqlite.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS
        )
        self.is_set = False
        self.on_end: Callable[[bool], None] = lambda held: None
        """Called when a transaction has ended: whether it holds, even if nobody is told of it."""
        self._is_held = False

    def copy_from(self, other: Any) -> None:
        """Be a copy of another one, or of the real file behind a connection."""
        source = other.raw if isinstance(other, Database) else other
        (page_size,) = source.execute("PRAGMA page_size").fetchone()
        # A copy in memory must have pages of the same size from the beginning.
        self.raw.execute(f"PRAGMA page_size = {page_size}")
        source.backup(self.raw)
        self.raw.execute("PRAGMA recursive_triggers = ON")

    def empty(self) -> None:
        """Remove every row, of a cache or an outbox."""
        for table, _ in self._tables:
            if table != "cache_meta":
                self.raw.execute(f'DELETE FROM "{table}"')
        self._capture()

    def take_over(self, source: Any) -> None:
        """Have the content of another file of the same kind, by a connection to it, in place of one's own."""
        made = _layout(source)
        assert made == self._layout, f"another layout: {sorted(made ^ self._layout)}"
        for table, has_rowid in self._tables:
            number = "rowid, " if has_rowid else ""
            rows = source.execute(f'SELECT {number}* FROM "{table}"').fetchall() if table != "capture" else []
            if self.raw.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is not None:
                self.raw.execute(f'DELETE FROM "{table}"')
            if rows:
                names = [row[1] for row in self.raw.execute(f'PRAGMA table_info("{table}")')]
                listed = number + ", ".join(f'"{name}"' for name in names)
                marks = ", ".join("?" * len(rows[0]))
                self.raw.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows)
        self._capture()

    @cached_property
    def _layout(self) -> set[tuple[str, str, str]]:
        return _layout(self.raw)

    @cached_property
    def _tables(self) -> list[tuple[str, bool]]:
        """The tables with rows of their own, and whether these have numbers; what the triggers look at comes first."""
        found = [(name, "WITHOUT ROWID" not in sql) for kind, name, sql in self._layout if kind == "table"]
        return sorted(found, key=lambda table: (table[0] != "capture", table[0]))

    def _capture(self) -> None:
        if ("capture", True) in self._tables:
            self.raw.execute("DELETE FROM capture")
            self.raw.execute("INSERT INTO capture (one, is_on) VALUES (1, 1)")

    def set_beginning(self) -> None:
        """What is here now is where every schedule begins."""
        self.raw.execute("SAVEPOINT beginning")
        self.is_set = True

    def reset(self) -> None:
        """Back to the beginning."""
        self._is_held = False
        self.raw.execute("ROLLBACK TO beginning")

    @property
    def is_held(self) -> bool:
        """Whether there is a ``hold`` to go back to."""
        return self._is_held

    def hold(self) -> None:
        """Up to here everything is safe; what is committed from now on may be lost."""
        if self.loses_commits and not self._is_held:
            self.raw.execute("SAVEPOINT held")
            self._is_held = True

    def settle(self, *, lost: bool) -> None:
        """What was committed since ``hold`` is lost, or on the disk after all."""
        if self._is_held:
            if lost:
                self.raw.execute("ROLLBACK TO held")
            self.raw.execute("RELEASE held")
            self._is_held = False


def _layout(connection: Any) -> set[tuple[str, str, str]]:
    """Kind, name and SQL of everything in a file, without what SQLite keeps of search indexes by itself."""
    found = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    searches = tuple(name for _, name, sql in found if sql.startswith("CREATE VIRTUAL"))
    return {row for row in found if row[0] != "table" or not searches or not row[1].startswith(searches)}


class _NoRows:
    """The answer to a setting."""

    def fetchall(self) -> list[Any]:
        """None at all."""
        return []

    def fetchone(self) -> None:
        """None."""


_NO_ROWS = _NoRows()


class SimConnection:
    """What a program has of a database that it opened: looks like a connection of the driver."""

    def __init__(self, machine: Machine, database: Database) -> None:
        self._machine = machine
        self._database = database
        self._raw = database.raw
        self._is_killed = False
        self._is_over = False
        self.in_transaction = False

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        """Run a statement, unless something prevents it."""
        if self._is_over:
            raise self._last_word()
        control = _CONTROL.get(sql)
        if control is not None:
            return control(self)
        if self._machine.watches:
            self._machine.meet(self, sql[:6])
        if sql[0] == "P" and "=" in sql and self._database.is_set:
            # Settings of a file that is open all the time; most are not allowed within the outer transaction.
            return _NO_ROWS
        return self._raw.execute(sql, parameters)

    def executemany(self, sql: str, rows: Any) -> Any:
        """Run a statement many times."""
        if self._is_over:
            raise self._last_word()
        if self._machine.watches:
            self._machine.meet(self, sql[:6])
        return self._raw.executemany(sql, rows)

    @property
    def database(self) -> Database:
        """What it is a connection to."""
        return self._database

    def cursor(self) -> SimCursor:
        """As the driver has it."""
        return SimCursor(self)

    def close(self) -> None:
        """The file stays; what was not committed does not."""
        self._is_over = True
        if not self._is_killed:
            self._take_back()
            self._let_go()

    def kill(self) -> None:
        """The program that opened this is no more: whatever its last gasps say reaches nothing."""
        self._take_back()
        self._let_go()
        self._is_killed = self._is_over = True

    def broken(self, strike: Strike) -> Exception:
        """The error of a fault. After some of them SQLite has ended the transaction by itself."""
        if strike.ends_transaction:
            self._take_back()
        if strike.kind == "disk_full":
            return _error("database or disk is full", sqlite.SQLITE_FULL)
        if strike.kind.endswith("_busy"):
            return _error("database is locked", sqlite.SQLITE_BUSY)
        return _error("disk I/O error", sqlite.SQLITE_IOERR)

    def _begin(self) -> None:
        if self.in_transaction:
            raise sqlite.OperationalError("cannot start a transaction within a transaction")
        if self._machine.watches:
            self._machine.meet(self, "BEGIN")
        self._raw.execute("SAVEPOINT tx")
        self.in_transaction = True

    def _commit(self) -> None:
        if not self.in_transaction:
            raise sqlite.OperationalError("cannot commit - no transaction is active")
        after = self._machine.meet(self, "COMMIT") if self._machine.watches else None
        self._raw.execute("RELEASE tx")
        self.in_transaction = False
        self._database.on_end(True)
        if after is not None:
            raise self._machine.after(after)

    def _rollback(self) -> None:
        if not self.in_transaction:
            raise sqlite.OperationalError("cannot rollback - no transaction is active")
        self._take_back()

    def _take_back(self) -> None:
        if self.in_transaction:
            self._raw.execute("ROLLBACK TO tx")
            self._raw.execute("RELEASE tx")
            self.in_transaction = False
            self._database.on_end(False)

    def _let_go(self) -> None:
        if self._database.is_real:
            self._raw.close()

    def _last_word(self) -> BaseException:
        if self._is_killed:
            return PowerCut(self._machine)
        return sqlite.ProgrammingError("Cannot operate on a closed database.")


_CONTROL: dict[str, Callable[[SimConnection], None]] = {
    "BEGIN": SimConnection._begin,
    "BEGIN IMMEDIATE": SimConnection._begin,
    "COMMIT": SimConnection._commit,
    "ROLLBACK": SimConnection._rollback,
}


class SimCursor:
    """The one cursor that a unit of work asks for."""

    def __init__(self, connection: SimConnection) -> None:
        self._connection = connection
        self._found: Any = None

    def execute(self, sql: str, parameters: Any = ()) -> None:
        """Run a statement."""
        self._found = self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Any) -> None:
        """Run a statement many times."""
        self._found = self._connection.executemany(sql, rows)

    def fetchall(self) -> Any:
        """All rows."""
        return self._found.fetchall()

    def fetchmany(self, size: int) -> Any:
        """So many rows."""
        return self._found.fetchmany(size)

    def close(self) -> None:
        """Nothing is kept."""
