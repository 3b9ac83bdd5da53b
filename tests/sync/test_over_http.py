"""The engine on its own thread, over real HTTP that fails now and then, with hints over a real WebSocket."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from backports import zstd

from services.protocol.messages import LiveHint, PullRequest, PushRequest, encode
from services.sync.engine import Pace, SyncEngine
from services.sync.errors import Refused
from services.sync.live import LiveLink
from services.sync.port import DeviceCredential
from services.sync.retry import RetryPolicy
from services.sync.states import State
from services.sync.transport import HttpTransport, Timeouts
from tests.helpers.fake_clock import FakeClock
from tests.helpers.http_peer import Asked, HttpPeer, Reply, ranged, serving
from tests.helpers.live_peer import LivePeer, living
from tests.helpers.memory_replica import MemoryReplica
from tests.helpers.memory_rules import Change
from tests.helpers.memory_server import MemoryServer
from tests.helpers.sync_pair import SITE

SOON = RetryPolicy(base_s=0.01, slow_cap_s=0.05, barred_cap_s=0.05)
JSON = {"content-type": "application/json"}
_PATIENCE_S = 60.0


class ModelOverHttp:
    """The model server behind a real one, on a bad day: ``chance_of_fault`` of each answer is lost, cut or refused."""

    def __init__(self, model: MemoryServer, seed: int) -> None:
        self.model = model
        self.peer = HttpPeer()
        self.chance_of_fault = 0.0
        self.packed_sizes: list[int] = []
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        for path, answer in {"push": self._push, "pull": self._pull, "enroll": self._enroll}.items():
            self.peer.on("POST", f"/sync/{path}", self._badly(answer))
        self.peer.on("GET", "/sync/snapshot", self._badly(self._snapshot))

    def _badly(self, answer: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
        def badly(asked: Asked) -> Reply:
            with self._lock:
                fault = self._chance.choice(
                    ["lost", "cut", "gateway", "busy", "html"]
                    if self._chance.random() < self.chance_of_fault
                    else ["none"]
                )
                if fault == "gateway":
                    return Reply(b"", 502, {})
                if fault == "busy":
                    return Reply(b"", 503, {"retry-after": "0"})
                try:
                    reply = answer(asked)
                except Refused as refused:
                    said = msgspec.json.encode({"error": refused.words, "code": refused.code})
                    return Reply(said, refused.status, JSON)
            match fault:
                case "lost":
                    return Reply(reply.body, reply.status, reply.headers, cut_after=0)
                case "cut":
                    return Reply(reply.body, reply.status, reply.headers, cut_after=len(reply.body) // 2)
                case "html":
                    return Reply(b"<html>", 200, {"content-type": "text/html"})
            return reply

        return badly

    def _push(self, asked: Asked) -> Reply:
        return Reply(encode(self.model.push(msgspec.msgpack.decode(asked.body, type=PushRequest))))

    def _pull(self, asked: Asked) -> Reply:
        return Reply(encode(self.model.pull(msgspec.msgpack.decode(asked.body, type=PullRequest))))

    def _enroll(self, asked: Asked) -> Reply:
        return Reply(encode(self.model.re_enroll(_credential(asked))))

    def _snapshot(self, asked: Asked) -> Reply:
        client = self.model.state.clients[_credential(asked).client_id]
        image = zstd.compress(msgspec.json.encode(list(self.model.rows_of(client.scopes).values())))
        self.packed_sizes.append(len(image))
        cursors = {scope: self.model.state.scopes[scope].version for scope in client.scopes}
        digest = hashlib.sha256(image).hexdigest()
        headers = {
            "content-type": "application/zstd",
            "etag": f'"{digest}"',
            "x-holdfast-sha256": digest,
            "x-holdfast-cursors": msgspec.json.encode(cursors).decode(),
        }
        return ranged(image, headers, asked)


def _credential(asked: Asked) -> DeviceCredential:
    scheme, _, rest = asked.headers["authorization"].partition(" ")
    assert scheme == "Device"
    client_id, _, secret = rest.partition(":")
    assert secret == f"secret-of-{client_id}"
    return DeviceCredential(client_id, secret)


@pytest.fixture
def server() -> Iterator[ModelOverHttp]:
    model = ModelOverHttp(MemoryServer(FakeClock(), rows_per_page=5), seed=11)
    with serving(model.peer):
        yield model


@pytest.fixture
def desk(server: ModelOverHttp, tmp_path: Path) -> Iterator[Callable[[MemoryReplica], SyncEngine]]:
    """Start an engine over files; it is stopped after the test."""
    with ExitStack() as ends:

        def start(replica: MemoryReplica) -> SyncEngine:
            identity = replica.identity()
            scratch = tmp_path / f"{identity.client_id}-{len(list(tmp_path.iterdir()))}"
            scratch.mkdir()
            transport = HttpTransport(server.peer.url, timeouts=Timeouts(read_s=5.0))
            ends.callback(transport.close)
            pace = Pace(poll_s=(0.02, 0.05), live_poll_s=(600, 600))
            engine = SyncEngine(replica, transport, scratch=scratch, retry=SOON, pace=pace)
            ends.callback(lambda: engine.stop() or pytest.fail("the engine did not stop"))
            engine.start()
            return engine

        yield start


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about"
        time.sleep(0.005)


def test_desks_at_work_over_a_bad_link_come_to_the_same_rows_each_command_run_once(
    server: ModelOverHttp, desk: Callable[[MemoryReplica], SyncEngine]
) -> None:
    model = server.model
    files = [MemoryReplica(model.enrol("org", SITE)) for _ in range(2)]
    server.chance_of_fault = 0.3
    engines = [desk(each) for each in files]
    chance = random.Random(5)
    durable = []
    for _ in range(60):
        mine = chance.randrange(2)
        change = Change(SITE, f"A-{chance.randrange(6)}", chance.choice([-2, 1, 3]))
        durable.append(files[mine].do(change).id)
        engines[mine].wake()
        time.sleep(0.003)
    server.chance_of_fault = 0.0
    until(
        lambda: all(each.last_n == len(each.commands) and each.truth == model.state.rows for each in files),
        "agreement",
    )
    assert model.state.executed == dict.fromkeys(durable, 1)
    for each, engine in zip(files, engines, strict=True):
        client = model.state.clients[each.identity().client_id]
        assert each.outcomes == client.outcomes
        until(lambda engine=engine: engine.status.state is State.IDLE, "rest")


def test_a_first_sync_that_is_cut_goes_on_and_a_copied_file_enrols_again(
    server: ModelOverHttp, desk: Callable[[MemoryReplica], SyncEngine]
) -> None:
    model = server.model
    first = MemoryReplica(model.enrol("org", SITE))
    for number in range(300):
        first.do(Change(SITE, f"A-{number}", number + 1))
    engine = desk(first)
    until(lambda: first.last_n == 300, "the first terminal's work")
    assert engine.stop()
    copy = first.clone()
    copy.drop_cache()
    first.do(Change(SITE, "B-1", 1))
    copy.do(Change(SITE, "B-2", 1))
    assert desk(first).run_once(_PATIENCE_S).pending == 0
    server.chance_of_fault = 0.3
    copied = desk(copy)
    until(lambda: copy.identity().client_id != first.identity().client_id, "a new identity")
    server.chance_of_fault = 0.0
    until(lambda: copy.last_n == len(copy.commands) == 1, "the copy's own work")
    until(lambda: copy.truth == first.truth == model.state.rows, "agreement")
    assert model.state.executed.total() == 302
    assert copied.identity == copy.identity()


def test_a_hint_over_the_live_link_brings_another_desks_work_at_once(
    server: ModelOverHttp, desk: Callable[[MemoryReplica], SyncEngine]
) -> None:
    model = server.model
    mine, theirs = (MemoryReplica(model.enrol("org", SITE)) for _ in range(2))
    with living(LivePeer()) as hints:
        engine, other = desk(mine), desk(theirs)
        until(lambda: engine.identity is not None, "the first round")
        link = LiveLink(
            hints.url, lambda: engine.identity, on_hint=engine.hinted, on_live=engine.live_changed, retry=SOON
        )
        link.start()
        try:
            until(lambda: engine.status.live and engine.status.state is State.IDLE, "the live link")
            theirs.do(Change(SITE, "A-1", 5))
            other.run_once(_PATIENCE_S)
            hints.send(LiveHint(SITE, model.state.scopes[SITE].version))
            until(lambda: mine.truth == model.state.rows, "the other desk's work")
        finally:
            assert link.stop()


def test_stopping_in_the_middle_of_a_stalled_answer_is_quick(
    server: ModelOverHttp, desk: Callable[[MemoryReplica], SyncEngine]
) -> None:
    replica = MemoryReplica(server.model.enrol("org", SITE))
    server.peer.on("POST", "/sync/push", Reply(never=True))
    engine = desk(replica)
    until(lambda: bool(server.peer.asked), "the request")
    assert engine.stop(timeout_s=4)
