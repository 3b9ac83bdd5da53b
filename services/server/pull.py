"""Sending rows to a terminal: what changed in its scopes since its cursors, page by page, in the order of versions.

Each page is one snapshot. Pages follow the versions upwards from where the last one ended; the page that reaches every
head is the last, and its cursors, last_n and outcomes are of the same snapshot as its rows. A row that changes
between two pages has got a higher version, so it comes again later.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from services.protocol.messages import (
    NO_PATCHES,
    Outcome,
    PullRequest,
    PullResponse,
    TablePatch,
    pack,
    page_checksum,
)
from services.server import feed
from services.server.clock import Clock
from services.server.database import Database, Direct
from services.server.log import log_of
from services.server.shared_pages import SharedPages
from services.storage.retention import kept
from services.storage.row import ORG, Row, columns_of
from services.storage.statements import bind_list, listed, statements
from services.storage.tables import BY_NAME

_log = log_of("pull")

_SHARED_MS = 60_000
"""For how long a page may be the same for everybody: after that it is read anew, with today's idea of which rows are past
their days."""


class _Position(msgspec.Struct, frozen=True, array_like=True):
    """How far one scope has been sent: up to this row of this version, or with no row named, up to before the
    version."""

    version: int
    table: str = ""
    pk: str = ""


class _Resume(msgspec.Struct, frozen=True, array_like=True):
    """What a paged pull has to remember between its pages; it travels with the terminal.

    ``reset`` has the version at which each scope that is sent whole was when the pull began.
    """

    positions: dict[str, _Position]
    reset: dict[str, int]
    gone: list[str]
    checksum: bytes


class _Page(msgspec.Struct, frozen=True):
    """Rows as they are sent and how many, how far the scopes have been sent with them, and the checksum up to here."""

    patches: msgspec.Raw
    rows: int
    positions: dict[str, _Position]
    checksum: bytes


class BadResume(Exception):
    """The token that should continue a pull is not one of ours."""


class Pull:
    """The server's half of a pull."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        epoch: str,
        rows_per_page: int = 5000,
        rows_shared: int = 20_000,
        reads_ahead: bool = False,
    ) -> None:
        """``reads_ahead``: while a terminal puts a page aside, the next one is read for it; ``close`` ends that."""
        self._database = database
        self._clock = clock
        self._epoch = epoch
        self._rows_per_page = rows_per_page
        self._shared: SharedPages[_Page] = SharedPages(rows_shared)
        self._ahead = ThreadPoolExecutor(1, "holdfast-page-ahead") if reads_ahead else None

    def close(self) -> None:
        """Read nothing ahead any more."""
        if self._ahead is not None:
            self._ahead.shutdown(cancel_futures=True)

    def page(self, request: PullRequest, scopes: Sequence[str]) -> PullResponse:
        """The next page for an authenticated client that may see these scopes. Raises BadResume."""
        return replace(self._answer(request, scopes), nonce=request.nonce)

    def _answer(self, request: PullRequest, scopes: Sequence[str]) -> PullResponse:
        if request.epoch != self._epoch:
            return PullResponse(patches=NO_PATCHES, more=False, problem="epoch_changed", epoch=self._epoch)
        with self._database.reading() as connection:
            return self._page(connection, request, scopes)

    def _page(self, connection: Connection, request: PullRequest, scopes: Sequence[str]) -> PullResponse:
        heads = feed.heads(connection, scopes)
        state = _resumed(request.resume, heads) if request.resume else _begin(request, heads)
        page = self._rows_from(_rows_of(connection), state, heads)
        more = any(page.positions[scope].version <= head.version for scope, head in heads.items())
        if more:
            resume = _Resume(page.positions, state.reset, state.gone, page.checksum)
            if self._ahead is not None:
                self._ahead.submit(self._read_ahead, resume, scopes)
            return PullResponse(
                patches=page.patches,
                more=True,
                resume=base64.urlsafe_b64encode(msgspec.msgpack.encode(resume)).decode(),
                reset=sorted(state.reset),
                gone=state.gone,
                checksum=page.checksum,
                epoch=self._epoch,
            )
        last_n, outcomes = _outcomes(connection, request)
        return PullResponse(
            patches=page.patches,
            more=False,
            cursors={scope: head.version for scope, head in heads.items()},
            last_n=last_n,
            outcomes=outcomes,
            reset=sorted(state.reset),
            gone=state.gone,
            checksum=page.checksum,
            epoch=self._epoch,
            server_time=self._clock(),
        )

    def _read_ahead(self, state: _Resume, scopes: Sequence[str]) -> None:
        try:
            with self._database.reading() as connection:
                self._rows_from(_rows_of(connection), state, feed.heads(connection, scopes))
        except Exception as problem:
            # The terminal's own request meets the same trouble, and tells of it.
            _log.debug("a page could not be read ahead", problem=repr(problem))

    def _rows_from(self, connection: Direct, state: _Resume, heads: dict[str, feed.Head]) -> _Page:
        """What follows the positions: the same for everybody who is there, for no row of a scope changes without its
        head."""
        key = (
            tuple(
                (scope, head, state.positions[scope], state.reset.get(scope)) for scope, head in heads.items()
            ),
            state.checksum,
            self._clock() // _SHARED_MS,
        )

        def read() -> tuple[_Page, int]:
            page = self._read(connection, state, heads)
            return page, 1 + page.rows

        return self._shared.get_or_make(key, read)

    def _read(self, connection: Direct, state: _Resume, heads: dict[str, feed.Head]) -> _Page:
        positions = dict(state.positions)
        patches: dict[str, TablePatch] = {}
        room = self._rows_per_page
        for scope, head in heads.items():
            if room <= 0:
                break
            rows, done = self._changes(connection, head, positions[scope], room, state.reset.get(scope))
            room -= len(rows)
            positions[scope] = _Position(head.version + 1) if done else _Position(*rows[-1][:3])
            self._add(connection, patches, rows, heads, is_whole=scope in state.reset)
        packed = pack(list(patches.values()))
        return _Page(packed, self._rows_per_page - room, positions, page_checksum(state.checksum, packed))

    def _changes(
        self, connection: Direct, head: feed.Head, after: _Position, limit: int, whole_at: int | None
    ) -> tuple[list[tuple[int, str, str, int]], bool]:
        """Up to ``limit`` changes (version, table, id, deleted) of a scope, and whether there are no more."""
        if after.version > head.version:
            return [], True
        mark = "?" if self._database.is_sqlite else "%s"
        # Whoever starts anew has nothing to delete but what went away after the pull began.
        living = "" if whole_at is None else f" AND (deleted = 0 OR version > {int(whole_at)})"
        found = connection.exec_driver_sql(
            f'SELECT version, "table", pk, deleted FROM change WHERE scope_id = {mark} '
            f'AND (version, "table", pk) > ({mark}, {mark}, {mark}){living} '
            f'ORDER BY version, "table", pk LIMIT {mark}',
            (head.id, after.version, after.table, after.pk, limit + 1),
        ).fetchall()
        return found[:limit], len(found) <= limit

    def _add(
        self,
        connection: Direct,
        patches: dict[str, TablePatch],
        rows: Sequence[tuple[int, str, str, int]],
        scopes: Collection[str],
        *,
        is_whole: bool,
    ) -> None:
        puts: dict[str, list[str]] = {}
        deletes: dict[str, list[str]] = {}
        for _version, table, pk, deleted in rows:
            if table not in patches:
                patches[table] = TablePatch(table, [], [])
            (deletes if deleted else puts).setdefault(table, []).append(pk)
        for table, ids in deletes.items():
            # Moved to another scope of this terminal: that scope puts it, on this page or on another one before it.
            moved = self._seen_in(connection, BY_NAME[table], ids, scopes)
            patches[table].deletes.extend(pk for pk in ids if pk not in moved)
        for table, ids in puts.items():
            found = self._rows(connection, BY_NAME[table], ids)
            patches[table].puts.extend(found)
            if not is_whole and len(found) < len(ids):
                # Changed once more, but past its days now: what the terminal has of it is older still.
                sent = {row[0] for row in found}
                patches[table].deletes.extend(pk for pk in ids if pk not in sent)

    def _seen_in(
        self, connection: Direct, cls: type[Row], ids: Sequence[str], scopes: Collection[str]
    ) -> set[str]:
        """Which of these rows are stored and in one of the scopes."""
        if "site_id" not in columns_of(cls):
            return set()
        dialect = connection.dialect.name
        sql = f'SELECT id, site_id FROM "{cls.table.name}" WHERE id {listed(dialect)}'
        found = connection.exec_driver_sql(sql, (bind_list(ids),)).fetchall()
        return {pk for pk, site_id in found if (f"site:{site_id}" if site_id else ORG) in scopes}

    def _rows(self, connection: Direct, cls: type[Row], ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Rows as they are stored, without those too old for a terminal to keep."""
        dialect = connection.dialect.name
        mark = "?" if self._database.is_sqlite else "%s"
        columns = statements(cls, dialect).columns
        sql = f'SELECT {columns} FROM "{cls.table.name}" AS r WHERE id {listed(dialect)}'
        wanted = bind_list(ids)
        limit = kept(cls, self._clock(), mark)
        condition, ages = (f" AND {limit[0]}", limit[1]) if limit is not None else ("", ())
        found: list[tuple[Any, ...]] = connection.exec_driver_sql(
            f"{sql}{condition} ORDER BY id", (wanted, *ages)
        ).fetchall()
        if len(found) != len(set(ids)):
            stored = {row[0] for row in connection.exec_driver_sql(sql, (wanted,)).fetchall()}
            if missing := set(ids) - stored:
                # The feed and the table disagree, which `holdfast doctor` finds too; the rest must still get through.
                _log.error(
                    "the feed names rows that are not stored", table=cls.table.name, ids=sorted(missing)[:10]
                )
        return found


def _rows_of(connection: Connection) -> Direct:
    """The driver under a connection: SQLAlchemy would make an object of every row."""
    rows = Direct(connection.dialect.name)
    rows.attach(connection)
    return rows


def _begin(request: PullRequest, heads: dict[str, feed.Head]) -> _Resume:
    positions: dict[str, _Position] = {}
    reset: dict[str, int] = {}
    for scope, head in heads.items():
        cursor = request.cursors.get(scope, -1)
        # Behind what the feed remembers, ahead of all that ever was, or with no word of where it is: start anew.
        if cursor < head.min_version or cursor > head.version:
            reset[scope] = head.version
            positions[scope] = _Position(0)
        else:
            positions[scope] = _Position(cursor + 1)
    gone = sorted(scope for scope in request.cursors if scope not in heads)
    return _Resume(positions, reset, gone, b"")


def _resumed(token: str, heads: dict[str, feed.Head]) -> _Resume:
    """What the last page left. Raises BadResume where the feed has forgotten since what this pull still needs."""
    try:
        state = msgspec.msgpack.decode(base64.urlsafe_b64decode(token), type=_Resume)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as problem:
        raise BadResume("the pull cannot be continued with this token; begin it again") from problem
    if heads.keys() != state.positions.keys():
        raise BadResume("the scopes have changed; begin the pull again")
    for scope, head in heads.items():
        if state.reset.get(scope, state.positions[scope].version - 1) < head.min_version:
            raise BadResume("the feed has moved on; begin the pull again")
    return state


def _outcomes(connection: Connection, request: PullRequest) -> tuple[int, list[Outcome]]:
    """The client's last_n, and the outcomes that it does not have yet."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    last_n = connection.exec_driver_sql(
        f"SELECT last_n FROM client WHERE id = {mark}", (request.client_id,)
    ).scalar_one()
    found = connection.exec_driver_sql(
        f"SELECT n, status, code, message, details FROM command_log WHERE client_id = {mark} AND n > {mark} "
        "ORDER BY n",
        (request.client_id, request.outcomes_ack),
    )
    return int(last_n), [
        Outcome(n, status, code, message, msgspec.json.decode(details))
        for n, status, code, message, details in found
    ]
