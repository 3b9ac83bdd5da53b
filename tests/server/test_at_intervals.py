"""The server's own rounds go on whatever becomes of one of them, and end when they are told to."""

from __future__ import annotations

import threading

from services.server.at_intervals import AtIntervals
from services.server.committer import Busy


def test_a_round_that_fails_is_followed_by_the_next_and_none_begins_after_stop() -> None:
    troubles = iter([Busy("no time now"), ValueError("a fault")])
    third = threading.Event()
    rounds = 0

    def work() -> None:
        nonlocal rounds
        rounds += 1
        if (trouble := next(troubles, None)) is not None:
            raise trouble
        third.set()

    at_intervals = AtIntervals("test", work, 0.001)
    at_intervals.start()
    assert third.wait(30)
    at_intervals.stop()
    done = rounds
    assert not threading.Event().wait(0.02)
    assert rounds == done >= 3
