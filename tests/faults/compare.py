"""Desks and server compared at the end: nothing lost, nothing twice, nothing silently undone, row by row the same.

All of it is read from the databases themselves, past the programs that wrote them.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from desktop_app.demo.digests import Digests, differences, digest_all
from local_db import cache_file
from services.domain.refusals import CODES
from services.server.clock import now_ms
from services.server.database import Database
from services.server.doctor import examine
from services.storage.row import columns_of
from services.storage.tables import TABLES

_PARKING = "No command and no job is parked"


class ServerBooks:
    """What a server's database says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the database as it is now."""
        with self._database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql).fetchall()]

    def heads(self) -> dict[str, int]:
        """Scope -> version."""
        return {scope: version for scope, version in self.rows("SELECT scope, version FROM scope_head")}

    def scopes_of(self, client_id: str) -> list[str]:
        """What a terminal may see."""
        held = self.rows(
            "SELECT held_site_id FROM terminal_site s JOIN client c ON c.terminal_id = s.terminal_id "
            f"WHERE c.id = '{client_id}' AND s.until IS NULL ORDER BY held_site_id"
        )
        return ["org", *(f"site:{site_id}" for (site_id,) in held)]

    def truth(self, scopes: Collection[str]) -> Digests:
        """Digests of every row that is in these scopes."""
        found = digest_all(self.rows, now_ms())
        for cls in TABLES:
            table = cls.table.name
            if "site_id" in columns_of(cls):
                of = self.rows(f'SELECT id, site_id FROM "{table}"')
                hidden = {key for key, site in of if (f"site:{site}" if site else "org") not in scopes}
                found[table] = {key: digest for key, digest in found[table].items() if key not in hidden}
        return found

    def last_n(self, client_id: str) -> int:
        """Up to which command of a terminal the server has settled all."""
        ((last_n,),) = self.rows(f"SELECT last_n FROM client WHERE id = '{client_id}'")
        return int(last_n)

    def commands_settled(self) -> int:
        """How many commands have an outcome."""
        return int(self.rows("SELECT COUNT(*) FROM command_log")[0][0])

    def problems(self, parked: Collection[str]) -> list[str]:
        """What the doctor finds, and whatever was done twice, refused by no rule, or put aside unlooked for."""
        found = [
            problem
            for finding in examine(self._database)
            for problem in finding.problems
            if finding.check != _PARKING
        ]
        log = self.rows("SELECT client_id, n, command_id, name, status, code FROM command_log")
        for client_id, n, command_id, name, status, code in log:
            if (status == "parked") != (command_id in parked):
                found.append(f"command {n} of {client_id}, {name}, is {status} ({code})")
            if status == "rejected" and code not in CODES:
                found.append(f"command {n} of {client_id}, {name}, was refused by no rule: {code}")
        # A terminal that has enrolled again may have asked twice, and been answered the same.
        answers = {(command_id, status, code) for _, _, command_id, _, status, code in log}
        asked_twice = Counter(command_id for command_id, _, _ in answers)
        found += [f"command {key} has {times} outcomes" for key, times in asked_twice.items() if times > 1]
        return found

    def receipts(self) -> dict[str, int]:
        """How many movements each command has made that brought goods in."""
        return dict(
            self.rows(
                "SELECT command_id, COUNT(*) FROM stock_movement WHERE kind = 'receipt' GROUP BY command_id"
            )
        )


class DeskBooks:
    """What the two files of a desk say, which may be open meanwhile."""

    def __init__(self, profile: Path, connection: sqlite3.Connection) -> None:
        self._name = profile.name
        self._connection = connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the cache as it is now; those of the outbox are in ``outbox``."""
        return self._connection.execute(sql).fetchall()

    @property
    def client_id(self) -> str:
        """Under which the server knows it."""
        ((client_id,),) = self.rows("SELECT value FROM outbox.meta WHERE key = 'client_id'")
        return str(client_id)

    @property
    def commands(self) -> dict[str, str]:
        """Every durable command, also those under an earlier identity: id -> name."""
        return dict(
            self.rows("SELECT id, name FROM outbox.command UNION SELECT id, name FROM outbox.retired_command")
        )

    def problems(self, server: ServerBooks, truth: Digests) -> list[str]:
        """Where this desk is not what it must be now that all is quiet; ``truth`` is what it may see."""
        other_rows = [str(each) for each in differences(truth, digest_all(self.rows, now_ms()))]
        return [
            f"{self._name}: {problem}"
            for problem in (*other_rows, *self._leftovers(), *self._outcomes(server))
        ]

    def _leftovers(self) -> list[str]:
        counts = " UNION ALL ".join(
            f"SELECT '{cls.table.name}', COUNT(*) FROM \"before_{cls.table.name}\"" for cls in TABLES
        )
        return [f"{table} has {count} before-images" for table, count in self.rows(counts) if count]

    def _outcomes(self, server: ServerBooks) -> list[str]:
        theirs = server.rows(
            f"SELECT n, command_id, status, code FROM command_log WHERE client_id = '{self.client_id}' ORDER BY n"
        )
        mine = self.rows(
            "SELECT c.n, c.id, o.status, o.code FROM outbox.command c LEFT JOIN outbox.outcome o ON o.n = c.n "
            "ORDER BY c.n"
        )
        found = [] if mine == theirs else [f"its outcomes are {_apart(mine, theirs)}"]
        told = {row[0] for row in self.rows("SELECT command_id FROM outbox.attention")}
        silent = [row for row in mine if row[2] != "applied" and row[1] not in told]
        return found + [f"nobody was told of {row}" for row in silent]


@contextmanager
def desk_books(profile: Path) -> Iterator[DeskBooks]:
    """The files of a desk, to be read until the block ends."""
    with closing(sqlite3.connect(f"file:{cache_file.present(profile)}?mode=ro", uri=True)) as connection:
        connection.execute("ATTACH DATABASE ? AS outbox", (f"file:{profile / 'outbox.db'}?mode=ro",))
        yield DeskBooks(profile, connection)


def _apart(mine: Sequence[Any], theirs: Sequence[Any]) -> str:
    return f"{sorted(set(mine) - set(theirs))[:3]}, and the server's {sorted(set(theirs) - set(mine))[:3]}"


def problems(
    server: ServerBooks, desks: Sequence[DeskBooks], given: Collection[str], parked: Collection[str]
) -> list[str]:
    """Everything that contradicts the promise. ``given``: the ids of commands of which somebody was told that they are
    kept; ``parked``: of those that the server had to put aside."""
    durable: dict[str, str] = {}
    for desk in desks:
        durable |= desk.commands
    settled = {row[0] for row in server.rows("SELECT command_id FROM command_log")}
    found = server.problems(parked)
    found += [f"command {key} was given and is not in the outbox" for key in given if key not in durable]
    found += [f"{name} {key} is not at the server" for key, name in durable.items() if key not in settled]
    receipts = server.receipts()
    for key, name in durable.items():
        if name == "ReceiveStock" and receipts.get(key, 0) != (key not in parked):
            found.append(f"receipt {key} was booked {receipts.get(key, 0)} times")
    truths: dict[tuple[str, ...], Digests] = {}
    for desk in desks:
        scopes = tuple(server.scopes_of(desk.client_id))
        if scopes not in truths:
            truths[scopes] = server.truth(scopes)
        found += desk.problems(server, truths[scopes])
    return found
