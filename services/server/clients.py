"""Terminals at the server: enrolled once by an administrator, known from then on by a credential of their own."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from services.commands import SaveSite, SiteFields
from services.domain.identifiers import derive
from services.domain.refusals import refuse, violation
from services.handlers.terminal_sites import held_sites
from services.imports.applying import FIRST_SITE
from services.protocol.messages import EnrollResponse
from services.server import authority
from services.server.clock import Clock, new_id, now_ms
from services.server.committer import Committer
from services.server.database import Database
from services.server.errors import ApiError
from services.server.server_tables import Client
from services.server.tokens import hash_secret, new_secret, same_secret
from services.server.transaction import Transaction
from services.storage.row import ORG
from services.storage.tables import Event, Site, Terminal, TerminalSite
from services.storage.unit_of_work import UnitOfWork

_FIRST_CODE = "T"
_FIRST_NAME = "Main warehouse"


class Device(msgspec.Struct, frozen=True):
    """An authenticated terminal."""

    client: Client
    terminal: Terminal
    scopes: list[str]
    """What it may see."""


def _unknown() -> ApiError:
    return ApiError(
        401,
        "This terminal is not known here. Enrol it again.",
        "device_unknown",
        headers={"WWW-Authenticate": "Device"},
    )


def _scopes(unit: UnitOfWork, terminal_id: str) -> list[str]:
    return [ORG, *(f"site:{site_id}" for site_id in held_sites(unit, terminal_id))]


def _home(transaction: Transaction, site_id: str, actor_id: str) -> Site:
    """The site that is meant. A warehouse that begins with nothing gets its first with its first terminal: nobody could
    add one otherwise. Raises RuleViolation."""
    unit = transaction.unit
    if site_id:
        site = unit.get(Site, site_id)
    else:
        sites = unit.find(Site, active=1)
        if not sites:
            first = SaveSite(
                id=derive("site", FIRST_SITE), values=SiteFields(code=FIRST_SITE, name=_FIRST_NAME)
            )
            origin = authority.Origin(
                command_id=derive(first.id, "command", 1),
                actor_id=actor_id,
                terminal_id="",
                issued_at=transaction.received_at,
            )
            authority.run(transaction, first, origin)
            sites = unit.find(Site, active=1)
        site = sites[0] if len(sites) == 1 else None
    if site is None or not site.active:
        refuse("not_found", thing="site", name=site_id, details=[{"site_id": site_id}])
    return site


class Clients:
    """Authenticates and enrols terminals. Everything here blocks: call it from a thread."""

    def __init__(
        self, database: Database, committer: Committer, *, epoch: str, clock: Clock = now_ms
    ) -> None:
        self._database = database
        self._committer = committer
        self._epoch = epoch
        self._clock = clock
        self._heard: dict[str, int] = {}

    def heard(self) -> dict[str, int]:
        """When each terminal was last heard by this process, by its id: ms UTC."""
        return dict(self._heard)

    def device(self, authorization: str) -> Device:
        """The terminal that sends `Authorization: Device <client_id>:<credential>`. Raises ApiError 401 or 403."""
        scheme, _, rest = authorization.partition(" ")
        client_id, _, credential = rest.strip().partition(":")
        if scheme.lower() != "device" or not client_id or not credential:
            raise _unknown()
        return self.authenticate(client_id, credential)

    def authenticate(self, client_id: str, credential: str) -> Device:
        """The terminal with this credential. Raises ApiError 401, or 403 for one that is barred."""
        with self._database.reading() as connection:
            unit = UnitOfWork(connection)
            client = unit.get(Client, client_id)
            terminal = unit.get(Terminal, client.terminal_id) if client is not None else None
            scopes = _scopes(unit, client.terminal_id) if client is not None else []
        # Compared also where there is no such client, so that the time of the answer does not tell.
        is_right = same_secret(client.credential_hash if client is not None else hash_secret(""), credential)
        if client is None or not is_right:
            raise _unknown()
        if client.revoked or terminal is None or not terminal.active:
            raise ApiError(403, "This terminal has been barred. Ask an administrator.", "device_barred")
        self._heard[terminal.id] = self._clock()
        return Device(client, terminal, scopes)

    def enroll(self, name: str, site_id: str, *, actor_id: str) -> EnrollResponse:
        """Make a terminal at a site, on an administrator's word; without ``site_id`` at the only one, or the first.

        Raises RuleViolation.
        """

        def work(transaction: Transaction) -> EnrollResponse:
            authority.check_permission(transaction, actor_id, "terminal.manage")
            site = _home(transaction, site_id, actor_id)
            return self._make(transaction, name, site, actor_id=actor_id)

        return self._committer.run((ORG,), work)

    def enroll_again(self, device: Device) -> EnrollResponse:
        """A new identity for a file that turned out to be a copy; the other copy keeps the old one."""

        def work(transaction: Transaction) -> EnrollResponse:
            site = transaction.unit.get(Site, device.terminal.home_site_id)
            if site is None:
                raise violation("not_found", thing="site", name=device.terminal.home_site_id)
            return self._make(
                transaction,
                device.terminal.name,
                site,
                actor_id=authority.SYSTEM,
                replaces=device.client,
            )

        return self._committer.run((ORG,), work)

    def _make(
        self,
        transaction: Transaction,
        name: str,
        site: Site,
        *,
        actor_id: str,
        replaces: Client | None = None,
    ) -> EnrollResponse:
        now = transaction.received_at
        credential = new_secret()
        terminal = transaction.unit.put(
            Terminal(new_id(), _next_code(transaction), name, site.id, enrolled_at=now)
        )
        client = transaction.unit.put(
            Client(
                id=new_id(),
                terminal_id=terminal.id,
                credential_hash=hash_secret(credential),
                last_n=0,
                last_hash="",
                failing="",
                outcomes_ack=0,
                enrolled_at=now,
                replaces=replaces.id if replaces is not None else "",
            )
        )
        self._let_work(transaction, terminal, replaces)
        transaction.unit.put(
            Event(
                id=derive(client.id, "enrolled"),
                site_id="",
                kind="terminal.enrolled",
                subject="terminal",
                subject_id=terminal.id,
                text=f"Terminal {terminal.code} ({name}) enrolled at {site.name}",
                payload=msgspec.json.encode({"site_id": site.id, "replaces": client.replaces}).decode(),
                command_id="",
                actor_id=actor_id,
                terminal_id=terminal.id,
                at=now,
                received_at=now,
            )
        )
        return EnrollResponse(
            client_id=client.id,
            credential=credential,
            terminal_code=terminal.code,
            epoch=self._epoch,
            scopes=_scopes(transaction.unit, terminal.id),
        )

    def _let_work(self, transaction: Transaction, terminal: Terminal, replaces: Client | None) -> None:
        """A new terminal works at its site; one in place of another where that did, and it had lost what that had."""
        unit = transaction.unit
        if replaces is None:
            first = TerminalSite(new_id(), terminal.id, terminal.home_site_id, since=terminal.enrolled_at)
            unit.put(first)
            return
        for row in unit.find(TerminalSite, terminal_id=replaces.terminal_id):
            unit.put(replace(row, id=new_id(), terminal_id=terminal.id))


def _next_code(transaction: Transaction) -> str:
    """The first free code: T01, T02, ..."""
    number = transaction.connection.exec_driver_sql("SELECT COUNT(*) FROM terminal").scalar_one() + 1
    while transaction.unit.find(Terminal, code=f"{_FIRST_CODE}{number:02d}"):
        number += 1
    return f"{_FIRST_CODE}{number:02d}"
