"""The simulated network: what becomes of each call that a terminal makes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from services.protocol.messages import (
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushRequest,
    PushResponse,
    encode,
    pack,
    unpack,
)
from services.server.committer import Busy as ServerBusy
from services.server.database import PASSING_ERRORS
from services.server.errors import ApiError
from services.server.pull import BadResume
from services.server.snapshot import NoImage
from services.sync.errors import Busy, NoSnapshot, Offline, ProtocolError, Refused
from services.sync.port import DeviceCredential, SnapshotInfo, SnapshotProgress, Tokens
from services.sync.snapshot_file import ImageFacts, SnapshotFile
from tests.simulator import faults
from tests.simulator.authority import Authority, Broken
from tests.simulator.disk import PowerCut

if TYPE_CHECKING:
    from tests.simulator.terminal import Terminal
    from tests.simulator.world import World

T = TypeVar("T", PushResponse, PullResponse, EnrollResponse)

_LATENCY_S = 0.03
_OF_ONE_KIND = frozenset({*faults.IMAGE, "request_repeated", "request_repeated_late"})
"""Faults that images alone meet, or that they do not meet."""
_NO_CHANCE = random.Random(0)
"""Of a call that meets no fault: nobody draws from it, and to make one takes a while."""
PAUSE_S = 1.0
"""How long the server asks terminals to wait."""


class Network:
    """What lies between all terminals and the server: requests that arrive late are on their way here."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._late: list[tuple[int, str, tuple[str, str], bytes]] = []

    def deliver(self, kind: str, sender: tuple[str, str], body: bytes) -> bytes:
        """A request reaches the server; answers the bytes of its answer. Raises what a terminal would see instead."""
        self._deliver_late()
        return self._take(kind, sender, body)

    def image(self, sender: tuple[str, str], sha256: str) -> tuple[ImageFacts, bytes]:
        """An image for a first sync. Raises what a terminal would see instead."""
        self._deliver_late()
        answer: list[tuple[ImageFacts, bytes]] = []
        self._at_server(lambda server: answer.append(server.image(sender, sha256)))
        return answer[0]

    def deliver_later(self, kind: str, sender: tuple[str, str], body: bytes, calls: int) -> None:
        """A request arrives after so many others."""
        self._late.append((calls, kind, sender, body))

    def deliver_all(self) -> None:
        """Nothing stays on its way for ever."""
        while self._late:
            self._deliver_late()

    def deliver_together(self, sender: tuple[str, str], body: bytes) -> None:
        """A push reaches the server a moment before the next one, and waits for the same commit."""
        self._at_server(lambda server: server.hold(sender, body))

    def _deliver_late(self) -> None:
        due = [each for each in self._late if each[0] <= 0]
        self._late = [(calls - 1, *rest) for calls, *rest in self._late if calls > 0]
        for _, kind, sender, body in due:
            try:
                self._take(kind, sender, body)
            except (Offline, Busy, ProtocolError, Refused):
                continue  # nobody waits for that answer any more

    def _take(self, kind: str, sender: tuple[str, str], body: bytes) -> bytes:
        answer: list[bytes] = []
        self._at_server(lambda server: answer.append(server.take(kind, sender, body)))
        return answer[0]

    def _at_server(self, call: Callable[[Authority], None]) -> None:
        """What the server raises becomes what its routes make of it."""
        server = self._world.server
        try:
            call(server)
        except PowerCut as cut:
            if cut.machine is not server.machine:
                raise
            server.start()
            raise Offline("The server went away.") from None
        except (ServerBusy, *PASSING_ERRORS):
            raise Busy("The server is busy.", PAUSE_S) from None
        except NoImage as problem:
            raise NoSnapshot(str(problem)) from problem
        except BadResume as problem:
            raise ProtocolError(str(problem)) from problem
        except ApiError as problem:
            raise Refused(str(problem), problem.status) from problem
        except Broken as problem:
            raise ProtocolError("The server failed on the request (500).") from problem


class Line:
    """A terminal's Transport. ``meet`` makes a fault strike the next call; until ``unplugged_until`` none gets through."""

    def __init__(self, world: World, terminal: Terminal) -> None:
        self._world = world
        self._terminal = terminal
        self._faults: list[tuple[str, int]] = []
        self._before: dict[str, bytes] = {}
        self._sender = ("", "")
        self.unplugged_until = 0.0

    def meet(self, kind: str, salt: int) -> None:
        """A fault for the next call that has none."""
        self._faults.append((kind, salt))

    def mend(self) -> None:
        """All goes well from now on."""
        self._faults.clear()
        self.unplugged_until = 0.0

    # Transport

    def present(self, credential: DeviceCredential | None) -> None:
        """See Transport."""
        self._sender = ("", "") if credential is None else (credential.client_id, credential.secret)

    def push(self, request: PushRequest, *, within_s: float = 30.0) -> PushResponse:
        """See Transport."""
        return self._call("push", encode(request), PushResponse, within_s)

    def pull(self, request: PullRequest, *, within_s: float = 60.0) -> PullResponse:
        """See Transport."""
        if request.resume and self._world.schedule.knobs.slow_pages:
            self._go_on_meanwhile(1)
        return self._call("pull", encode(request), PullResponse, within_s)

    def re_enroll(self, credential: DeviceCredential, *, within_s: float = 30.0) -> EnrollResponse:
        """See Transport."""
        return self._call("enroll", b"", EnrollResponse, within_s)

    def snapshot(
        self, scopes: Sequence[str], into: Path, progress: SnapshotProgress, *, within_s: float = 1800.0
    ) -> SnapshotInfo:
        """See Transport."""
        clock, file = self._world.clock, SnapshotFile(into)
        began = clock.seconds
        fault, chance = self._set_off("snapshot", within_s)
        begun = file.facts.sha256 if file.can_go_on and file.facts is not None else ""
        facts, content = self._world.network.image(self._sender, begun)
        if not begun or begun != facts.sha256:
            file.begin(facts)
        rest = self._image_on_its_way(fault, chance, content[file.size :])
        half = len(rest) // 2
        file.append(rest[:half])
        progress(file.size, facts.size)
        if fault in ("answer_slow", "answer_too_late", "image_slow"):
            self._wait(chance.uniform(0.5, 1.5 * within_s), chance)
        file.append(rest[half:])
        progress(file.size, facts.size)
        if clock.seconds - began > within_s or not file.is_whole:
            raise Offline("The image broke off; it goes on where it stopped.")
        info = SnapshotInfo(facts.cursors, facts.size)
        file.finish()
        self._world.happened["images taken over" if not begun else "images gone on with"] += 1
        return info

    def login(self, username: str, password: str, *, within_s: float = 30.0) -> Tokens:
        """See Transport."""
        raise Offline("Nobody signs in over this line.")

    def refresh(self, refresh_token: str, *, within_s: float = 30.0) -> Tokens:
        """See Transport."""
        raise Offline("Nobody signs in over this line.")

    def set_password(self, token: str, user_id: str, password: str, *, within_s: float = 30.0) -> None:
        """See Transport."""
        raise Offline("Nobody signs in over this line.")

    def enroll(self, token: str, request: EnrollRequest, *, within_s: float = 30.0) -> EnrollResponse:
        """See Transport."""
        raise Offline("Terminals are enrolled when the stage is set.")

    def health(self, *, within_s: float = 5.0) -> bool:
        """See Transport."""
        return True

    def abort(self) -> None:
        """See Transport."""

    def close(self) -> None:
        """See Transport."""

    # What becomes of a call

    def _call(self, kind: str, body: bytes, answer_type: type[T], within_s: float) -> T:
        world, clock = self._world, self._world.clock
        began = clock.seconds
        fault, chance = self._set_off(kind, within_s, body)
        answer = world.network.deliver(kind, self._sender, body)
        answer = self._on_the_way_back(fault, chance, kind, answer)
        if clock.seconds - began > within_s:
            raise Offline("The answer came too late.")
        try:
            return msgspec.msgpack.decode(answer, type=answer_type)
        except msgspec.MsgspecError as problem:
            raise ProtocolError("The server's answer cannot be read.") from problem

    def _set_off(self, kind: str, within_s: float, body: bytes = b"") -> tuple[str, random.Random]:
        """A request leaves: answers the fault that it meets, if any, as far as that has not struck yet."""
        clock = self._world.clock
        clock.advance(_LATENCY_S)
        if clock.seconds < self.unplugged_until:
            raise Offline("The cable is out.")
        fault, salt = self._next_fault(kind)
        if not fault:
            return fault, _NO_CHANCE
        chance = random.Random(salt)
        self._on_the_way_there(fault, chance, kind, body, within_s)
        return fault, chance

    def _next_fault(self, kind: str) -> tuple[str, int]:
        for position, (fault, salt) in enumerate(self._faults):
            if fault == "page_damaged" and kind not in ("pull", "snapshot"):
                continue
            if fault == "answer_of_before" and kind not in self._before:
                continue
            if (fault in faults.IMAGE) != (kind == "snapshot") and fault in _OF_ONE_KIND:
                continue
            del self._faults[position]
            self._world.struck(fault)
            return fault, salt
        return "", 0

    def _on_the_way_there(
        self, fault: str, chance: random.Random, kind: str, body: bytes, within_s: float
    ) -> None:
        network = self._world.network
        match fault:
            case "request_lost":
                raise Offline("The request got lost.")
            case "unplugged":
                self.unplugged_until = self._world.clock.seconds + chance.uniform(1, 40)
                raise Offline("The cable is out.")
            case "server_asks_for_a_pause":
                raise Busy("The server asks for a pause.", PAUSE_S)
            case "request_cut_short":
                # What is half here is not read by the server.
                raise ProtocolError("The server did not understand the request (400).")
            case "request_slow":
                self._wait(chance.uniform(0.1, 0.9) * within_s, chance)
            case "request_repeated" if kind == "push" and chance.random() < 0.5:
                network.deliver_together(self._sender, body)
            case "request_repeated" if kind != "enroll":
                network.deliver(kind, self._sender, body)
            case "request_repeated_late" if kind != "enroll":
                network.deliver_later(kind, self._sender, body, chance.randint(0, 6))

    def _on_the_way_back(self, fault: str, chance: random.Random, kind: str, answer: bytes) -> bytes:
        before, self._before[kind] = self._before.get(kind, answer), answer
        match fault:
            case "answer_lost":
                raise Offline("The answer got lost.")
            case "answer_cut_short":
                return answer[: chance.randrange(len(answer))]
            case "answer_of_before":
                return before
            case "answer_slow":
                self._wait(chance.uniform(0.5, 20.0), chance)
            case "answer_too_late":
                self._wait(chance.uniform(70.0, 90.0), chance)
            case "page_damaged":
                return _damaged(answer, chance)
        return answer

    def _image_on_its_way(self, fault: str, chance: random.Random, content: bytes) -> bytes:
        match fault:
            case "answer_lost":
                raise Offline("The answer got lost.")
            case "answer_cut_short" | "image_cut_short":
                return content[: chance.randrange(len(content))] if content else b""
            case "page_damaged" | "image_damaged" if content:
                place = chance.randrange(len(content))
                return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        return content

    def _wait(self, seconds: float, chance: random.Random) -> None:
        """While this call is on its way, others go on."""
        self._world.clock.advance(seconds)
        self._go_on_meanwhile(chance.randint(1, 4))

    def _go_on_meanwhile(self, steps: int) -> None:
        self._world.meanwhile(steps, self._terminal)
        if self._terminal.machine.is_dead:
            raise PowerCut(self._terminal.machine)


def _damaged(answer: bytes, chance: random.Random) -> bytes:
    """A page of a pull in which one value has changed, or one row is missing."""
    page = msgspec.msgpack.decode(answer, type=PullResponse)
    patches = unpack(page.patches)
    filled = [patch for patch in patches if patch.puts]
    if not filled:
        return answer[:-1]
    puts = chance.choice(filled).puts
    place = chance.randrange(len(puts))
    if chance.random() < 0.5:
        del puts[place]
    else:
        puts[place] = [*puts[place][:-1], 666]
    return encode(replace(page, patches=pack(patches)))
