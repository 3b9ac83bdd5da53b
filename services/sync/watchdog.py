"""Notices that the sync thread hangs in a step that should long be over, and says so."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.sync.clock import Clock

log = logging.getLogger(__name__)


@dataclass
class _Step:
    doing: str
    thread: int | None
    began: float
    limit_s: float
    told: bool = False


class Watchdog:
    """Watches one step at a time. ``on_stuck(doing, seconds)`` is called once per stuck step, on the watcher's
    thread; ``on_moving()`` when a step that was reported comes back after all, on the thread that does the step.
    """

    def __init__(
        self,
        clock: Clock,
        on_stuck: Callable[[str, float], None],
        on_moving: Callable[[], None],
        check_every_s: float = 5.0,
    ) -> None:
        self._clock = clock
        self._on_stuck = on_stuck
        self._on_moving = on_moving
        self._check_every_s = check_every_s
        self._step: _Step | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def expects(self, doing: str, limit_s: float) -> Iterator[None]:
        """Around a step that should take at most ``limit_s`` seconds."""
        step = _Step(doing, threading.get_ident(), self._clock.monotonic(), limit_s)
        with self._lock:
            self._step = step
        try:
            yield
        finally:
            with self._lock:
                self._step = None
                told = step.told
            if told:
                log.warning("sync moves again after %s", doing)
                self._on_moving()

    def check(self) -> None:
        """Look once; called by the watcher's thread, and by tests."""
        with self._lock:
            step = self._step
            if step is None or step.told:
                return
            seconds = self._clock.monotonic() - step.began
            if seconds <= step.limit_s:
                return
            step.told = True
        log.error("sync has been %s for %.0f s; it stands at:\n%s", step.doing, seconds, _where(step.thread))
        self._on_stuck(step.doing, seconds)

    def start(self) -> None:
        """Watch from a thread of its own."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._watch, name="holdfast-sync-watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; returns when the thread is gone."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        while not self._stop.wait(self._check_every_s):
            self.check()


def _where(thread: int | None) -> str:
    """The place in the code where a thread is, without any values."""
    frame = sys._current_frames().get(thread) if thread is not None else None
    return "".join(traceback.format_stack(frame)) if frame is not None else "an ended thread"
