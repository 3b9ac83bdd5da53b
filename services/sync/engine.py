"""The sync engine: runs rounds of push and pull whenever there is reason to, and never gives up."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from services.sync.board import OnStatus, StatusBoard
from services.sync.clock import Clock, Deadline, OffsetMeter, SystemClock
from services.sync.errors import (
    Busy,
    InternalFault,
    NotEnrolled,
    Offline,
    ProtocolError,
    Stopped,
    SyncError,
    TookTooLong,
    local_trouble,
)
from services.sync.exchange import Exchange, Limits
from services.sync.first_sync import FirstSync
from services.sync.port import DeviceCredential, Transport
from services.sync.push import READING
from services.sync.reach import Reach
from services.sync.replica import Identity, Replica
from services.sync.retry import Backoff, RetryPolicy
from services.sync.round import Rounds
from services.sync.states import CUT_SHORT, Event, State, Wake, event_of
from services.sync.status import SyncStatus
from services.sync.waiters import Waiters
from services.sync.wakes import WakeBox
from services.sync.watchdog import Watchdog

log = logging.getLogger(__name__)

_ABORT_EVERY_S = 0.05
_STOPPED = "Sync was stopped; what is queued stays queued."


class Pace(Struct, frozen=True, kw_only=True):
    """How often it looks without being told, in seconds, drawn evenly from each range.

    ``poll_s`` while hints do not arrive by themselves, ``live_poll_s`` while they do, against a lost hint. ``doubt_s``
    after the live link broke or fell silent. After a round, hints wait ``hint_rests`` times as long as it took: a
    server that many desks keep busy answers late, and is asked the less for it.
    """

    poll_s: tuple[float, float] = (5.0, 15.0)
    live_poll_s: tuple[float, float] = (45.0, 75.0)
    doubt_s: tuple[float, float] = (0.0, 0.5)
    hint_rests: tuple[float, float] = (1.0, 5.0)
    report_every_s: float = 0.1
    watch_every_s: float = 5.0


class SyncEngine:
    """Keeps a replica and its server in step.

    Either ``start`` it, and a thread of its own does everything, or call ``run_once`` (or ``step``, in simulations) on
    a thread of the caller's. ``scratch``: an existing folder of this terminal's own, for the image of a first sync.
    ``scopes``: what to ask for in a first sync; empty means all that the server grants. ``on_status`` is called on the
    engine's threads and must be quick; whoever is late should read ``status``.
    """

    def __init__(
        self,
        replica: Replica,
        transport: Transport,
        *,
        scratch: Path,
        scopes: Sequence[str] = (),
        clock: Clock | None = None,
        chance: random.Random | None = None,
        retry: RetryPolicy | None = None,
        limits: Limits | None = None,
        pace: Pace | None = None,
        on_status: OnStatus | None = None,
    ) -> None:
        self._replica = replica
        self._transport = transport
        self._clock = clock or SystemClock()
        self._chance = chance or random.Random()
        self._limits = limits or Limits()
        self._pace = pace or Pace()
        self._backoff = Backoff(retry or RetryPolicy(), self._chance)
        self._offset = OffsetMeter()
        self._board = StatusBoard(self._clock, on_status, self._pace.report_every_s)
        self._watchdog = Watchdog(self._clock, self._is_stuck, self._moves_again, self._pace.watch_every_s)
        self._rounds = Rounds(FirstSync(scratch, scopes), self._take_identity)
        self._reach = Reach(self._clock, self._is_reached)
        self._wakes = WakeBox()
        self._stopping = threading.Event()
        self._one_round = threading.Lock()
        self._thread: threading.Thread | None = None
        self._waiters = Waiters()
        self._identity: Identity | None = None
        self._cursors: dict[str, int] = {}
        self._hints: dict[str, int] = {}
        self._hints_lock = threading.Lock()
        self._due_at = self._clock.monotonic()
        self._pause_until = float("-inf")
        self._hints_rest_until = float("-inf")

    # What others see

    @property
    def status(self) -> SyncStatus:
        """The newest status, frozen."""
        return self._board.status

    @property
    def identity(self) -> Identity | None:
        """The identity of the last round, for the live link; None before the first."""
        return self._identity

    # What others tell it

    def wake(self, reason: Wake = Wake.LOCAL_COMMAND) -> None:
        """There is something to do. From any thread; returns at once."""
        self._wakes.leave(reason)

    def hinted(self, scope: str, version: int) -> None:
        """The server says that a scope is at a version; what is here already wakes nobody."""
        with self._hints_lock:
            if version > self._cursors.get(scope, -1):
                self._hints[scope] = max(version, self._hints.get(scope, -1))
                self.wake(Wake.HINT)

    def live_changed(self, up: bool) -> None:
        """Whether hints now arrive by themselves. Those of the time before are made up for by a pull, and a call that
        still waits on the link of before is begun anew."""
        self._board.change(live=up)
        if not up:
            self.wake(Wake.LINK_IN_DOUBT)
            return
        self.wake(Wake.NETWORK_BACK)
        if self.status.link_lost_at is not None and self._reach.hangs:
            self._transport.abort()

    def live_overdue(self) -> None:
        """The server does not answer the live link's heartbeat: whether it answers at all is asked at once."""
        self._reach.doubt()
        self.wake(Wake.LINK_IN_DOUBT)

    def live_silent(self) -> None:
        """The live link was given up. If nothing else has come from the server either since its heartbeat was overdue,
        it is out of reach, though a call may go on waiting for it."""
        if self._reach.is_doubted and self.status.link_lost_at is None:
            self._board.change(link_lost_at=self._clock.now_ms(), problem="The server does not answer.")

    # What drives it

    def start(self) -> None:
        """Begin to work on a thread of its own; nothing happens if it does already.

        Raises Stopped where the thread of before is still ending.
        """
        if self._thread is not None and self._thread.is_alive():
            if self._stopping.is_set():
                raise Stopped("Sync is still ending; start it again in a moment.")
            return
        self._stopping.clear()
        self._wakes.reopen()
        self._board.enter(Event.START)
        self._watchdog.start()
        self._thread = threading.Thread(target=self._work, name="holdfast-sync", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Break off what is in flight and end; it may be started again.

        Answers whether everything has ended within the time. Nothing is lost either way.
        """
        self._stopping.set()
        self._wakes.close()
        end = Deadline(self._clock, timeout_s)
        thread = self._thread
        self._transport.abort()
        while thread is not None and thread.is_alive() and end.remaining() > 0:
            self._transport.abort()
            thread.join(_ABORT_EVERY_S)
        self._watchdog.stop()
        self._waiters.send_away(Stopped(_STOPPED))
        self._board.enter(Event.STOP)
        ended = thread is None or not thread.is_alive()
        if not ended:
            log.error("the sync thread did not end within %.0f s", timeout_s)
        return ended

    def run_once(self, deadline_s: float = 30.0) -> SyncStatus:
        """One full round that begins now: all commands pushed, everything pulled and settled.

        With a thread started it happens there, and the caller waits. A pause that the server asks for is sat out if the
        deadline allows. Raises Offline (TookTooLong when the deadline is over first), Busy, Refused, ProtocolError,
        UpgradeRequired, NotEnrolled, LocalTrouble, InternalFault, Stopped. Nothing is lost by any of them.
        """
        thread = self._thread
        if thread is not None and thread.is_alive() and thread is not threading.current_thread():
            self._have_it_done(deadline_s)
        else:
            self._do_it_here(Deadline(self._clock, deadline_s))
        return self.status

    def step(self) -> float:
        """One attempt at a round, whose failure shows in ``status``. Seconds until the next is due unless woken."""
        waiters = self._waiters.take()
        self._wakes.take()
        error: SyncError | None = None
        try:
            self._attempt(Deadline(self._clock, None), asked=bool(waiters))
        except SyncError as problem:
            error = problem
        self._waiters.answer(waiters, error)
        return self.rest_s()

    def rest_s(self) -> float:
        """Seconds until the next round, as things stand now: less than ``step`` answered once there is reason to."""
        now = self._clock.monotonic()
        state = self.status.state
        if state is State.IDLE and self._wakes.withdraw(Wake.LINK_IN_DOUBT):
            self._due_at = min(self._due_at, now + self._chance.uniform(*self._pace.doubt_s))
        reasons = CUT_SHORT.get(state, frozenset())
        if now < self._hints_rest_until and self._wakes.holds_any((Wake.HINT,)):
            self._due_at = min(self._due_at, self._hints_rest_until)
            reasons -= {Wake.HINT}
        if now >= self._pause_until and self._wakes.holds_any(reasons):
            return 0.0
        return max(0.0, self._due_at - now)

    # The thread

    def _work(self) -> None:
        while not self._stopping.is_set():
            self.step()
            self._rest()
        self._waiters.send_away(Stopped(_STOPPED))

    def _rest(self) -> None:
        """Until the next round is due, or something cuts the rest short; the count of pending commands keeps up."""
        while not self._stopping.is_set():
            seconds = self.rest_s()
            if seconds <= 0:
                return
            self._count_pending()
            self._wakes.rest(seconds)

    def _have_it_done(self, deadline_s: float) -> None:
        waiter = self._waiters.come()
        if self._stopping.is_set():
            raise Stopped(_STOPPED)
        self.wake(Wake.ASKED)
        waiter.wait(deadline_s)

    def _do_it_here(self, deadline: Deadline) -> None:
        while True:
            pause = self._pause_until - self._clock.monotonic()
            if pause >= deadline.remaining():
                raise Busy("The server asked for a pause; it is not over yet.", pause)
            if self._clock.wait(self._stopping, max(0.0, pause)):
                raise Stopped(_STOPPED)
            try:
                return self._attempt(deadline, asked=True)
            except Busy as problem:
                if self._pause_until - self._clock.monotonic() >= deadline.remaining():
                    raise problem

    # A round

    def _attempt(self, deadline: Deadline, *, asked: bool) -> None:
        if not self._one_round.acquire(timeout=min(deadline.remaining(), threading.TIMEOUT_MAX)):
            raise TookTooLong("Another round was still going on.")
        began = self._clock.monotonic()
        try:
            self._run_round(deadline)
            now = self._clock.monotonic()
            rest_s = (now - began) * self._chance.uniform(*self._pace.hint_rests)
            self._hints_rest_until = now + min(rest_s, self._pace.poll_s[0])
            self._has_gone_well()
        except SyncError as error:
            self._has_failed(error, asked=asked)
            raise
        except Exception as problem:
            log.exception("sync met a fault of this program")
            fault = InternalFault("Sync met a fault of this program; the log has it. It is tried again.")
            self._has_failed(fault, asked=asked)
            raise fault from problem
        finally:
            self._one_round.release()

    def _run_round(self, deadline: Deadline) -> None:
        with self._watchdog.expects(READING, self._limits.local_s):
            try:
                identity = self._replica.identity()
                pending = self._replica.pending_count()
            except Exception as problem:
                raise local_trouble(READING, problem) from problem
        if not identity.client_id:
            raise NotEnrolled("This terminal is not enrolled yet.")
        self._take_identity(identity)
        self._board.change(pending=pending)
        self._transport.present(DeviceCredential(identity.client_id, identity.credential))
        exchange = Exchange(
            replica=self._replica,
            transport=self._transport,
            identity=identity,
            clock=self._clock,
            deadline=deadline,
            limits=self._limits,
            offset=self._offset,
            watchdog=self._watchdog,
            enter=self._board.enter,
            reach=self._reach,
            report=self._board.report,
            stopping=self._stopping.is_set,
        )
        self._rounds.run(exchange)
        self._is_at(dict(exchange.local(READING, self._replica.cursors)))

    def _is_at(self, cursors: dict[str, int]) -> None:
        """Hints of what this round has brought need no round of their own, such as those of this desk's own work."""
        with self._hints_lock:
            self._cursors = cursors
            self._hints = {
                scope: version for scope, version in self._hints.items() if version > cursors.get(scope, -1)
            }
            if not self._hints:
                self._wakes.withdraw(Wake.HINT)

    def _has_gone_well(self) -> None:
        if self._stopping.is_set():
            return
        self._backoff.succeeded()
        self._pause_until = float("-inf")
        self._due_in(
            self._chance.uniform(*(self._pace.live_poll_s if self.status.live else self._pace.poll_s))
        )
        self._board.enter(
            Event.FINISH,
            problem="",
            link_lost_at=None,
            last_sync_at=self._clock.now_ms(),
            clock_offset_ms=self._offset.offset_ms,
        )
        self._count_pending()

    def _has_failed(self, error: SyncError, *, asked: bool) -> None:
        """Say what is in the way, and when it is tried again."""
        if self._stopping.is_set():
            return
        wait_s = self._backoff.wait_after(error)
        self._due_in(wait_s)
        self._pause_until = self._due_at if isinstance(error, Busy) else float("-inf")
        now_ms = self._clock.now_ms()
        link_lost_at = self.status.link_lost_at
        # What keeps answering in the server's place, such as a network's sign-in page, is no link either.
        lost = isinstance(error, Offline) or (
            isinstance(error, ProtocolError) and self._backoff.fast_tries_over
        )
        if lost and link_lost_at is None:
            link_lost_at = now_ms
        log.info("sync: %s (next try in %.1f s)", error.words, wait_s)
        self._board.enter(
            event_of(error, tell=asked or self._backoff.fast_tries_over),
            problem=error.words,
            link_lost_at=link_lost_at,
            retry_at=now_ms + round(wait_s * 1000),
            clock_offset_ms=self._offset.offset_ms,
        )
        self._count_pending()

    def _due_in(self, seconds: float) -> None:
        self._due_at = self._clock.monotonic() + seconds

    def _count_pending(self) -> None:
        """For people's eyes only, so a failure here is left to the next round to tell."""
        try:
            self._board.change(pending=self._replica.pending_count())
        except Exception as problem:
            log.warning("%s", local_trouble("counting what is pending", problem).words)

    def _is_reached(self) -> None:
        if self.status.link_lost_at is not None:
            self._board.change(link_lost_at=None, problem="")

    def _take_identity(self, identity: Identity) -> None:
        self._identity = identity

    def _is_stuck(self, doing: str, seconds: float) -> None:
        self._board.change(
            problem=f"Sync has been {doing} for {seconds:.0f} s and does not move. What is queued is safe."
        )
        self._transport.abort()

    def _moves_again(self) -> None:
        self._board.change(problem="")
