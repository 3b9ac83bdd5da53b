"""A terminal reduced to what it says to the server: a chain of commands pushed, rows pulled into a dict."""

from __future__ import annotations

from typing import Any

from services.commands import Command
from services.commands.codec import chain_hash, encode_args, name_of
from services.protocol.messages import (
    SCHEMA,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushedCommand,
    PushRequest,
    PushResponse,
    page_checksum,
    unpack,
)
from services.server.clock import new_id, now_ms
from services.server.parts import Parts
from services.storage.row import columns_of
from services.storage.statements import statements
from services.storage.tables import BY_NAME, TABLES
from tests.server.warehouse import SITE


class Terminal:
    """Speaks to the parts of a server directly. ``rows`` is what it has pulled: (table, id) -> row."""

    def __init__(self, parts: Parts, *, actor: str = "user-administrator", site: str = SITE) -> None:
        self.parts = parts
        self.actor = actor
        self.enrolled: EnrollResponse = parts.clients.enroll("Desk", site, actor_id="user-administrator")
        self.queued: list[PushedCommand] = []
        self.hash = b""
        self.cursors: dict[str, int] = {}
        self.rows: dict[tuple[str, str], list[Any]] = {}

    def copy(self) -> Terminal:
        """Another machine with the same files as they are now."""
        made = Terminal(self.parts, actor=self.actor)
        made.enrolled, made.hash = self.enrolled, self.hash
        made.queued, made.cursors, made.rows = self.queued.copy(), self.cursors.copy(), self.rows.copy()
        return made

    def queue(self, command: Command, *, actor: str = "", depends_on: tuple[int, ...] = ()) -> PushedCommand:
        """Make a command durable here."""
        return self.queue_bytes(
            name_of(command), encode_args(command), actor=actor or self.actor, depends_on=depends_on
        )

    def queue_bytes(
        self, name: str, args: bytes, *, actor: str = "", depends_on: tuple[int, ...] = ()
    ) -> PushedCommand:
        sent = PushedCommand(
            n=len(self.queued) + 1,
            id=new_id(),
            actor_id=actor or self.actor,
            name=name,
            v=1,
            args=args,
            prev_hash=self.hash,
            issued_at=now_ms(),
            depends_on=depends_on,
        )
        self.hash = chain_hash(self.hash, args)
        self.queued.append(sent)
        return sent

    def request(self, first: int = 1, last: int | None = None) -> PushRequest:
        """The push of commands ``first`` to ``last``."""
        return PushRequest(
            client_id=self.enrolled.client_id,
            epoch=self.enrolled.epoch,
            schema=SCHEMA,
            commands=tuple(self.queued[first - 1 : last]),
        )

    def push(self, first: int = 1, last: int | None = None) -> PushResponse:
        """Send commands."""
        return self.parts.push.take(self.request(first, last))

    def do(self, command: Command, *, actor: str = "") -> PushResponse:
        """Queue and send one command."""
        sent = self.queue(command, actor=actor)
        return self.push(sent.n)

    def pull_request(self, resume: str = "", outcomes_ack: int = 0) -> PullRequest:
        return PullRequest(
            client_id=self.enrolled.client_id,
            epoch=self.enrolled.epoch,
            schema=SCHEMA,
            cursors=self.cursors,
            resume=resume,
            outcomes_ack=outcomes_ack,
        )

    def pull(self, scopes: list[str] | None = None) -> PullResponse:
        """Pull everything new, page by page, and take it over as a terminal does."""
        resume, checksum = "", b""
        staged: list[PullResponse] = []
        while True:
            page = self.parts.pull.page(self.pull_request(resume), scopes or self.enrolled.scopes)
            assert page.problem == ""
            checksum = page_checksum(checksum, page.patches)
            assert page.checksum == checksum
            staged.append(page)
            if not page.more:
                break
            resume = page.resume
        for scope in page.reset:
            self._drop(scope)
        for scope in page.gone:
            self._drop(scope)
        for each in staged:
            for patch in unpack(each.patches):
                for row_id in patch.deletes:
                    self.rows.pop((patch.table, row_id), None)
                for row in patch.puts:
                    self.rows[patch.table, row[0]] = list(row)
        self.cursors = dict(page.cursors)
        return page

    def _drop(self, scope: str) -> None:
        for (table, row_id), row in list(self.rows.items()):
            columns = columns_of(BY_NAME[table])
            site = row[columns.index("site_id")] if "site_id" in columns else ""
            if (f"site:{site}" if site else "org") == scope:
                del self.rows[table, row_id]


def stored_rows(parts: Parts) -> dict[tuple[str, str], list[Any]]:
    """Every business row as it is stored, by table and id."""
    with parts.database.reading() as connection:
        return {
            (cls.table.name, row[0]): list(row)
            for cls in TABLES
            for row in connection.exec_driver_sql(
                f'SELECT {statements(cls, "sqlite").columns} FROM "{cls.table.name}"'
            )
        }
