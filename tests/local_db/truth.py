"""Stands in for the server's side of a pull: the rows of a small warehouse, given to a desk as pages."""

from __future__ import annotations

from collections.abc import Iterable

from local_db import Desk
from local_db.replica import FileReplica
from services.protocol.messages import NO_PATCHES, Outcome, PullResponse, TablePatch, pack
from services.storage.row import Row
from services.storage.statements import statements
from services.storage.tables import TABLES
from services.sync.replica import Identity
from tests.helpers.books import SITE, Books

IDENTITY = Identity(client_id="client-1", credential="device-secret", terminal_code="T01", epoch="epoch-1")
SCOPES = ["org", f"site:{SITE}"]


def replica(desk: Desk) -> FileReplica:
    """The engine's face of a desk's files."""
    return desk._replica


def patches(books: Books) -> list[TablePatch]:
    """Every row of the warehouse."""
    found = []
    for cls in TABLES:
        columns = statements(cls, "sqlite").columns
        rows = books.connection.exec_driver_sql(f'SELECT {columns} FROM "{cls.table.name}"').fetchall()
        found.append(TablePatch(cls.table.name, [list(row) for row in rows], []))
    return found


def patch(*rows: Row, deletes: Iterable[Row] = ()) -> list[TablePatch]:
    """Some rows as they travel."""
    return [
        *(TablePatch(row.table.name, [list(statements(type(row), "sqlite").dump(row))], []) for row in rows),
        *(TablePatch(row.table.name, [], [row.id]) for row in deletes),
    ]


def pull(
    desk: Desk,
    *pages: list[TablePatch],
    version: int = 1,
    last_n: int = 0,
    outcomes: Iterable[Outcome] = (),
    reset: Iterable[str] = (),
    gone: Iterable[str] = (),
    server_time: int = 0,
) -> None:
    """Let a desk stage and settle pages, as the sync engine does."""
    side = replica(desk)
    for page in pages:
        side.stage(pack(page))
    kept = [scope for scope in SCOPES if scope not in gone]
    side.settle(
        PullResponse(
            patches=NO_PATCHES, more=False, cursors=dict.fromkeys(kept, version), last_n=last_n, outcomes=list(outcomes),
            reset=list(reset), gone=list(gone), server_time=server_time,
        )
    )  # fmt: skip


def contents(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every business row with its row number, as it is stored."""
    return {
        cls.table.name: desk.read.tuples(f'SELECT rowid, * FROM "{cls.table.name}" ORDER BY id')
        for cls in TABLES
    }


def rows_only(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every business row, as it is stored."""
    return {name: [row[1:] for row in rows] for name, rows in contents(desk).items()}
