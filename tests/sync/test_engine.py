"""The engine by itself: when it tries, what it shows meanwhile, and how it stops."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.protocol.messages import PullResponse, PushRequest, PushResponse
from services.sync.engine import Pace, SyncEngine
from services.sync.errors import Busy, InternalFault, Offline, Stopped, TookTooLong
from services.sync.exchange import Limits
from services.sync.retry import RetryPolicy
from services.sync.states import State, Wake
from services.sync.status import SyncStatus
from tests.helpers.bad_network import Fault
from tests.helpers.memory_rules import Change
from tests.helpers.sync_pair import SITE, Pair, Terminal, agree

SOON = RetryPolicy(base_s=0.01, slow_cap_s=0.02, barred_cap_s=0.02)
NEVER_BY_ITSELF = Pace(poll_s=(600, 600), live_poll_s=(600, 600), watch_every_s=0.02)
_PATIENCE_S = 20.0


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


@pytest.fixture
def desk(pair: Pair) -> Terminal:
    desk = pair.terminal()
    desk.sync()
    return desk


@pytest.fixture
def started(tmp_path: Path, desk: Terminal) -> Iterator[Callable[..., SyncEngine]]:
    """Start an engine of the real clock over a terminal's files; it is stopped after the test."""
    engines: list[SyncEngine] = []

    def start(**settings: Any) -> SyncEngine:
        given = {"retry": SOON, "pace": NEVER_BY_ITSELF, "chance": random.Random(7), **settings}
        engine = SyncEngine(
            desk.replica, desk.network, scratch=desk.scratch, on_status=desk.seen.append, **given
        )
        engines.append(engine)
        engine.start()
        return engine

    yield start
    for engine in engines:
        assert engine.stop()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about"
        time.sleep(0.002)


class TestOnAStandingClock:
    def test_a_lost_link_is_told_after_the_fast_tries_and_since_when(
        self, pair: Pair, desk: Terminal
    ) -> None:
        desk.network.is_down = True
        desk.do("A-01", 1)
        lost_at = pair.clock.now_ms()
        states = []
        for _ in range(7):
            wait = desk.engine.step()
            states.append(desk.engine.status.state)
            assert desk.engine.status.retry_at == pair.clock.now_ms() + round(wait * 1000)
            pair.clock.advance(wait)
        assert states == [State.WAITING] * 4 + [State.OFFLINE] * 3
        assert desk.engine.status.link_lost_at == lost_at
        assert desk.engine.status.problem == "The cable is out."
        assert desk.engine.status.pending == 1
        desk.network.is_down = False
        desk.engine.step()
        assert desk.engine.status.state is State.IDLE
        assert desk.engine.status.link_lost_at is None
        assert desk.engine.status.retry_at is None
        agree(pair.server, [desk])

    def test_a_healed_network_is_noticed_within_half_a_minute_of_any_moment(
        self, pair: Pair, desk: Terminal
    ) -> None:
        desk.network.is_down = True
        for _ in range(100):
            wait = desk.engine.step()
            assert wait < 20
            pair.clock.advance(wait)

    def test_a_round_that_a_person_asked_for_tells_of_a_lost_link_at_once(self, desk: Terminal) -> None:
        desk.network.is_down = True
        with pytest.raises(Offline):
            desk.sync()
        assert desk.engine.status.state is State.OFFLINE

    def test_a_pause_that_the_server_asked_for_is_kept(self, pair: Pair, desk: Terminal) -> None:
        desk.network.plan([Fault.BUSY])
        desk.do("A-01", 1)
        wait = desk.engine.step()
        assert wait >= 2.0
        assert desk.engine.status.state is State.WAITING
        desk.network.calls.clear()
        with pytest.raises(Busy) as pausing:
            desk.engine.run_once(deadline_s=1)
        assert pausing.value.retry_after_s == pytest.approx(wait)
        assert desk.network.calls == []

    def test_a_pause_is_sat_out_where_the_deadline_allows(self, pair: Pair, desk: Terminal) -> None:
        desk.do("A-01", 1)
        began = pair.clock.monotonic()
        desk.sync(Fault.BUSY, Fault.BUSY)
        assert pair.clock.monotonic() - began >= 4.0
        agree(pair.server, [desk])

    def test_a_server_that_stays_busy_is_told_as_such_at_the_deadline(
        self, pair: Pair, desk: Terminal
    ) -> None:
        desk.do("A-01", 1)
        with pytest.raises(Busy):
            desk.sync(*[Fault.BUSY] * 1000)

    def test_a_deadline_ends_a_round_and_the_next_goes_on(self, pair: Pair, desk: Terminal) -> None:
        for _ in range(1200):
            desk.do("A-01", 1)
        desk.network.plan([Fault.DELAY] * 20)
        with pytest.raises(Offline, match=r"late|over"):
            desk.engine.run_once(deadline_s=20)
        assert 0 < desk.replica.outcomes_ack() < 1200
        desk.sync()
        agree(pair.server, [desk])

    def test_the_next_look_comes_sooner_without_a_live_link_than_with_one(self, desk: Terminal) -> None:
        assert 5 <= desk.engine.step() <= 15
        desk.engine.live_changed(True)
        assert 45 <= desk.engine.step() <= 75
        desk.engine.live_changed(False)
        assert 5 <= desk.engine.step() <= 15

    def test_after_a_slow_round_hints_wait_and_work_at_the_desk_does_not(
        self, pair: Pair, desk: Terminal
    ) -> None:
        desk.do("A-01", 1)
        desk.network.plan([Fault.DELAY])
        desk.engine.step()
        desk.engine.hinted(SITE, 10_000)
        assert 0 < desk.engine.rest_s() <= 5
        desk.engine.wake(Wake.LOCAL_COMMAND)
        assert desk.engine.rest_s() == 0
        desk.engine.step()
        desk.engine.hinted(SITE, 10_001)
        assert desk.engine.rest_s() == 0

    def test_a_fault_of_this_program_is_told_logged_and_tried_again(
        self, pair: Pair, desk: Terminal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(request: PushRequest, *, within_s: float) -> PushResponse:
            raise ZeroDivisionError("a fault nobody thought of")

        desk.do("A-01", 1)
        with monkeypatch.context() as patched:
            patched.setattr(desk.network, "push", broken)
            with pytest.raises(InternalFault):
                desk.sync()
        assert "a fault nobody thought of" in caplog.text
        assert desk.engine.status.state is State.WAITING
        desk.sync()
        agree(pair.server, [desk])

    def test_a_listener_that_fails_does_not_stop_sync(
        self, pair: Pair, desk: Terminal, caplog: pytest.LogCaptureFixture
    ) -> None:
        def listener(status: SyncStatus) -> None:
            raise RuntimeError("the window is gone")

        engine = SyncEngine(
            desk.replica, desk.network, scratch=desk.scratch, clock=pair.clock, on_status=listener
        )
        desk.do("A-01", 1)
        engine.run_once()
        assert "the window is gone" in caplog.text
        agree(pair.server, [desk])

    def test_progress_of_a_long_push_is_shown(self, desk: Terminal) -> None:
        for _ in range(1200):
            desk.do("A-01", 1)
        desk.network.plan([Fault.DELAY] * 20)
        desk.engine.run_once(deadline_s=3600)
        shown = [status.progress for status in desk.seen if status.progress is not None]
        pushed = [progress for progress in shown if progress.unit == "commands"]
        assert pushed[0].total == 1200
        assert [progress.done for progress in pushed] == sorted(progress.done for progress in pushed)
        assert pushed[-1].done > 600

    def test_secrets_stay_out_of_the_log_and_the_status(
        self, pair: Pair, desk: Terminal, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        copy = pair.with_files(desk.replica.clone())
        desk.do("A-01", 1)
        desk.sync()
        copy.do("A-02", 1)
        copy.sync()
        copy.network.is_down = True
        with pytest.raises(Offline):
            copy.sync()
        assert "secret-of" not in caplog.text
        assert all("secret-of" not in repr(status) for status in copy.seen)
        assert "secret-of" not in repr(copy.engine.identity)


class TestOnItsOwnThread:
    def test_a_command_goes_up_when_it_is_told_of(
        self, pair: Pair, desk: Terminal, started: Callable[..., SyncEngine]
    ) -> None:
        engine = started()
        until(lambda: engine.status.last_sync_at is not None, "the first round")
        desk.do("A-01", 1)
        engine.wake(Wake.LOCAL_COMMAND)
        until(lambda: desk.replica.last_n == 1 and engine.status.state is State.IDLE, "the command's outcome")
        agree(pair.server, [desk])

    def test_a_hint_of_what_is_here_already_wakes_nobody(
        self, desk: Terminal, started: Callable[..., SyncEngine]
    ) -> None:
        engine = started()
        until(lambda: engine.status.last_sync_at is not None, "the first round")
        calls = len(desk.network.calls)
        engine.hinted(SITE, desk.replica.cache_cursors[SITE])
        time.sleep(0.05)
        assert len(desk.network.calls) == calls
        engine.hinted(SITE, desk.replica.cache_cursors[SITE] + 1)
        until(lambda: len(desk.network.calls) > calls, "a pull")

    def test_a_hint_of_what_the_present_round_brings_needs_no_round_of_its_own(
        self, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        engine = started()
        until(lambda: engine.status.last_sync_at is not None, "the first round")
        settle = desk.replica.settle

        def hinted_meanwhile(last: PullResponse) -> None:
            for scope, version in last.cursors.items():
                engine.hinted(scope, version)
            settle(last)

        monkeypatch.setattr(desk.replica, "settle", hinted_meanwhile)
        desk.do("A-01", 1)
        calls = desk.network.calls.count("pull")
        engine.wake(Wake.LOCAL_COMMAND)
        until(lambda: desk.replica.last_n == 1 and engine.status.state is State.IDLE, "the command's outcome")
        time.sleep(0.05)
        assert desk.network.calls.count("pull") == calls + 1

    def test_it_polls_where_no_hints_come(self, desk: Terminal, started: Callable[..., SyncEngine]) -> None:
        started(pace=Pace(poll_s=(0.01, 0.02), live_poll_s=(600, 600)))
        until(lambda: desk.network.calls.count("pull") > 5, "polling")

    def test_a_live_link_that_breaks_brings_polling_back_at_once(
        self, desk: Terminal, started: Callable[..., SyncEngine]
    ) -> None:
        engine = started(pace=Pace(poll_s=(0.01, 0.02), live_poll_s=(600, 600)))
        engine.live_changed(True)
        until(lambda: engine.status.live and engine._due_at - time.monotonic() > 100, "resting on hints")
        calls = len(desk.network.calls)
        engine.live_changed(False)
        until(lambda: len(desk.network.calls) > calls + 3, "polling")

    def test_while_offline_the_count_of_pending_commands_keeps_up_without_knocking(
        self, desk: Terminal, started: Callable[..., SyncEngine]
    ) -> None:
        desk.network.is_down = True
        engine = started(retry=RetryPolicy(base_s=600, fast_tries=0, slow_cap_s=600), chance=_Highest())
        until(lambda: engine.status.state is State.OFFLINE, "the outage")
        calls = len(desk.network.calls)
        desk.replica.do(Change(SITE, "A-01", 1))
        engine.wake(Wake.LOCAL_COMMAND)
        until(lambda: engine.status.pending == 1, "the count")
        assert len(desk.network.calls) == calls
        desk.network.is_down = False
        engine.wake(Wake.NETWORK_BACK)
        until(lambda: desk.replica.last_n == 1, "the command's outcome")

    def test_no_wake_cuts_a_pause_short_that_the_server_asked_for(
        self, desk: Terminal, started: Callable[..., SyncEngine]
    ) -> None:
        desk.network.plan([Fault.BUSY])
        engine = started()
        until(lambda: engine.status.state is State.WAITING, "the pause")
        calls = len(desk.network.calls)
        for reason in Wake:
            engine.wake(reason)
        time.sleep(0.05)
        assert len(desk.network.calls) == calls

    def test_run_once_waits_for_a_round_that_began_after_it_was_asked_for(
        self, pair: Pair, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        engine = started()
        until(lambda: engine.status.last_sync_at is not None, "the first round")
        entered, go_on = threading.Event(), threading.Event()
        pull = desk.network.pull

        def slow(*args: Any, **kwargs: Any) -> Any:
            answer = pull(*args, **kwargs)
            entered.set()
            assert go_on.wait(_PATIENCE_S)
            return answer

        monkeypatch.setattr(desk.network, "pull", slow)
        engine.wake(Wake.ASKED)
        assert entered.wait(_PATIENCE_S)
        other = pair.terminal()
        other.do("A-01", 1)
        other.sync()
        threading.Timer(0.05, go_on.set).start()
        assert engine.run_once(_PATIENCE_S).state is State.IDLE
        assert desk.replica.rows == {"A-01": ["A-01", SITE, 1]}

    def test_run_once_raises_what_stood_in_the_way(
        self, desk: Terminal, started: Callable[..., SyncEngine]
    ) -> None:
        engine = started()
        until(lambda: engine.status.last_sync_at is not None, "the first round")
        desk.network.is_down = True
        with pytest.raises(Offline, match="cable"):
            engine.run_once(_PATIENCE_S)
        assert engine.status.state is State.OFFLINE

    def test_run_once_sits_out_a_pause_and_tells_of_it_at_its_deadline(
        self, pair: Pair, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(*args: Any, **kwargs: Any) -> Any:
            raise Busy("A moment.", pause_s)

        engine = started()
        until(lambda: engine.status.last_sync_at is not None, "the first round")
        desk.do("A-01", 1)
        pause_s = 0.02
        with monkeypatch.context() as patched:
            patched.setattr(desk.network, "push", busy)
            with pytest.raises(Busy):
                engine.run_once(0.3)
            threading.Timer(0.1, patched.undo).start()
            engine.run_once(_PATIENCE_S)
        agree(pair.server, [desk])

    def test_run_once_gives_up_at_its_deadline_and_the_thread_goes_on(
        self, pair: Pair, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        engine = started()
        until(lambda: engine.status.last_sync_at is not None, "the first round")
        go_on = threading.Event()
        push = desk.network.push

        def slow(*args: Any, **kwargs: Any) -> Any:
            assert go_on.wait(_PATIENCE_S)
            return push(*args, **kwargs)

        monkeypatch.setattr(desk.network, "push", slow)
        desk.do("A-01", 1)
        with pytest.raises(TookTooLong):
            engine.run_once(0.05)
        go_on.set()
        until(lambda: desk.replica.last_n == 1 and engine.status.state is State.IDLE, "the round's end")
        agree(pair.server, [desk])

    def test_stopping_breaks_off_what_is_in_flight_and_it_can_start_again(
        self, pair: Pair, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entered, aborted = threading.Event(), threading.Event()

        def hanging(*args: Any, **kwargs: Any) -> Any:
            entered.set()
            assert aborted.wait(_PATIENCE_S)
            raise Offline("broken off")

        desk.do("A-01", 1)
        with monkeypatch.context() as patched:
            patched.setattr(desk.network, "push", hanging)
            patched.setattr(desk.network, "abort", aborted.set)
            engine = started()
            assert entered.wait(_PATIENCE_S)
            assert engine.stop()
        assert engine.status.state is State.STOPPED
        with pytest.raises(Stopped):
            engine.run_once()
        engine.start()
        until(lambda: desk.replica.last_n == 1 and engine.status.state is State.IDLE, "the command's outcome")
        agree(pair.server, [desk])

    def test_whoever_waits_for_a_round_learns_that_sync_was_stopped(
        self, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entered, aborted = threading.Event(), threading.Event()

        def hanging(*args: Any, **kwargs: Any) -> Any:
            entered.set()
            assert aborted.wait(_PATIENCE_S)
            raise Offline("broken off")

        monkeypatch.setattr(desk.network, "pull", hanging)
        monkeypatch.setattr(desk.network, "abort", aborted.set)
        engine = started()
        assert entered.wait(_PATIENCE_S)
        threading.Timer(0.05, engine.stop).start()
        with pytest.raises(Stopped):
            engine.run_once(_PATIENCE_S)

    def test_a_stuck_disk_is_told_and_so_is_its_return(
        self, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entered, go_on = threading.Event(), threading.Event()
        settle = desk.replica.settle

        def stuck(last: Any) -> None:
            entered.set()
            assert go_on.wait(_PATIENCE_S)
            settle(last)

        monkeypatch.setattr(desk.replica, "settle", stuck)
        engine = started(limits=Limits(settle_s=0.01))
        assert entered.wait(_PATIENCE_S)
        until(lambda: "does not move" in engine.status.problem, "the watchdog's word")
        assert "settling what was pulled" in engine.status.problem
        go_on.set()
        until(lambda: engine.status.state is State.IDLE and engine.status.problem == "", "the recovery")

    def test_a_thread_that_is_stuck_does_not_hold_up_the_end_and_is_not_doubled(
        self, desk: Terminal, started: Callable[..., SyncEngine], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entered, go_on = threading.Event(), threading.Event()

        def stuck(last: Any) -> None:
            entered.set()
            assert go_on.wait(_PATIENCE_S)

        with monkeypatch.context() as patched:
            patched.setattr(desk.replica, "settle", stuck)
            engine = started()
            assert entered.wait(_PATIENCE_S)
            assert not engine.stop(timeout_s=0.1)
            with pytest.raises(Stopped, match="still ending"):
                engine.start()
            assert engine.status.state is State.STOPPED
            go_on.set()
            assert engine.stop()
        assert engine.status.state is State.STOPPED
        engine.start()
        until(lambda: engine.status.state is State.IDLE, "the next round")

    def test_starting_twice_starts_one_thread(self, started: Callable[..., SyncEngine]) -> None:
        engine = started()
        engine.start()
        engine.start()
        names = [thread.name for thread in threading.enumerate()]
        assert names.count("holdfast-sync") == 1

    def test_a_stopped_engine_that_was_never_started_only_says_so(self, desk: Terminal) -> None:
        assert desk.engine.stop()
        assert desk.engine.status.state is State.STOPPED


class _Highest(random.Random):
    """Chance that always draws the most."""

    def uniform(self, a: float, b: float) -> float:
        return b
