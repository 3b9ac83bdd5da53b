"""The desk without a screen: open a profile, give commands, read rows, sync. The window and the tests stand on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from local_db.background import Background, SyncTuning
from local_db.drafts import Drafts
from local_db.errors import FolderUnusable, NobodyActs
from local_db.files import DatabaseError, transaction
from local_db.link import LinkStatus, link_status
from local_db.reads import Reads
from local_db.replica import FileReplica
from local_db.store import Store, system_clock
from services.protocol.messages import EnrollResponse, VehiclePosition
from services.sync.errors import NotEnrolled
from services.sync.port import Transport
from services.sync.replica import Identity
from services.sync.status import SyncStatus

if TYPE_CHECKING:
    from local_db.command_runner import Receipt
    from services.commands.command import Command

log = logging.getLogger(__name__)

_PULL_FOLDER = "incoming"
# Told when commands were given or settled, and no lock is held.
_AFTER_ROWS = frozenset({"allotment", "outbox"})


class Person(Protocol):
    """Whoever has an id, such as a User row."""

    @property
    def id(self) -> str:
        """The person's id."""
        ...


class Desk:
    """A terminal's files, its commands and its sync. Every method may be called from any thread.

    ``do`` and ``drafts.save`` wait for the disk, so a window calls them off its UI thread.
    """

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        server_url: str | None = None,
        credentials: Identity | EnrollResponse | None = None,
        allow_plain: bool = False,
        passphrase: str | None = None,
        ca_file: Path | None = None,
        transport: Transport | None = None,
        tuning: SyncTuning | None = None,
        clock: Callable[[], int] = system_clock,
        on_step: Callable[[str], None] | None = None,
    ) -> Desk:
        """Open the profile in ``folder``, or make one.

        ``credentials``: the identity that enrolment gave, needed once. ``allow_plain``: a new profile is not encrypted
        (an administrator's setting, the demo and tests); otherwise its key is kept in the system's keyring, or is
        derived from ``passphrase``. ``clock`` answers ms UTC.

        Raises ProfileInUse where another process has it open, PlainStorageRefused, KeyMissing, FileUnreadable,
        FolderUnusable.
        """
        try:
            store = Store(
                Path(folder), allow_plain=allow_plain, passphrase=passphrase, clock=clock, on_step=on_step
            )
        except (OSError, DatabaseError) as problem:
            raise FolderUnusable(Path(folder), problem) from problem
        try:
            desk = cls(store, server_url or "", ca_file, transport, tuning or SyncTuning())
            if credentials is not None:
                desk.enrolled(credentials)
        except BaseException:
            store.close()
            raise
        return desk

    def __init__(
        self,
        store: Store,
        server_url: str,
        ca_file: Path | None,
        transport: Transport | None,
        tuning: SyncTuning,
    ) -> None:
        """Use ``open``."""
        self._store = store
        self._replica = FileReplica(store, before_loss=self._before_loss)
        self._drafts = Drafts(store)
        self._actor_id = ""
        self._may_owe = True
        self._is_giving_back = False
        store.subscribe(self._give_back)
        self._position_listeners: list[Callable[[list[VehiclePosition]], None]] = []
        self._background = Background(
            self._replica,
            store.folder / _PULL_FOLDER,
            server_url=server_url,
            ca_file=ca_file,
            transport=transport,
            tuning=tuning,
            on_status=self._on_status,
            on_positions=self._on_positions,
        )

    # Who acts

    def as_user(self, person: str | Person) -> Desk:
        """Let ``person`` (an id, or a User) be the one who acts from now on. Answers the desk."""
        self._actor_id = person if isinstance(person, str) else person.id
        return self

    @property
    def actor_id(self) -> str:
        """The id of the person who acts; empty where nobody does."""
        return self._actor_id

    # Commands

    def do(self, command: Command, *, actor_id: str = "") -> Receipt:
        """Make a command durable and show its effect. When it returns, the command is on the disk.

        ``actor_id``: who acts, if not the present person. Raises RuleViolation where the person may not, a field is
        wrong, or a rule refuses a promise or an edit (facts are always kept); NobodyActs; OutboxFull where the disk
        is full.
        """
        actor = actor_id or self._actor_id
        if not actor:
            raise NobodyActs("Nobody is signed in at this desk, so nothing was done. Sign in first.")
        store = self._store
        with store.writing():
            store.ballast.hold()
            touched = store.bring_up()
            receipt, changed = store.writer.runner.do(
                command,
                command_id=self.new_id(),
                actor_id=actor,
                terminal_id=store.terminal_id(),
                issued_at=store.clock(),
                clock_offset=self._clock_offset,
            )
        self._background.wake()
        store.rows_changed(touched | changed | {"outbox"})
        return receipt

    def new_id(self) -> str:
        """A new id (UUID version 7), minted where a thing is made."""
        import uuid_utils

        return str(uuid_utils.uuid7())

    def next_order_number(self) -> str:
        """The number of this terminal's next order, never given twice. Raises NotEnrolled before it has a code."""
        from services.domain.identifiers import order_number

        with self._store.writing():
            code = self._store.outbox.meta.get("terminal_code")
            if not code:
                raise NotEnrolled("This terminal is not enrolled yet, so it has no numbers for orders.")
            return order_number(code, self._store.outbox.meta.next_number())

    def resolve_attention(self, item_id: int, resolution: str) -> None:
        """The present person has dealt with an item that needed attention; ``resolution`` says how (edited, dropped,
        ...).

        Raises LookupError where there is no such open item.
        """
        with self._store.writing():
            self._store.outbox.outcomes.resolve(item_id, resolution, self._actor_id, self._store.clock())
        self._store.announce({"attention"})

    # Reading

    @property
    def read(self) -> Reads:
        """Thread-safe queries that answer frozen rows."""
        return self._store.read

    @property
    def drafts(self) -> Drafts:
        """Unfinished input that survives a crash."""
        return self._drafts

    def subscribe(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call ``callback`` with the names of changed tables, from any thread. Answers what ends it.

        Besides the business tables: ``outbox``, ``attention``, and ``link`` for the state of the link.
        """
        return self._store.subscribe(callback)

    def subscribe_positions(self, callback: Callable[[list[VehiclePosition]], None]) -> Callable[[], None]:
        """Call ``callback`` with vehicles' newest positions as they arrive, from the live link's thread."""
        self._position_listeners.append(callback)
        return lambda: self._position_listeners.remove(callback)

    # What is set aside for this terminal

    @property
    def _clock_offset(self) -> int:
        status = self._background.status
        return (status.clock_offset_ms if status is not None else None) or 0

    def _give_back(self, tables: frozenset[str]) -> None:
        """Give back what the server has called back or what has run out: behind all orders that used it, and whether
        anybody is signed in or not."""
        self._may_owe = self._may_owe or "allotment" in tables
        # Each one that is given back is told of here again.
        if self._may_owe and tables & _AFTER_ROWS and not self._is_giving_back:
            self._may_owe, self._is_giving_back = False, True
            try:
                self._return_allotments("status = 'closing'")
            finally:
                self._is_giving_back = False

    def _before_loss(self, scopes: Sequence[str]) -> None:
        """Sites are about to be lost, and what is set aside there with them: it is given back while it is known."""
        for scope in scopes:
            self._return_allotments("site_id = ?", scope.removeprefix("site:"))

    def _return_allotments(self, which: str, *values: str) -> None:
        from services.commands.allotments import ReturnAllotment
        from services.domain.permissions import TERMINAL_ACTOR

        store = self._store
        with store.writing():
            owed = store.cache.connection.execute(
                f"SELECT site_id, id FROM allotment WHERE terminal_id = ? AND {which} ORDER BY id",
                (store.terminal_id(), *values),
            ).fetchall()
        for site_id, allotment_id in owed:
            command = ReturnAllotment(site_id=site_id, allotment_id=allotment_id)
            self.do(command, actor_id=TERMINAL_ACTOR)

    # The link

    @property
    def link(self) -> LinkStatus:
        """The link's present state."""
        store = self._store
        return link_status(
            self._background.status,
            pending=store.pending,
            open_items=store.outbox.outcomes.open_items,
            synced_at=store.cache.synced_at,
        )

    def sync(self, timeout: float = 30) -> None:
        """One full push and pull. Raises Offline where the server is not reached in ``timeout`` seconds, and the other
        errors of services.sync.errors. Nothing is lost by any of them."""
        self._background.run_once(timeout)

    def start(self) -> None:
        """Keep in sync in the background. Raises Offline where no server is set."""
        self._background.start()

    def stop(self) -> None:
        """End the background sync; work goes on, and ``start`` begins again."""
        self._background.stop()

    def sync_now(self) -> None:
        """Tell the background sync that a person wants it now. Returns at once."""
        self._background.asked()

    def use_server(self, url: str) -> None:
        """Reach the server at another address, such as one that was just entered for enrolling."""
        self._background.use_server(url)

    @property
    def transport(self) -> Transport:
        """The server as this desk reaches it, for signing in and enrolling. Raises Offline where no server is set."""
        return self._background.transport

    # Who this terminal is

    @property
    def identity(self) -> Identity | None:
        """The terminal's identity, or None before it was enrolled."""
        known = self._replica.identity()
        return known if known.client_id else None

    def enrolled(self, answer: Identity | EnrollResponse) -> None:
        """Take the identity that enrolment gave. What was queued before goes up under it."""
        identity = Identity(
            client_id=answer.client_id,
            credential=answer.credential,
            terminal_code=answer.terminal_code,
            epoch=answer.epoch,
        )
        scopes = answer.scopes if isinstance(answer, EnrollResponse) else None
        self._replica.take_identity(identity, scopes)
        self._background.asked()

    @property
    def scopes(self) -> list[str]:
        """The scopes that this terminal was granted."""
        with self._store.writing():
            return self._store.outbox.meta.scopes

    @property
    def site_id(self) -> str:
        """The site that this terminal stands at; empty where it is not known yet."""
        return next(iter(self.sites), "")

    @property
    def sites(self) -> list[str]:
        """The ids of the sites that this terminal works at, that where it stands first."""
        return [scope.removeprefix("site:") for scope in self.scopes if scope.startswith("site:")]

    def stand_at(self, site_id: str) -> None:
        """Stand at another of this terminal's sites from now on. Raises LookupError for one that it does not have."""
        meta = self._store.outbox.meta
        with self._store.writing():
            scope, known = f"site:{site_id}", meta.scopes
            if scope not in known:
                raise LookupError(f"this terminal does not work at site {site_id}")
            with transaction(self._store.outbox.connection):
                meta.put_scopes([scope, *(each for each in known if each != scope)])

    def secret(self, name: str) -> str:
        """A secret that was kept under this name, or an empty text."""
        with self._store.writing():
            return self._store.secrets.secret(name)

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a small secret, such as a refresh token, in the keyring, or in the keyed file where there is none."""
        with self._store.writing():
            self._store.secrets.keep_secret(name, value)

    def close(self) -> None:
        """End the sync and close the files. What is queued goes up the next time."""
        self._background.close()
        self._store.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _on_status(self, status: SyncStatus) -> None:
        self._store.announce({"link"})

    def _on_positions(self, positions: list[VehiclePosition]) -> None:
        for listener in list(self._position_listeners):
            listener(positions)
