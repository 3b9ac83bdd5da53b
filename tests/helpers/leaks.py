"""Fails a test that leaves a thread, a window or a running timer behind."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

# How long a thread or a window that is already on its way out may take to be gone.
_GRACE_SECONDS = 3.0
_PAUSE_SECONDS = 0.02

_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare threads, top-level widgets, running timers and QThreads before and after the test.

    What fixtures of a wider scope hold is there before, so it is not the test's. A test that failed is not
    checked: its traceback keeps alive what it used.
    """
    threads_before = set(threading.enumerate())
    qt_before = _live_qt_things().keys()
    yield
    if request.node.stash.get(_failed, False):
        return
    leaks = _wait_until_empty(
        lambda: [
            *(f"thread {thread.name!r}" for thread in _leaked_threads(threads_before)),
            *(text for address, text in _live_qt_things().items() if address not in qt_before),
        ]
    )
    if leaks:
        pytest.fail("this test left behind: " + ", ".join(leaks), pytrace=False)


def _leaked_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    """New threads that would keep the process alive, and our own ones, daemons or not."""
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before and (not thread.daemon or thread.name.startswith("holdfast"))
    ]


def _live_qt_things() -> dict[int, str]:
    """Top-level widgets, active timers and running QThreads by C++ address; none where Qt is not in use.

    By address, since Python's wrapper of the same widget may be another object each time.
    """
    widgets_module = sys.modules.get("PySide6.QtWidgets")
    application = widgets_module.QApplication.instance() if widgets_module else None
    if application is None:
        return {}
    import shiboken6
    from PySide6.QtCore import QEvent, QThread, QTimer

    application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    application.processEvents()
    wrappers = shiboken6.getAllValidWrappers()
    timers = [wrapper for wrapper in wrappers if isinstance(wrapper, QTimer) and wrapper.isActive()]
    workers = [
        wrapper
        for wrapper in wrappers
        if isinstance(wrapper, QThread) and wrapper != application.thread() and wrapper.isRunning()
    ]
    found = [*application.topLevelWidgets(), *timers, *workers]
    return {shiboken6.getCppPointer(thing)[0]: _describe(thing) for thing in found}


def _describe(thing: Any) -> str:
    name = thing.objectName()
    return f"{type(thing).__name__} {name!r}" if name else type(thing).__name__


def _wait_until_empty(look: Callable[[], list[str]]) -> list[str]:
    """Look until nothing is found or the grace is over; collect garbage once, for cycles hold widgets too."""
    found = look()
    if not found:
        return found
    gc.collect()
    end = time.monotonic() + _GRACE_SECONDS
    while (found := look()) and time.monotonic() < end:
        time.sleep(_PAUSE_SECONDS)
    return found
