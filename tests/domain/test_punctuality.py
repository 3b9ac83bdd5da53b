"""When a stop is late."""

from __future__ import annotations

from services.domain.punctuality import LATE_AFTER_MS, is_late, lateness_ms

ETA = 1_000_000_000


def test_a_stop_within_the_grace_is_in_time_and_a_moment_later_is_late() -> None:
    assert not is_late(ETA, ETA + LATE_AFTER_MS, now=ETA * 2)
    assert is_late(ETA, ETA + LATE_AFTER_MS + 1, now=ETA * 2)


def test_a_stop_that_nobody_called_at_is_late_by_the_clock() -> None:
    assert not is_late(ETA, None, now=ETA)
    assert is_late(ETA, None, now=ETA + LATE_AFTER_MS + 1)


def test_lateness_is_never_negative() -> None:
    assert lateness_ms(ETA, ETA - 5_000, now=0) == 0
    assert lateness_ms(ETA, None, now=ETA + 60_000) == 60_000
