"""A peer that falls silent is asked, doubted and given up, each in its time, on a clock that stands still."""

from __future__ import annotations

from services.sync.heartbeat import Beat, Beats, Heartbeat
from tests.helpers.fake_clock import FakeClock

BEATS = Beats(every_s=2.0, overdue_s=2.0, dead_s=4.0)


def _told(heartbeat: Heartbeat, clock: FakeClock, seconds: float) -> list[tuple[float, Beat]]:
    """What it says in the next seconds to somebody who looks whenever he should."""
    began, told = clock.monotonic(), []
    while (due_in := heartbeat.due_in()) <= began + seconds - clock.monotonic():
        clock.advance(due_in)
        beat = heartbeat.look()
        told.append((clock.monotonic() - began, beat))
        if beat is Beat.DEAD:
            break
    return told


def test_a_silent_peer_is_asked_then_doubted_then_given_up() -> None:
    clock = FakeClock()
    heartbeat = Heartbeat(clock, BEATS)
    assert _told(heartbeat, clock, 60) == [(2.0, Beat.ASK), (4.0, Beat.OVERDUE), (6.0, Beat.DEAD)]


def test_whoever_speaks_is_not_asked() -> None:
    clock = FakeClock()
    heartbeat = Heartbeat(clock, BEATS)
    for _ in range(20):
        clock.advance(1.5)
        heartbeat.heard()
        assert heartbeat.look() is Beat.NOTHING


def test_an_answer_at_the_last_moment_ends_the_doubt() -> None:
    clock = FakeClock()
    heartbeat = Heartbeat(clock, BEATS)
    assert len(_told(heartbeat, clock, 5.9)) == 2
    heartbeat.heard()
    assert _told(heartbeat, clock, 6) == [(2.0, Beat.ASK), (4.0, Beat.OVERDUE), (6.0, Beat.DEAD)]


def test_a_computer_that_slept_asks_again_before_it_judges() -> None:
    clock = FakeClock()
    heartbeat = Heartbeat(clock, BEATS)
    _told(heartbeat, clock, 2)
    clock.advance(3600)
    assert heartbeat.look() is Beat.ASK
    assert heartbeat.due_in() == BEATS.overdue_s
