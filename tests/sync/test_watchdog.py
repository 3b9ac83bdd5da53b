"""The watchdog tells once of a step that hangs, where it hangs, and when it moves again."""

from __future__ import annotations

import threading

import pytest

from services.sync.clock import SystemClock
from services.sync.watchdog import Watchdog
from tests.helpers.fake_clock import FakeClock


class Log:
    def __init__(self) -> None:
        self.stuck: list[tuple[str, float]] = []
        self.moving = 0
        self.heard = threading.Event()

    def on_stuck(self, doing: str, seconds: float) -> None:
        self.stuck.append((doing, seconds))
        self.heard.set()

    def on_moving(self) -> None:
        self.moving += 1


def test_a_step_in_time_is_nothing_to_speak_of() -> None:
    clock, told = FakeClock(), Log()
    watchdog = Watchdog(clock, told.on_stuck, told.on_moving)
    watchdog.check()
    with watchdog.expects("settling", 10):
        clock.advance(9)
        watchdog.check()
    clock.advance(100)
    watchdog.check()
    assert (told.stuck, told.moving) == ([], 0)


def test_a_step_that_hangs_is_told_once_and_its_return_too(caplog: pytest.LogCaptureFixture) -> None:
    clock, told = FakeClock(), Log()
    watchdog = Watchdog(clock, told.on_stuck, told.on_moving)
    with watchdog.expects("settling", 10):
        clock.advance(11)
        watchdog.check()
        watchdog.check()
    assert told.stuck == [("settling", 11)]
    assert told.moving == 1
    assert "test_watchdog.py" in caplog.text, "the log shows where it hangs"


def test_its_thread_looks_by_itself_and_ends() -> None:
    told = Log()
    watchdog = Watchdog(SystemClock(), told.on_stuck, told.on_moving, check_every_s=0.01)
    watchdog.start()
    with watchdog.expects("settling", 0.0):
        assert told.heard.wait(10)
    watchdog.stop()
    assert told.moving == 1
