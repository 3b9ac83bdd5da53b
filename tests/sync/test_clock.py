"""Deadlines, and how far this computer's clock is from the server's."""

from __future__ import annotations

import pytest

from services.sync.clock import Deadline, OffsetMeter, SystemClock
from services.sync.errors import TookTooLong
from tests.helpers.fake_clock import FakeClock


def test_a_deadline_shortens_the_steps_before_it() -> None:
    clock = FakeClock()
    deadline = Deadline(clock, 10)
    assert deadline.within(30) == 10
    clock.advance(8)
    assert deadline.within(30) == 2
    assert deadline.within(1) == 1
    clock.advance(3)
    assert deadline.remaining() == 0
    with pytest.raises(TookTooLong):
        deadline.within(30)


def test_without_a_deadline_only_the_steps_own_limit_counts() -> None:
    assert Deadline(FakeClock(), None).within(30) == 30


def test_a_deadline_does_not_move_when_the_computers_clock_is_set() -> None:
    clock = FakeClock()
    deadline = Deadline(clock, 10)
    clock.jump(86_400)
    assert deadline.remaining() == 10


def test_the_offset_is_taken_at_the_middle_of_the_exchange() -> None:
    meter = OffsetMeter()
    # Sent at 1,000,000, answered by a server 5 s ahead after 1 s each way, received at 1,002,000.
    meter.add(server_time=1_006_000, received_at=1_002_000, round_trip_s=2.0)
    assert meter.offset_ms == 5_000


def test_the_sample_with_the_shortest_round_trip_is_believed() -> None:
    meter = OffsetMeter()
    meter.add(1_005_900, 1_000_000, 1.0)
    meter.add(1_005_000, 1_000_000, 0.02)
    meter.add(1_004_800, 1_000_000, 0.9)
    assert meter.offset_ms == 5_010


def test_a_clock_that_was_set_is_measured_anew() -> None:
    meter = OffsetMeter()
    meter.add(1_000_000, 1_000_000, 0.01)
    meter.add(4_600_000, 1_000_000, 0.05)
    assert meter.offset_ms == 3_600_025


def test_an_answer_without_a_time_says_nothing() -> None:
    meter = OffsetMeter()
    meter.add(0, 1_000_000, 0.01)
    assert meter.offset_ms is None


def test_the_computers_clock_goes_forward_and_counts_milliseconds() -> None:
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()
    assert clock.now_ms() > 1_700_000_000_000
