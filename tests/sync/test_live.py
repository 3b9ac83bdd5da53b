"""The live link against real WebSocket servers."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from services.protocol.messages import (
    LiveHello,
    LiveHint,
    LivePositions,
    LivePresence,
    VehiclePosition,
    encode,
)
from services.sync.engine import Pace, SyncEngine
from services.sync.heartbeat import Beats
from services.sync.live import LiveLink, LiveSettings
from services.sync.replica import Identity
from services.sync.retry import RetryPolicy
from services.sync.states import State
from tests.helpers.leased_server import free_port
from tests.helpers.live_peer import LivePeer, living, silent_after
from tests.helpers.sync_pair import SITE, Pair, agree

ME = Identity(
    client_id="client-1", credential="a secret of forty letters", terminal_code="T1", epoch="epoch-1"
)
SOON = RetryPolicy(base_s=0.01, slow_cap_s=0.02, barred_cap_s=0.02)
NEVER = RetryPolicy(base_s=600, slow_cap_s=600, barred_cap_s=600)
SETTINGS = LiveSettings(open_s=5.0, close_s=0.2, beats=Beats(every_s=60.0), batch_s=0.01)
_PATIENCE_S = 20.0


class Heard:
    """What a link told, in order."""

    def __init__(self) -> None:
        self.all: list[tuple[object, ...]] = []
        self._changed = threading.Condition()

    def note(self, kind: str) -> Callable[..., None]:
        def heard(*args: object) -> None:
            with self._changed:
                self.all.append((kind, *args))
                self._changed.notify_all()

        return heard

    def wait_for(self, *expected: object, times: int = 1) -> None:
        with self._changed:
            came = self._changed.wait_for(lambda: self.all.count(expected) >= times, _PATIENCE_S)
        assert came, f"{expected} did not come; heard {self.all}"

    def of(self, kind: str) -> list[tuple[object, ...]]:
        return [told[1:] for told in self.all if told[0] == kind]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def link(heard: Heard) -> Iterator[Callable[..., LiveLink]]:
    """Start links; each is stopped after the test."""
    links: list[LiveLink] = []

    def start(url: str, **settings: object) -> LiveLink:
        given: dict[str, object] = {
            "identity": lambda: ME,
            "on_hint": heard.note("hint"),
            "on_positions": heard.note("positions"),
            "on_presence": heard.note("presence"),
            "on_live": heard.note("live"),
            "settings": SETTINGS,
            "retry": SOON,
            "chance": random.Random(3),
            **settings,
        }
        link = LiveLink(url, **given)  # type: ignore[arg-type]
        links.append(link)
        link.start()
        return link

    yield start
    for each in links:
        assert each.stop()


@pytest.fixture
def peer() -> Iterator[LivePeer]:
    with living(LivePeer()) as peer:
        yield peer


def van(number: int, at: int) -> VehiclePosition:
    return VehiclePosition(f"van-{number}", 52.0, 13.0, 90.0, 30.0, at)


def test_it_says_who_it_is_and_hands_on_hints_and_presence(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    link(peer.url)
    peer.wait_for_hellos(1)
    assert peer.hellos == [LiveHello(ME.client_id, ME.credential)]
    heard.wait_for("live", True)
    peer.send(LiveHint(SITE, 7), LivePresence("1", 3))
    heard.wait_for("hint", SITE, 7)
    heard.wait_for("presence", "1", 3)


def test_positions_come_in_batches_with_the_newest_of_each_vehicle(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    link(peer.url, settings=LiveSettings(batch_s=0.3, close_s=0.2))
    peer.wait_for_hellos(1)
    for moment in range(50):
        peer.send(LivePositions("1", [van(1, moment), van(2, 100 - moment)]))
    heard.wait_for("positions", [van(1, 49), van(2, 100)])
    assert len(heard.of("positions")) == 1


def test_positions_that_came_before_the_link_broke_are_not_lost(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    link(peer.url, settings=LiveSettings(batch_s=600, close_s=0.2))
    peer.wait_for_hellos(1)
    peer.send(LivePositions("1", [van(1, 5)]))
    peer.drop_all()
    heard.wait_for("positions", [van(1, 5)])


def test_a_link_that_breaks_is_told_of_and_made_again(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    link(peer.url)
    for round_number in range(1, 4):
        peer.wait_for_hellos(round_number)
        heard.wait_for("live", True, times=round_number)
        peer.drop_all()
        heard.wait_for("live", False, times=round_number)
    peer.wait_for_hellos(4)
    peer.send(LiveHint("org", 1))
    heard.wait_for("hint", "org", 1)


def test_a_server_that_comes_late_is_found(link: Callable[..., LiveLink], heard: Heard) -> None:
    port = free_port()
    link(f"http://127.0.0.1:{port}")
    time.sleep(0.05)
    assert heard.all == []
    with living(LivePeer(), port) as late:
        late.wait_for_hellos(1)


def test_a_peer_that_falls_silent_is_dead_after_an_unanswered_ping(
    link: Callable[..., LiveLink], heard: Heard
) -> None:
    with silent_after(handshake=True) as (url, knocks):
        settings = LiveSettings(beats=Beats(every_s=0.05, overdue_s=0.05, dead_s=0.1), close_s=0.05)
        held = link(url, settings=settings)
        heard.wait_for("live", True)
        heard.wait_for("live", False)
        heard.wait_for("live", True, times=2)
        assert len(knocks) >= 2
        assert held.stop()


def test_a_peer_that_never_shakes_hands_is_given_up(link: Callable[..., LiveLink], heard: Heard) -> None:
    with silent_after(handshake=False) as (url, knocks):
        held = link(url, settings=LiveSettings(open_s=0.05, close_s=0.05))
        end = time.monotonic() + _PATIENCE_S
        while len(knocks) < 3:
            assert time.monotonic() < end
            time.sleep(0.005)
        assert heard.all == []
        assert held.stop()


def test_a_peer_that_does_not_answer_at_the_door_is_overdue_and_then_silent(
    link: Callable[..., LiveLink], heard: Heard
) -> None:
    with silent_after(handshake=False) as (url, _knocks):
        held = link(
            url,
            settings=LiveSettings(open_s=0.05, close_s=0.05),
            on_overdue=heard.note("overdue"),
            on_silent=heard.note("silent"),
        )
        heard.wait_for("silent", times=2)
        assert held.stop()
    assert heard.all[:3] == [("overdue",), ("silent",), ("silent",)]


def test_a_terminal_that_is_turned_away_knocks_only_now_and_then(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "services.sync.live")
    peer.turn_away_with = 4401
    link(peer.url, retry=RetryPolicy(base_s=0.01, slow_cap_s=0.01, barred_cap_s=600), chance=_Highest())
    heard.wait_for("live", False)
    time.sleep(0.1)
    assert len(peer.hellos) == 1
    assert "turned this terminal away" in caplog.text


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN])
def test_being_turned_away_at_the_door_is_the_same(
    peer: LivePeer, link: Callable[..., LiveLink], caplog: pytest.LogCaptureFixture, status: HTTPStatus
) -> None:
    caplog.set_level(logging.INFO, "services.sync.live")
    peer.answer_with = (status, "")
    link(peer.url, retry=RetryPolicy(base_s=0.01, slow_cap_s=0.01, barred_cap_s=600), chance=_Highest())
    end = time.monotonic() + _PATIENCE_S
    while "turned the live link away" not in caplog.text:
        assert time.monotonic() < end
        time.sleep(0.005)
    time.sleep(0.05)
    assert peer.knocks == 1


def test_a_credential_does_not_follow_a_redirect(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    with living(LivePeer()) as elsewhere:
        peer.answer_with = (
            HTTPStatus.TEMPORARY_REDIRECT,
            elsewhere.url.replace("http", "ws", 1) + "/sync/live",
        )
        link(peer.url)
        end = time.monotonic() + _PATIENCE_S
        while peer.knocks < 3:
            assert time.monotonic() < end
            time.sleep(0.005)
        assert (elsewhere.knocks, elsewhere.hellos, heard.all) == (0, [], [])


@pytest.mark.parametrize("frame", ["a text", b"\xc1", b""])
def test_what_cannot_be_read_ends_the_link_and_it_is_made_again(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard, frame: bytes | str
) -> None:
    link(peer.url)
    peer.wait_for_hellos(1)
    peer.send_raw(frame)
    peer.wait_for_hellos(2)
    heard.wait_for("live", False)


def test_what_a_newer_server_says_beyond_this_programs_words_is_passed_over(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    link(peer.url)
    peer.wait_for_hellos(1)
    peer.send_raw(encode({"type": "weather", "rain": True}))
    peer.send_raw(encode({"type": "hint", "scope": "org", "version": 4, "because": "of you"}))
    heard.wait_for("hint", "org", 4)
    assert len(peer.hellos) == 1


def test_an_oversized_frame_ends_the_link(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    link(peer.url, settings=LiveSettings(most_bytes=1000, close_s=0.2))
    peer.wait_for_hellos(1)
    peer.send_raw(bytes(5000))
    heard.wait_for("live", False)
    peer.wait_for_hellos(2)


def test_a_listener_that_fails_does_not_end_the_link(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(scope: str, version: int) -> None:
        raise RuntimeError("the window is gone")

    link(peer.url, on_hint=broken)
    peer.wait_for_hellos(1)
    peer.send(LiveHint("org", 1), LivePresence("1", 2))
    heard.wait_for("presence", "1", 2)
    assert "the window is gone" in caplog.text


def test_without_an_identity_it_waits_until_it_is_told_to_try(
    peer: LivePeer, link: Callable[..., LiveLink]
) -> None:
    known: list[Identity] = []
    held = link(peer.url, identity=lambda: known[0] if known else None, retry=NEVER, chance=_Highest())
    time.sleep(0.05)
    assert peer.knocks == 0
    known.append(ME)
    held.try_now()
    peer.wait_for_hellos(1)


def test_it_stops_at_once_while_it_listens_while_it_waits_and_while_it_is_stalled(
    peer: LivePeer, link: Callable[..., LiveLink], heard: Heard
) -> None:
    listening = link(peer.url)
    peer.wait_for_hellos(1)
    waiting = link(f"http://127.0.0.1:{free_port()}", retry=NEVER, chance=_Highest())
    time.sleep(0.05)
    with silent_after(handshake=True) as (url, _):
        stalled = link(url)
        heard.wait_for("live", True, times=2)
        for each in (listening, waiting, stalled):
            assert each.stop(timeout_s=3)


def test_it_can_be_started_again(peer: LivePeer, link: Callable[..., LiveLink]) -> None:
    held = link(peer.url)
    peer.wait_for_hellos(1)
    assert held.stop()
    held.start()
    held.start()
    peer.wait_for_hellos(2)


def test_a_proxy_of_the_environment_does_not_stand_before_this_computer(
    peer: LivePeer, link: Callable[..., LiveLink], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    link(peer.url)
    peer.wait_for_hellos(1)


def test_the_credential_is_in_no_log(
    peer: LivePeer, link: Callable[..., LiveLink], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    held = link(peer.url)
    peer.wait_for_hellos(1)
    peer.drop_all()
    peer.wait_for_hellos(2)
    held.stop()
    ours = "".join(record.getMessage() for record in caplog.records if "server" not in record.name)
    assert "live link" in ours
    assert "forty letters" not in ours
    # The library shows a frame's first and last bytes, and the credential is what comes last in a hello.
    assert ME.credential[-8:].encode().hex() not in ours.replace(" ", "")


def test_a_hint_makes_the_engine_pull_and_polling_stands_in_while_the_link_is_down(
    peer: LivePeer, link: Callable[..., LiveLink], tmp_path: Path
) -> None:
    pair = Pair(tmp_path)
    desk, other = pair.terminal(), pair.terminal()
    engine = SyncEngine(
        desk.replica,
        desk.network,
        scratch=desk.scratch,
        retry=SOON,
        pace=Pace(poll_s=(0.01, 0.02), live_poll_s=(600, 600)),
    )
    engine.start()
    try:
        held = link(
            peer.url,
            identity=lambda: engine.identity,
            on_hint=engine.hinted,
            on_live=engine.live_changed,
        )
        peer.wait_for_hellos(1)
        assert peer.hellos[0].client_id == desk.replica.identity().client_id
        _until(lambda: engine.status.live and engine.status.state is State.IDLE)
        other.do("A-01", 1)
        other.sync()
        peer.send(LiveHint(SITE, pair.server.state.scopes[SITE].version))
        _until(lambda: desk.replica.truth == pair.server.state.rows)
        held.stop()
        _until(lambda: not engine.status.live)
        other.do("A-01", 1)
        other.sync()
        _until(lambda: desk.replica.truth == pair.server.state.rows)
    finally:
        assert engine.stop()
    agree(pair.server, [desk])


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


class _Highest(random.Random):
    """Chance that always draws the most."""

    def uniform(self, a: float, b: float) -> float:
        return b
