"""The strip at the bottom: the keys that help here, or what is being worked on with a way to stop it; and this desk."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop_app.actions import ActionRegistry
from desktop_app.task_runner import Task, TaskRunner
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_12, SPACE_16, STRIP_HEIGHT
from desktop_app.widgets.buttons import icon_button
from desktop_app.widgets.key_hints import KeyHints
from desktop_app.widgets.layouts import label

_BAR_WIDTH = 160
_EVERY_MS = 100


class ProgressStrip(QWidget):
    """Shows the longest-running slow task, and the keys of the panel while none runs; `show_health` writes at the right."""

    def __init__(
        self, theme: Theme, runner: TaskRunner, actions: ActionRegistry, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tasks: list[Task] = []
        self.setFixedHeight(STRIP_HEIGHT)
        self._words = label("", "label")
        self._words.hide()
        self._bar: QProgressBar | None = None
        self._stop = icon_button(theme, "close", "Stop this", self._cancel)
        self._stop.setFixedSize(STRIP_HEIGHT - 2, STRIP_HEIGHT - 2)
        self._health = label("", "label")
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE_16, 0, SPACE_16, 0)
        self._layout.setSpacing(SPACE_12)
        self._layout.addWidget(self._words)
        self._layout.addWidget(self._stop)
        self.hints = KeyHints(theme, actions)
        self._layout.addWidget(self.hints, 1)
        self._spring = QWidget()
        self._layout.addWidget(self._spring, 1)
        self._spring.hide()
        self._layout.addWidget(self._health, 0, Qt.AlignmentFlag.AlignRight)
        self._stop.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._write)
        runner.slow.connect(self._on_slow)
        runner.finished.connect(self._on_finished)

    def show_health(self, text: str, tip: str = "") -> None:
        """What is true of this desk: terminal, version, database."""
        self._health.setText(text)
        self._health.setToolTip(tip)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A surface with a hairline above."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.fillRect(0, 0, self.width(), 1, self._theme.colour("line"))
        painter.end()

    def _on_slow(self, task: Task) -> None:
        if self._bar is None:
            self._bar = QProgressBar()
            self._bar.setTextVisible(False)
            self._bar.setFixedWidth(_BAR_WIDTH)
            self._layout.insertWidget(1, self._bar)
        self._tasks.append(task)
        self._timer.start()
        self._write()

    def _on_finished(self, task: Task) -> None:
        if task in self._tasks:
            self._tasks.remove(task)
        if not self._tasks:
            self._timer.stop()
        self._write()

    def _write(self) -> None:
        task = self._tasks[0] if self._tasks else None
        self.hints.setVisible(task is None)
        self._spring.setVisible(task is not None)
        self._words.setVisible(task is not None)
        self._stop.setVisible(task is not None and task.lane != "write")
        if self._bar is not None:
            self._bar.setVisible(task is not None)
        if task is None:
            self._words.setText("")
            return
        more = f"  (+{len(self._tasks) - 1} more)" if len(self._tasks) > 1 else ""
        text = task.label or "Working"
        note = f": {task.note}" if task.note else ""
        self._words.setText(f"{'Stopping' if task.cancelled else text}{note}{more}")
        if self._bar is not None:
            self._bar.setRange(0, 0 if task.share is None else 1000)
            self._bar.setAccessibleName(text)
            if task.share is not None:
                self._bar.setValue(round(task.share * 1000))

    def _cancel(self) -> None:
        if self._tasks:
            self._tasks[0].cancel()
            self._write()
