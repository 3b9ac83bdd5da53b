"""A network between a terminal and the model server that loses, repeats, delays and cuts, as a test plans it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from services.protocol.messages import (
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushRequest,
    PushResponse,
    pack,
    unpack,
)
from services.sync.errors import Busy, DamagedSnapshot, Offline, ProtocolError
from services.sync.port import DeviceCredential, SnapshotInfo, SnapshotProgress, Tokens
from tests.helpers.fake_clock import FakeClock
from tests.helpers.memory_server import MemoryServer

T = TypeVar("T")
_DELAY_S = 8.0


class Fault(StrEnum):
    """What happens to one call."""

    NONE = "none"
    LOSE_REQUEST = "lose_request"
    LOSE_ANSWER = "lose_answer"
    SEND_TWICE = "send_twice"
    OLD_ANSWER = "old_answer"
    """The answer to the call before of the same kind comes once more, and this call's own never."""
    DELAY = "delay"
    CUT_ANSWER = "cut_answer"
    BUSY = "busy"
    DAMAGE = "damage"


class BadNetwork:
    """A Transport to a MemoryServer. Faults planned are met one per call; after them all goes well.

    ``is_down`` loses every request. ``calls`` holds what was asked of the network, by name.
    """

    def __init__(self, server: MemoryServer, clock: FakeClock) -> None:
        self.server = server
        self._clock = clock
        self._plan: deque[Fault] = deque()
        self._last: dict[tuple[str, str], Any] = {}
        self._credential: DeviceCredential | None = None
        self.is_down = False
        self.calls: list[str] = []
        self.aborted = 0

    def plan(self, faults: Iterable[Fault]) -> None:
        self._plan = deque(faults)

    def present(self, credential: DeviceCredential | None) -> None:
        self._credential = credential

    def push(self, request: PushRequest, *, within_s: float = 30.0) -> PushResponse:
        return self._send("push", within_s, lambda: self.server.push(request))

    def pull(self, request: PullRequest, *, within_s: float = 60.0) -> PullResponse:
        return self._send("pull", within_s, lambda: self.server.pull(request))

    def snapshot(
        self, scopes: Sequence[str], into: Path, progress: SnapshotProgress, *, within_s: float = 1800.0
    ) -> SnapshotInfo:
        client_id = self._own().client_id
        if self._plan and self._plan[0] is Fault.OLD_ANSWER:
            self._plan[0] = Fault.DAMAGE
        return self._send(
            "snapshot", within_s, lambda: self.server.snapshot(client_id, scopes, into, progress)
        )

    def re_enroll(self, credential: DeviceCredential, *, within_s: float = 30.0) -> EnrollResponse:
        if self._plan and self._plan[0] in (Fault.OLD_ANSWER, Fault.SEND_TWICE):
            self._plan[0] = Fault.LOSE_ANSWER
        return self._send("re_enroll", within_s, lambda: self.server.re_enroll(credential))

    def login(self, username: str, password: str, *, within_s: float = 30.0) -> Tokens:
        raise NotImplementedError

    def refresh(self, refresh_token: str, *, within_s: float = 30.0) -> Tokens:
        raise NotImplementedError

    def enroll(self, token: str, request: EnrollRequest, *, within_s: float = 30.0) -> EnrollResponse:
        raise NotImplementedError

    def health(self, *, within_s: float = 5.0) -> bool:
        return not self.is_down

    def abort(self) -> None:
        self.aborted += 1

    def close(self) -> None:
        pass

    def _own(self) -> DeviceCredential:
        assert self._credential is not None
        return self._credential

    def _send(self, kind: str, within_s: float, call: Callable[[], T]) -> T:
        self.calls.append(kind)
        assert 0 < within_s < float("inf"), "every wait has an end"
        if self.is_down:
            raise Offline("The cable is out.")
        key = (kind, self._own().client_id)
        fault = self._plan.popleft() if self._plan else Fault.NONE
        match fault:
            case Fault.LOSE_REQUEST:
                raise Offline("The request got lost.")
            case Fault.BUSY:
                raise Busy("The server is busy.", 2.0)
            case Fault.OLD_ANSWER if key in self._last:
                old: T = self._last[key]
                return old
            case Fault.SEND_TWICE:
                call()
            case Fault.DELAY:
                self._clock.advance(min(_DELAY_S, within_s))
        answer = call()
        self._last[key] = answer
        match fault:
            case Fault.LOSE_ANSWER:
                raise Offline("The answer got lost.")
            case Fault.DELAY if within_s <= _DELAY_S:
                raise Offline("The answer came too late.")
            case Fault.CUT_ANSWER:
                raise ProtocolError("The answer was cut.")
            case Fault.DAMAGE if kind == "snapshot":
                raise DamagedSnapshot("The image was damaged.")
            case Fault.DAMAGE if isinstance(answer, PullResponse):
                return _damaged(answer)  # type: ignore[return-value]
        return answer


def _damaged(answer: PullResponse) -> PullResponse:
    """A page in which a value has changed on its way."""
    from msgspec.structs import replace

    patches = [
        replace(patch, puts=[[*row[:-1], 666] for row in patch.puts]) for patch in unpack(answer.patches)
    ]
    return replace(answer, patches=pack(patches))
