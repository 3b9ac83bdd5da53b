"""The desk's sync: the engine over the files and the server, and the live link beside it."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from local_db.replica import FileReplica
from services.protocol.messages import VehiclePosition
from services.sync.errors import Offline
from services.sync.port import Transport
from services.sync.states import Wake
from services.sync.status import SyncStatus

if TYPE_CHECKING:
    from services.sync.engine import Pace, SyncEngine
    from services.sync.exchange import Limits
    from services.sync.live import LiveLink, LiveSettings
    from services.sync.retry import RetryPolicy

log = logging.getLogger(__name__)


class SyncTuning(msgspec.Struct, frozen=True, kw_only=True):
    """What tests and simulations choose of the engine; None means its own."""

    retry: RetryPolicy | None = None
    limits: Limits | None = None
    pace: Pace | None = None
    chance: random.Random | None = None
    live: LiveSettings | None = None


class Background:
    """Makes the engine when it is first needed, so that a desk without a link imports no HTTP.

    ``on_status`` and ``on_positions`` are called on the threads of sync and must be quick.
    """

    def __init__(
        self,
        replica: FileReplica,
        scratch: Path,
        *,
        server_url: str,
        ca_file: Path | None,
        transport: Transport | None,
        tuning: SyncTuning,
        on_status: Callable[[SyncStatus], None],
        on_positions: Callable[[list[VehiclePosition]], None],
    ) -> None:
        self._replica = replica
        self._scratch = scratch
        self._server_url = server_url
        self._ca_file = ca_file
        self._transport = transport
        self._own_transport = transport is None
        self._tuning = tuning
        self._on_status = on_status
        self._on_positions = on_positions
        self._lock = threading.Lock()
        self._engine: SyncEngine | None = None
        self._live: LiveLink | None = None

    @property
    def status(self) -> SyncStatus | None:
        """The engine's status, or None where none was needed yet."""
        engine = self._engine
        return None if engine is None else engine.status

    @property
    def transport(self) -> Transport:
        """The server as this desk reaches it, for signing in and enrolling too. Raises Offline where no server is
        set."""
        with self._lock:
            return self._made_transport()

    def use_server(self, url: str) -> None:
        """Reach the server at another address from now on; call ``start`` again after it."""
        if url == self._server_url:
            return
        self.close()
        self._server_url = url

    def run_once(self, timeout: float) -> None:
        """One full push and pull; see SyncEngine.run_once."""
        self._made_engine().run_once(timeout)

    def start(self) -> None:
        """Sync on threads of its own from now on. Raises Offline where no server is set."""
        self._made_engine().start()
        if self._server_url and self._live is None:
            self._live = self._made_live()
            self._live.start()

    def stop(self) -> None:
        """End the threads; ``start`` begins again."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop()

    def close(self) -> None:
        """End the threads and the connections."""
        self.stop()
        if self._own_transport and self._transport is not None:
            self._transport.close()
            self._transport = None

    def wake(self) -> None:
        """Something was done here that has to go up."""
        if self._engine is not None:
            self._engine.wake(Wake.LOCAL_COMMAND)

    def asked(self) -> None:
        """A person wants it now, or this terminal has got an identity."""
        if self._engine is not None:
            self._engine.wake(Wake.ASKED)
        if self._live is not None:
            self._live.try_now()

    def _made_transport(self) -> Transport:
        if self._transport is None:
            if not self._server_url:
                raise Offline("This desk has no server set. Everything stays queued.")
            from services.sync.transport import HttpTransport

            self._transport = HttpTransport(self._server_url, ca_file=self._ca_file)
        return self._transport

    def _made_engine(self) -> SyncEngine:
        with self._lock:
            if self._engine is None:
                from services.sync.engine import SyncEngine

                self._scratch.mkdir(exist_ok=True)
                self._engine = SyncEngine(
                    self._replica,
                    self._made_transport(),
                    scratch=self._scratch,
                    chance=self._tuning.chance,
                    retry=self._tuning.retry,
                    limits=self._tuning.limits,
                    pace=self._tuning.pace,
                    on_status=self._on_status,
                )
            return self._engine

    def _made_live(self) -> LiveLink:
        from services.sync.live import LiveLink

        engine = self._made_engine()
        return LiveLink(
            self._server_url,
            lambda: engine.identity,
            on_hint=engine.hinted,
            on_positions=self._on_positions,
            on_live=engine.live_changed,
            on_overdue=engine.live_overdue,
            on_silent=engine.live_silent,
            ca_file=self._ca_file,
            settings=self._tuning.live,
            chance=self._tuning.chance,
        )
