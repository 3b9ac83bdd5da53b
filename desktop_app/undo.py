"""Undo: the last steps of the person at this desk, each with the command that makes up for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from desktop_app.task_runner import TaskRunner
    from local_db.desk import Desk
    from services.commands import Command

_KEPT = 50


class Step(NamedTuple):
    """Something that was done: its name in words, and what makes the compensating command when it is asked for."""

    label: str
    compensation: Callable[[], Command]


class UndoStack(QObject):
    """Steps that can be taken back, the newest last. Whether one still can is for the domain's rules to say."""

    def __init__(self, desk: Desk, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._runner = desk, runner
        self._steps: deque[Step] = deque(maxlen=_KEPT)
        self.say: Callable[[str, str], object] = lambda _text, _tone: None

    def remember(self, label: str, compensation: Callable[[], Command]) -> None:
        """Note a step that has just been done; ``label`` completes the sentence "Undone: ..."."""
        self._steps.append(Step(label, compensation))

    @property
    def next_label(self) -> str:
        """What Undo would take back, in words; empty where there is nothing."""
        return self._steps[-1].label if self._steps else ""

    def undo(self) -> None:
        """Take the newest step back, offline too. Where that is refused, say why, and keep to the step before."""
        if not self._steps:
            self.say("There is nothing to undo.", "neutral")
            return
        step = self._steps.pop()
        self._runner.run(
            lambda: self._desk.do(step.compensation()),
            lambda _receipt: self.say(f"Undone: {step.label}", "ok"),
            self,
            failed=lambda error: self._refused(step, error),
            lane="write",
            label="Undoing",
        )

    def clear(self) -> None:
        """Forget all steps: somebody else works here now."""
        self._steps.clear()

    def _refused(self, step: Step, error: Exception) -> bool:
        from services.domain.refusals import RuleViolation

        if not isinstance(error, RuleViolation):
            return False
        self.say(f"Cannot undo {step.label}: {error}", "warning")
        return True
