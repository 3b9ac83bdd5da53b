"""Undo: the last steps of the person at this desk, each with the command that makes up for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from desktop_app.task_runner import TaskRunner
    from local_db.desk import Desk
    from services.commands import Command

_KEPT = 50


class Step(NamedTuple):
    """Something that was done: its name in words, and what makes the compensating commands when it is asked for."""

    label: str
    compensation: Callable[[], Command | Sequence[Command]]


class UndoStack(QObject):
    """Steps that can be taken back, the newest last. Whether one still can is for the domain's rules to say."""

    def __init__(self, desk: Desk, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._runner = desk, runner
        self._steps: deque[Step] = deque(maxlen=_KEPT)
        self.say: Callable[[str, str], object] = lambda _text, _tone: None

    def remember(self, label: str, compensation: Callable[[], Command | Sequence[Command]]) -> None:
        """Note a step that has just been done; ``label`` completes the sentence "Undone: ..."."""
        self._steps.append(Step(label, compensation))

    @property
    def next_label(self) -> str:
        """What Undo would take back, in words; empty where there is nothing."""
        return self._steps[-1].label if self._steps else ""

    def undo(self) -> None:
        """Take the newest step back, offline too. Where that is refused, say why, and keep to the step before.

        Of a step of several commands, what can be taken back is, and the reason against the rest is said.
        """
        if not self._steps:
            self.say("There is nothing to undo.", "neutral")
            return
        step = self._steps.pop()
        self._runner.run(
            lambda: self._take_back(step),
            lambda refusals: self._say_undone(step, refusals),
            self,
            failed=lambda error: self._refused(step, error),
            lane="write",
            label="Undoing",
        )

    def clear(self) -> None:
        """Forget all steps: somebody else works here now."""
        self._steps.clear()

    def _take_back(self, step: Step) -> list[str]:
        """Give the compensating commands; answers why some of them were refused. Raises the refusal where all were."""
        from services.domain.refusals import RuleViolation

        made = step.compensation()
        commands = list(made) if isinstance(made, Sequence) else [made]
        refusals: list[RuleViolation] = []
        for command in commands:
            try:
                self._desk.do(command)
            except RuleViolation as refusal:
                refusals.append(refusal)
        if refusals and len(refusals) == len(commands):
            raise refusals[0]
        return [str(refusal) for refusal in refusals]

    def _say_undone(self, step: Step, refusals: list[str]) -> None:
        if refusals:
            self.say(f"Undone in part: {step.label}. {refusals[0]}", "warning")
        else:
            self.say(f"Undone: {step.label}", "ok")

    def _refused(self, step: Step, error: Exception) -> bool:
        from services.domain.refusals import RuleViolation

        if not isinstance(error, RuleViolation):
            return False
        self.say(f"Cannot undo {step.label}: {error}", "warning")
        return True
