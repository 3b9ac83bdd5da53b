"""How long the engine waits: full jitter under a growing cap, what the server asked for, and never giving up."""

from __future__ import annotations

import random

import pytest

from services.sync.errors import Busy, NotEnrolled, Offline, ProtocolError, Refused, UpgradeRequired
from services.sync.retry import Backoff, RetryPolicy

POLICY = RetryPolicy(base_s=0.5, factor=2.0, fast_tries=4, slow_cap_s=15.0, barred_cap_s=60.0)


def waits(error: Exception, count: int, seed: int = 1) -> list[float]:
    backoff = Backoff(POLICY, random.Random(seed))
    return [backoff.wait_after(error) for _ in range(count)]  # type: ignore[arg-type]


def test_waits_stay_under_a_cap_that_doubles_and_then_stands() -> None:
    for seed in range(50):
        for wait, cap in zip(waits(Offline("x"), 9, seed), [0.5, 1, 2, 4, 15, 15, 15, 15, 15], strict=True):
            assert 0 <= wait <= cap


def test_many_who_lost_the_same_server_do_not_come_back_together() -> None:
    tenth = [waits(Offline("x"), 10, seed)[-1] for seed in range(200)]
    for low in range(0, 15, 3):
        share = sum(low <= wait < low + 3 for wait in tenth) / len(tenth)
        assert 0.1 < share < 0.3, "the waits are spread evenly over the whole cap"


def test_it_never_gives_up() -> None:
    assert all(wait <= 15 for wait in waits(Offline("x"), 5000))


def test_people_are_told_when_the_fast_tries_are_over() -> None:
    backoff = Backoff(POLICY, random.Random(1))
    told = []
    for _ in range(6):
        backoff.wait_after(Offline("x"))
        told.append(backoff.fast_tries_over)
    assert told == [False, False, False, False, True, True]
    backoff.succeeded()
    assert not backoff.fast_tries_over


@pytest.mark.parametrize("asked", [0.0, 1.0, 30.0])
def test_a_pause_that_the_server_asks_for_is_kept_and_spread(asked: float) -> None:
    found = {Backoff(POLICY, random.Random(seed)).wait_after(Busy("x", asked)) for seed in range(20)}
    assert min(found) >= asked
    assert max(found) <= asked + POLICY.base_s
    assert len(found) == 20


def test_a_server_cannot_ask_for_a_pause_without_end() -> None:
    assert waits(Busy("x", 1e9), 1)[0] <= POLICY.longest_retry_after_s + POLICY.base_s


def test_a_pause_without_a_figure_is_like_any_failure() -> None:
    assert waits(Busy("x"), 3) == waits(ProtocolError("x"), 3)


@pytest.mark.parametrize("error", [Refused("x", 401), UpgradeRequired("x"), NotEnrolled("x")])
def test_what_time_alone_rarely_changes_is_asked_about_seldom(error: Exception) -> None:
    found = [waits(error, 1, seed)[0] for seed in range(200)]
    assert max(found) > 30
    assert max(found) <= 60
