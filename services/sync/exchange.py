"""The means of one round of sync: both sides' calls, each with a deadline, watched, and their failures told apart."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from services.protocol.messages import PullResponse, PushResponse
from services.sync.clock import Clock, Deadline, OffsetMeter
from services.sync.errors import ProtocolError, Stopped, SyncError, local_trouble
from services.sync.port import Transport
from services.sync.reach import Reach
from services.sync.replica import Identity, Replica
from services.sync.states import Event
from services.sync.status import Progress
from services.sync.watchdog import Watchdog

log = logging.getLogger(__name__)

_NONCE_BYTES = 12

P = ParamSpec("P")
T = TypeVar("T")


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds of one round: seconds per step, bytes of commands per push, and repeats before it is given up for now.

    ``push_bytes`` stays below the 1 MB at which common reverse proxies turn a request away. ``local_s`` is when a step
    on this computer's disk is reported as stuck; ``grace_s`` the same for a network step that is past its deadline.
    """

    push_s: float = 30.0
    pull_s: float = 60.0
    snapshot_s: float = 1800.0
    enroll_s: float = 30.0
    local_s: float = 60.0
    settle_s: float = 180.0
    grace_s: float = 10.0
    push_bytes: int = 768 * 1024
    barren_pushes: int = 3
    page_tries: int = 3
    pages: int = 100_000
    turns: int = 6


class EpochChanged(Exception):
    """The server has another past than this terminal remembers: it was restored from a backup."""

    def __init__(self, epoch: str) -> None:
        super().__init__(epoch)
        self.epoch = epoch


class Forked(Exception):
    """The server knows another history under this terminal's name: this file is a copy, or an older one put back."""


@dataclass
class Exchange:
    """What the steps of a round (push, first sync, pull) work with."""

    replica: Replica
    transport: Transport
    identity: Identity
    clock: Clock
    deadline: Deadline
    limits: Limits
    offset: OffsetMeter
    watchdog: Watchdog
    reach: Reach
    enter: Callable[[Event], None]
    report: Callable[[Progress | None], None]
    stopping: Callable[[], bool]

    def local(self, doing: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the replica. Raises ProtocolError as it is, and LocalTrouble for whatever else it raises."""
        self._go_on()
        limit = self.limits.settle_s if doing in _LONG_LOCAL_STEPS else self.limits.local_s
        with self.watchdog.expects(doing, limit):
            try:
                return call(*args, **kwargs)
            except ProtocolError:
                raise
            except Exception as problem:
                raise local_trouble(doing, problem) from problem

    def tidy(self, doing: str, call: Callable[[], None]) -> None:
        """Clear up after something went wrong, also while stopping.

        If even that fails it is only noted: the trouble that led here is the one to tell, and a later try tidies too.
        """
        with self.watchdog.expects(doing, self.limits.local_s):
            try:
                call()
            except Exception as problem:
                log.warning("%s", local_trouble(doing, problem).words)

    def remote(self, doing: str, limit_s: float, call: Callable[..., T], *args: Any) -> T:
        """Call the server within the step's limit and the round's deadline.

        Raises what Transport says, TookTooLong, and LocalTrouble when this computer's disk failed meanwhile.
        """
        self._go_on()
        within_s = self.deadline.within(limit_s)
        with self.watchdog.expects(doing, within_s + self.limits.grace_s):
            try:
                with self.reach.asking():
                    return call(*args, within_s=within_s)
            except SyncError:
                self._go_on()
                raise
            except OSError as problem:
                raise local_trouble(doing, problem) from problem

    def timed(
        self, doing: str, limit_s: float, call: Callable[..., PushResponse | PullResponse], request: Struct
    ) -> Any:
        """A remote call whose answer carries the server's time: the clock's offset is measured on the way.

        Raises ProtocolError for an answer to another request, such as an old one that comes late.
        """
        nonce = os.urandom(_NONCE_BYTES)
        began = self.clock.monotonic()
        answer = self.remote(doing, limit_s, call, replace(request, nonce=nonce))
        if not self.answers(nonce, answer):
            raise ProtocolError("The server's answer is to another question; it is asked again.")
        self.offset.add(answer.server_time, self.clock.now_ms(), self.clock.monotonic() - began)
        return answer

    @staticmethod
    def answers(nonce: bytes, answer: PushResponse | PullResponse) -> bool:
        """Whether an answer is to the request with this nonce."""
        return answer.nonce == nonce

    def _go_on(self) -> None:
        if self.stopping():
            raise Stopped("Sync was stopped; what is queued stays queued.")


SETTLING = "settling what was pulled"
ADOPTING = "taking over the server's image"
_LONG_LOCAL_STEPS = frozenset({SETTLING, ADOPTING})
