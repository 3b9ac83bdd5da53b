"""The live link: hello first, hints after each commit, positions newest first, and nobody waits for a slow reader."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from services.commands import ReceiveStock
from services.protocol.messages import (
    EnrollResponse,
    LiveHello,
    LiveHint,
    LiveMessage,
    LivePositions,
    LivePresence,
    PushResponse,
    VehiclePosition,
    encode,
)
from services.server.live import LiveHub
from services.server.mailbox import Ended, Mailbox
from tests.helpers.running_server import RunningServer, running_server, server_settings
from tests.server.client import enroll, send, signed_in
from tests.server.test_sync_api import push_of
from tests.server.warehouse import SITE, bin_id, must

SCOPE = f"site:{SITE}"


@contextmanager
def live(server: RunningServer, enrolled: EnrollResponse, credential: str = "") -> Iterator[ClientConnection]:
    with connect(f"{server.websocket_url}/sync/live", compression=None) as socket:
        socket.send(encode(LiveHello(enrolled.client_id, credential or enrolled.credential)))
        yield socket


def read(socket: ClientConnection) -> LiveMessage:
    return msgspec.msgpack.decode(socket.recv(timeout=20), type=LiveMessage)


def read_until(socket: ClientConnection, wanted: Any) -> list[LiveMessage]:
    """Messages up to one that fits."""
    found = [read(socket)]
    while not wanted(found[-1]):
        found.append(read(socket))
    return found


def hint_at(scope: str, version: int) -> Any:
    return lambda message: (
        isinstance(message, LiveHint) and message.scope == scope and message.version >= version
    )


def positions_of(turn: int) -> Any:
    return lambda message: isinstance(message, LivePositions) and message.positions[-1].longitude == turn


def test_a_terminal_is_told_where_its_scopes_are_and_when_they_move(server: RunningServer) -> None:
    with signed_in(server) as client:
        enrolled = enroll(client)
        with live(server, enrolled) as socket:
            seen = read_until(socket, hint_at(SCOPE, 1))[-1]
            assert isinstance(seen, LiveHint)
            send(client, "/sync/push", push_of(enrolled), PushResponse, enrolled)
            read_until(socket, hint_at(SCOPE, seen.version + 1))


def test_a_commit_of_another_process_is_noticed_too(server: RunningServer) -> None:
    with signed_in(server) as client, live(server, enroll(client)) as socket:
        seen = read_until(socket, hint_at(SCOPE, 1))[-1]
        assert isinstance(seen, LiveHint)
        with server.parts.database.writing() as connection:
            connection.exec_driver_sql(f"UPDATE scope_head SET version = version + 1 WHERE scope = '{SCOPE}'")
        read_until(socket, hint_at(SCOPE, seen.version + 1))


def test_terminals_of_a_site_know_how_many_they_are(sqlite_server: RunningServer) -> None:
    def present(number: int) -> Any:
        return lambda message: message == LivePresence(SITE, number)

    with signed_in(sqlite_server) as client:
        one, other = enroll(client), enroll(client)
        with live(sqlite_server, one) as first:
            read_until(first, present(1))
            with live(sqlite_server, other):
                read_until(first, present(2))
            read_until(first, present(1))


def test_positions_go_to_the_terminals_of_the_site(sqlite_server: RunningServer) -> None:
    van = f"{SITE}-van-1"
    at = sqlite_server.parts.clock()
    position = {
        "vehicle_id": van,
        "latitude": 52.7,
        "longitude": -1.2,
        "heading": 90,
        "speed_kmh": 30,
        "at": at,
    }
    with signed_in(sqlite_server) as client, live(sqlite_server, enroll(client)) as socket:
        read_until(socket, hint_at(SCOPE, 1))
        assert client.post("/api/fleet/positions", json={"positions": [position]}).status_code == 200
        message = read_until(socket, lambda message: isinstance(message, LivePositions))[-1]
    assert message == LivePositions(SITE, [VehiclePosition(van, 52.7, -1.2, 90.0, 30.0, at)])


@pytest.mark.parametrize(
    ("hello", "code"),
    [(b"\xc1", 4400), (encode(LiveHello("x", "y")), 4401), (encode({"type": "hello"}), 4400), ("text", 4400)],
)
def test_a_wrong_hello_closes_the_link(sqlite_server: RunningServer, hello: bytes | str, code: int) -> None:
    with connect(f"{sqlite_server.websocket_url}/sync/live") as socket:
        socket.send(hello)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


def test_no_hello_in_time_closes_the_link(tmp_path: Path) -> None:
    with (
        running_server(server_settings(tmp_path, hello_seconds=0.2)) as server,
        connect(f"{server.websocket_url}/sync/live") as socket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        socket.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408


def test_a_terminal_that_reads_nothing_keeps_nobody_waiting(sqlite_server: RunningServer) -> None:
    """It stalls with its buffers full; the others get every newest version, and so does it when it wakes."""
    parts = sqlite_server.parts
    vans = [f"van-{number}" for number in range(2000)]
    with signed_in(sqlite_server) as client:
        slow, quick = enroll(client), enroll(client)
        with live(sqlite_server, slow) as stalled, live(sqlite_server, quick) as reading:
            read_until(reading, hint_at(SCOPE, 1))
            read_until(stalled, hint_at(SCOPE, 1))
            for turn in range(300):
                parts.hub.publish_positions(
                    SITE, [VehiclePosition(van, 1.0, float(turn), 0.0, 0.0, turn) for van in vans]
                )
                read_until(reading, positions_of(turn))
            receipt = ReceiveStock(site_id=SITE, product_id="prod-1", location_id=bin_id(SITE, 1), quantity=1)
            parts.committer.run((SCOPE,), lambda transaction: must(transaction, receipt, "receipt"))
            version = read_until(reading, hint_at(SCOPE, 2))[-1]
            assert isinstance(version, LiveHint)
            late = read_until(stalled, hint_at(SCOPE, version.version))
            late += read_until(stalled, positions_of(299))
    assert sum(isinstance(message, LivePositions) for message in late) < 300


def test_a_mailbox_holds_the_newest_of_each_thing_and_encodes_once() -> None:
    async def play() -> tuple[list[bytes], int]:
        encoded = 0

        def encode_all(news: Any) -> list[bytes]:
            nonlocal encoded
            encoded += 1
            return [f"{key}={value}".encode() for key, value in news.items()]

        box: Mailbox[str, int] = Mailbox(encode_all)
        box.offer({"a": 1}, [b"a=1 as sent to all"])
        sent = list(await box.take())
        box.offer({"a": 2}, [b"a=2"])
        box.offer({"a": 3, "b": 1}, [b"a=3 b=1"])
        sent += await box.take()
        return sent, encoded

    sent, encoded = asyncio.run(play())
    assert sent == [b"a=1 as sent to all", b"a=3", b"b=1"]
    assert encoded == 1


def test_a_hint_never_goes_back(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> list[LiveMessage]:
        hub = LiveHub()
        hub.start(asyncio.get_running_loop())
        box = hub.attach(["org"], "terminal-1")
        hub.publish_versions({"org": 7})
        hub.publish_versions({"org": 5})
        await asyncio.sleep(0.01)
        hub.stop()
        return [msgspec.msgpack.decode(frame, type=LiveMessage) for frame in await box.take()]

    assert asyncio.run(play()) == [LiveHint("org", 7)]


def test_the_first_hint_goes_out_at_once_and_a_burst_is_told_by_its_last() -> None:
    async def play() -> list[list[LiveMessage]]:
        hub = LiveHub()
        hub.start(asyncio.get_running_loop())
        crowd = [hub.attach(["org"], "terminal-1") for _ in range(20)]
        told = []
        for version in range(1, 50):
            hub.publish_versions({"org": version})
            await asyncio.sleep(0)
            if version == 1:
                told.append(list(await crowd[0].take()))
        await asyncio.sleep(0.1)
        told.append(list(await crowd[0].take()))
        hub.stop()
        return [[msgspec.msgpack.decode(frame, type=LiveMessage) for frame in frames] for frames in told]

    assert asyncio.run(play()) == [[LiveHint("org", 1)], [LiveHint("org", 49)]]


def test_in_a_crowd_hints_wait_until_it_has_been_served_or_for_the_longest_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.server.live._HELD_S", 0.001)

    async def told_at(crowded_looks: int) -> tuple[int, list[LiveMessage]]:
        looks = 0

        def is_crowded() -> bool:
            nonlocal looks
            looks += 1
            return looks <= crowded_looks

        hub = LiveHub(is_crowded)
        hub.start(asyncio.get_running_loop())
        box = hub.attach(["org"], "terminal-1")
        hub.publish_versions({"org": 1})
        await asyncio.sleep(0)
        hub.publish_versions({"org": 2})
        frames = await box.take()
        hub.stop()
        return looks, [msgspec.msgpack.decode(frame, type=LiveMessage) for frame in frames]

    assert asyncio.run(told_at(30)) == (31, [LiveHint("org", 2)])
    monkeypatch.setattr("services.server.live._MOST_HELD_S", 0.01)
    looks, told = asyncio.run(told_at(1000))
    assert (looks < 30, told) == (True, [LiveHint("org", 2)])


def test_a_link_ends_when_its_terminal_changes_but_not_by_what_was_known_when_it_began() -> None:
    async def play() -> list[bool]:
        hub = LiveHub()
        hub.start(asyncio.get_running_loop())
        boxes = [hub.attach(["org"], "terminal-1", seen_at) for seen_at in (6, 7, 8)]
        hub.end_links({"terminal-1": 7, "terminal-2": 9})
        hub.publish_versions({"org": 9})
        await asyncio.sleep(0.01)
        hub.stop()
        ended = []
        for box in boxes:
            try:
                await box.take()
                ended.append(False)
            except Ended:
                ended.append(True)
        return ended

    assert asyncio.run(play()) == [True, False, False]


def test_connections_that_are_gone_are_forgotten(sqlite_server: RunningServer) -> None:
    with signed_in(sqlite_server) as client:
        enrolled = enroll(client)
        for _ in range(3):
            with live(sqlite_server, enrolled) as socket:
                read(socket)
    end = time.monotonic() + 20
    while sqlite_server.parts.hub.terminals and time.monotonic() < end:
        time.sleep(0.02)
    assert sqlite_server.parts.hub.terminals == 0
