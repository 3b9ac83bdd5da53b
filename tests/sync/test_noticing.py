"""The badge tells the truth about the link, and soon: cuts, stalls and their ends, minute by simulated minute."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from local_db.link import link_status
from services.sync.engine import SyncEngine
from services.sync.errors import Offline
from services.sync.heartbeat import Beat, Heartbeat
from services.sync.live import LIVE_RETRY, LiveSettings
from services.sync.retry import Backoff
from tests.helpers.bad_network import BadNetwork
from tests.helpers.memory_rules import Change
from tests.helpers.sync_pair import SITE, Pair, agree

T = TypeVar("T")
TICK_S = 0.05
SETTINGS = LiveSettings()
NOTICED_CUT_S = 1.0
NOTICED_STALL_S = SETTINGS.beats.every_s + SETTINGS.beats.dead_s + 2 * TICK_S
NOTICED_RETURN_S = 2.5
# Two tries to connect, and the waits before them.
NOTICED_AT_THE_DOOR_S = 2 * SETTINGS.open_s + LIVE_RETRY.base_s * (1 + LIVE_RETRY.factor) + 4 * TICK_S


class Network(BadNetwork):
    """Requests may also stall, while time passes and the live link goes on beside them."""

    def __init__(self, pair: Pair, tick: Callable[[], None]) -> None:
        super().__init__(pair.server, pair.clock)
        self._tick = tick
        self.down_until = self.stalled_until = 0.0
        self.last_failed = False

    @property
    def stalls(self) -> bool:
        return self._clock.monotonic() < self.stalled_until

    @property
    def is_cut(self) -> bool:
        return self._clock.monotonic() < self.down_until

    def _send(self, kind: str, within_s: float, call: Callable[[], T]) -> T:
        self.last_failed = True
        until, aborted = self._clock.monotonic() + within_s, self.aborted
        while self.stalls:
            if self._clock.monotonic() >= until or self.aborted != aborted:
                raise Offline("The server did not answer in time.")
            self._tick()
        if self.aborted != aborted:
            raise Offline("Broken off.")
        self.is_down = self.is_cut
        answer = super()._send(kind, within_s, call)
        self.last_failed = False
        return answer


class World:
    """A desk's engine and its live link on one clock, and what the badge said at each moment."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.pair = Pair(folder)
        desk = self.pair.terminal()
        self.desk = desk
        desk.network = self.network = Network(self.pair, self._tick)
        self.engine = SyncEngine(
            desk.replica,
            self.network,
            scratch=desk.scratch,
            clock=self.pair.clock,
            chance=random.Random(seed),
        )
        self._backoff = Backoff(LIVE_RETRY, random.Random(seed + 1))
        self._heartbeat: Heartbeat | None = None
        self._is_asked = False
        self._trying_since: float | None = None
        self._try_at = 0.0
        self._unanswered_tries = 0
        self.live_link_is_barred = False
        self.said: list[tuple[float, str]] = []

    @property
    def now(self) -> float:
        return self.pair.clock.monotonic()

    @property
    def word(self) -> str:
        return link_status(self.engine.status, pending=0, open_items=0, synced_at=None).state

    def let(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self.now < end:
            if self.engine.rest_s() <= 0:
                self.engine.step()
            else:
                self._tick()

    def until(self, word: str, *, since: float) -> float:
        """Let time pass until the badge says a word; answers how many seconds after ``since`` it did."""
        while True:
            # Time may have gone on far beyond while a call hung, so it is looked up when the word was said.
            found = next((at for at, said in self.said if at >= since and said == word), None)
            if found is not None:
                return found - since
            assert self.now - since < 120, f"the badge never said {word}"
            self.let(TICK_S)

    def words(self, first: float, last: float) -> set[str]:
        """What the badge said between two moments."""
        return {word for at, word in self.said if first <= at <= last}

    def cut_for(self, seconds: float) -> float:
        """Every connection is reset, and so are new ones. Answers when that is over."""
        self.network.down_until = self.now + seconds
        self._lose()
        return self.network.down_until

    def stall_for(self, seconds: float) -> float:
        """Nothing passes, and nobody is told. Answers when that is over."""
        self.network.stalled_until = self.now + seconds
        return self.network.stalled_until

    def _tick(self) -> None:
        self.pair.clock.advance(TICK_S)
        if self._heartbeat is None:
            self._try_to_connect()
        else:
            self._listen(self._heartbeat)
        word = self.word
        assert not (word == "live" and self.network.last_failed), "live, though the last exchange failed"
        self.said.append((self.now, word))

    def _listen(self, heartbeat: Heartbeat) -> None:
        if self._is_asked and not self.network.stalls:
            # What stalled on the way arrives in the end.
            self._is_asked = False
            heartbeat.heard()
        match heartbeat.look():
            case Beat.ASK:
                self._is_asked = True
            case Beat.OVERDUE:
                self.engine.live_overdue()
            case Beat.DEAD:
                self.engine.live_silent()
                self._lose()

    def _try_to_connect(self) -> None:
        if self.now < self._try_at:
            return
        if self._trying_since is None:
            self._trying_since = self.now
        if self.network.stalls and self.now - self._trying_since < SETTINGS.open_s:
            return
        self._trying_since = None
        if self.network.stalls:
            self._unanswered_tries += 1
            tell = self.engine.live_overdue if self._unanswered_tries == 1 else self.engine.live_silent
            tell()
        if self.network.stalls or self.network.is_cut or self.live_link_is_barred:
            self._try_at = self.now + self._backoff.wait_after(Offline("cut"))
            return
        self._unanswered_tries = 0
        self._heartbeat, self._is_asked = Heartbeat(self.pair.clock, SETTINGS.beats), False
        self.engine.live_changed(True)

    def _lose(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat = None
            self._try_at = self.now + self._backoff.wait_after(Offline("lost"))
            self.engine.live_changed(False)


@pytest.fixture(params=range(20))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    world = World(tmp_path, seed=request.param)
    world.let(30 + request.param * 0.37)
    assert world.word == "live"
    return world


def test_a_cut_that_resets_is_told_within_a_second_and_its_end_within_two(world: World) -> None:
    cut_at = world.now
    healed_at = world.cut_for(300)
    told_after = world.until("offline", since=cut_at)
    assert told_after <= NOTICED_CUT_S
    assert world.until("live", since=healed_at) <= NOTICED_RETURN_S
    assert world.words(cut_at + told_after, healed_at - TICK_S) == {"offline"}


def test_a_stall_that_says_nothing_is_told_within_the_heartbeat_and_its_deadline(world: World) -> None:
    cut_at = world.now
    healed_at = world.stall_for(97.3)
    told_after = world.until("offline", since=cut_at)
    assert told_after <= NOTICED_STALL_S
    assert world.until("live", since=healed_at) <= NOTICED_RETURN_S
    assert world.words(cut_at + told_after, healed_at - TICK_S) == {"offline"}


def test_a_stall_in_the_middle_of_an_exchange_is_told_as_soon(world: World) -> None:
    cut_at = world.now
    healed_at = world.stall_for(21.7)
    world.desk.replica.do(Change(SITE, "A-01", 1))
    world.engine.wake()
    assert world.until("syncing", since=cut_at) <= 2 * TICK_S
    assert world.until("offline", since=cut_at) <= NOTICED_STALL_S
    assert world.until("live", since=healed_at) <= NOTICED_RETURN_S
    agree(world.pair.server, [world.desk])


def test_a_stall_that_begins_while_there_is_no_live_link_is_told_after_two_tries_to_connect(
    world: World,
) -> None:
    cut_at = world.now
    world._lose()
    healed_at = world.stall_for(97.3)
    assert world.until("offline", since=cut_at) <= NOTICED_AT_THE_DOOR_S
    assert world.until("live", since=healed_at) <= NOTICED_RETURN_S
    agree(world.pair.server, [world.desk])


def test_a_short_stall_is_not_told_as_an_outage(world: World) -> None:
    began = world.now
    healed_at = world.stall_for(SETTINGS.beats.dead_s - 2 * TICK_S)
    world.let(20)
    assert world.words(began, world.now) <= {"live", "syncing"}
    assert world.until("live", since=healed_at) <= NOTICED_RETURN_S


def test_where_only_the_live_link_is_barred_the_desk_polls_and_is_not_offline(world: World) -> None:
    world.live_link_is_barred = True
    began = world.now
    world._lose()
    world.let(120)
    assert world.words(began, world.now) <= {"live", "syncing"}
    assert world.desk.network.calls.count("pull") >= 120 // 15
