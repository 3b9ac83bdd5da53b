"""Work off the UI thread: order, owners, keys, errors, progress and a clean end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop_app.task_runner import RunnerClosed, TaskRunner, report_progress, stop_if_cancelled


@pytest.fixture
def owner(qapp: Any) -> QObject:
    return QObject()


def test_the_result_comes_back_on_the_ui_thread(qtbot: QtBot, runner: TaskRunner, owner: QObject) -> None:
    seen: list[tuple[str, str]] = []
    runner.run(
        lambda: threading.current_thread().name,
        lambda name: seen.append((name, threading.current_thread().name)),
        owner,
    )
    qtbot.waitUntil(lambda: bool(seen))
    worker, home = seen[0]
    assert worker.startswith("holdfast-read")
    assert home == threading.main_thread().name


def test_writes_run_one_after_the_other_in_their_order(
    qtbot: QtBot, runner: TaskRunner, owner: QObject
) -> None:
    order: list[int] = []
    for number in range(50):
        runner.run(lambda number=number: order.append(number), None, owner, lane="write")
    qtbot.waitUntil(lambda: runner.is_idle)
    assert order == list(range(50))


def test_a_slow_read_does_not_hold_up_a_quick_one(qtbot: QtBot, runner: TaskRunner, owner: QObject) -> None:
    let_go, done = threading.Event(), []
    runner.run(let_go.wait, None, owner)
    runner.run(lambda: "quick", done.append, owner)
    qtbot.waitUntil(lambda: done == ["quick"])
    let_go.set()
    qtbot.waitUntil(lambda: runner.is_idle)


def test_an_owner_that_is_gone_gets_nothing(qtbot: QtBot, runner: TaskRunner) -> None:
    import shiboken6

    owner, let_go, got = QObject(), threading.Event(), []
    runner.run(let_go.wait, got.append, owner)
    shiboken6.delete(owner)
    let_go.set()
    qtbot.waitUntil(lambda: runner.is_idle)
    assert got == []


def test_the_newest_of_a_key_wins(qtbot: QtBot, runner: TaskRunner, owner: QObject) -> None:
    started, let_go, got = threading.Event(), threading.Event(), []

    def slow() -> str:
        started.set()
        let_go.wait()
        return "old"

    runner.run(slow, got.append, owner, key="search")
    assert started.wait(5)
    runner.run(lambda: "new", got.append, owner, key="search")
    let_go.set()
    qtbot.waitUntil(lambda: runner.is_idle)
    assert got == ["new"]


def test_the_same_key_of_another_owner_is_another_matter(
    qtbot: QtBot, runner: TaskRunner, owner: QObject
) -> None:
    other, got = QObject(), []
    runner.run(lambda: 1, got.append, owner, key="rows")
    runner.run(lambda: 2, got.append, other, key="rows")
    qtbot.waitUntil(lambda: sorted(got) == [1, 2])


def _fail() -> None:
    raise OSError(28, "No space left on device")


def test_an_error_reaches_who_asked_for_it(qtbot: QtBot, runner: TaskRunner, owner: QObject) -> None:
    got: list[Exception] = []
    unheard: list[Exception] = []
    runner.failed.connect(lambda _task, error: unheard.append(error))
    runner.run(_fail, None, owner, failed=got.append)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert isinstance(got[0], OSError)
    assert unheard == []


@pytest.mark.parametrize("failed", [None, lambda _error: False])
def test_an_error_that_nobody_takes_reaches_the_window_and_the_log(
    qtbot: QtBot,
    runner: TaskRunner,
    owner: QObject,
    caplog: pytest.LogCaptureFixture,
    failed: Callable[[Exception], object] | None,
) -> None:
    unheard: list[tuple[str, Exception]] = []
    runner.failed.connect(lambda task, error: unheard.append((task.label, error)))
    runner.run(_fail, None, owner, failed=failed, label="Loading orders")
    qtbot.waitUntil(lambda: bool(unheard))
    assert unheard[0][0] == "Loading orders"
    assert "Loading orders" in caplog.text


def test_a_mistake_in_one_answer_does_not_cost_the_others(
    qtbot: QtBot, runner: TaskRunner, owner: QObject
) -> None:
    got: list[int] = []
    let_go = threading.Event()
    with qtbot.captureExceptions() as mistakes:
        runner.run(let_go.wait, None, owner, lane="write")
        runner.run(lambda: 1, lambda _one: 1 // 0, owner, lane="write")
        runner.run(lambda: 2, got.append, owner, lane="write")
        let_go.set()
        qtbot.waitUntil(lambda: runner.is_idle)
    assert got == [2]
    assert mistakes[0][0] is ZeroDivisionError


def test_what_takes_long_is_announced_and_can_be_stopped(
    qtbot: QtBot, runner: TaskRunner, owner: QObject
) -> None:
    got: list[object] = []
    let_stop = threading.Event()

    def work() -> None:
        while not let_stop.wait(0.005):
            report_progress(0.4, "row 40 of 100")

    with qtbot.waitSignal(runner.slow) as slow:
        task = runner.run(work, got.append, owner, label="Importing", lane="files")
    assert slow.args == [task]
    assert (task.share, task.note) == (0.4, "row 40 of 100")
    with qtbot.waitSignal(runner.finished):
        task.cancel()
    assert task.is_done
    assert got == []
    let_stop.set()


def test_work_may_ask_whether_to_go_on(qtbot: QtBot, runner: TaskRunner, owner: QObject) -> None:
    steps: list[int] = []
    started = threading.Event()

    def work() -> None:
        for step in range(1_000_000):
            stop_if_cancelled()
            steps.append(step)
            started.set()

    task = runner.run(work, None, owner, lane="files")
    assert started.wait(5)
    task.cancel()
    qtbot.waitUntil(lambda: runner.is_idle)
    assert len(steps) < 1_000_000


def test_outside_of_a_task_progress_goes_nowhere() -> None:
    report_progress(0.5)
    stop_if_cancelled()


def test_closing_writes_what_was_asked_for_and_ends_the_threads(qtbot: QtBot, owner: QObject) -> None:
    runner, written, let_go = TaskRunner(), [], threading.Event()
    runner.run(let_go.wait, None, owner, lane="write")
    for number in range(5):
        runner.run(lambda number=number: written.append(number), None, owner, lane="write")
    runner.run(let_go.wait, None, owner)
    threading.Timer(0.02, let_go.set).start()
    assert runner.close() == []
    assert written == [0, 1, 2, 3, 4]
    assert not [t for t in threading.enumerate() if t.name.startswith("holdfast")]
    with pytest.raises(RunnerClosed):
        runner.run(lambda: None, None, owner)


def test_closing_says_which_thread_would_not_end(
    qtbot: QtBot, owner: QObject, caplog: pytest.LogCaptureFixture
) -> None:
    runner, started, let_go = TaskRunner(), threading.Event(), threading.Event()
    runner.run(lambda: (started.set(), let_go.wait()), None, owner, lane="files")
    assert started.wait(5)
    assert runner.close(timeout_s=0.01) == ["holdfast-files-0"]
    assert "holdfast-files-0" in caplog.text
    let_go.set()
    assert runner.close() == []
