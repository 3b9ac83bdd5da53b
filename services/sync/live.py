"""The live link: hints, positions and presence as they happen, over one WebSocket that is made anew when it breaks."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from services.protocol.messages import (
    LiveHello,
    LiveHint,
    LiveMessage,
    LivePositions,
    LivePresence,
    VehiclePosition,
    encode,
)
from services.sync.address import ServerAddress
from services.sync.answers import retry_after
from services.sync.clock import Clock, SystemClock
from services.sync.errors import Busy, Offline, ProtocolError, Refused, SyncError
from services.sync.heartbeat import Beat, Beats, Heartbeat
from services.sync.newest import NewestPositions
from services.sync.replica import Identity
from services.sync.retry import Backoff, RetryPolicy

log = logging.getLogger(__name__)

_decoder = msgspec.msgpack.Decoder(LiveMessage)
_TURNED_AWAY = frozenset({1008, 4401, 4403})
"""Close codes: policy violation (RFC 6455), and the private ones that say 401 and 403."""
_TRY_LATER = 1013
"""The close code of a server that has too much to do (IANA registry of WebSocket close codes)."""


class LiveSettings(Struct, frozen=True, kw_only=True):
    """Seconds and bytes of the live link.

    ``beats``: when a silent peer is asked, doubted and given up. Positions are handed on every ``batch_s``. A link that
    held for ``steady_s`` has proved itself: the next failure counts as the first.
    """

    open_s: float = 4.0
    close_s: float = 1.0
    beats: Beats = Beats()
    batch_s: float = 0.030
    steady_s: float = 10.0
    most_bytes: int = 4 * 1024 * 1024


LIVE_RETRY = RetryPolicy(base_s=0.25, fast_tries=3, slow_cap_s=2.0)
"""A try is one small connection, and the first that succeeds is how a desk learns that the network is back: so it comes
every second or so, for as long as it takes."""


class LiveLink:
    """Keeps a live link to the server on a thread of its own. Without it nothing is missing but speed: the sync engine
    polls while ``on_live(False)`` holds.

    All callbacks run on the link's thread and must be quick: ``on_hint(scope, version)``, ``on_positions(newest of each
    vehicle)``, ``on_presence(site_id, terminals)``, ``on_live(up)``, ``on_overdue()`` when the server does not answer the
    heartbeat in time, or a try to connect, ``on_silent()`` when it is given up for that (before ``on_live(False)``), or does
    not answer a further try. ``identity`` answers who
    this terminal is, or None while that is not known; it is asked on the link's thread before each connection.
    """

    def __init__(
        self,
        base_url: str,
        identity: Callable[[], Identity | None],
        *,
        on_hint: Callable[[str, int], None],
        on_positions: Callable[[list[VehiclePosition]], None] = lambda positions: None,
        on_presence: Callable[[str, int], None] = lambda site_id, terminals: None,
        on_live: Callable[[bool], None] = lambda up: None,
        on_overdue: Callable[[], None] = lambda: None,
        on_silent: Callable[[], None] = lambda: None,
        ca_file: Path | None = None,
        settings: LiveSettings | None = None,
        retry: RetryPolicy | None = None,
        clock: Clock | None = None,
        chance: random.Random | None = None,
    ) -> None:
        """Raises BadAddress."""
        self._address = ServerAddress(base_url)
        self._trust = self._address.trust(ca_file)
        self._identity = identity
        self._on_hint = on_hint
        self._on_positions = on_positions
        self._on_presence = on_presence
        self._on_live = on_live
        self._on_overdue = on_overdue
        self._on_silent = on_silent
        self._settings = settings or LiveSettings()
        self._clock = clock or SystemClock()
        self._backoff = Backoff(retry or LIVE_RETRY, chance or random.Random())
        self._newest = NewestPositions(self._clock)
        self._stopping = threading.Event()
        self._again = threading.Event()
        self._lock = threading.Lock()
        self._connection: ClientConnection | None = None
        self._unanswered_tries = 0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to connect; nothing happens if it does already."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stopping.clear()
        self._again.clear()
        self._thread = threading.Thread(target=self._work, name="holdfast-live", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the link. Whether its thread has ended within the time; it may be started again."""
        self._stopping.set()
        self._again.set()
        with self._lock:
            connection = self._connection
        if connection is not None:
            connection.close()
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def try_now(self) -> None:
        """Do not wait for the next try: the network is back, or this terminal has got an identity."""
        self._again.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            began = self._clock.monotonic()
            try:
                self._hold()
                error: SyncError = Offline("The live link ended.")
            except SyncError as problem:
                error = problem
            except Exception:
                log.exception("the live link met a fault of this program")
                error = ProtocolError("The live link met a fault of this program.")
            if self._stopping.is_set():
                return
            if self._clock.monotonic() - began >= self._settings.steady_s:
                self._backoff.succeeded()
            wait_s = self._backoff.wait_after(error)
            # An outage of a night is told once, not at each of its tries.
            level = logging.INFO if self._backoff.failures == 1 else logging.DEBUG
            log.log(level, "live link: %s (next try in %.1f s)", error.words, wait_s)
            self._again.wait(wait_s)
            if not self._stopping.is_set():
                self._again.clear()

    def _hold(self) -> None:
        """One connection, from its opening to its end. Raises SyncError where it could not be made or broke."""
        identity = self._identity()
        if identity is None or not identity.client_id:
            raise Offline("This terminal has no identity yet.")
        with self._connected() as connection:
            connection.send(encode(LiveHello(identity.client_id, identity.credential)))
            self._tell(self._on_live, True)
            try:
                self._receive(connection)
            finally:
                self._hand_on_positions()
                self._tell(self._on_live, False)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[ClientConnection]:
        settings = self._settings
        is_open = False
        try:
            with connect(
                f"{self._address.live}/sync/live",
                ssl=self._trust,
                # As for HTTP: a proxy from the environment never stands before this very computer.
                proxy=None if self._address.is_loopback else True,
                open_timeout=settings.open_s,
                close_timeout=settings.close_s,
                ping_interval=None,  # the heartbeat of ``_receive`` knows doubt before death
                max_size=settings.most_bytes,
                compression=None,
                logger=_WithoutFrames(log, {}),
                create_connection=_WithoutRedirects,
            ) as connection:
                is_open, self._unanswered_tries = True, 0
                self._now_at(connection)
                try:
                    yield connection
                finally:
                    self._now_at(None)
        except ConnectionClosed as closed:
            raise _why(closed) from closed
        except (InvalidHandshake, WebSocketException) as problem:
            raise ProtocolError("What answered is no live link.") from problem
        except (OSError, TimeoutError) as problem:
            if isinstance(problem, TimeoutError) and not is_open:
                self._was_not_answered()
            raise Offline("The live link's server cannot be reached.") from problem

    def _was_not_answered(self) -> None:
        """A try to connect met silence. While there is no connection there is no heartbeat either, and an exchange that
        hangs would be all that tells of it, long after."""
        self._unanswered_tries += 1
        self._tell(self._on_overdue if self._unanswered_tries == 1 else self._on_silent)

    def _now_at(self, connection: ClientConnection | None) -> None:
        """Let ``stop`` know what to close; a connection that came about while stopping is closed by the caller."""
        with self._lock:
            self._connection = connection
        if connection is not None and self._stopping.is_set():
            connection.close()

    def _receive(self, connection: ClientConnection) -> None:
        """Hand on what arrives until the connection ends."""
        heartbeat = Heartbeat(self._clock, self._settings.beats)
        answered: threading.Event | None = None
        batch_due: float | None = None
        while True:
            if answered is not None and answered.is_set():
                heartbeat.heard()
                answered = None
            match heartbeat.look():
                case Beat.ASK:
                    answered = connection.ping()
                case Beat.OVERDUE:
                    self._tell(self._on_overdue)
                case Beat.DEAD:
                    self._tell(self._on_silent)
                    raise Offline("The live link's server fell silent.")
            now = self._clock.monotonic()
            if batch_due is not None and now >= batch_due:
                self._hand_on_positions()
                batch_due = None
            rest_s = heartbeat.due_in() if batch_due is None else min(heartbeat.due_in(), batch_due - now)
            try:
                frame = connection.recv(rest_s)
            except TimeoutError:
                continue
            heartbeat.heard()
            answered = None
            if isinstance(frame, str):
                raise ProtocolError("The live link sent text.")
            self._take(frame)
            if batch_due is None and self._newest:
                batch_due = self._clock.monotonic() + self._settings.batch_s

    def _take(self, frame: bytes) -> None:
        try:
            message = _decoder.decode(frame)
        except msgspec.ValidationError:
            # A newer server may say more than this program knows; what it knows still holds.
            log.info("the live link sent something unknown")
            return
        except msgspec.MsgspecError as problem:
            raise ProtocolError("The live link sent something that cannot be read.") from problem
        match message:
            case LiveHint(scope, version):
                self._tell(self._on_hint, scope, version)
            case LivePositions(_, positions):
                self._newest.offer(positions)
            case LivePresence(site_id, terminals):
                self._tell(self._on_presence, site_id, terminals)

    def _hand_on_positions(self) -> None:
        if self._newest:
            self._tell(self._on_positions, self._newest.take())

    def _tell(self, listener: Callable[..., None], *args: object) -> None:
        try:
            listener(*args)
        except Exception:
            log.exception("a listener to the live link failed; the link goes on")


class _WithoutRedirects(ClientConnection):
    """Follows nobody elsewhere: the first message is a credential, meant for one server only."""

    def handshake(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().handshake(*args, **kwargs)
        except InvalidStatus as answer:
            status = answer.response.status_code
            if status in (401, 403):
                raise Refused("The server turned the live link away.", status) from answer
            pause_s = retry_after(answer.response.headers, time.time_ns() // 1_000_000)
            if pause_s is not None:
                raise Busy("The server asked the live link for a pause.", pause_s) from answer
            raise Offline(f"The server offers no live link now ({status}).") from answer


class _WithoutFrames(logging.LoggerAdapter[logging.Logger]):
    """Keeps the library from logging frames: the first one holds this terminal's credential."""

    def isEnabledFor(self, level: int) -> bool:
        return level > logging.DEBUG and super().isEnabledFor(level)

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, kwargs


def _why(closed: ConnectionClosed) -> SyncError:
    """What an ended connection means: being turned away is asked about again only now and then."""
    received = closed.rcvd
    if received is not None and received.code in _TURNED_AWAY:
        return Refused("The server turned this terminal away from the live link.", 401)
    if received is not None and received.code == _TRY_LATER:
        return Busy("The server asked the live link for a pause.")
    return Offline("The live link broke.")
