"""Work off the UI thread: lanes of threads, results to an owner that is checked to be alive, nothing lost in silence."""

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Hashable
from threading import Condition, Lock, Thread, local
from typing import Final, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

T = TypeVar("T")
Lane = Literal["read", "write", "files"]

log = logging.getLogger(__name__)

# One writer, so that commands keep their order; two readers, so that a slow query does not hold up a quick one.
LANES: Final[dict[Lane, int]] = {"read": 2, "write": 1, "files": 2}
SLOW_AFTER_MS: Final = 200

_running = local()


class Cancelled(Exception):
    """Raised inside work whose task was cancelled; the runner swallows it, nobody else should."""


class RunnerClosed(RuntimeError):
    """Work was handed in after the runner was closed."""


class Task:
    """One piece of work. Lives on both threads: only `cancel`, `is_cancelled` and the progress fields are shared."""

    __slots__ = (
        "_failed",
        "_key",
        "_owner",
        "_then",
        "_work",
        "cancelled",
        "error",
        "label",
        "lane",
        "note",
        "result",
        "share",
        "since",
        "state",
    )

    def __init__(
        self,
        work: Callable[[], object],
        then: Callable[[object], object] | None,
        owner: QObject,
        failed: Callable[[Exception], object] | None,
        label: str,
        lane: Lane,
        key: Hashable | None,
    ) -> None:
        self._work, self._then, self._owner, self._failed, self._key = work, then, owner, failed, key
        self.label, self.lane = label, lane
        self.cancelled = False
        self.state: Literal["queued", "running", "done"] = "queued"
        self.share: float | None = None
        self.note = ""
        self.since = time.monotonic()
        self.result: object = None
        self.error: Exception | None = None

    def cancel(self) -> None:
        """Do not begin, or stop at the next `stop_if_cancelled`; the result is dropped either way."""
        self.cancelled = True

    @property
    def is_done(self) -> bool:
        """Whether it ended, well or badly or cancelled."""
        return self.state == "done"


def report_progress(share: float | None, note: str = "") -> None:
    """From inside work: how much is done (0 to 1, None for unknown) and what is being done. Raises Cancelled if it was."""
    task = getattr(_running, "task", None)
    if task is not None:
        task.share, task.note = share, note
        if task.cancelled:
            raise Cancelled


def stop_if_cancelled() -> None:
    """From inside work: raises Cancelled if a person cancelled the task or a newer one took its place."""
    task = getattr(_running, "task", None)
    if task is not None and task.cancelled:
        raise Cancelled


class _Lane:
    """The threads of one lane over one queue; threads start with the first work."""

    def __init__(self, name: Lane, size: int, ended: Callable[[Task], None]) -> None:
        self._name, self._size, self._ended = name, size, ended
        self._queue: deque[Task] = deque()
        self._condition = Condition()
        self._threads: list[Thread] = []
        self._idle = 0
        self._closed = False

    def put(self, task: Task) -> None:
        with self._condition:
            if self._closed:
                raise RunnerClosed(task.label or self._name)
            self._queue.append(task)
            if self._idle < len(self._queue) and len(self._threads) < self._size:
                thread = Thread(
                    target=self._work, name=f"holdfast-{self._name}-{len(self._threads)}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
            self._condition.notify()

    def close(self, deadline: float) -> list[str]:
        with self._condition:
            self._closed = True
            # What a person has asked to be written is written, however the window closes.
            for task in self._queue if self._name != "write" else ():
                task.cancelled = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _work(self) -> None:
        while True:
            with self._condition:
                self._idle += 1
                while not self._queue and not self._closed:
                    self._condition.wait()
                self._idle -= 1
                if not self._queue:
                    return
                task = self._queue.popleft()
                task.state = "running"
            self._run(task)
            self._ended(task)

    @staticmethod
    def _run(task: Task) -> None:
        if task.cancelled:
            return
        _running.task = task
        try:
            task.result = task._work()
        except Cancelled:
            task.cancelled = True
        except Exception as error:
            task.error = error
        finally:
            _running.task = None


class TaskRunner(QObject):
    """Runs work in lanes and brings the results back to the UI thread.

    `slow` announces a task that has taken more than 200 ms, `finished` that such a task is over; `failed` carries the
    error that nobody took, for the window to say in words. Both are for the progress strip and the toasts.
    """

    slow = Signal(object)
    finished = Signal(object)
    failed = Signal(object, object)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._ended: deque[Task] = deque()
        self._announced = False
        self._lanes: dict[Lane, _Lane] = {
            name: _Lane(name, size, self._task_ended) for name, size in LANES.items()
        }
        self._current: set[Task] = set()
        self._shown: set[Task] = set()
        self._newest: dict[Hashable, Task] = {}
        self._watch = QTimer(self)
        self._watch.setInterval(SLOW_AFTER_MS // 4)
        self._watch.timeout.connect(self._look_for_slow)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], object] | None,
        owner: QObject,
        *,
        failed: Callable[[Exception], object] | None = None,
        label: str = "",
        lane: Lane = "read",
        key: Hashable | None = None,
    ) -> Task:
        """Run `work()` in `lane` and then `then(result)` on the UI thread, if `owner` is still alive.

        `failed(error)` takes an error; where it is missing or answers False, the window says it in words and the log
        keeps it. With a `key`, a newer task of the same owner and key takes the place of an older one, whose result is
        dropped. `label` is what the progress strip says after 200 ms, as "Loading orders". Raises RunnerClosed.
        """
        identity = None if key is None else (id(owner), key)
        task = Task(work, then, owner, failed, label, lane, identity)  # type: ignore[arg-type]
        if identity is not None:
            older = self._newest.get(identity)
            if older is not None:
                older.cancel()
            self._newest[identity] = task
        self._current.add(task)
        self._lanes[lane].put(task)
        if not self._watch.isActive():
            self._watch.start()
        return task

    @property
    def is_idle(self) -> bool:
        """Whether every task has ended and been delivered."""
        return not self._current

    def close(self, timeout_s: float = 5.0) -> list[str]:
        """Cancel what waits, wait for what runs, end the threads. Answers the names of threads that did not end."""
        self._watch.stop()
        for task in self._current:
            if task.lane != "write":
                task.cancel()
        deadline = time.monotonic() + timeout_s
        left = [name for lane in self._lanes.values() for name in lane.close(deadline)]
        if left:
            log.error("threads did not end in %s s: %s", timeout_s, ", ".join(left))
        return left

    def _task_ended(self, task: Task) -> None:
        with self._lock:
            self._ended.append(task)
            if self._announced:
                return
            self._announced = True
        self._arrived.emit()

    def _deliver(self) -> None:
        with self._lock:
            ended = list(self._ended)
            self._ended.clear()
            self._announced = False
        for task in ended:
            try:
                self._settle(task)
            except Exception:
                # One panel's mistake must not cost the others their results; the hook shows and logs it.
                sys.excepthook(*sys.exc_info())
        if not self._current:
            self._watch.stop()

    def _settle(self, task: Task) -> None:
        task.state = "done"
        self._current.discard(task)
        if task._key is not None and self._newest.get(task._key) is task:
            del self._newest[task._key]
        if task in self._shown:
            self._shown.discard(task)
            self.finished.emit(task)
        if task.error is not None:
            self._say_error(task, task.error)
        elif not task.cancelled and task._then is not None and isValid(task._owner):
            task._then(task.result)

    def _say_error(self, task: Task, error: Exception) -> None:
        if (
            not task.cancelled
            and task._failed is not None
            and isValid(task._owner)
            and task._failed(error) is not False
        ):
            return
        log.error("task %r failed", task.label or task.lane, exc_info=error)
        if not task.cancelled or task.lane == "write":
            self.failed.emit(task, error)

    def _look_for_slow(self) -> None:
        now = time.monotonic()
        for task in self._current - self._shown:
            if (now - task.since) * 1000 >= SLOW_AFTER_MS and not task.cancelled:
                self._shown.add(task)
                self.slow.emit(task)
